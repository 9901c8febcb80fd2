/*
 * comps (type "group"): groups, categories, environments, which call packages
 * by name.
 *
 * They are copied as they are unless pruning is asked for: clients do with
 * members that are not there.
 */

#ifndef RPM_COMPS_H
#define RPM_COMPS_H

#include "lib/seen.h"
#include "sink.h"

#define CH_COMPS_MAX ((size_t)64 << 20)

struct ch_comps_job {
	const char *path;           /* any compression */
	const char *shown;          /* its name, for messages */
	struct ch_sink *sink;       /* finished by the caller */
	const struct ch_seen *kept; /* names of packages; NULL: copy */
};

struct ch_comps_result {
	uint64_t members; /* packagereq left out */
	uint64_t groups;  /* groups left out */
};

/*
 * A packagereq whose name is not kept goes, then groups that lost their last
 * one, then what refers to those, then categories and environments that lost
 * their last reference.  What was empty before stays, and so do langpacks and
 * the blacklist.
 */
bool ch_comps_cut(const struct ch_comps_job *job,
    struct ch_comps_result *result, struct ch_err *err) CH_MUST_CHECK;

#endif
