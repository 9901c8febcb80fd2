/* The order of things: recover, read, compare, build, switch. */
#include "tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "late_key.h"
#include "log.h"
#include "mem.h"
#include "tree_parts.h"

#include "banned.h"

#define DAY_S ((uint64_t)24 * 3600)

struct publishing {
	struct ch_target *t;              /* where */
	const struct ch_publish *p;       /* how */
	struct ch_publish_report *report; /* counts */
	struct ch_manifest old;           /* what is published */
	bool has_old;                     /* it was there */
	struct ch_manifest plan;          /* what is to be */
	struct ch_marks marks;            /* of the stream */
};

static uint64_t
now_s(void)
{
	return (uint64_t)time(NULL);
}

/* The date of copies: of the build when it is to be reproducible. */
static uint64_t
stamp_after(uint64_t last, uint64_t now)
{
	const char *epoch = getenv("SOURCE_DATE_EPOCH");
	uint64_t stamp = now;

	if (epoch != NULL && !ch_parse_uint(epoch, CH_MAX_INT, &stamp)) {
		ch_warn("SOURCE_DATE_EPOCH=%s: not a number of seconds, "
			"ignored",
		    epoch);
		stamp = now;
	}
	return stamp > last ? stamp : last + 1;
}

/* The index that was read may have made the key that signs. */
static const char *
settled_key(struct publishing *g)
{
	const char *said = g->p->key;
	char key[CH_LATE_KEY_SIZE];

	if (ch_late_key_is_open(said)) {
		memcpy(key, said, sizeof(key));
		ch_late_key_settle(g->p->home, key);
		said = key;
	}
	return ch_manifest_text(&g->plan, said, strlen(said));
}

static void
fill_head(struct publishing *g)
{
	struct ch_manifest *plan = &g->plan;
	const struct ch_publish *p = g->p;

	plan->target = ch_manifest_text(plan, g->t->path, strlen(g->t->path));
	if (p->key != NULL)
		plan->key = settled_key(g);
	plan->number = g->old.number + 1;
	plan->date = now_s();
	plan->stamp = stamp_after(g->old.stamp, plan->date);
	plan->is_symlink = p->how == CH_SWITCH_AS_BEFORE
			       ? g->old.is_symlink
			       : p->how == CH_SWITCH_SYMLINK;
}

static bool
is_same_identity(const struct publishing *g)
{
	const char *was = g->old.identity;
	const char *is = g->plan.identity;

	return was == NULL ? is == NULL : is != NULL && ch_str_equal(was, is);
}

static bool
check_identity(const struct publishing *g, struct ch_err *err)
{
	return !g->has_old || g->p->accept_identity || is_same_identity(g) ||
	       ch_tree_check_identity(g->old.identity, g->plan.identity, err) ||
	       ch_wrap(err, "%s", g->t->path);
}

/* An id that both lists have, with commas between them. */
static bool
share_an_id(const char *a, const char *b)
{
	size_t len;

	for (; *a != '\0'; a += len + (a[len] == ',')) {
		const char *p = b;

		len = strcspn(a, ",");
		while (*p != '\0') {
			size_t n = strcspn(p, ",");

			if (n == len && memcmp(a, p, len) == 0)
				return true;
			p += n + (p[n] == ',');
		}
	}
	return false;
}

/* A view may get and lose repositories; who says --repo knows of one only. */
static bool
check_repo(const struct publishing *g, struct ch_err *err)
{
	const char *was = g->old.repo, *is = g->plan.repo;

	if (ch_str_equal(was, is) || g->p->recreate)
		return true;
	if (g->p->repo == NULL && share_an_id(was, is)) {
		ch_info("%s: shows repositories %s from now on, not %s",
		    g->t->path, is, was);
		return true;
	}
	return ch_fail(err, CH_USAGE,
	    "%s: shows repository %s, not %s: publish to another folder, or "
	    "--unpublish it first",
	    g->t->path, was, is);
}

