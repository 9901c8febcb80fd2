/*
 * Source packages that go with binary ones.
 *
 * A source package of type apt ("apt":{"kind":"source"}, or architecture
 * source) belongs to a binary of the same repository whose "apt.source" and
 * "apt.source_version" are its name and version; a binary without these was
 * built from a source of its own name, or version.
 *
 * ch_sources_note() for each binary that is kept, ch_sources_hold() for each
 * source, in any order; ch_sources_finish(), then ch_sources_next() until it
 * says CH_END: the held lines, and whether a binary was built from each.
 *
 * Memory holds a digest for each source of a binary; the lines go to a file,
 * see rules_spill.h.
 */

#ifndef CH_RULES_SOURCE_H
#define CH_RULES_SOURCE_H

#include "digest_set.h"
#include "rules_spill.h"

/* A zeroed one is empty. */
struct ch_source_match {
	struct ch_digest_set built; /* repository, source, version */
	struct ch_rules_spill held; /* sources, as they came */
	struct ch_buf text;         /* what is digested */
	struct ch_buf part;         /* of it, decoded */
	struct ch_record record;    /* the current held one */
};

/* A source package of type apt. */
bool ch_rules_is_source(struct ch_record *r);

void ch_sources_note(struct ch_source_match *s, struct ch_record *binary);
bool ch_sources_hold(struct ch_source_match *s, const struct ch_record *source,
    struct ch_err *err) CH_MUST_CHECK;
bool ch_sources_finish(
    struct ch_source_match *s, struct ch_err *err) CH_MUST_CHECK;
/* The record is s->record until the next call. */
enum ch_next ch_sources_next(struct ch_source_match *s, bool *matches_out,
    struct ch_err *err) CH_MUST_CHECK;
void ch_sources_free(struct ch_source_match *s);

#endif
