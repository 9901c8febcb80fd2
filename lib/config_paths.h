/*
 * Where things are: the folders of ch_config_path(), all of them absolute.
 */

#ifndef CH_CONFIG_PATHS_H
#define CH_CONFIG_PATHS_H

#include "json.h"

enum ch_folder {
	CH_FOLDER_BASE, /* first: others are below it */
	CH_FOLDER_POOL,
	CH_FOLDER_CATALOG,
	CH_FOLDER_CACHE,
	CH_FOLDER_PUBLISHED,
	CH_FOLDER_TREES,
	CH_FOLDER_VIEWS,
	CH_FOLDER_COUNT
};

struct ch_config_paths {
	char *paths[CH_FOLDER_COUNT]; /* owned */
};

/* From the "storage" of root, which then names all that has a key there. */
void ch_config_paths_set(struct ch_config_paths *p, struct ch_json *root);
/* By short name; NULL when there is no such folder. */
const char *ch_config_paths_get(
    const struct ch_config_paths *p, const char *name);
void ch_config_paths_free(struct ch_config_paths *p);

#endif
