/*
 * Stanzas of "Field: value" lines: Packages, Sources, Translation files,
 * control files (deb822(5), Debian Policy 5.1).
 *
 * ch_deb822_open() for a file in any compression or ch_deb822_init() for a
 * text in memory, ch_deb822_next() until it says CH_END, ch_deb822_close() in
 * any case.  Next to nothing is copied: stanza and fields point into what was
 * decompressed or into the text, and are borrowed until the next call.
 *
 * A stanza that cannot be read is still an item: fault says why, stanza has
 * its bytes, there are no fields.  Only what makes the whole file unusable is
 * an error: a compression that does not hold, a stanza over
 * CH_DEB822_STANZA_MAX.
 *
 * Tolerated: several empty lines, CR before LF, no LF at the end, lines of
 * comment ("#") between and inside stanzas.
 */

#ifndef APT_DEB822_H
#define APT_DEB822_H

#include "lib/err.h"
#include "lib/io.h"
#include "lib/str.h"

#define CH_DEB822_STANZA_MAX ((size_t)8 << 20)
#define CH_DEB822_FIELDS_MAX ((size_t)4096)

struct ch_deb822_field {
	struct ch_span name;  /* as it is written */
	struct ch_span value; /* no blanks around, later lines inside */
};

struct ch_halves;

struct ch_deb822 {
	struct ch_span stanza;          /* first field to last LF */
	struct ch_deb822_field *fields; /* of the stanza, in order */
	size_t count;                   /* fields in use */
	const char *fault;              /* why it has none, or NULL */
	bool has_comment;               /* a "#" line is in the stanza */
	uint64_t line;                  /* where it begins, from 1 */
	const char *shown;              /* in messages, borrowed */
	/* the reader's own */
	struct ch_halves *source; /* or NULL: all in memory */
	struct ch_ahead *ahead;   /* reads source, or NULL */
	struct ch_span rest;      /* read, not yet looked at */
	struct ch_span block;     /* read, behind rest */
	struct ch_buf buf;        /* what stands in two blocks */
	bool is_joined;           /* rest is in buf */
	size_t field_cap;         /* fields allocated */
	uint64_t lines;           /* seen so far */
	bool at_end;              /* no more behind rest */
};

/* At most max decompressed bytes are read. */
bool ch_deb822_open(struct ch_deb822 *d, const char *path, const char *shown,
    uint64_t max, struct ch_err *err) CH_MUST_CHECK;
/* text stays the caller's, and in place. */
void ch_deb822_init(
    struct ch_deb822 *d, struct ch_span text, const char *shown);
enum ch_next ch_deb822_next(
    struct ch_deb822 *d, struct ch_err *err) CH_MUST_CHECK;
void ch_deb822_close(struct ch_deb822 *d);

/* The first field of this name, case ignored; data NULL: there is none. */
struct ch_span ch_deb822_get(const struct ch_deb822 *d, const char *name);
/* The same for a name that must not be there twice; false: it is. */
bool ch_deb822_get_once(const struct ch_deb822 *d, const char *name,
    struct ch_span *value_out) CH_MUST_CHECK;
/* Names of fields, case ignored. */
bool ch_deb822_is(struct ch_span name, const char *wanted);

/*
 * Words and lines of a value, one a call: *left shrinks, false when there are
 * no more.  Lines come without blanks around; the first may be empty.
 */
bool ch_deb822_word(struct ch_span *left, struct ch_span *word);
bool ch_deb822_line(struct ch_span *left, struct ch_span *line);

#endif
