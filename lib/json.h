/*
 * Whole JSON documents: configuration, manifests, foreign JSON (on jansson).
 *
 * Records do not pass through here, see record.h.  A struct ch_json is one
 * value; what the parse, load and make functions return is owned and freed
 * with ch_json_free(), what get and at return is borrowed from it.  Every
 * getter accepts NULL and answers as if the member were absent, so that
 * chains need no checks.  Depth is at most 64, duplicate keys are refused.
 */

#ifndef CH_JSON_H
#define CH_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "mem.h"

struct ch_json;

/* name is for messages; CH_MALFORMED with line and column when it is none. */
struct ch_json *ch_json_parse(const char *text, size_t len, const char *name,
    struct ch_err *err) CH_MUST_CHECK;
/* A file of at most max bytes. */
struct ch_json *ch_json_load(
    const char *path, size_t max, struct ch_err *err) CH_MUST_CHECK;
struct ch_json *ch_json_copy(const struct ch_json *j) CH_MUST_CHECK; /* deep */
void ch_json_free(struct ch_json *j);

enum ch_json_type {
	CH_JSON_NULL, /* null, or no value at all */
	CH_JSON_BOOL,
	CH_JSON_INT,
	CH_JSON_REAL,
	CH_JSON_STRING,
	CH_JSON_ARRAY,
	CH_JSON_OBJECT
};

enum ch_json_type ch_json_type(const struct ch_json *j);
const char *ch_json_type_name(enum ch_json_type type);

/* Member of an object, or NULL. */
const struct ch_json *ch_json_get(const struct ch_json *j, const char *key);
/* Member by path, "download.timeout": one name a level. */
const struct ch_json *ch_json_path(const struct ch_json *j, const char *path);
/* Elements of an array or members of an object; 0 for anything else. */
size_t ch_json_count(const struct ch_json *j);
const struct ch_json *ch_json_at(const struct ch_json *j, size_t index);
/* The index-th member's name of an object, in insertion order. */
const char *ch_json_key_at(const struct ch_json *j, size_t index);
const struct ch_json *ch_json_value_at(const struct ch_json *j, size_t index);

const char *ch_json_string(const struct ch_json *j); /* NULL: no string */
const char *ch_json_string_or(const struct ch_json *j, const char *fallback);
bool ch_json_true(const struct ch_json *j);
bool ch_json_bool_or(const struct ch_json *j, bool fallback);
bool ch_json_int(const struct ch_json *j, int64_t *out);
int64_t ch_json_int_or(const struct ch_json *j, int64_t fallback);

struct ch_json *ch_json_make_object(void);
struct ch_json *ch_json_make_array(void);
struct ch_json *ch_json_make_string(const char *s); /* UTF-8 */
struct ch_json *ch_json_make_int(int64_t n);
struct ch_json *ch_json_make_bool(bool b);
struct ch_json *ch_json_make_null(void);
/* Take ownership of value. */
void ch_json_set(
    struct ch_json *object, const char *key, struct ch_json *value);
void ch_json_append(struct ch_json *array, struct ch_json *value);
void ch_json_remove(struct ch_json *object, const char *key);

/* Appends compact text; sorted orders members by name (for digests). */
void ch_json_print(const struct ch_json *j, bool sorted, struct ch_buf *out);
/* Appends indented text for people. */
void ch_json_print_pretty(const struct ch_json *j, struct ch_buf *out);

#endif