static bool
check_old(const struct publishing *g, struct ch_err *err)
{
	if (!g->has_old)
		return true;
	if (!check_repo(g, err))
		return false;
	if (g->plan.date + DAY_S < g->old.date)
		return ch_fail(err, CH_TEMPORARY,
		    "%s: the clock is over a day behind the last publish: set "
		    "it right",
		    g->t->path);
	return check_identity(g, err);
}

/* When all that was to come was rejected, nothing is put over a good tree. */
static bool
check_rejects(const struct publishing *g, struct ch_err *err)
{
	uint64_t rejects = ch_marks_rejects(&g->marks);

	if (rejects == 0 || g->plan.count > 0)
		return true;
	return ch_fail(err, CH_REJECTED,
	    "%s: all items were rejected (%" PRIu64 "): the tree stays as it "
	    "is",
	    g->t->path, rejects);
}

static void
count_files(struct publishing *g)
{
	g->report->rejects = ch_marks_rejects(&g->marks);
	g->report->files = g->plan.count;
	g->report->number = g->plan.number;
	for (size_t i = 0; i < g->plan.count; i++)
		g->report->bytes += g->plan.items[i].size;
}

/* Nothing new in the stream, nothing overdue, all files in their places. */
static bool
is_in_place(struct publishing *g)
{
	const struct ch_publish_report *r = g->report;
	const struct ch_entry *missing;
	bool is_symlink;
	bool is_right;
	char *root;
	int fd;

	if (!g->has_old || g->old.is_symlink != g->plan.is_symlink ||
	    r->added + r->replaced + r->removed + r->leaving > 0)
		return false;
	root = ch_target_root(g->t, &is_symlink);
	is_right = root != NULL && ch_str_equal(root, g->old.root);
	ch_free(root);
	if (!is_right || ch_target_open_root(g->t, &fd) != 0)
		return false;
	is_right = ch_tree_looks_right(fd, &g->old, &missing);
	if (!is_right)
		ch_info("%s: %s was changed or removed by others: published "
			"anew",
		    g->t->path, missing->path);
	(void)close(fd);
	return is_right;
}

/* The same tree under another key: only the manifest says so. */
static bool
leave_alone(struct publishing *g, struct ch_err *err)
{
	g->report->is_unchanged = true;
	g->report->number = g->old.number;
	if (g->p->key == NULL)
		g->plan.key = g->old.key;
	if (g->p->is_dry_run ||
	    (ch_str_equal(g->old.key, g->plan.key) && is_same_identity(g) &&
		ch_str_equal(g->old.repo, g->plan.repo)))
		return true;
	g->old.repo = g->plan.repo;
	g->old.key = g->plan.key;
	g->old.identity = g->plan.identity;
	g->old.released = g->plan.released;
	return ch_manifest_save(&g->old, g->t->manifest, err);
}

static bool
note_history(const struct publishing *g, struct ch_err *err)
{
	const struct ch_publish_report *r = g->report;
	char *path = ch_path_join(g->t->state, "history.ndjson");
	char *line = ch_format("{\"number\":%" PRIu64 ",\"date\":%" PRIu64
			       ",\"finished\":%" PRIu64 ",\"files\":%" PRIu64
			       ",\"bytes\":%" PRIu64 ",\"added\":%" PRIu64
			       ",\"replaced\":%" PRIu64 ",\"removed\":%" PRIu64
			       ",\"kept\":%" PRIu64 "}",
	    g->plan.number, g->plan.date, now_s(), r->files, r->bytes, r->added,
	    r->replaced, r->removed, r->kept);
	bool is_noted = ch_append_line(path, line, err);

	ch_free(line);
	ch_free(path);
	return is_noted;
}

