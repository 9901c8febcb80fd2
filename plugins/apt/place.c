#include "place.h"

#include <string.h>

#include "lib/banned.h"

const char *const ch_select_suffixes[] = { ".xz", ".gz", ".zst", ".bz2", ".lz4",
	".lzma", "", NULL };

static bool
starts(struct ch_span s, const char *prefix)
{
	size_t len = strlen(prefix);

	return s.len > len && memcmp(s.data, prefix, len) == 0;
}

static bool
ends(struct ch_span s, const char *suffix)
{
	size_t len = strlen(suffix);

	return s.len > len && memcmp(s.data + s.len - len, suffix, len) == 0;
}

static struct ch_span
behind(struct ch_span s, const char *prefix)
{
	size_t len = strlen(prefix);

	return (struct ch_span){ s.data + len, s.len - len };
}

static bool
next_segment(const char **path, struct ch_span *segment)
{
	if (**path == '\0')
		return false;
	segment->data = *path;
	segment->len = strcspn(*path, "/");
	*path += segment->len;
	if (**path == '/')
		(*path)++;
	return true;
}

static void
cut_suffix(struct ch_place *p, const char *path)
{
	p->stem = strlen(path);
	for (p->rank = 0; ch_select_suffixes[p->rank][0] != '\0'; p->rank++) {
		const char *suffix = ch_select_suffixes[p->rank];

		if (ch_str_ends(path, suffix)) {
			p->stem -= strlen(suffix);
			return;
		}
	}
}

/* What begins the folders and files of a component. */
static bool
is_marker(struct ch_span segment)
{
	static const char *const words[] = { "source", "i18n", "dep11", "cnf",
		"debian-installer", NULL };
	static const char *const prefixes[] = { "binary-", "installer-",
		"Contents-", NULL };

	for (size_t i = 0; words[i] != NULL; i++)
		if (ch_span_is(segment, words[i]))
			return true;
	for (size_t i = 0; prefixes[i] != NULL; i++)
		if (starts(segment, prefixes[i]))
			return true;
	return false;
}

/* "amd64" of "grub2-amd64"; the longest, since "kfreebsd-amd64" is one too. */
static struct ch_span
known_arch(struct ch_span segment, const struct ch_list *known)
{
	struct ch_span best = { NULL, 0 };

	for (size_t i = 0; i < known->count; i++) {
		struct ch_span arch = ch_span_of(known->items[i]);

		if (arch.len > best.len && ends(segment, arch.data) &&
		    segment.data[segment.len - arch.len - 1] == '-')
			best = arch;
	}
	return best;
}

static void
note_arch(
    struct ch_place *p, struct ch_span segment, const struct ch_list *known)
{
	static const char *const prefixes[] = { "binary-", "installer-",
		"Contents-udeb-", "Contents-", "Commands-", "Components-",
		NULL };

	if (p->arch.len > 0)
		return;
	if (ends(segment, ".yml"))
		segment.len -= strlen(".yml");
	if (ends(segment, ".diff"))
		segment.len -= strlen(".diff");
	if (ch_span_is(segment, "source"))
		p->arch = segment;
	for (size_t i = 0; prefixes[i] != NULL && p->arch.len == 0; i++)
		if (starts(segment, prefixes[i]))
			p->arch = behind(segment, prefixes[i]);
	if (p->arch.len == 0)
		p->arch = known_arch(segment, known);
}

static void
note_folder(struct ch_place *p, struct ch_span segment)
{
	if (ch_span_is(segment, "debian-installer"))
		p->is_udeb = true;
	if (ch_span_is(segment, "by-hash"))
		p->is_left = true;
}

static bool
is_package_file(struct ch_span name)
{
	static const char *const endings[] = { ".deb", ".udeb", ".ddeb", ".dsc",
		".changes", ".buildinfo", ".asc", ".sig", ".diff.gz", NULL };

	for (size_t i = 0; endings[i] != NULL; i++)
		if (ends(name, endings[i]))
			return true;
	return memmem(name.data, name.len, ".tar.", 5) != NULL;
}

/* name: the last segment without the ending of its compression. */
static void
note_name(struct ch_place *p, struct ch_span name, bool is_installer)
{
	if (ch_span_is(name, "Packages")) {
		p->kind = CH_SELECT_PACKAGES;
	} else if (ch_span_is(name, "Sources")) {
		p->kind = CH_SELECT_SOURCES;
	} else if (starts(name, "Translation-")) {
		p->kind = CH_SELECT_TRANSLATION;
		p->language = behind(name, "Translation-");
	} else if (starts(name, "Contents-")) {
		p->kind = CH_SELECT_CONTENTS;
		p->is_udeb = starts(name, "Contents-udeb-");
	} else if (is_installer && ch_span_is(name, "SHA256SUMS")) {
		p->kind = CH_SELECT_SUMS;
	}
}

/* "Packages.diff/Index" goes with Packages; what it names is not listed. */
static void
note_pdiff(struct ch_place *p, struct ch_span folder, struct ch_span name)
{
	if (!ends(folder, ".diff"))
		return;
	p->is_pdiff = ch_span_is(name, "Index");
	p->is_left = p->is_left || !p->is_pdiff;
	folder.len -= strlen(".diff");
	note_name(p, folder, false);
}

void
ch_place_of(struct ch_place *p, const char *path, const struct ch_list *known)
{
	const char *rest = path;
	struct ch_span segment = { path, 0 };
	struct ch_span folder = { path, 0 };
	bool is_installer = false;
	bool has_marker = false;

	*p = (struct ch_place){ .kind = CH_SELECT_OTHER };
	cut_suffix(p, path);
	while (next_segment(&rest, &segment)) {
		if (!has_marker && is_marker(segment)) {
			has_marker = true;
			if (segment.data > path)
				p->component = (struct ch_span){ path,
					(size_t)(segment.data - path) - 1 };
		}
		if (*rest == '\0')
			break;
		note_folder(p, segment);
		note_arch(p, segment, known);
		is_installer = is_installer || starts(segment, "installer-");
		folder = segment;
	}
	p->is_package = is_package_file(segment);
	segment.len = p->stem - (size_t)(segment.data - path);
	note_arch(p, segment, known);
	note_name(p, segment, is_installer);
	note_pdiff(p, folder, segment);
}
