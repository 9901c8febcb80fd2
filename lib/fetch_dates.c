/* Upstream's own dates: has it expired, is it of a time that is not yet? */
#include <time.h>

#include "fetch_parts.h"
#include "log.h"
#include "ref.h"

#include "banned.h"

/* As apt allows: clocks differ. */
#define AHEAD_S 10

/* Refused where signatures are verified, told where they are not. */
static bool
judge(const struct ch_fetch *f, struct ch_err *err)
{
	if (ch_trust_has_dates(&f->trust))
		return false;
	ch_warn("%s", err->text);
	return true;
}

static bool
take(const struct ch_fetch *f, struct ch_record *repo, const char *key,
    int64_t *when)
{
	const char *text = ch_record_string(repo, key);

	if (text == NULL)
		return false;
	if (ch_ref_time(text, when))
		return true;
	ch_warn("%s: upstream's \"%s\" is '%s', which is no date: it is not "
		"checked",
	    f->repo, key, text);
	return false;
}

bool
ch_fetch_is_always_read(struct ch_record *repo)
{
	const char *text = ch_record_string(repo, "expires");
	int64_t when;

	return text != NULL && ch_ref_time(text, &when) && when == 0;
}

bool
ch_fetch_check_dates(
    const struct ch_fetch *f, struct ch_record *repo, struct ch_err *err)
{
	int64_t now = (int64_t)time(NULL);
	int64_t when;

	if (!ch_fetch_is_always_read(repo) && take(f, repo, "expires", &when) &&
	    when <= now) {
		(void)ch_fail(err, CH_UNTRUSTED,
		    "%s: upstream's metadata expired at %s: it is no longer "
		    "kept up, or an old state of it is served; to use it all "
		    "the same say verify.check_dates: false",
		    f->repo, ch_record_string(repo, "expires"));
		if (!judge(f, err))
			return false;
	}
	if (take(f, repo, "date", &when) && when > now + AHEAD_S) {
		(void)ch_fail(err, CH_UNTRUSTED,
		    "%s: upstream's date %s is in the future: its clock or "
		    "this one is wrong; to use it all the same say "
		    "verify.check_dates: false",
		    f->repo, ch_record_string(repo, "date"));
		return judge(f, err);
	}
	return true;
}
