#include <string.h>
#include <unistd.h>

#include "catalog_diff.h"
#include "catalog_list.h"
#include "catalog_upstream.h"
#include "mem.h"

#include "banned.h"

/* "1.0, 1.1", or "" */
static char *
join(const struct ch_list *l)
{
	struct ch_buf text = { 0 };
	size_t i;

	for (i = 0; i < l->count; i++)
		ch_buf_printf(&text, "%s%s", i == 0 ? "" : ", ", l->items[i]);
	return ch_buf_take(&text);
}

static void
put_array(struct ch_buf *out, const char *key, const struct ch_list *l)
{
	size_t i;

	ch_buf_printf(out, ",\"%s\":[", key);
	for (i = 0; i < l->count; i++) {
		if (i > 0)
			ch_buf_putc(out, ',');
		ch_json_quote(out, l->items[i], strlen(l->items[i]));
	}
	ch_buf_putc(out, ']');
}

struct diff_list {
	struct ch_out *out; /* where to */
	uint64_t rows;      /* written so far */
	uint64_t limit;     /* at most, 0: all */
};

static bool
json_item(void *ctx, const struct ch_diff_item *item, struct ch_err *err)
{
	struct diff_list *d = ctx;
	struct ch_buf line = { 0 };
	bool ok;

	if (d->limit > 0 && d->rows >= d->limit)
		return true;
	ch_buf_printf(&line, "%s{\"change\":\"%s\",\"record\":\"%s\",\"%s\":",
	    d->rows++ == 0 ? "\n" : ",\n", ch_change_name(item->change),
	    item->is_package ? "package" : "file",
	    item->is_package ? "name" : "path");
	ch_json_quote(&line, item->name, strlen(item->name));
	if (item->is_package) {
		ch_buf_puts(&line, ",\"arch\":");
		ch_json_quote(&line, item->arch, strlen(item->arch));
		if (item->path) {
			ch_buf_puts(&line, ",\"path\":");
			ch_json_quote(&line, item->path, strlen(item->path));
		}
		put_array(&line, "old", &item->old->versions);
		put_array(&line, "new", &item->new->versions);
	}
	put_array(&line, "old_sha256", &item->old->sha256s);
	put_array(&line, "new_sha256", &item->new->sha256s);
	ch_buf_putc(&line, '}');
	ok = ch_out_write(d->out, line.data, line.len, err);
	ch_buf_free(&line);
	return ok;
}

static void
json_counts(struct ch_buf *out, const char *key, const uint64_t *counts)
{
	int i;

	ch_buf_printf(out, "\"%s\":{", key);
	for (i = 0; i < CH_CHANGES; i++)
		ch_buf_printf(out, "%s\"%s\":%ju", i == 0 ? "" : ",",
		    ch_change_name((enum ch_change)i), (uintmax_t)counts[i]);
	ch_buf_putc(out, '}');
}

static bool
diff_json(const struct ch_listing *l, const char *old_path,
    const char *new_path, struct ch_diff_counts *counts, struct ch_err *err)
{
	struct diff_list d = { l->out, 0, l->limit };
	struct ch_diff_sink sink = { json_item, &d };
	struct ch_buf tail = { 0 };
	bool ok = ch_out_puts(l->out, "{\"changes\":[", err) &&
		  ch_diff_run(old_path, new_path, &sink, counts, err);

	ch_buf_puts(&tail, "],\n\"summary\":{");
	json_counts(&tail, "packages", counts->packages);
	ch_buf_putc(&tail, ',');
	json_counts(&tail, "files", counts->files);
	ch_buf_printf(
	    &tail, ",\"bytes_new\":%ju}}\n", (uintmax_t)counts->bytes_new);
	ok = ok && ch_out_write(l->out, tail.data, tail.len, err);
	ch_buf_free(&tail);
	return ok;
}

static const struct ch_column columns[] = {
	{ "change", 8, false },
	{ "name", 28, false },
	{ "arch", 8, false },
	{ "old", 20, false },
	{ "new", 1, false },
};

struct diff_table {
	struct ch_table table; /* the rows */
	uint64_t limit;        /* at most, 0: all */
};

static bool
table_item(void *ctx, const struct ch_diff_item *item, struct ch_err *err)
{
	struct diff_table *d = ctx;
	char *old, *new;
	const char *values[] = { ch_change_name(item->change),
		item->path ? item->path : item->name, item->arch, NULL, NULL };
	bool ok;

	if (d->limit > 0 && d->table.rows >= d->limit)
		return true;
	values[3] = old = join(&item->old->versions);
	values[4] = new = join(&item->new->versions);
	ok = ch_table_row(&d->table, values, err);
	ch_free(old);
	ch_free(new);
	return ok;
}

static bool
diff_table(const struct ch_listing *l, const char *old_path,
    const char *new_path, struct ch_diff_counts *counts, struct ch_err *err)
{
	struct diff_table d = { { l->out, l->format, columns,
				    sizeof(columns) / sizeof(columns[0]), 0 },
		l->limit };
	struct ch_diff_sink sink = { table_item, &d };
	const uint64_t *p = counts->packages, *f = counts->files;

	if (!ch_table_begin(&d.table, err) ||
	    !ch_diff_run(old_path, new_path, &sink, counts, err) ||
	    !ch_table_end(&d.table, err))
		return false;
	if (l->format == CH_TABLE_CSV)
		return true;
	return ch_out_printf(l->out, err,
	    "packages: %ju added, %ju removed, %ju updated, %ju changed; "
	    "files: %ju added, %ju removed, %ju updated, %ju changed; "
	    "%ju new bytes\n",
	    (uintmax_t)p[CH_ADDED], (uintmax_t)p[CH_REMOVED],
	    (uintmax_t)p[CH_UPDATED], (uintmax_t)p[CH_CHANGED],
	    (uintmax_t)f[CH_ADDED], (uintmax_t)f[CH_REMOVED],
	    (uintmax_t)f[CH_UPDATED], (uintmax_t)f[CH_CHANGED],
	    (uintmax_t)counts->bytes_new);
}

static bool
print_diff(struct ch_listing *l, const char *old_path, const char *new_path,
    struct ch_err *err)
{
	struct ch_diff_counts counts = { .bytes_new = 0 };
	bool ok = l->format == CH_TABLE_JSON
		      ? diff_json(l, old_path, new_path, &counts, err)
		      : diff_table(l, old_path, new_path, &counts, err);

	if (ok)
		l->is_different = !ch_diff_is_empty(&counts);
	return ok;
}

/* "diff REF -": with what a pipeline offers now. */
static bool
diff_stream(struct ch_listing *l, struct ch_err *err)
{
	struct ch_upstream u;
	bool ok = ch_upstream_open(&u, l->cat, l->args[0], STDIN_FILENO, err) &&
		  print_diff(l, u.old_path, u.new_path, err);

	ch_upstream_close(&u);
	return ok;
}

bool
ch_list_diff(struct ch_listing *l, struct ch_err *err)
{
	char *old_path = NULL, *new_path = NULL;
	bool ok;

	if (ch_str_equal(l->args[1], "-"))
		return diff_stream(l, err);
	ok = ch_catalog_resolve(l->cat, l->args[0], &old_path, err) &&
	     ch_catalog_resolve(l->cat, l->args[1], &new_path, err) &&
	     print_diff(l, old_path, new_path, err);
	ch_free(old_path);
	ch_free(new_path);
	return ok;
}
