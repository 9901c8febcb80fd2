/* What one mirror lacks, another may have. */

#include <string.h>

#include "log.h"
#include "mem.h"
#include "supply_impl.h"

#include "banned.h"

/* By a digest that will be computed: one of another kind says nothing here. */
static bool
is_known_by_digest(const struct ch_fetch *f)
{
	enum ch_hash_kind kind;
	const char *hex;

	return f->sha256 != NULL ||
	       (f->digest != NULL &&
		   ch_digest_parse(f->digest, strlen(f->digest), &kind, &hex));
}

bool
ch_fetch_go_elsewhere(struct ch_fetch *f, const struct ch_supplied *why)
{
	char *url = NULL;

	/* Whatever came from there could not be told from the real one. */
	if (f->supply->alternates != NULL && is_known_by_digest(f))
		url = ch_alternates_url(f->supply->alternates, f->waiters->repo,
		    f->url, f->alternates);
	if (url == NULL)
		return false;
	ch_debug("%s; trying %s", why->message, url);
	if (f->alternates++ == 0) {
		ch_free(f->first);
		f->first = ch_strdup(why->message);
		f->first_code = why->code;
	}
	f->may_retry |= why->may_retry;
	ch_free(f->elsewhere);
	f->elsewhere = url;
	return true;
}

struct ch_supplied
ch_fetch_verdict(
    const struct ch_fetch *f, const struct ch_supplied *why, char **message)
{
	struct ch_supplied what = *why;

	*message = NULL;
	if (f->alternates == 0)
		return what;
	*message =
	    ch_format("%s; %zu other mirror%s tried, the last: %s", f->first,
		f->alternates, f->alternates == 1 ? "" : "s", why->message);
	what.code = f->first_code;
	what.message = *message;
	what.may_retry |= f->may_retry;
	return what;
}

void
ch_fetch_forget_elsewhere(struct ch_fetch *f)
{
	ch_free(f->elsewhere);
	f->elsewhere = NULL;
	f->alternates = 0;
	f->may_retry = false;
}
