#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "check_parts.h"
#include "lib/hash.h"
#include "lib/inflate.h"

#include "lib/banned.h"

static const char *const suffixes[] = { ".gz", ".xz", ".bz2", ".zst", ".lz4",
	".lzma" };

#define SUFFIX_COUNT (sizeof(suffixes) / sizeof(suffixes[0]))

size_t
ch_check_stem(const char *path)
{
	size_t len = strlen(path);
	size_t i;

	for (i = 0; i < SUFFIX_COUNT; i++)
		if (ch_str_ends(path, suffixes[i]))
			return len - strlen(suffixes[i]);
	return len;
}

/* The last name of a path, without its suffix. */
static struct ch_span
name_of(const char *path)
{
	size_t len = ch_check_stem(path);
	const char *slash = memrchr(path, '/', len);
	const char *name = slash != NULL ? slash + 1 : path;

	return (struct ch_span){ name, len - (size_t)(name - path) };
}

static bool
begins(struct ch_span s, const char *prefix)
{
	size_t len = strlen(prefix);

	return s.len > len && memcmp(s.data, prefix, len) == 0;
}

bool
ch_check_is_list(const char *path)
{
	struct ch_span name = name_of(path);

	return ch_span_is(name, "Packages") || ch_span_is(name, "Sources");
}

bool
ch_check_is_index(const char *path)
{
	struct ch_span name = name_of(path);

	return ch_check_is_list(path) || begins(name, "Translation-") ||
	       begins(name, "Contents-");
}

/* What clients ask for by its digest, when they may. */
static bool
is_by_hash(const char *path)
{
	struct ch_span name = name_of(path);

	return ch_check_is_index(path) || begins(name, "Components-") ||
	       begins(name, "Commands-") || begins(name, "icons-");
}

static char *
stem_of(const char *path)
{
	return ch_strndup(path, ch_check_stem(path));
}

/* The first form of its stem that is listed. */
static bool
is_first_form(const struct ch_suite_check *s, size_t index)
{
	const char *path = s->release.entries[index].path;
	char *stem = stem_of(path);
	const struct ch_release_entry *plain =
	    ch_release_find(&s->release, stem);
	bool is_first = plain == NULL || plain == &s->release.entries[index];
	size_t i;

	for (i = 0; is_first && plain == NULL && i < SUFFIX_COUNT; i++) {
		char *form = ch_format("%s%s", stem, suffixes[i]);
		const struct ch_release_entry *e =
		    ch_release_find(&s->release, form);

		is_first = e == NULL || e >= &s->release.entries[index];
		ch_free(form);
	}
	ch_free(stem);
	return is_first;
}

/* The form of this stem that is here and is cheapest to read, or NULL. */
static const struct ch_release_entry *
find_form(const struct ch_suite_check *s, const char *stem)
{
	const struct ch_release_entry *e = ch_release_find(&s->release, stem);
	const struct ch_release_entry *found = NULL;
	size_t i;

	if (e != NULL && s->are_here[e - s->release.entries])
		return e;
	for (i = 0; i < SUFFIX_COUNT && found == NULL; i++) {
		char *form = ch_format("%s%s", stem, suffixes[i]);

		e = ch_release_find(&s->release, form);
		if (e != NULL && s->are_here[e - s->release.entries])
			found = e;
		ch_free(form);
	}
	return found;
}

/* By hash it is the same file, or one with the same bytes. */
static bool
check_by_hash(struct ch_suite_check *s, const struct ch_release_entry *e,
    struct ch_err *err)
{
	enum ch_hash_kind kind = ch_release_strongest(e);
	const char *slash = strrchr(e->path, '/');
	const char *hex[CH_HASH_NONE] = { NULL };
	char *plain = ch_check_join(s->base, e->path);
	char *hashed = ch_format("%s%s%.*sby-hash/%s/%s", s->base,
	    *s->base != '\0' ? "/" : "",
	    slash != NULL ? (int)(slash + 1 - e->path) : 0, e->path,
	    ch_release_hash_name(kind), e->digests[kind]);
	struct ch_file_check f = { hashed, e->size, hex, "Release" };
	struct stat one;
	struct stat other;
	bool is_here = true;
	bool ok = true;

