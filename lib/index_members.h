/*
 * The repositories of a view, and its policy: for index_view.c.
 */

#ifndef CH_INDEX_MEMBERS_H
#define CH_INDEX_MEMBERS_H

#include "index.h"
#include "index_claims.h"

struct ch_view_member {
	uint32_t rank; /* in the order of the view */
	int64_t date;  /* of its repo record, -1: none */
	bool is_fixed; /* a mirror with upstream's index */
};

struct ch_members {
	const struct ch_index *x;     /* whose stream */
	const char *policy;           /* its word, borrowed */
	struct ch_view_member *items; /* as x->ids, owned */
	uint32_t last;                /* the one looked up last */
};

/* After the setup is open.  Free it also after a failure. */
bool ch_members_open(struct ch_members *m, const struct ch_index *x,
    enum ch_claim_policy *policy_out, struct ch_err *err) CH_MUST_CHECK;
/* Index of an id in x->ids, of which it is one. */
uint32_t ch_members_number(struct ch_members *m, const char *id);
void ch_members_free(struct ch_members *m);

#endif
