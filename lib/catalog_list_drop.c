#include <fnmatch.h>
#include <string.h>

#include "catalog_list.h"
#include "catalog_save.h"
#include "mem.h"

#include "banned.h"

/* The uploads that go. */
struct drop {
	const struct ch_listing *l; /* the words behind the repository */
	struct ch_table table;      /* of what goes */
	bool is_silent;             /* only looks which words are used */
	bool *used;                 /* a word named an upload; owned */
	bool *foreign;              /* it named one of upstream's; owned */
};

/* The ways to name a package: each of them is compared as a whole. */
static bool
word_names(const struct drop *d, const char *word, struct ch_record *r)
{
	const char *name = ch_record_string(r, "name");
	const char *version = ch_record_string(r, "version");
	const char *arch = ch_record_string(r, "arch");
	char *ways[4] = { ch_strdup(name ? name : ""), NULL, NULL, NULL };
	bool is_it = false;
	size_t i;

	if (arch)
		ways[1] = ch_format("%s.%s", ways[0], arch);
	if (version)
		ways[2] = ch_format("%s=%s", ways[0], version);
	if (version && arch)
		ways[3] = ch_format("%s.%s", ways[2], arch);
	for (i = 0; i < 4; i++) {
		if (ways[i] && !is_it)
			is_it = d->l->is_pattern
				    ? fnmatch(word, ways[i], 0) == 0
				    : ch_str_equal(word, ways[i]);
		ch_free(ways[i]);
	}
	return is_it;
}

static bool
look_at(struct drop *d, struct ch_record *r)
{
	const char *const *words = d->l->args + 1;
	bool is_local = ch_record_true(r, "local"), is_named = false;
	size_t i;

	for (i = 0; words[i]; i++) {
		if (!word_names(d, words[i], r))
			continue;
		is_named = true;
		if (is_local)
			d->used[i] = true;
		else
			d->foreign[i] = true;
	}
	return is_local && is_named;
}

static bool
look_at_package(
    void *ctx, struct ch_record *r, const char *ref, struct ch_err *err)
{
	struct drop *d = ctx;

	if (!look_at(d, r) || d->is_silent)
		return true;
	return ch_package_row(&d->table, r, ref, err);
}

static bool
leave_out(void *ctx, struct ch_record *r, bool *is_out, struct ch_err *err)
{
	struct drop *d = ctx;

	*is_out = look_at(d, r);
	return !*is_out || ch_package_row(&d->table, r, "", err);
}

/* All words before anything is changed: one of them may be misspelt. */
static bool
check_words(struct drop *d, struct ch_err *err)
{
	const char *repo = d->l->args[0];
	const char *const *words = d->l->args + 1;
	const char *refs[] = { repo, NULL };
	size_t i;

	d->is_silent = true;
	if (!ch_list_each(d->l, refs, look_at_package, d, err))
		return false;
	d->is_silent = false;
	for (i = 0; words[i]; i++)
		if (!d->used[i])
			return ch_fail(err, CH_USAGE,
			    d->foreign[i]
				? "%s: %s: is upstream's, not an upload: "
				  "filters.patterns.exclude keeps it out; "
				  "nothing was removed"
				: "%s: %s: no upload is named so: "
				  "chantal-catalog ls %s --local has them; "
				  "nothing was removed",
			    repo, words[i], repo);
	return true;
}

static bool
drop(struct drop *d, struct ch_err *err)
{
	const char *repo = d->l->args[0];
	const char *refs[] = { repo, NULL };
	struct ch_save_report report;
	const struct ch_save s = { .cat = d->l->cat,
		.repo = repo,
		.fd = -1,
		.is_merge = true,
		.leaves_out = leave_out,
		.ctx = d };

	if (d->l->is_dry)
		return ch_list_each(d->l, refs, look_at_package, d, err);
	return ch_save_run(&s, &report, err);
}

bool
ch_drop_uploads(struct ch_listing *l, struct ch_err *err)
{
	struct drop d = { .l = l, .table = ch_package_table(l, false) };
	size_t count = 0;
	bool ok;

	l->has_files = true;
	while (l->args[count])
		count++;
	d.used = ch_calloc(count, sizeof(*d.used));
	d.foreign = ch_calloc(count, sizeof(*d.foreign));
	ok = check_words(&d, err) && ch_table_begin(&d.table, err) &&
	     drop(&d, err) && ch_table_end(&d.table, err);
	ch_free(d.used);
	ch_free(d.foreign);
	return ok;
}