	hex[kind] = e->digests[kind];
	if (ch_check_stat(s->check, plain, &one) != 0 ||
	    ch_check_stat(s->check, hashed, &other) != 0 ||
	    one.st_ino != other.st_ino || one.st_dev != other.st_dev)
		ok = ch_check_file(s->check, &f, &is_here, err);
	if (ok && !is_here)
		ok = ch_check_problem(s->check, hashed, err,
		    "it is not there, though Release promises it: clients "
		    "fail while the tree changes");
	ch_free(plain);
	ch_free(hashed);
	return ok;
}

static bool
check_entries(struct ch_suite_check *s, struct ch_err *err)
{
	bool by_hash = ch_release_is_yes(&s->release, "Acquire-By-Hash");
	bool ok = true;
	size_t i;

	for (i = 0; ok && i < s->release.entry_count; i++) {
		const struct ch_release_entry *e = &s->release.entries[i];
		char *path = ch_check_join(s->base, e->path);
		struct ch_file_check f = { path, e->size, e->digests,
			"Release" };

		ok = ch_check_file(s->check, &f, &s->are_here[i], err);
		if (ok && s->are_here[i] && by_hash && is_by_hash(e->path))
			ok = check_by_hash(s, e, err);
		ch_free(path);
	}
	return ok;
}

/* The text in a compressed form is the one that is listed plain. */
static bool
check_inflated(struct ch_suite_check *s, const char *path,
    const struct ch_release_entry *plain, struct ch_err *err)
{
	enum ch_hash_kind kind = ch_release_strongest(plain);
	struct ch_hash *hash = ch_hash_new(kind);
	char *full = ch_path_join(s->check->tree, path);
	struct ch_err why = { .text = "" };
	struct ch_inflate *in = ch_inflate_open(full, plain->size, &why);
	char hex[CH_HASH_HEX_MAX + 1];
	struct ch_span block = { NULL, 0 };
	uint64_t size = 0;
	bool ok = in != NULL;

	while (
	    ok && (ok = ch_inflate_read(in, &block, &why)) && block.len > 0) {
		ch_hash_update(hash, block.data, block.len);
		size += block.len;
	}
	ch_hash_finish(hash, hex);
	ch_inflate_close(in);
	if (!ok)
		ok = ch_check_problem(
		    s->check, path, err, "cannot be unpacked: %s", why.text);
	else if (size != plain->size ||
		 !ch_str_equal(hex, plain->digests[kind]))
		ok = ch_check_problem(s->check, path, err,
		    "unpacked it is not what Release lists as %s", plain->path);
	ch_free(full);
	return ok;
}

/* Somebody who has this folder has what is in it. */
static bool
has_folder(const struct ch_suite_check *s, const char *rel)
{
	char *below = ch_check_join(s->base, rel);
	char *path = ch_path_join(s->check->tree, below);
	char *slash = strrchr(path, '/');
	struct stat st;
	bool has_it;

	*slash = '\0';
	has_it = stat(path, &st) == 0 && S_ISDIR(st.st_mode);
	ch_free(below);
	ch_free(path);
	return has_it;
}

/* All forms of one index. */
static bool
check_stem(struct ch_suite_check *s, size_t index, struct ch_err *err)
{
	char *stem = stem_of(s->release.entries[index].path);
	char *path = ch_check_join(s->base, stem);
	const struct ch_release_entry *plain =
	    ch_release_find(&s->release, stem);
	const struct ch_release_entry *form = find_form(s, stem);
	bool ok = true;

	if (plain == NULL)
		ok = ch_check_problem(s->check, path, err,
		    "Release lists it compressed only: apt then reads "
		    "nothing, without a word");
	if (ok && form == NULL && ch_check_is_list(stem) &&
	    (plain == NULL || plain->size > 0) && has_folder(s, stem))
		ok = ch_check_problem(s->check, path, err,
		    "Release lists it, but none of its forms is there");
	if (ok && form != NULL && ch_check_is_list(stem)) {
		char *file = ch_check_join(s->base, form->path);

		ok = ch_check_index(s, file, err);
		ch_free(file);
	}
	ch_free(stem);
	ch_free(path);
	return ok;
}

