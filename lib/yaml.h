/*
 * YAML documents, by libyaml's events, into a tree that keeps its places.
 *
 * A scalar stays text: whether 1.10 is a number is for the reader to say, who
 * knows what he expects.  ch_yaml_json() is for values of which nothing is
 * known.  Refused: anchors, aliases, merge keys, keys that are no scalars,
 * the same key twice in a map, depth over 64, a scalar over 1 MiB, a NUL in
 * a scalar, more than CH_YAML_NODES values.  Tags are ignored, but !!str,
 * which is as good as quotes.
 */

#ifndef CH_YAML_H
#define CH_YAML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "json.h"

#define CH_YAML_DEPTH  64
#define CH_YAML_SCALAR ((size_t)1 << 20)
#define CH_YAML_NODES  ((size_t)1 << 20)

enum ch_yaml_kind {
	CH_YAML_TEXT, /* a scalar */
	CH_YAML_LIST, /* a sequence */
	CH_YAML_MAP   /* a mapping */
};

struct ch_yaml {
	enum ch_yaml_kind kind;
	char *key;              /* its name in a map, else NULL */
	char *text;             /* a scalar's, else NULL */
	bool is_plain;          /* a scalar without quotes */
	const char *file;       /* the name given to the parse */
	size_t line;            /* from 1; a member's key */
	size_t column;          /* from 1; a member's key */
	struct ch_yaml **items; /* elements or members, owned */
	size_t count;           /* items in use */
	size_t cap;             /* items allocated */
};

/*
 * All documents of text as the items of a list.  name is for messages, is
 * borrowed, and outlives the tree.  NULL with CH_MALFORMED and
 * "name:line:column: why".
 */
struct ch_yaml *ch_yaml_parse(const char *text, size_t len, const char *name,
    struct ch_err *err) CH_MUST_CHECK;
void ch_yaml_free(struct ch_yaml *y);

/* Member of a map, or NULL; y may be NULL. */
struct ch_yaml *ch_yaml_get(const struct ch_yaml *y, const char *key);
/* Appends child, which belongs to y from now on. */
void ch_yaml_append(struct ch_yaml *y, struct ch_yaml *child);
/* An empty list or map at the place of another node. */
struct ch_yaml *ch_yaml_make(
    enum ch_yaml_kind kind, const struct ch_yaml *place) CH_MUST_CHECK;

/* Null, ~ or nothing at all, without quotes. */
bool ch_yaml_is_null(const struct ch_yaml *y);
/* True, false, yes, no, on, off without quotes. */
bool ch_yaml_bool(const struct ch_yaml *y, bool *out);
/* A decimal number without quotes, at most 2^53 away from 0. */
bool ch_yaml_int(const struct ch_yaml *y, int64_t *out);
/* What it is, for messages: "text", "a number", "a list", "a map". */
const char *ch_yaml_word(const struct ch_yaml *y);

/*
 * Plain true and false are booleans, plain decimal integers numbers, plain
 * null is null; all else, 1.10 included, is a string.
 */
struct ch_json *ch_yaml_json(const struct ch_yaml *y) CH_MUST_CHECK;

/* Fills err in with "file:line:column: " in front; returns false. */
bool ch_yaml_fail(struct ch_err *err, const struct ch_yaml *place,
    enum ch_status status, const char *fmt, ...) CH_PRINTF(4, 5);

#endif
