/*
 * A Release file being written: fields, then the digests of the files that it
 * vouches for.
 *
 * A zeroed writer is empty.  ch_release_put() for each field in the order in
 * which they are to stand, ch_release_list() for each file in any order,
 * ch_release_print(), ch_release_writer_free() in any case.
 *
 * Nothing in a value can make a field or a stanza of its own: its lines are
 * folded, its control bytes become blanks.  The same files in any order give
 * the same bytes.
 */

#ifndef APT_RELEASE_WRITE_H
#define APT_RELEASE_WRITE_H

#include "digests.h"
#include "lib/mem.h"

/* A file below the folder of the Release file. */
struct ch_release_line {
	char *path;               /* owned */
	struct ch_digests digest; /* no md5: only in SHA256 */
};

struct ch_release_writer {
	struct ch_buf fields;          /* printed so far */
	struct ch_release_line *items; /* owned */
	size_t count;                  /* in use */
	size_t cap;                    /* allocated */
};

/* value NULL, and a name that no field can have: nothing is added. */
void ch_release_put(
    struct ch_release_writer *w, const char *name, const char *value);
/* A file that is listed already is listed once. */
void ch_release_list(struct ch_release_writer *w, const char *path,
    const struct ch_digests *digest);
/* Appends the file to out. */
void ch_release_print(struct ch_release_writer *w, struct ch_buf *out);
void ch_release_writer_free(struct ch_release_writer *w);

/* Appends a line "name: value", folded; false when name is none. */
bool ch_field_print(struct ch_buf *out, const char *name, const char *value);

#endif
