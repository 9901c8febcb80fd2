/*
 * Plugins: one executable per repository type, chantal-plugin(7).
 *
 * ch_plugin_path_init() once, ch_plugin_open() for a type: it finds the
 * executable, refuses one that somebody else could have changed, runs its
 * describe verb, or recalls what it answered, and checks the answer.
 * plugin_run.h runs the other verbs, plugin_line.h checks the lines that they
 * print.  ch_plugin_close() at the end.
 *
 * Searched are the folders of $CHANTAL_PLUGIN_PATH, then the configured ones,
 * then the built-in one, never the current folder.  A plugin is refused when
 * it, its folder or a folder above may be written by others, or belongs to
 * another user than root and the one who runs this.  A type of the built-in
 * folder is not shadowed by another folder unless allows_override is set.
 *
 * Failures are CH_USAGE (not found, refused, not a plugin), CH_MALFORMED (its
 * answer makes no sense) and CH_TEMPORARY (it did not answer in time).
 */

#ifndef CH_PLUGIN_H
#define CH_PLUGIN_H

#include <stdbool.h>

#include "err.h"
#include "json.h"
#include "str.h"

#define CH_PLUGIN_PROTOCOL   1
#define CH_PLUGIN_TIMEOUT_S  300 /* default of plugin_timeout */
#define CH_PLUGIN_DESCRIBE_S 30  /* for describe, always */

enum ch_verb {
	CH_VERB_DESCRIBE,
	CH_VERB_LIST,
	CH_VERB_INDEX,
	CH_VERB_INSPECT,
	CH_VERB_CHECK,
	CH_VERB_CHECK_TREE,
	CH_VERB_UNKNOWN
};

const char *ch_verb_name(enum ch_verb verb); /* "check-tree" */

struct ch_plugin_path {
	struct ch_list folders; /* absolute, searched in this order */
	bool allows_override;   /* built-in types may be shadowed */
	const char *cache;      /* where answers are kept, or NULL */
};

/*
 * configured is plugin_path of the configuration: a string of folders
 * separated by colons, a list of folders, or NULL.
 */
void ch_plugin_path_init(
    struct ch_plugin_path *path, const struct ch_json *configured);
void ch_plugin_path_free(struct ch_plugin_path *path);

struct ch_plugin {
	char *type;               /* its name, and of its block */
	char *path;               /* the executable, absolute */
	const char *version;      /* its own, from describe */
	const char *order;        /* of versions: "deb", "none", … */
	unsigned verbs;           /* 1u << CH_VERB_… it knows */
	unsigned timeout_s;       /* silence that ends it */
	bool is_builtin;          /* it is in the built-in folder */
	struct ch_json *describe; /* its whole answer */
};

/* Zeroes p first; ch_plugin_close() it also after a failure. */
bool ch_plugin_open(struct ch_plugin *p, const struct ch_plugin_path *path,
    const char *type, struct ch_err *err) CH_MUST_CHECK;
/* The same for an executable that is named, "./mytype" too. */
bool ch_plugin_open_file(
    struct ch_plugin *p, const char *file, struct ch_err *err) CH_MUST_CHECK;
void ch_plugin_close(struct ch_plugin *p);

bool ch_plugin_can(const struct ch_plugin *p, enum ch_verb verb);
/* CH_USAGE when it has no such mode: mirror, filtered or hosted. */
bool ch_plugin_check_mode(const struct ch_plugin *p, const char *mode,
    struct ch_err *err) CH_MUST_CHECK;
/* The JSON Schema of its block, or NULL when it has none. */
const struct ch_json *ch_plugin_schema(const struct ch_plugin *p);

/* One executable of the path, for a list of all. */
struct ch_plugin_entry {
	const char *type;    /* its file name */
	const char *path;    /* where it is */
	const char *shadow;  /* path of the one that hides it, or NULL */
	const char *refused; /* why it may not be run, or NULL */
};

/* Calls fn for each in byte order of types, the winner of a type first. */
bool ch_plugin_each(const struct ch_plugin_path *path,
    bool (*fn)(
	void *ctx, const struct ch_plugin_entry *entry, struct ch_err *err),
    void *ctx, struct ch_err *err) CH_MUST_CHECK;

#endif
