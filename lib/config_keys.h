/*
 * The table of configuration keys: what chantal-config(5) lists, --schema
 * prints, and the check of lib/config checks.  A key that is not here is an
 * error in a configuration; a new one is a row in config_keys.c.
 *
 * A key belongs to a block.  The document itself is the block "", others are
 * named by their path as people write it: "ssl", "repositories",
 * "filters.patterns".  One block may be used in several places: ssl is both
 * at the top and in a repository.
 */

#ifndef CH_CONFIG_KEYS_H
#define CH_CONFIG_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mem.h"

enum ch_key_type {
	CH_KEY_TEXT,   /* a string */
	CH_KEY_BOOL,   /* true or false */
	CH_KEY_INT,    /* an integer from min to max */
	CH_KEY_SIZE,   /* bytes, "64M" allowed */
	CH_KEY_CHOICE, /* one of the words in of, "a|b" */
	CH_KEY_NAME,   /* fit for a folder name, see path.h */
	CH_KEY_REGEX,  /* a pattern that compiles */
	CH_KEY_DATE,   /* a date, with or without a time and a zone */
	CH_KEY_MAP,    /* names of any kind to strings */
	CH_KEY_BLOCK   /* the block named by of */
};

#define CH_KEY_LIST     0x01U /* a list of such values */
#define CH_KEY_REQUIRED 0x02U /* its block is wrong without it */
#define CH_KEY_SECRET   0x04U /* never printed */
#define CH_KEY_URL      0x08U /* may carry user and password */
#define CH_KEY_IGNORED  0x10U /* accepted, without effect, said so */
#define CH_KEY_LEGACY   0x20U /* an old spelling, see of */

struct ch_key {
	const char *block;     /* where it stands, "" for the top */
	const char *name;      /* as it is written */
	enum ch_key_type type; /* what it takes */
	unsigned flags;        /* CH_KEY_* */
	const char *of;        /* choices, block name, new spelling */
	const char *fallback;  /* filled in, as text, or NULL */
	int64_t min;           /* of an INT */
	int64_t max;           /* of an INT, 0: no limit given */
	const char *help;      /* half a sentence for the page */
};

/* The row with this index, or NULL behind the last; order is the page's. */
const struct ch_key *ch_key_at(size_t index);
/* A block's key by name, or NULL. */
const struct ch_key *ch_key_find(const char *block, const char *name);
/* "repositories.id"; what messages and pages call it; owned. */
char *ch_key_full_name(const struct ch_key *key) CH_MALLOC;
/* "text", "true or false", "list of patterns": for messages and the page. */
const char *ch_key_type_name(const struct ch_key *key);

#endif
