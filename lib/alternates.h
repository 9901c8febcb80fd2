/*
 * Alternates: folders that have the same files, as lists of mirrors say.
 *
 * A repo record's "mirrors" names them.  ch_alternates_take() keeps those of
 * each repository; ch_alternates_url() then tells where else the content of a
 * URL is that lies below one of them.  Who asks there has to check what comes:
 * only a content with a digest has alternates.  A zeroed struct is valid and
 * empty; ch_alternates_free() at the end.
 */

#ifndef CH_ALTERNATES_H
#define CH_ALTERNATES_H

#include "record.h"

#define CH_ALTERNATES_MAX       32   /* of a repository */
#define CH_ALTERNATES_URL_MAX   1024 /* bytes */
#define CH_ALTERNATES_REPOS_MAX 256  /* more have none */

struct ch_alternates_of {
	char *repo;           /* id of the repository */
	struct ch_list bases; /* URLs that end in "/" */
};

struct ch_alternates {
	struct ch_alternates_of *items; /* owned */
	size_t count;                   /* in use */
};

/* Those of a repo record, instead of what was known of its repository. */
bool ch_alternates_take(struct ch_alternates *a, struct ch_record *r,
    struct ch_err *err) CH_MUST_CHECK;
/* The nth other place of url, from 0; the caller's.  NULL: there is none. */
char *ch_alternates_url(const struct ch_alternates *a, const char *repo,
    const char *url, size_t n) CH_MUST_CHECK;
void ch_alternates_free(struct ch_alternates *a);

#endif
