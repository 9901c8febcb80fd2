/* Sidecars: which files they are, whose they are, what they claim. */

#include <string.h>

#include "checksums.h"
#include "lib/log.h"

#include "lib/banned.h"

static const char *const signature_endings[] = { ".asc", ".sig", ".sign",
	".gpg", ".minisig", NULL };

static const char *const sum_endings[] = { ".sha256", ".sha256sum", ".sha512",
	".sha512sum", ".sha1", ".sha1sum", ".md5", ".md5sum", NULL };

static const char *const sum_names[] = { "sha256sums", "sha256sum", "sha256",
	"sha512sums", "sha512sum", "sha512", "sha1sums", "sha1sum", "sha1",
	"md5sums", "md5sum", "md5", NULL };

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

static char *
lower_name(const char *path)
{
	char *name = ch_strdup(base_name(path));
	char *p;

	for (p = name; *p != '\0'; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
	return name;
}

/* The length of the ending that name has, 0 for none. */
static size_t
ending_of(const char *name, const char *const *endings)
{
	for (; *endings != NULL; endings++)
		if (strlen(name) > strlen(*endings) &&
		    ch_str_ends(name, *endings))
			return strlen(*endings);
	return 0;
}

/* SHA256SUMS, sha256sum.txt, app_1.0_checksums.txt, App-1.0-CHECKSUM */
static bool
names_sums(char *name)
{
	const char *const *known;

	if (ch_str_ends(name, ".txt"))
		name[strlen(name) - 4] = '\0';
	for (known = sum_names; *known != NULL; known++)
		if (strcmp(name, *known) == 0)
			return true;
	return ch_str_ends(name, "checksums") || ch_str_ends(name, "checksum");
}

static bool
names_weak(const char *path)
{
	char *name = lower_name(path);
	bool is = strstr(name, "md5") != NULL || strstr(name, "sha1") != NULL;

	ch_free(name);
	return is;
}

static void
give(struct ch_entries *files, size_t owned, size_t owner)
{
	struct ch_entry *o = &files->items[owner];

	files->items[owned].owner = owner;
	files->items[owned].next_owned = o->first_owned;
	o->first_owned = owned;
}

/*
 * A file sorts before what is named after it, so its owner is known by then;
 * from the end, so that the lists of sidecars come out in order.
 */
static void
classify(struct ch_entries *files, size_t index)
{
	struct ch_entry *e = &files->items[index];
	char *name = lower_name(e->path);
	size_t sum = ending_of(name, sum_endings);
	size_t sign = ending_of(name, signature_endings);
	size_t cut = sum > 0 ? sum : sign;
	size_t base =
	    cut == 0 ? CH_NO_ENTRY
		     : ch_entries_find(files, e->path, strlen(e->path) - cut);

	e->is_sums = sum > 0 || names_sums(name);
	e->is_signature = sign > 0 && base != CH_NO_ENTRY;
	if (base != CH_NO_ENTRY)
		e->owner = base;
	ch_free(name);
}

/* foo.sha256.asc belongs to foo; SHA256SUMS.asc to nothing but its folder. */
static void
settle_owners(struct ch_entries *files)
{
	size_t i;

	for (i = 0; i < files->count; i++) {
		struct ch_entry *e = &files->items[i];
		const struct ch_entry *owner =
		    e->owner != CH_NO_ENTRY ? &files->items[e->owner] : NULL;

		if (owner != NULL && owner->owner != CH_NO_ENTRY)
			e->owner = owner->owner;
		else if (owner != NULL &&
			 (owner->is_sums || owner->is_signature))
			e->owner = CH_NO_ENTRY;
	}
	for (i = files->count; i > 0; i--)
		if (files->items[i - 1].owner != CH_NO_ENTRY)
			give(files, i - 1, files->items[i - 1].owner);
}

/* The file that a line of sums speaks of. */
static struct ch_entry *
target_of(
    struct ch_entries *files, const struct ch_entry *sums, struct ch_span path)
{
	struct ch_entry *owner =
	    sums->owner != CH_NO_ENTRY ? &files->items[sums->owner] : NULL;
	size_t folder = (size_t)(base_name(sums->path) - sums->path);
	char *whole;
	size_t found;

	if (path.len == 0)
		return owner;
	whole = ch_format(
	    "%.*s%.*s", (int)folder, sums->path, (int)path.len, path.data);
	found = ch_entries_find(files, whole, strlen(whole));
	/* Many were made in a build's own folder: dist/foo.tar.gz. */
	if (found == CH_NO_ENTRY && owner != NULL &&
	    strcmp(base_name(whole), base_name(owner->path)) == 0)
		found = sums->owner;
	ch_free(whole);
	return found != CH_NO_ENTRY ? &files->items[found] : NULL;
}

static void
take_lines(struct ch_walk *w, const struct ch_entry *sums, struct ch_span text)
{
	struct ch_checksum c;
	struct ch_span line;
	size_t used = 0;

	while (ch_next_line(&text, &line)) {
		struct ch_entry *target;

		if (!ch_checksum_parse(line, &c) ||
		    (!ch_hash_is_strong(c.kind) && !w->settings->takes_weak))
			continue;
		used++;
		target = target_of(&w->files, sums, c.path);
		if (target != NULL)
			ch_entry_claim(target, c.kind, c.hex, sums->path);
	}
	if (used == 0)
		ch_warn("%s: holds no checksum that can be used", sums->path);
}

static bool
is_read(const struct ch_walk *w, const struct ch_entry *e)
{
	return e->is_sums && w->settings->reads_sums &&
	       (w->settings->takes_weak || !names_weak(e->path));
}

static bool
read_sums(struct ch_walk *w, struct ch_entry *e, struct ch_err *err)
{
	char *as = ch_walk_as("sums", e->path);
	struct ch_buf text;
	bool ok = true;

	if (ch_fetched_state(w->call, as) == CH_FETCHED_HERE) {
		e->is_fetched = true;
		ch_buf_init(&text, w->settings->max_page);
		ok = ch_walk_read(w, as, &text, err);
		if (ok)
			take_lines(
			    w, e, (struct ch_span){ text.data, text.len });
		ch_buf_free(&text);
	} else {
		ch_warn("%s: is listed but not there", e->path);
	}
	ch_free(as);
	return ok;
}

static void
want_sums(struct ch_walk *w, const struct ch_entry *e)
{
	char *as = ch_walk_as("sums", e->path);
	char *url =
	    e->url != NULL ? ch_strdup(e->url) : ch_walk_url(w, e->path);

	if (ch_fetched_state(w->call, as) == CH_FETCHED_NOT_YET)
		ch_walk_want(
		    w, &(struct ch_wish){
			   .url = url, .as = as, .is_optional = true });
	ch_free(url);
	ch_free(as);
}

bool
ch_sums_apply(struct ch_walk *w, struct ch_err *err)
{
	size_t i;

	for (i = 0; i < w->files.count; i++)
		classify(&w->files, i);
	settle_owners(&w->files);
	for (i = 0; i < w->files.count; i++)
		if (is_read(w, &w->files.items[i]))
			want_sums(w, &w->files.items[i]);
	if (w->wants.len > 0)
		return true;
	for (i = 0; i < w->files.count; i++)
		if (is_read(w, &w->files.items[i]) &&
		    !read_sums(w, &w->files.items[i], err))
			return false;
	return true;
}