static bool
check_forms(struct ch_suite_check *s, struct ch_err *err)
{
	bool ok = true;
	size_t i;

	for (i = 0; ok && i < s->release.entry_count; i++) {
		const char *rel = s->release.entries[i].path;
		const struct ch_release_entry *plain;
		char *stem;

		if (!ch_check_is_index(rel))
			continue;
		stem = stem_of(rel);
		plain = ch_release_find(&s->release, stem);
		if (s->are_here[i] && plain != NULL &&
		    plain != &s->release.entries[i]) {
			char *path = ch_check_join(s->base, rel);

			ok = check_inflated(s, path, plain, err);
			ch_free(path);
		}
		if (ok && is_first_form(s, i))
			ok = check_stem(s, i, err);
		ch_free(stem);
	}
	return ok;
}

static bool
is_suite(const struct ch_suite_check *s, const char *base)
{
	return ch_list_has(s->suites, base);
}

static bool
check_leftover(struct ch_suite_check *s, const char *path, struct ch_err *err)
{
	size_t skip = *s->base != '\0' ? strlen(s->base) + 1 : 0;

	if (!ch_check_is_index(path) ||
	    ch_release_find(&s->release, path + skip) != NULL)
		return true;
	return ch_check_problem(
	    s->check, path, err, "Release does not list it: it is left over");
}

/* Files that look like indexes; deep: in the folders below too. */
static bool
check_folder(
    struct ch_suite_check *s, const char *base, bool deep, struct ch_err *err)
{
	char *full = ch_check_join(s->check->tree, base);
	DIR *dir = opendir(full);
	struct dirent *entry;
	bool ok = true;

	while (ok && dir != NULL && (entry = readdir(dir)) != NULL) {
		char *path = ch_check_join(base, entry->d_name);
		char *at = ch_path_join(s->check->tree, path);
		struct stat st;

		if (entry->d_name[0] == '.' || lstat(at, &st) != 0)
			ok = true;
		else if (S_ISREG(st.st_mode))
			ok = check_leftover(s, path, err);
		else if (S_ISDIR(st.st_mode) && deep &&
			 !ch_str_equal(entry->d_name, "by-hash") &&
			 !is_suite(s, path))
			ok = check_folder(s, path, true, err);
		ch_free(at);
		ch_free(path);
	}
	if (dir != NULL)
		(void)closedir(dir);
	ch_free(full);
	return ok;
}

static bool
check_dates(struct ch_suite_check *s, struct ch_err *err)
{
	static const char *const names[] = { "Date", "Valid-Until" };
	char *path = ch_check_join(s->base, "Release");
	int64_t now = (int64_t)time(NULL);
	bool ok = true;
	size_t i;

	for (i = 0; ok && i < sizeof(names) / sizeof(names[0]); i++) {
		struct ch_err why;
		int64_t at;

		if (ch_release_field(&s->release, names[i]) == NULL)
			continue;
		if (!ch_release_time(&s->release, names[i], &at, &why))
			ok = ch_check_problem(
			    s->check, path, err, "%s", why.text);
		else if (i == 0 && at > now + 10)
			ok = ch_check_problem(s->check, path, err,
			    "its Date lies ahead: clients refuse it");
		else if (i == 1 && at < now)
			ok = ch_check_problem(s->check, path, err,
			    "its Valid-Until is over: clients refuse it");
	}
	ch_free(path);
	return ok;
}

bool
ch_check_release(struct ch_suite_check *s, struct ch_err *err)
{
	bool is_flat = !ch_str_starts(s->base, "dists/");
	bool ok;

	s->are_here = ch_calloc(s->release.entry_count, sizeof(*s->are_here));
	ch_seen_clear(&s->names->all);
	ok = check_dates(s, err) && check_entries(s, err) &&
	     check_forms(s, err) && check_folder(s, s->base, !is_flat, err);
	ch_free(s->are_here);
	s->are_here = NULL;
	return ok;
}
