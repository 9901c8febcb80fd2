#include <string.h>

#include "catalog_history.h"
#include "catalog_list.h"
#include "catalog_snapshot.h"
#include "mem.h"

#include "banned.h"

#define NUMBER_TEXT 32
#define COUNT(a)    (sizeof(a) / sizeof((a)[0]))

static const char *
number_text(char text[NUMBER_TEXT], uint64_t n)
{
	(void)snprintf(text, NUMBER_TEXT, "%ju", (uintmax_t)n);
	return text;
}

static const struct ch_column snapshot_columns[] = {
	{ "name", 24, false },
	{ "created", 20, false },
	{ "generation", 10, true },
	{ "packages", 9, true },
	{ "bytes", 13, true },
	{ "description", 1, false },
};

static bool
snapshot_row(const struct ch_listing *l, struct ch_table *t, const char *repo,
    const char *name, struct ch_err *err)
{
	struct ch_snapshot s;
	char texts[3][NUMBER_TEXT];
	const char *values[COUNT(snapshot_columns)] = { name };
	bool ok;

	ch_snapshot_load(&s, l->cat, repo, name);
	values[1] = s.created;
	if (s.generation > 0)
		values[2] = number_text(texts[0], s.generation);
	if (s.created) {
		values[3] = number_text(texts[1], s.packages);
		values[4] = number_text(texts[2], s.bytes);
	}
	values[5] = s.description;
	ok = ch_table_row(t, values, err);
	ch_snapshot_free(&s);
	return ok;
}

bool
ch_list_snapshots(struct ch_listing *l, struct ch_err *err)
{
	const char *repo = l->args[0];
	struct ch_table t = { l->out, l->format, snapshot_columns,
		COUNT(snapshot_columns), 0 };
	struct ch_list names = { 0 };
	bool ok = ch_catalog_known(l->cat, repo, err) &&
		  ch_catalog_snapshots(l->cat, repo, &names, err) &&
		  ch_table_begin(&t, err);
	size_t i;

	for (i = 0; ok && i < names.count; i++)
		if (l->limit == 0 || i < l->limit)
			ok = snapshot_row(l, &t, repo, names.items[i], err);
	ch_list_free(&names);
	return ok && ch_table_end(&t, err);
}

static const struct ch_column history_columns[] = {
	{ "started", 20, false },
	{ "finished", 20, false },
	{ "action", 7, false },
	{ "status", 9, false },
	{ "generation", 10, true },
	{ "packages", 8, true },
	{ "added", 7, true },
	{ "removed", 7, true },
	{ "updated", 7, true },
	{ "rejects", 7, true },
	{ "files", 0, true },
	{ "bytes", 0, true },
	{ "bytes_new", 0, true },
	{ "rejects_retry", 0, true },
	{ "message", 1, false },
};

/* The last attempts, as text; a ring when there is a limit. */
struct attempts {
	struct ch_list texts; /* JSON, owned */
	uint64_t limit;       /* at most, 0: all */
	uint64_t seen;        /* in all */
};

static bool
keep_attempt(void *ctx, const struct ch_json *attempt, struct ch_err *err)
{
	struct attempts *a = ctx;
	struct ch_buf text = { 0 };

	(void)err;
	ch_json_print(attempt, false, &text);
	if (a->limit == 0 || a->texts.count < a->limit) {
		ch_list_take(&a->texts, ch_buf_take(&text));
	} else {
		size_t slot = (size_t)(a->seen % a->limit);

		ch_free(a->texts.items[slot]);
		a->texts.items[slot] = ch_buf_take(&text);
	}
	a->seen++;
	return true;
}

static bool
attempt_row(struct ch_table *t, const char *text, struct ch_err *err)
{
	struct ch_json *j = ch_json_parse(text, strlen(text), "history", err);
	const char *values[COUNT(history_columns)];
	char numbers[COUNT(history_columns)][NUMBER_TEXT];
	int64_t n;
	size_t i;
	bool ok;

	if (!j)
		return false;
	for (i = 0; i < COUNT(history_columns); i++) {
		const struct ch_json *v =
		    ch_json_get(j, history_columns[i].name);

		values[i] = ch_json_string(v);
		if (ch_json_int(v, &n) && n >= 0)
			values[i] = number_text(numbers[i], (uint64_t)n);
	}
	ok = ch_table_row(t, values, err);
	ch_json_free(j);
	return ok;
}

bool
ch_list_history(struct ch_listing *l, struct ch_err *err)
{
	const char *repo = l->args[0];
	struct ch_table t = { l->out, l->format, history_columns,
		COUNT(history_columns), 0 };
	struct attempts a = { .limit = l->limit };
	bool ok = ch_catalog_known(l->cat, repo, err) &&
		  ch_history_each(l->cat, repo, keep_attempt, &a, err) &&
		  ch_table_begin(&t, err);
	uint64_t i, count = a.texts.count;

	for (i = 0; ok && i < count; i++)
		ok = attempt_row(
		    &t, a.texts.items[(a.seen - 1 - i) % count], err);
	ch_list_free(&a.texts);
	return ok && ch_table_end(&t, err);
}

