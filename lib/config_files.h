/*
 * Which files a configuration is made of, and their YAML as one tree.
 *
 * The documents of the main file are joined: repositories and views add up,
 * another key may stand in one document only.  What include names may hold
 * repositories and views, nothing else.  A file that is named and missing is
 * an error.
 */

#ifndef CH_CONFIG_FILES_H
#define CH_CONFIG_FILES_H

#include "str.h"
#include "yaml.h"

#define CH_CONFIG_MAX ((size_t)16 << 20)

struct ch_config_files {
	struct ch_list names; /* the main file first; nodes borrow these */
	struct ch_yaml *root; /* a map, also without a file */
};

/* path: of --config, or NULL.  Free it also after a failure. */
bool ch_config_files_load(struct ch_config_files *f, const char *path,
    struct ch_err *err) CH_MUST_CHECK;
void ch_config_files_free(struct ch_config_files *f);

#endif
