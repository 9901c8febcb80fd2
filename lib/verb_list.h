/*
 * What the verbs list share: the folder of what was fetched so far, and the
 * lines that ask for more or tell what came.
 */

#ifndef CH_VERB_LIST_H
#define CH_VERB_LIST_H

#include "verb.h"

enum ch_fetched {
	CH_FETCHED_HERE,   /* DIR/as */
	CH_FETCHED_ABSENT, /* upstream has none */
	CH_FETCHED_NOT_YET /* not asked for yet */
};

enum ch_fetched ch_fetched_state(const struct ch_call *c, const char *as);
/* DIR/as; the caller's. */
char *ch_fetched_path(const struct ch_call *c, const char *as);
/* All of DIR/as. */
bool ch_fetched_read(const struct ch_call *c, const char *as, size_t max,
    struct ch_buf *out, struct ch_err *err) CH_MUST_CHECK;

/* A file of upstream's that is published, or that the index needs. */
struct ch_listed_file {
	const char *path; /* where; of role "input" its name */
	const char *from; /* which "as" has the bytes */
	const char *role; /* "root", "metadata", "input" */
	bool keep;        /* its name is its content's */
};

/* Its file line. */
bool ch_listed_file_print(const struct ch_call *c,
    const struct ch_listed_file *f, struct ch_err *err) CH_MUST_CHECK;

#endif
