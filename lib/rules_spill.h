/*
 * Lines of packages that wait for the end of the input, in a file without a
 * name: it vanishes with the process.
 *
 * A zeroed one is empty; ch_rules_spill_add(), then ch_rules_spill_rewind()
 * once, then ch_rules_spill_next() until it says CH_END: the lines as they
 * came. ch_rules_spill_free() at any time.  The file is in $TMPDIR, else
 * /var/tmp.
 */

#ifndef CH_RULES_SPILL_H
#define CH_RULES_SPILL_H

#include "io.h"
#include "record.h"

struct ch_rules_spill {
	bool is_open;      /* there is a file */
	bool is_read;      /* rewound: in has it */
	struct ch_out out; /* to it */
	struct ch_in in;   /* from it */
};

bool ch_rules_spill_add(struct ch_rules_spill *s, const struct ch_record *r,
    struct ch_err *err) CH_MUST_CHECK;
bool ch_rules_spill_rewind(
    struct ch_rules_spill *s, struct ch_err *err) CH_MUST_CHECK;
/* A line without its LF, borrowed until the next call. */
enum ch_next ch_rules_spill_next(struct ch_rules_spill *s, struct ch_span *line,
    struct ch_err *err) CH_MUST_CHECK;
void ch_rules_spill_free(struct ch_rules_spill *s);

#endif
