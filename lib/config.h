/*
 * The configuration: YAML files into one checked JSON document.
 *
 * ch_config_load() reads the file and what it includes, checks every key
 * against the table of config_keys.h, fills in defaults, and builds each
 * repository's block: where a repository has no proxy, ssl, gpg, verify,
 * download or cache block of its own, it gets the whole global one.  Every
 * error names file, line and column and has the status CH_USAGE.
 *
 * A repository's block always has id, type, name, mode ("mirror", "filtered",
 * "hosted"), enabled and feed ("" when hosted).  Inside a block that is
 * present, keys with a default are filled in; a block that was not written
 * stays absent, and its reader applies the defaults of chantal-config(5).
 *
 * Secrets are in the blocks as they were written.  What is printed, stored or
 * handed to a plugin goes through ch_config_redacted() or ch_config_digest().
 *
 * All that these functions return without a word on ownership is borrowed
 * from the configuration, until ch_config_free().
 */

#ifndef CH_CONFIG_H
#define CH_CONFIG_H

#include "err.h"
#include "hash.h"
#include "json.h"

struct ch_config;

/*
 * path is that of --config, or NULL: then $CHANTAL_CONFIG (which must exist),
 * /etc/chantal/config.yaml, ~/.config/chantal/config.yaml, ./config.yaml, and
 * when there is none of them the built-in defaults.  NULL when it fails.
 */
struct ch_config *ch_config_load(
    const char *path, struct ch_err *err) CH_MUST_CHECK;
void ch_config_free(struct ch_config *cfg);
/* Says on stderr which keys have no effect, and who may read the secrets. */
void ch_config_warn(const struct ch_config *cfg);

/* The file that was read; NULL for the built-in defaults. */
const char *ch_config_file(const struct ch_config *cfg);
/*
 * The whole document: "repositories" and "views" are arrays, maybe empty;
 * "storage" has the four folders as ch_config_path() answers them.
 */
const struct ch_json *ch_config_root(const struct ch_config *cfg);
/* One repository's block; CH_USAGE with the nearest id when there is none. */
const struct ch_json *ch_config_repo(const struct ch_config *cfg,
    const char *id, struct ch_err *err) CH_MUST_CHECK;
/*
 * One view: name, repos, description, publish_path, policy, metadata, the
 * block of its type; filled in are type, and gpg, which is the global one
 * unless it has its own.
 */
const struct ch_json *ch_config_view(const struct ch_config *cfg,
    const char *name, struct ch_err *err) CH_MUST_CHECK;
/*
 * A folder by its short name: base, pool, catalog, cache, published, trees,
 * views.  From storage.*, else below base; base is storage.base_path, else
 * $CHANTAL_HOME, else /var/lib/chantal where that may be written, else
 * ~/.local/share/chantal.  published is storage.published_path, else
 * $CHANTAL_HOME/published, else /var/www/repos where that may be written,
 * else base/published.  All of them are absolute.  NULL for another name.
 */
const char *ch_config_path(const struct ch_config *cfg, const char *name);
/* What an option named instead, or that folder. */
const char *ch_config_folder(
    const struct ch_config *cfg, const char *given, const char *name);
/* "FILE:LINE:COLUMN" of a key in a repository, "filters.patterns"; owned. */
char *ch_config_where(
    const struct ch_config *cfg, const char *id, const char *key);

/*
 * Checks a repository's own type block (the one named like its type) against
 * the JSON Schema that the plugin's describe gives, resolves plain scalars by
 * it ("1.10" stays a string where one is expected), and fills in its
 * defaults.  Schema words understood: type, properties, required,
 * additionalProperties, items, enum, minimum, maximum, minItems, pattern,
 * default; others are ignored.
 */
bool ch_config_check_type(struct ch_config *cfg, const char *id,
    const struct ch_json *schema, struct ch_err *err) CH_MUST_CHECK;

/* The same for a view, of which nothing is required. */
bool ch_config_check_view_type(struct ch_config *cfg, const char *name,
    const struct ch_json *schema, struct ch_err *err) CH_MUST_CHECK;

/* What a struct ch_json of ours is. */
enum ch_config_block {
	CH_CONFIG_ROOT, /* from ch_config_root() */
	CH_CONFIG_REPO, /* from ch_config_repo() */
	CH_CONFIG_VIEW  /* from ch_config_view() */
};

/* Its name in the table of keys: "", "repositories", "views". */
const char *ch_config_block_name(enum ch_config_block what);

/* A copy with "***" for every secret and every URL's userinfo; owned. */
struct ch_json *ch_config_redacted(
    const struct ch_json *block, enum ch_config_block what) CH_MUST_CHECK;
/*
 * The record field "config": the SHA-256 of a repository's block, secrets
 * left out, members sorted.
 */
void ch_config_digest(const struct ch_json *repo, char hex[CH_SHA256_HEX + 1]);

#endif
