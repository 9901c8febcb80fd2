/*
 * Rules of filters.rpm that look at what a package belongs to: streams of
 * modules and advisories.
 *
 * A package in no stream, or in no advisory, is not asked.  One that is in
 * several is kept when one of them suits; a stream is NAME:STREAM, or NAME for
 * all of a module.  What an advisory has to be has to be true of one and the
 * same advisory.
 */

#ifndef CH_RULES_RPM_H
#define CH_RULES_RPM_H

#include "rules_parts.h"

/* The blocks filters.rpm.streams and filters.rpm.advisories. */
bool ch_rules_add_rpm(struct ch_rules *rules, const struct ch_json *filters,
    struct ch_err *err) CH_MUST_CHECK;
/* False with why filled in when they speak against r. */
bool ch_rules_check_rpm(struct ch_rules *rules, struct ch_record *r);
void ch_rules_free_rpm(struct ch_rules *rules);

#endif
