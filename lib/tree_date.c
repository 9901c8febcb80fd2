/* The newest date that clients of a tree may have seen. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "log.h"
#include "ref.h"
#include "stream.h"
#include "tree_parts.h"
#include "when.h"

#include "banned.h"

/* Of the first line of a manifest; one that is not there says nothing. */
static bool
read_released(const char *path, uint64_t *released, struct ch_err *err)
{
	struct ch_reader in;
	uint64_t found = 0;
	enum ch_next next;
	int fd;
	int e = ch_open_read(AT_FDCWD, path, &fd);

	if (e == ENOENT)
		return true;
	if (e != 0)
		return ch_fail_errno(err, e, "%s", path);
	ch_reader_init(&in, fd, path);
	next = ch_reader_next(&in, err);
	if (next == CH_ITEM && ch_record_uint(&in.record, "released", &found) &&
	    found > *released)
		*released = found;
	ch_reader_close(&in);
	(void)close(fd);
	return next != CH_ERROR;
}

bool
ch_tree_released(
    const struct ch_target *t, uint64_t *released_out, struct ch_err *err)
{
	*released_out = 0;
	return read_released(t->manifest, released_out, err) &&
	       read_released(t->next, released_out, err);
}

void
ch_plan_take_released(struct ch_manifest *plan, struct ch_record *repo)
{
	const char *date = ch_record_string(repo, "date");
	int64_t when;

	if (date != NULL && ch_ref_time(date, &when) && when > 0 &&
	    (uint64_t)when > plan->released)
		plan->released = (uint64_t)when;
}

void
ch_plan_keep_released(struct ch_manifest *plan, const struct ch_manifest *old)
{
	char is[CH_WHEN_RFC3339_SIZE];
	char was[CH_WHEN_RFC3339_SIZE];

	if (plan->released >= old->released)
		return;
	ch_when_print((int64_t)plan->released, is);
	ch_when_print((int64_t)old->released, was);
	if (plan->released > 0)
		ch_warn("%s: its date %s is older than %s, which clients have "
			"seen: those that compare dates, as apt does, keep "
			"what they have until there is a newer one; only a "
			"tree that is signed here can go back for them",
		    plan->target, is, was);
	plan->released = old->released;
}
