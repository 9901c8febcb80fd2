#include "dsc.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "lib/hash.h"
#include "lib/path.h"

#include "lib/banned.h"

enum { CHUNK = 128 << 10, FILES_MAX = 512, LISTS = 3 };

/* The lists of a .dsc and what their digests are. */
static const struct {
	const char *field;
	enum ch_hash_kind kind;
} lists_of[LISTS] = {
	{ "Files", CH_HASH_MD5 },
	{ "Checksums-Sha1", CH_HASH_SHA1 },
	{ "Checksums-Sha256", CH_HASH_SHA256 },
};

/* A file as it is. */
struct artifact {
	struct ch_span name;                  /* without folders */
	uint64_t size;                        /* in bytes */
	char hex[LISTS][CH_HASH_HEX_MAX + 1]; /* as lists_of */
};

struct artifacts {
	struct artifact *items; /* owned */
	size_t count;           /* in use */
};

/* A line of a list. */
struct claim {
	struct ch_span hex;  /* the digest */
	struct ch_span name; /* of the file */
	uint64_t size;       /* in bytes */
};

static bool
read_claim(struct ch_span line, struct claim *c)
{
	struct ch_span size;
	struct ch_span more;

	return ch_deb822_word(&line, &c->hex) && ch_deb822_word(&line, &size) &&
	       ch_deb822_word(&line, &c->name) &&
	       !ch_deb822_word(&line, &more) &&
	       ch_parse_uint_span(size, CH_MAX_INT, &c->size);
}

static bool
digest_file(int fd, struct artifact *a)
{
	struct ch_hash *hashes[LISTS];
	char *chunk = ch_alloc(CHUNK);
	ssize_t n;
	int i;

	for (i = 0; i < LISTS; i++)
		hashes[i] = ch_hash_new(lists_of[i].kind);
	while ((n = ch_read(fd, chunk, CHUNK)) > 0) {
		a->size += (uint64_t)n;
		for (i = 0; i < LISTS; i++)
			ch_hash_update(hashes[i], chunk, (size_t)n);
	}
	for (i = 0; i < LISTS; i++)
		ch_hash_finish(hashes[i], a->hex[i]);
	ch_free(chunk);
	return n == 0;
}

static bool
add_file(struct artifacts *all, const char *folder, struct ch_span name,
    struct ch_flaw *flaw)
{
	struct artifact *a = &all->items[all->count];
	char *copy = ch_strndup(name.data, name.len);
	struct stat st;
	bool ok = false;
	int fd;
	int e;

	*a = (struct artifact){ .name = name };
	if (memchr(name.data, '/', name.len) != NULL ||
	    !ch_path_check(name.data, name.len, &flaw->err)) {
		(void)ch_flaw_set(flaw, "unsafe-path",
		    "it names a file that is none of its folder");
		goto out;
	}
	e = ch_open_beneath(folder, copy, &fd, &st);
	if (e != 0) {
		(void)ch_flaw_set(flaw, "not-found",
		    "%s has to lie beside it: %s", copy, strerror(e));
		goto out;
	}
	ok = digest_file(fd, a) ||
	     ch_flaw_set(flaw, "not-found", "%s: %s", copy, strerror(errno));
	(void)close(fd);
	all->count++;
out:
	ch_free(copy);
	return ok;
}

static const struct artifact *
find(const struct artifacts *all, struct ch_span name)
{
	for (size_t i = 0; i < all->count; i++)
		if (ch_span_equal(all->items[i].name, name))
			return &all->items[i];
	return NULL;
}

static bool
check_claim(const struct artifact *a, const struct claim *c, int list,
    struct ch_flaw *flaw)
{
	if (a == NULL)
		return ch_flaw_set(flaw, "malformed",
		    "%s names %.*s, but Files does not", lists_of[list].field,
		    (int)c->name.len, c->name.data);
	if (a->size != c->size)
		return ch_flaw_set(flaw, "size-mismatch",
		    "%.*s has %" PRIu64 " bytes, not %" PRIu64,
		    (int)c->name.len, c->name.data, a->size, c->size);
	if (!ch_span_is(c->hex, a->hex[list]))
		return ch_flaw_set(flaw, "digest-mismatch",
		    "%.*s is not the file that %s says", (int)c->name.len,
		    c->name.data, lists_of[list].field);
	return true;
}

/* The first list says which files there are; the others are only checked. */
static bool
read_list(struct artifacts *all, const struct ch_deb822 *d, const char *folder,
    int list, struct ch_flaw *flaw)
{
	struct ch_span left = ch_deb822_get(d, lists_of[list].field);
	struct ch_span line;
	struct claim c;

	while (ch_deb822_line(&left, &line)) {
		if (line.len == 0)
			continue;
		if (!read_claim(line, &c))
			return ch_flaw_set(flaw, "malformed",
			    "%s: a line that is not \"digest size name\"",
			    lists_of[list].field);
		if (list == 0 && find(all, c.name) != NULL)
			return ch_flaw_set(flaw, "malformed",
			    "Files: %.*s is there twice", (int)c.name.len,
			    c.name.data);
		if (list == 0 && all->count == FILES_MAX)
			return ch_flaw_set(
			    flaw, "malformed", "over %d files", FILES_MAX);
		if (list == 0 && !add_file(all, folder, c.name, flaw))
			return false;
		if (!check_claim(find(all, c.name), &c, list, flaw))
			return false;
	}
	return true;
}

static void
put_lists(struct ch_dsc_lists *lists, const struct artifacts *all)
{
	struct ch_buf *const out[LISTS] = { &lists->md5, &lists->sha1,
		&lists->sha256 };

	for (size_t i = 0; i < all->count; i++)
		for (int k = 0; k < LISTS; k++)
			ch_buf_printf(out[k], "\n %s %" PRIu64 " %.*s",
			    all->items[i].hex[k], all->items[i].size,
			    (int)all->items[i].name.len,
			    all->items[i].name.data);
}

bool
ch_dsc_files(struct ch_dsc_lists *lists, const struct ch_deb822 *d,
    const char *file, struct ch_flaw *flaw)
{
	const char *name = strrchr(file, '/') + 1;
	char *folder = ch_strndup(file, (size_t)(name - file));
	struct artifacts all = { 0 };
	bool ok = true;

	all.items = ch_calloc(FILES_MAX + 1, sizeof(*all.items));
	ok = add_file(&all, folder, ch_span_of(name), flaw);
	for (int list = 0; ok && list < LISTS; list++)
		ok = read_list(&all, d, folder, list, flaw);
	if (ok && all.count == 1)
		ok = ch_flaw_set(flaw, "malformed", "Files names no file");
	if (ok)
		put_lists(lists, &all);
	ch_free(all.items);
	ch_free(folder);
	return ok;
}

void
ch_dsc_free(struct ch_dsc_lists *lists)
{
	ch_buf_free(&lists->md5);
	ch_buf_free(&lists->sha1);
	ch_buf_free(&lists->sha256);
}
