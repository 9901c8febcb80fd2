/*
 * The executable of a repository type in C: its command line, and what its
 * verbs share.  Another language knows the same from chantal-plugin(7).
 *
 * main() is one call of ch_verbs_main() with the table of verbs.  It reads the
 * command line, says what is wrong with it, and hands a ch_call to run(),
 * which loads the type's own settings and calls the verb.  verb_list.h,
 * verb_index.h, verb_inspect.h and verb_check_tree.h have what the verbs of
 * these names begin with.
 */

#ifndef CH_VERB_H
#define CH_VERB_H

#include "cli.h"
#include "io.h"
#include "json.h"

/* What a verb cannot do without; these are or-ed. */
enum {
	CH_NEEDS_CONFIG = 1, /* --config FILE */
	CH_NEEDS_META = 2,   /* --meta DIR */
	CH_NEEDS_OUT = 4,    /* --out DIR */
	CH_NEEDS_TREE = 8    /* DIR behind the verb */
};

struct ch_call;

struct ch_verb {
	const char *name; /* as the host says it */
	unsigned needs;   /* CH_NEEDS_…, or-ed */
	bool (*run)(const struct ch_call *c, struct ch_err *err);
};

/* What the command line said. */
struct ch_call {
	const struct ch_verb *verb; /* to be run */
	const char *verbs;          /* "describe","list": names of all */
	const char *config;         /* --config, or NULL */
	const char *meta;           /* --meta, or NULL */
	const char *out_dir;        /* --out, or NULL */
	const char *cache;          /* --cache, or NULL */
	const char *tree;           /* DIR of check-tree, or NULL */
	void *settings;             /* of the type: run()'s own */
	struct ch_out *out;         /* stdout */
};

struct ch_verbs {
	struct ch_cli cli;           /* name, caption, usage, options */
	const struct ch_verb *items; /* a name of NULL ends */
	/* Loads what the verb needs, calls c->verb->run() with a copy. */
	bool (*run)(const struct ch_call *c, struct ch_err *err);
};

/* All of main(); returns the exit status. */
int ch_verbs_main(const struct ch_verbs *verbs, int argc, char **argv);

/* How a repository is kept. */
enum ch_mode { CH_MODE_MIRROR, CH_MODE_FILTERED, CH_MODE_HOSTED };

/* NULL is the fallback, what is not known filtered. */
enum ch_mode ch_mode_named(const char *name, enum ch_mode fallback);

/* What the host's file has for every type; all but json is borrowed of it. */
struct ch_host_config {
	struct ch_json *json;        /* the whole file */
	const struct ch_json *block; /* of the type, or NULL */
	const char *id;              /* of the repository, or "" */
	const char *name;            /* for people */
	const char *feed;            /* where it comes from, or NULL */
	enum ch_mode mode;           /* filtered unless said */
};

/* CH_USAGE: it cannot be read.  json is the caller's to free. */
bool ch_host_config_load(struct ch_host_config *c, const char *type,
    const char *file, struct ch_err *err) CH_MUST_CHECK;

/* Appends ,"key":"value" to a line that is being made. */
void ch_line_member(struct ch_buf *line, const char *key, const char *value);

#endif
