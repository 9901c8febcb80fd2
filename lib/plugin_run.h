/*
 * Running one verb of a plugin.
 *
 * ch_plugin_start(), ch_plugin_feed() as often as there is something for its
 * stdin, ch_plugin_finish() to close stdin, read what is left and judge how it
 * ended; or ch_plugin_abort() to end it at once.  Both free the run.  While it
 * is fed its output is read, so neither side can block the other; on_line is
 * called with each line of its stdout, from within feed and finish.
 *
 * A plugin runs in a process group of its own, without network where the
 * kernel allows that, and with an environment of its own: PATH (absolute
 * folders of ours), LANG=C.UTF-8, TZ=UTC, HOME and TMPDIR below scratch, and
 * SOURCE_DATE_EPOCH when it is set.  Lines of its stderr become messages with
 * its type in front; "debug:", "info:" and "warning:" set their level.  When
 * nothing is read from or written to it for timeout_s seconds, when it prints
 * too much, or when on_line fails, its group gets TERM, and KILL a little
 * later; whatever of its group is left when it ends is killed too.
 *
 * A plugin that fails is reported with its own status when that is one of
 * ours (enum ch_status), else CH_MALFORMED, and with the last line that it
 * printed to stderr, or that it failed without a word.
 */

#ifndef CH_PLUGIN_RUN_H
#define CH_PLUGIN_RUN_H

#include <stdint.h>

#include "plugin.h"

struct ch_plugin_run;

struct ch_plugin_run_options {
	const char *const *args; /* the verb and its options, NULL-ended */
	const char *scratch;     /* private folder, or NULL */
	uint64_t max_bytes;      /* of its stdout, 0: 16 GiB */
	/* a line of its stdout without LF, numbered from 1 */
	bool (*on_line)(void *ctx, struct ch_span line, uint64_t number,
	    struct ch_err *err);
	void *ctx; /* for on_line */
};

/* plugin and options are borrowed until the run has ended. */
struct ch_plugin_run *ch_plugin_start(const struct ch_plugin *plugin,
    const struct ch_plugin_run_options *options,
    struct ch_err *err) CH_MUST_CHECK;
/*
 * Bytes for its stdin.  After a failure the run has ended; it still has to be
 * freed by ch_plugin_abort().
 */
bool ch_plugin_feed(struct ch_plugin_run *run, const void *data, size_t len,
    struct ch_err *err) CH_MUST_CHECK;
bool ch_plugin_finish(
    struct ch_plugin_run *run, struct ch_err *err) CH_MUST_CHECK;
/* NULL is accepted. */
void ch_plugin_abort(struct ch_plugin_run *run);

/* Start, feed input (may be NULL), finish. */
bool ch_plugin_call(const struct ch_plugin *plugin,
    const struct ch_plugin_run_options *options, const struct ch_buf *input,
    struct ch_err *err) CH_MUST_CHECK;

#endif
