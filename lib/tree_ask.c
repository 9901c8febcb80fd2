/* Questions that the manifests answer. */
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "log.h"
#include "mem.h"
#include "tree_parts.h"
#include "when.h"

#include "banned.h"

bool
ch_tree_manifest(struct ch_target *t, struct ch_manifest *m, struct ch_err *err)
{
	bool is_there;

	if (!ch_target_load(t, m, &is_there, err))
		return false;
	return is_there ||
	       ch_fail(err, CH_USAGE, "%s: not published by Chantal", t->path);
}

static bool
choose(const char *option, const char *name, const char *const *names,
    unsigned *out, struct ch_err *err)
{
	struct ch_buf words = { 0 };

	for (*out = 0; names[*out] != NULL; (*out)++) {
		if (name == NULL || ch_str_equal(name, names[*out]))
			return true;
	}
	for (unsigned i = 0; names[i] != NULL; i++)
		ch_buf_printf(&words, i == 0 ? "%s" : ", %s", names[i]);
	(void)ch_fail(
	    err, CH_USAGE, "%s: %s: none of %s", option, name, words.data);
	ch_buf_free(&words);
	return false;
}

bool
ch_link_parse(const char *name, enum ch_link *out, struct ch_err *err)
{
	static const char *const names[] = { "hard", "reflink", "copy", NULL };
	unsigned n;
	bool is_known = choose("--link", name, names, &n, err);

	*out = (enum ch_link)n;
	return is_known;
}

bool
ch_switch_parse(const char *name, enum ch_switch *out, struct ch_err *err)
{
	static const char *const names[] = { "as-before", "exchange", "symlink",
		NULL };
	unsigned n;
	bool is_known = choose("--switch", name, names, &n, err);

	*out = (enum ch_switch)n;
	return is_known;
}

void
ch_publish_report_log(const struct ch_target *t, const struct ch_publish *p,
    const struct ch_publish_report *r)
{
	if (r->is_unchanged)
		ch_info("%s: unchanged", t->path);
	else
		ch_info("%s: %s%" PRIu64 " files, %" PRIu64 " bytes: %" PRIu64
			" added, %" PRIu64 " replaced, %" PRIu64
			" removed, %" PRIu64 " kept for a while, %" PRIu64
			" copied",
		    t->path, p->is_dry_run ? "dry run: " : "", r->files,
		    r->bytes, r->added, r->replaced, r->removed, r->kept,
		    r->copied);
	if (r->rejects > 0)
		ch_warn("%s: %" PRIu64 " items were rejected before and are "
			"not in the tree",
		    t->path, r->rejects);
}

/* Why a tree is not current, or NULL. */
static const char *
find_reason(struct ch_target *t, const struct ch_manifest *m, const char *key,
    uint64_t keep_packages_s)
{
	const struct ch_entry *missing;
	uint64_t now = (uint64_t)time(NULL);
	bool is_symlink;
	char *root = ch_target_root(t, &is_symlink);
	bool is_right = root != NULL && ch_str_equal(root, m->root);
	int fd;

	ch_free(root);
	if (!is_right)
		return "the tree is not the one that was published";
	if (!ch_str_equal(m->key, key))
		return "the key differs";
	for (size_t i = 0; i < m->count; i++) {
		if (ch_entry_is_due(
			&m->items[i], now, m->number + 1, keep_packages_s))
			return "files that left are overdue";
	}
	if (ch_target_open_root(t, &fd) != 0)
		return "the tree cannot be opened";
	is_right = ch_tree_looks_right(fd, m, &missing);
	(void)close(fd);
	return is_right ? NULL : "a file was changed or removed";
}

bool
ch_tree_is_current(struct ch_target *t, const char *key,
    uint64_t keep_packages_s, bool *is_current_out, struct ch_err *err)
{
	struct ch_manifest m;
	const char *reason = "it was never published";
	bool is_there;
	bool is_answered;

	ch_manifest_init(&m);
	is_answered = ch_target_load(t, &m, &is_there, err);
	if (is_answered && is_there)
		reason = find_reason(t, &m, key, keep_packages_s);
	*is_current_out = is_answered && reason == NULL;
	if (is_answered && reason != NULL)
		ch_debug("%s: not current: %s", t->path, reason);
	ch_manifest_free(&m);
	return is_answered;
}