static bool
build_and_switch(struct publishing *g, struct ch_err *err)
{
	struct ch_build b = { .p = g->p, .old = &g->old, .plan = &g->plan };
	struct ch_staging s;
	bool is_done = ch_staging_open(&s, g->t, err);

	b.root_fd = s.root_fd;
	/* Without it everything is built from the pool. */
	if (ch_target_open_root(g->t, &b.old_root_fd) != 0)
		b.old_root_fd = -1;
	ch_plan_date(&g->plan, &g->old);
	is_done = is_done && ch_tree_build(&b, err) &&
		  ch_tree_switch(g->t, &s, &g->plan, err);
	ch_staging_close(&s);
	if (b.old_root_fd >= 0)
		(void)close(b.old_root_fd);
	g->report->copied = b.copied;
	/* Behind it no sync has to wait for the removal of the old tree. */
	if (is_done)
		return note_history(g, err) &&
		       ch_tree_clean(g->t, &g->plan, err);
	if (g->t->parent_fd >= 0) {
		struct ch_err ignored;

		/* What cannot be removed now, the next run removes. */
		if (!ch_tree_recover(g->t, &ignored))
			ch_debug("%s", ignored.text);
	}
	return false;
}

/* The parents of a target that is published for the first time. */
static bool
make_parent(struct ch_target *t, struct ch_err *err)
{
	if (t->parent_fd >= 0)
		return true;
	if (!ch_make_dirs(t->parent, 0755, err))
		return false;
	t->parent_fd = open(t->parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return t->parent_fd >= 0 ||
	       ch_fail_errno(
		   err, errno, "%s: cannot open the folder", t->parent);
}

static bool
load_old(struct publishing *g, struct ch_err *err)
{
	struct ch_err why;

	if (ch_manifest_load(&g->old, g->t->manifest, &g->has_old, err))
		return true;
	if (err->status != CH_UNTRUSTED || !g->p->recreate)
		return err->status != CH_UNTRUSTED
			   ? false
			   : ch_wrap(err, "%s: --recreate publishes it anew",
				 g->t->path);
	why = *err;
	ch_warn("%s", why.text);
	g->has_old = false;
	return true;
}

/* Nothing is ours yet: a refused target leaves no trace. */
static bool
accept_first(const struct publishing *g, struct ch_err *err)
{
	return access(g->t->state, F_OK) == 0 ||
	       ch_target_accept(g->t, g->p, &g->old, false, err);
}

static bool
begin(struct publishing *g, struct ch_err *err)
{
	if (!ch_target_guard(g->t, g->p, err) || !accept_first(g, err))
		return false;
	if (g->p->is_dry_run)
		return ch_target_load(g->t, &g->old, &g->has_old, err);
	return ch_target_lock(g->t, err) && ch_tree_recover(g->t, err) &&
	       load_old(g, err) && ch_tree_clean(g->t, &g->old, err);
}

static bool
publish(struct publishing *g, int fd, struct ch_err *err)
{
	if (!begin(g, err) ||
	    !ch_target_accept(g->t, g->p, &g->old, g->has_old, err) ||
	    !ch_plan_read(&g->plan, &g->marks, g->p, fd, err))
		return false;
	if (ch_marks_is_unchanged(&g->marks)) {
		g->report->is_unchanged = true;
		return true;
	}
	fill_head(g);
	count_files(g);
	if (!check_rejects(g, err) || !check_old(g, err))
		return false;
	ch_plan_keep(&g->plan, &g->old, g->p->keep_packages_s);
	if (!ch_plan_compare(&g->plan, &g->old, g->report,
		g->p->is_dry_run ? g->p->out : NULL, err))
		return false;
	ch_plan_keep_released(&g->plan, &g->old);
	if (is_in_place(g))
		return leave_alone(g, err);
	if (g->p->is_dry_run)
		return true;
	if (g->p->key == NULL)
		g->plan.key = ch_plan_key(&g->plan);
	return make_parent(g->t, err) && build_and_switch(g, err);
}

bool
ch_tree_publish(struct ch_target *t, const struct ch_publish *p, int fd,
    struct ch_publish_report *report, struct ch_err *err)
{
	struct publishing g = { .t = t, .p = p, .report = report };
	bool is_published;

	memset(report, 0, sizeof(*report));
	ch_manifest_init(&g.old);
	ch_manifest_init(&g.plan);
	is_published = publish(&g, fd, err);
	ch_marks_free(&g.marks);
	ch_manifest_free(&g.plan);
	ch_manifest_free(&g.old);
	return is_published;
}
