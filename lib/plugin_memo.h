/*
 * What plugins said, kept below the cache: of themselves in "describe/TYPE".
 *
 * An answer counts as long as the executable is the very file that gave it, by
 * path, device, inode, size and both of its times.  One that was changed in the
 * last seconds is not kept, as a second change might not be told from the
 * first.  A cache that others may write to, or that is not there, is left
 * alone; nothing here fails.
 */

#ifndef CH_PLUGIN_MEMO_H
#define CH_PLUGIN_MEMO_H

#include <stdbool.h>
#include <time.h>

#include "plugin.h"
#include "str.h"

#define CH_DESCRIBE_MAX ((size_t)1 << 20)

/*
 * What tells the executable from any other, and from itself changed; false
 * when it was not yet as it is some time before that.
 */
bool ch_plugin_identify(
    const struct ch_plugin *p, time_t that, struct ch_buf *line) CH_MUST_CHECK;
/*
 * Where an answer of a kind is kept, "describe/TYPE"; NULL when it cannot be
 * kept.  Its folder is made if asked for.  Owned by the caller.
 */
char *ch_plugin_memo_place(
    const char *cache, const char *kind, const char *name, bool make);
/* What p->path answered before, into text; false when it has to be asked. */
bool ch_plugin_recall(
    const struct ch_plugin *p, const char *cache, struct ch_buf *text);
/* asked: when it began to answer. */
void ch_plugin_remember(const struct ch_plugin *p, const char *cache,
    time_t asked, const struct ch_buf *text);

#endif
