/*
 * The filter stage: package records that the rules keep, from stdin to stdout.
 *
 * Fill in a struct ch_filter_options, then ch_filter_run().  Records other
 * than packages pass; a package passes its part of the stream, the rules,
 * latest, and then the program, in this order.
 */

#ifndef CH_FILTER_H
#define CH_FILTER_H

#include "rules.h"
#include "shard.h"

struct ch_filter_options {
	struct ch_rules *rules;     /* borrowed */
	const char *const *program; /* argv of --through, or NULL */
	struct ch_shard shard;      /* count 0: the whole stream */
	bool explains;              /* name what is dropped on stderr */
};

/* The exit status; err is filled in when it is neither 0 nor 1. */
int ch_filter_run(
    const struct ch_filter_options *options, struct ch_err *err) CH_MUST_CHECK;

#endif
