#include <string.h>
#include <sys/stat.h>

#include "catalog_history.h"
#include "catalog_list.h"
#include "mem.h"

#include "banned.h"

enum { WHERE, NAME, VERSION, ARCH, PATH, NOTE, COLUMNS };

static const struct ch_column columns[COLUMNS] = {
	[WHERE] = { "where", 18, false },
	[NAME] = { "name", 24, false },
	[VERSION] = { "version", 18, false },
	[ARCH] = { "arch", 8, false },
	[PATH] = { "path", 32, false },
	[NOTE] = { "note", 1, false },
};

struct why {
	const struct ch_listing *l; /* where to */
	struct ch_table table;      /* the rows */
	const char *repo;           /* asked for */
	const char *name;           /* asked for */
	char *quoted;               /* the same as raw JSON, owned */
};

static bool
look_into(
    struct why *w, const char *path, const char *where, struct ch_err *err)
{
	struct ch_generation g;
	struct ch_record r = { 0 };
	enum ch_next got = CH_ERROR;
	bool ok = ch_generation_open(&g, path, err);

	while (ok && (got = ch_generation_line(&g, err)) == CH_ITEM) {
		const char *values[COLUMNS] = { where };

		/* Most lines are of others: not worth a parse. */
		if (!memmem(
			g.line.data, g.line.len, w->quoted, strlen(w->quoted)))
			continue;
		ok = ch_record_parse(&r, g.line, err);
		if (!ok || r.kind != CH_KIND_PACKAGE)
			continue;
		values[NAME] = ch_record_string(&r, "name");
		if (!values[NAME] || !ch_str_equal(values[NAME], w->name))
			continue;
		values[VERSION] = ch_record_string(&r, "version");
		values[ARCH] = ch_record_string(&r, "arch");
		values[PATH] = ch_record_string(&r, "path");
		values[NOTE] = ch_record_true(&r, "local") ? "uploaded" : NULL;
		ok = ch_table_row(&w->table, values, err);
	}
	ch_record_free(&r);
	ch_generation_close(&g);
	return ok && got == CH_END;
}

static bool
look_into_generations(struct why *w, struct ch_err *err)
{
	const struct ch_catalog *cat = w->l->cat;
	uint64_t *numbers = NULL;
	uint64_t current;
	size_t count = 0, i;
	bool ok = ch_catalog_current(cat, w->repo, &current, err) &&
		  ch_catalog_numbers(cat, w->repo, &numbers, &count, err);

	for (i = count; ok && i > 0; i--) {
		uint64_t n = numbers[i - 1];
		char *path = ch_catalog_number_path(cat, w->repo, n);
		char *where = n == current
				  ? ch_strdup("current")
				  : ch_format("generation %ju", (uintmax_t)n);

		ok = look_into(w, path, where, err);
		ch_free(where);
		ch_free(path);
	}
	ch_free(numbers);
	return ok;
}

static bool
look_into_snapshots(struct why *w, struct ch_err *err)
{
	const struct ch_catalog *cat = w->l->cat;
	struct ch_list names = { 0 };
	bool ok = ch_catalog_snapshots(cat, w->repo, &names, err);
	size_t i;

	for (i = 0; ok && i < names.count; i++) {
		char *path =
		    ch_catalog_snapshot_path(cat, w->repo, names.items[i]);
		char *where = ch_format("snapshot %s", names.items[i]);

		ok = look_into(w, path, where, err);
		ch_free(where);
		ch_free(path);
	}
	ch_list_free(&names);
	return ok;
}

/* A string at a path of a record, decoded; NULL when absent. */
static char *
text_at(const struct ch_record *r, const char *path)
{
	struct ch_span raw = ch_record_lookup(r, path);
	struct ch_buf text = { 0 };

	if (!raw.data || !ch_json_decode(raw, &text)) {
		ch_buf_free(&text);
		return NULL;
	}
	return ch_buf_take(&text);
}

static bool
reject_row(struct why *w, const struct ch_record *r, struct ch_err *err)
{
	char *name = text_at(r, "ref.name");
	char *owned[] = { text_at(r, "ref.version"), text_at(r, "ref.arch"),
		text_at(r, "ref.path"), text_at(r, "code"),
		text_at(r, "message") };
	const char *values[COLUMNS] = { "last rejects", name, owned[0],
		owned[1], owned[2] };
	char *note = ch_format("%s: %s", owned[3] ? owned[3] : "no code",
	    owned[4] ? owned[4] : "no reason given");
	bool ok = true;
	size_t i;

	values[NOTE] = note;
	if (name && ch_str_equal(name, w->name))
		ok = ch_table_row(&w->table, values, err);
	for (i = 0; i < sizeof(owned) / sizeof(owned[0]); i++)
		ch_free(owned[i]);
	ch_free(note);
	ch_free(name);
	return ok;
}

static bool
look_into_rejects(struct why *w, struct ch_err *err)
{
	char *path = ch_catalog_repo_path(w->l->cat, w->repo, "rejects.ndjson");
	struct ch_record r = { 0 };
	struct ch_in in = { .fd = -1 };
	struct ch_span line;
	struct stat st;
	enum ch_next got = CH_END;
	bool ok = true;

	if (stat(path, &st) == 0) {
		ok = ch_in_open(&in, path, err);
		got = CH_ITEM;
	}
	while (ok && got == CH_ITEM &&
	       (got = ch_in_line(&in, &line, err)) == CH_ITEM)
		ok = ch_record_parse(&r, line, err) && reject_row(w, &r, err);
	if (in.fd != -1)
		ch_in_close(&in);
	ch_record_free(&r);
	ch_free(path);
	return ok && got == CH_END;
}

/* The status of the last attempt, for who found nothing. */
static bool
take_status(void *ctx, const struct ch_json *attempt, struct ch_err *err)
{
	char **text = ctx;
	const char *when = ch_json_string(ch_json_get(attempt, "finished"));

	(void)err;
	ch_free(*text);
	*text = ch_format("%s (%s)",
	    ch_json_string_or(ch_json_get(attempt, "status"), "unknown"),
	    when ? when : "not finished");
	return true;
}

static bool
say_nothing_found(struct why *w, struct ch_err *err)
{
	char *last = NULL;
	bool ok = ch_history_each(w->l->cat, w->repo, take_status, &last, err);

	if (ok && w->l->format == CH_TABLE_TEXT)
		ok = ch_out_printf(w->l->out, err,
		    "%s: in no generation or snapshot of %s, and not among the "
		    "rejects of its last attempt: %s\n",
		    w->name, w->repo, last ? last : "there was none");
	ch_free(last);
	return ok;
}

bool
ch_list_why(struct ch_listing *l, struct ch_err *err)
{
	const char *repo = l->args[0], *name = l->args[1];
	struct why w = { .l = l,
		.table = { l->out, l->format, columns, COLUMNS, 0 },
		.repo = repo,
		.name = name };
	struct ch_buf quoted = { 0 };
	bool ok;

	ch_json_quote(&quoted, name, strlen(name));
	w.quoted = ch_buf_take(&quoted);
	ok = ch_catalog_known(l->cat, repo, err) &&
	     ch_table_begin(&w.table, err) && look_into_generations(&w, err) &&
	     look_into_snapshots(&w, err) && look_into_rejects(&w, err);
	if (ok && w.table.rows == 0)
		ok = say_nothing_found(&w, err);
	ch_free(w.quoted);
	return ok && ch_table_end(&w.table, err);
}