/* apt reads it alone and first: it comes behind Release and its signature. */
static bool
is_first_read(const struct ch_entry *e)
{
	return ch_str_equal(e->path, "InRelease") ||
	       ch_str_ends(e->path, "/InRelease");
}

/*
 * Packages and what belongs to them, content-named metadata, plain metadata
 * and keys, signatures, and last the roots that name all of it.
 */
static int
wave_of(const struct ch_entry *e)
{
	if (e->role == CH_ROLE_ROOT)
		return is_first_read(e) ? 5 : 4;
	if (e->role == CH_ROLE_SIGNATURE)
		return e->keep ? 1 : 3;
	if (e->role == CH_ROLE_METADATA || e->role == CH_ROLE_KEY)
		return e->keep ? 1 : 2;
	return 0;
}

static bool
print_wave(const struct ch_manifest *m, int wave, struct ch_out *out,
    struct ch_err *err)
{
	struct ch_buf b = { .max = CH_BUF_MAX };
	bool is_written = true;

	for (size_t i = 0; is_written && i < m->count; i++) {
		static const char begin[] = "{\"record\":\"entry\"";

		if (wave_of(&m->items[i]) != wave)
			continue;
		ch_buf_clear(&b);
		ch_entry_print(&m->items[i], &b);
		is_written = ch_out_printf(out, err, "%s,\"wave\":%d%s", begin,
		    wave, b.data + sizeof(begin) - 1);
	}
	ch_buf_free(&b);
	return is_written;
}

bool
ch_tree_plan(struct ch_target *t, struct ch_out *out, struct ch_err *err)
{
	struct ch_manifest m;
	bool is_printed;

	ch_manifest_init(&m);
	is_printed = ch_tree_manifest(t, &m, err);
	for (int wave = 0; is_printed && wave <= 5; wave++)
		is_printed = print_wave(&m, wave, out, err);
	ch_manifest_free(&m);
	return is_printed;
}

static bool
list_states(const char *trees, struct ch_list *names, struct ch_err *err)
{
	DIR *d = opendir(trees);
	struct dirent *entry;

	if (d == NULL && errno == ENOENT)
		return true;
	if (d == NULL)
		return ch_fail_errno(err, errno, "%s: cannot open", trees);
	while ((entry = readdir(d)) != NULL) {
		if (entry->d_name[0] != '.')
			ch_list_add(names, entry->d_name);
	}
	(void)closedir(d);
	ch_list_sort(names);
	return true;
}

static bool
list_one(const struct ch_manifest *m, bool is_json, struct ch_out *out,
    struct ch_err *err)
{
	char when[CH_WHEN_RFC3339_SIZE];
	struct ch_buf b = { .max = CH_BUF_MAX };
	bool is_written;

	ch_when_print((int64_t)m->date, when);
	if (is_json) {
		ch_buf_puts(&b, "{\"target\":");
		ch_json_quote(&b, m->target, strlen(m->target));
		ch_buf_puts(&b, ",\"repo\":");
		ch_json_quote(&b, m->repo, strlen(m->repo));
		ch_buf_printf(&b,
		    ",\"number\":%" PRIu64 ",\"date\":\"%s\","
		    "\"files\":%zu}\n",
		    m->number, when, m->count);
	} else {
		ch_buf_printf(
		    &b, "%s  %6zu files  %-20s  ", when, m->count, m->repo);
		ch_escape_text(&b, m->target, strlen(m->target));
		ch_buf_putc(&b, '\n');
	}
	is_written = ch_out_write(out, b.data, b.len, err);
	ch_buf_free(&b);
	return is_written;
}

bool
ch_tree_list(
    const char *trees, bool is_json, struct ch_out *out, struct ch_err *err)
{
	struct ch_list names = { .items = NULL };
	bool is_done = list_states(trees, &names, err);

	for (size_t i = 0; is_done && i < names.count; i++) {
		struct ch_manifest m;
		bool is_there;
		char *path =
		    ch_format("%s/%s/manifest.ndjson", trees, names.items[i]);

		ch_manifest_init(&m);
		is_done = ch_manifest_load(&m, path, &is_there, err) &&
			  (!is_there || list_one(&m, is_json, out, err));
		ch_manifest_free(&m);
		ch_free(path);
	}
	ch_list_free(&names);
	return is_done;
}
