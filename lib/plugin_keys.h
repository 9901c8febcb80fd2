/*
 * The keys of a type's own block of the configuration: one table, from which
 * the type prints its schema and checks the block that it was given.
 */

#ifndef CH_PLUGIN_KEYS_H
#define CH_PLUGIN_KEYS_H

#include "json.h"
#include "mem.h"

enum ch_plugin_key_type {
	CH_PLUGIN_KEY_BOOL,
	CH_PLUGIN_KEY_INT,    /* from min to max */
	CH_PLUGIN_KEY_WORDS,  /* a string, or a list of them */
	CH_PLUGIN_KEY_TEXT,   /* one line, for people */
	CH_PLUGIN_KEY_URL,    /* one line without blanks */
	CH_PLUGIN_KEY_CHOICE, /* one of words */
};

/* A table of these ends with one whose name is NULL. */
struct ch_plugin_key {
	const char *name;             /* below the block */
	enum ch_plugin_key_type type; /* of its value */
	const char *fallback;         /* default as JSON, or NULL */
	const char *const *words;     /* of a choice, NULL ends */
	int64_t min;                  /* of a number */
	int64_t max;                  /* of a number */
	const char *help;             /* a sentence for the schema */
};

/* Every member of block is known and of its type; CH_USAGE names the key. */
bool ch_plugin_keys_check(const struct ch_plugin_key *keys, const char *type,
    const struct ch_json *block, struct ch_err *err) CH_MUST_CHECK;
/* Appends the JSON Schema of the block. */
void ch_plugin_keys_schema(
    const struct ch_plugin_key *keys, struct ch_buf *out);

#endif
