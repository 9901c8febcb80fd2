/*
 * One record of a stream: a JSON object on a line, chantal-record(5).
 *
 * A record is its raw line and the spans of its top-level members; no tree is
 * built.  ch_record_parse() checks all of it (RFC 8259 grammar, UTF-8, depth
 * 64, no duplicate names at any level), so that what passes through unchanged
 * is sound.  Getters decode a member when asked; setters replace the span of
 * one member and leave the other bytes as they are.
 *
 * A record is parsed again and again in place; ch_record_free() at the end.
 * The line is borrowed and must stay until the next parse.  What getters
 * return is borrowed from the record until the next parse or set.
 */

#ifndef CH_RECORD_H
#define CH_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "err.h"
#include "io.h"
#include "mem.h"
#include "str.h"

enum ch_kind {
	CH_KIND_OTHER, /* unknown: passes through */
	CH_KIND_REPO,
	CH_KIND_PACKAGE,
	CH_KIND_FILE,
	CH_KIND_REJECT,
	CH_KIND_END,
	CH_KIND_WANT,   /* only between plugin and host */
	CH_KIND_PROBLEM /* only from a plugin's check-tree */
};

struct ch_member {
	struct ch_span key;   /* between the quotes, undecoded */
	struct ch_span value; /* raw JSON, no blanks around it */
	bool has_escape;      /* a string in it may have one */
	unsigned char field;  /* what it is checked for, 0: not yet known */
};

#define CH_SLOTS 128

struct ch_record {
	struct ch_span line;       /* as it was read, borrowed */
	enum ch_kind kind;         /* from "record" */
	struct ch_member *members; /* in order; owned array */
	size_t count;              /* members in use */
	struct ch_buf shape;       /* how the last line's names stood there */
	size_t shape_count;        /* names in it, 0: none */
	uint16_t slots[CH_SLOTS];  /* number of a member by its hash, or 0 */
	size_t cap;                /* members allocated */
	bool is_changed;           /* line is no longer the record */
	char *room;                /* short texts set or decoded, owned */
	size_t room_len;           /* of it, in use */
	struct ch_list owned;      /* the long ones */
	struct ch_buf text;        /* scratch, for one that is made */
	struct ch_span *keys;      /* scratch of the scanner, owned */
	size_t key_cap;            /* of these, allocated */
};

/* False with CH_MALFORMED; the text says what and at which byte. */
bool ch_record_parse(
    struct ch_record *r, struct ch_span line, struct ch_err *err) CH_MUST_CHECK;
/* An empty record of a kind, to be filled with setters. */
void ch_record_start(struct ch_record *r, enum ch_kind kind);
void ch_record_free(struct ch_record *r);

/* The raw member, or NULL. */
const struct ch_member *ch_record_member(
    const struct ch_record *r, struct ch_span key);

static inline const struct ch_member *
ch_record_find(const struct ch_record *r, const char *key)
{
	return ch_record_member(r, (struct ch_span){ key, strlen(key) });
}

/*
 * The decoded string, NUL-terminated in the record's memory; NULL when the
 * member is absent, is no string, or holds U+0000.
 */
const char *ch_record_string(struct ch_record *r, const char *key);
/* The same without a copy when nothing is escaped; len 0 data NULL: absent. */
struct ch_span ch_record_span(struct ch_record *r, const char *key);
/* An integer 0 to 2^53; false when absent or not one. */
bool ch_record_uint(const struct ch_record *r, const char *key, uint64_t *out);
bool ch_record_true(const struct ch_record *r, const char *key);
/* The like with an error that names the member, for what is required. */
bool ch_record_need_string(struct ch_record *r, const char *key,
    const char **out, struct ch_err *err) CH_MUST_CHECK;
/*
 * A member of a member, by path: "apt.section".  Raw JSON; data NULL when
 * absent.  Each name is one level; a top-level member with exactly this name
 * (dots included) wins.
 */
struct ch_span ch_record_lookup(const struct ch_record *r, const char *path);

void ch_record_set_string(
    struct ch_record *r, const char *key, const char *value);
void ch_record_set_uint(struct ch_record *r, const char *key, uint64_t value);
/* json is valid compact JSON; copied. */
void ch_record_set_raw(struct ch_record *r, const char *key, const char *json);
void ch_record_remove(struct ch_record *r, const char *key);

/* The line, LF included: the raw one when nothing changed. */
bool ch_record_write(const struct ch_record *r, struct ch_out *out,
    struct ch_err *err) CH_MUST_CHECK;
void ch_record_print(const struct ch_record *r, struct ch_buf *out);
/*
 * As the catalog stores it: compact, record, repo, name, arch, version, path
 * first and in this order, the others behind in theirs; LF included.
 */
void ch_record_print_canonical(const struct ch_record *r, struct ch_buf *out);

/* Checks of one kind's own fields: types, ranges, path, sha256, url. */
bool ch_record_check(struct ch_record *r, struct ch_err *err) CH_MUST_CHECK;

const char *ch_kind_name(enum ch_kind kind);

/* One JSON value: raw span helpers that records and others share. */
/* Checks a whole value; false with CH_MALFORMED. */
bool ch_json_check(struct ch_span text, struct ch_err *err) CH_MUST_CHECK;
/* Decodes a raw string value into out; false when it is no string. */
bool ch_json_decode(struct ch_span value, struct ch_buf *out) CH_MUST_CHECK;
/* Appends s as a JSON string; bytes that are not UTF-8 become U+FFFD. */
void ch_json_quote(struct ch_buf *out, const char *s, size_t len);
/* The same, but false and nothing appended where there are such bytes. */
bool ch_json_quote_utf8(
    struct ch_buf *out, const char *s, size_t len) CH_MUST_CHECK;
/* Calls fn for each element of a raw array or each member of a raw object. */
bool ch_json_each(struct ch_span value,
    bool (*fn)(void *ctx, struct ch_span key, struct ch_span value,
	struct ch_err *err),
    void *ctx, struct ch_err *err) CH_MUST_CHECK;

#endif