static const struct ch_column repo_columns[] = {
	{ "repo", 24, false },
	{ "type", 6, false },
	{ "generation", 10, true },
	{ "packages", 9, true },
	{ "bytes", 13, true },
	{ "snapshots", 9, true },
	{ "status", 12, false },
	{ "last_attempt", 20, false },
};

/* What the history says of one repository. */
struct standing {
	char status[32];             /* of the last attempt */
	char when[CH_TIME_TEXT + 9]; /* it ended, or began */
	int64_t packages;            /* in the current generation, -1 unknown */
	int64_t bytes;               /* likewise */
	uint64_t current;            /* its number */
};

static bool
take_attempt(void *ctx, const struct ch_json *attempt, struct ch_err *err)
{
	struct standing *s = ctx;
	const char *when = ch_json_string(ch_json_get(attempt, "finished"));
	int64_t number = ch_json_int_or(ch_json_get(attempt, "generation"), 0);

	(void)err;
	if (!when)
		when = ch_json_string_or(ch_json_get(attempt, "started"), "");
	(void)snprintf(s->when, sizeof(s->when), "%s", when);
	(void)snprintf(s->status, sizeof(s->status), "%s",
	    ch_json_string_or(ch_json_get(attempt, "status"), ""));
	if (number > 0 && (uint64_t)number == s->current &&
	    ch_json_get(attempt, "packages")) {
		s->packages =
		    ch_json_int_or(ch_json_get(attempt, "packages"), -1);
		s->bytes = ch_json_int_or(ch_json_get(attempt, "bytes"), -1);
	}
	return true;
}

/* The type, from the repo record of the current generation. */
static bool
read_type(const struct ch_catalog *cat, const char *repo, char **type_out,
    struct ch_err *err)
{
	struct ch_generation g;
	const char *type;
	char *path;
	bool ok;

	if (!ch_catalog_resolve(cat, repo, &path, err))
		return false;
	ok = ch_generation_open(&g, path, err) &&
	     ch_generation_next(&g, err) == CH_ITEM;
	type = ok ? ch_record_string(&g.record, "type") : NULL;
	*type_out = type ? ch_strdup(type) : NULL;
	ch_generation_close(&g);
	ch_free(path);
	return ok;
}

static bool
repo_row(const struct ch_listing *l, struct ch_table *t, const char *repo,
    struct ch_err *err)
{
	struct standing s = {
		.status = "never synced", .packages = -1, .bytes = -1
	};
	struct ch_list snapshots = { 0 };
	char texts[4][NUMBER_TEXT];
	const char *values[COUNT(repo_columns)] = { repo };
	char *type = NULL;
	bool ok = ch_catalog_current(l->cat, repo, &s.current, err) &&
		  ch_history_each(l->cat, repo, take_attempt, &s, err) &&
		  ch_catalog_snapshots(l->cat, repo, &snapshots, err);

	if (ok && s.current > 0)
		ok = read_type(l->cat, repo, &type, err);
	values[1] = type;
	if (s.current > 0)
		values[2] = number_text(texts[0], s.current);
	if (s.packages >= 0)
		values[3] = number_text(texts[1], (uint64_t)s.packages);
	if (s.bytes >= 0)
		values[4] = number_text(texts[2], (uint64_t)s.bytes);
	values[5] = number_text(texts[3], snapshots.count);
	values[6] = s.status;
	values[7] = s.when;
	ok = ok && ch_table_row(t, values, err);
	ch_free(type);
	ch_list_free(&snapshots);
	return ok;
}

/* Ids of the configuration that have no folder here. */
static void
add_configured(const struct ch_listing *l, struct ch_list *ids)
{
	const struct ch_json *all = ch_json_get(l->cat->config, "repositories");
	size_t i;

	for (i = 0; i < ch_json_count(all); i++) {
		const char *id = ch_json_string_or(
		    ch_json_get(ch_json_at(all, i), "id"), "");

		if (!ch_list_has(ids, id))
			ch_list_add(ids, id);
	}
	ch_list_sort(ids);
}

bool
ch_list_repos(struct ch_listing *l, struct ch_err *err)
{
	struct ch_table t = { l->out, l->format, repo_columns,
		COUNT(repo_columns), 0 };
	struct ch_list ids = { 0 };
	bool ok =
	    ch_catalog_repos(l->cat, &ids, err) && ch_table_begin(&t, err);
	size_t i;

	add_configured(l, &ids);
	for (i = 0; ok && i < ids.count; i++)
		if (l->limit == 0 || i < l->limit)
			ok = repo_row(l, &t, ids.items[i], err);
	ch_list_free(&ids);
	return ok && ch_table_end(&t, err);
}
