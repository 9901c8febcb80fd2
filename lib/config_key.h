/*
 * What a published tree depends on, in one digest: chantal-publish's key.
 *
 * When nothing of it has changed, what would be published again is the tree
 * that is there: this program's version, the generations by their own digests,
 * the block (secrets left out), the plugin's version and path, the keys that
 * sign and upstream's: the bytes of their files, or what gpg lists in its home.
 *
 * What gpg.generate_key makes is not there before: late_key.h.
 */

#ifndef CH_CONFIG_KEY_H
#define CH_CONFIG_KEY_H

#include "config.h"
#include "late_key.h"
#include "str.h"

/* generations: their files; one that cannot be read counts as absent. */
void ch_config_key(const struct ch_config *cfg, const struct ch_json *block,
    enum ch_config_block what, const struct ch_list *generations,
    char key[CH_LATE_KEY_SIZE]);

/* The same of one that is named: by repo, or else by view. */
bool ch_config_key_of(const struct ch_config *cfg, const char *repo,
    const char *view, const struct ch_list *generations,
    char key[CH_LATE_KEY_SIZE], struct ch_err *err) CH_MUST_CHECK;

#endif
