/*
 * The newest versions: what is left of many package records when only so many
 * versions of each name and architecture are kept.
 *
 * ch_latest_new(), ch_latest_see() for each repo record, ch_latest_add() for
 * each package record, ch_latest_finish(), then ch_latest_next() until it says
 * CH_END: the kept lines, as they came and in the order in which they came.
 * ch_latest_free() at any time.
 *
 * Records of one repository, name and architecture are a group (helm charts:
 * repository and name).  Its versions are ordered by the order that was asked
 * for, else by that of a built-in type, else by the "version_order" of the
 * repo record, else by byte order of "vkey"; where there is none of these,
 * ch_latest_finish() fails with CH_USAGE.  Records with the same version text
 * are one version and stay or go together; versions that the order holds equal
 * are told apart by byte order.  What is no version in its order is the
 * oldest.  So the result does not depend on the order of the input.  Records
 * that are released together, as in a module stream, are chosen together, see
 * rules_group.h, and do not count among those of their name.
 *
 * Memory holds the name, architecture and version of each record added; the
 * lines go to an unlinked file in $TMPDIR, else /var/tmp.
 */

#ifndef CH_RULES_LATEST_H
#define CH_RULES_LATEST_H

#include "io.h"
#include "record.h"
#include "version.h"

struct ch_latest;

/* For each record that goes; strings are borrowed. */
typedef void (*ch_latest_fn)(
    void *ctx, const char *name, const char *version, const char *arch);

/* keep is 1 or more; order may be NULL. */
struct ch_latest *ch_latest_new(uint64_t keep, const struct ch_order *order);
void ch_latest_see(struct ch_latest *l, struct ch_record *repo);
bool ch_latest_add(struct ch_latest *l, struct ch_record *package,
    struct ch_err *err) CH_MUST_CHECK;
/* No more will come; on_drop may be NULL. */
bool ch_latest_finish(struct ch_latest *l, ch_latest_fn on_drop, void *ctx,
    struct ch_err *err) CH_MUST_CHECK;
/* A line without its LF, borrowed until the next call. */
enum ch_next ch_latest_next(struct ch_latest *l, struct ch_span *line,
    struct ch_err *err) CH_MUST_CHECK;
void ch_latest_free(struct ch_latest *l);

#endif
