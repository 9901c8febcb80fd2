#include <string.h>

#include "catalog_list.h"
#include "mem.h"

#include "banned.h"

/* What is looked for, and where it is shown. */
struct show {
	const struct ch_listing *l; /* how, and where to */
	const char *id;             /* asked for */
	struct ch_span name;        /* of the id, before its last @ */
	const char *version;        /* behind it; NULL: no @ */
	uint64_t count;             /* shown so far */
};

/* What show_members needs of its caller. */
struct members {
	struct ch_out *out; /* where to */
	const char *prefix; /* "apt." within that object */
};

static bool
is_asked_for(const struct show *s, struct ch_record *r)
{
	const char *name = ch_record_string(r, "name");
	const char *version = ch_record_string(r, "version");
	const char *sha256 = ch_record_string(r, "sha256");

	if (sha256 && ch_str_equal(sha256, s->id))
		return true;
	if (!name)
		return false;
	return ch_str_equal(name, s->id) ||
	       (s->version && version && ch_str_equal(version, s->version) &&
		   ch_span_is(s->name, name));
}

/* Text as it is, a field of several lines indented; other values as JSON. */
static bool
show_value(struct ch_out *out, struct ch_span value, struct ch_err *err)
{
	struct ch_buf text = { 0 }, line = { 0 };
	const char *p, *end;
	bool ok = true;

	if (!ch_json_decode(value, &text))
		ch_buf_put(&text, value.data, value.len);
	for (p = text.data ? text.data : ""; ok; p = end + 1) {
		end = p + strcspn(p, "\n");
		ch_buf_clear(&line);
		ch_escape_text(&line, p, (size_t)(end - p));
		ch_buf_putc(&line, '\n');
		ok = ch_out_write(out, line.data, line.len, err);
		if (!*end || !end[1])
			break;
		ok = ok && ch_out_puts(out, "\t", err);
	}
	ch_buf_free(&line);
	ch_buf_free(&text);
	return ok;
}

static bool
show_member(
    void *ctx, struct ch_span key, struct ch_span value, struct ch_err *err)
{
	const struct members *m = ctx;
	struct ch_buf name = { 0 };
	bool ok;

	ch_buf_puts(&name, m->prefix);
	ch_escape_text(&name, key.data, key.len);
	if (value.data[0] == '{') {
		struct members inner = { m->out, NULL };

		ch_buf_putc(&name, '.');
		inner.prefix = name.data;
		ok = ch_json_each(value, show_member, &inner, err);
	} else {
		ok = ch_out_printf(m->out, err, "%s: ", name.data) &&
		     show_value(m->out, value, err);
	}
	ch_buf_free(&name);
	return ok;
}

static bool
show_package(
    void *ctx, struct ch_record *r, const char *ref, struct ch_err *err)
{
	struct show *s = ctx;
	struct members m = { s->l->out, "" };
	const char *between = s->count == 0 ? "" : "\n";

	(void)ref;
	if (!is_asked_for(s, r) || (s->l->limit > 0 && s->count >= s->l->limit))
		return true;
	if (s->l->format == CH_TABLE_JSON) {
		between = s->count++ == 0 ? "[" : ",\n";
		return ch_out_puts(s->l->out, between, err) &&
		       ch_out_write(s->l->out, r->line.data, r->line.len, err);
	}
	s->count++;
	return ch_out_puts(s->l->out, between, err) &&
	       ch_json_each(r->line, show_member, &m, err);
}

bool
ch_list_show(struct ch_listing *l, struct ch_err *err)
{
	const char *id = l->args[0], *at = strrchr(id, '@');
	struct show s = { .l = l, .id = id };

	if (l->format == CH_TABLE_CSV)
		return ch_fail(err, CH_USAGE,
		    "--format: csv: what is known of a package is no table: "
		    "json, or chantal-catalog search");
	if (at && at > id) {
		s.name = (struct ch_span){ id, (size_t)(at - id) };
		s.version = at + 1;
	}
	if (!ch_list_each(l, l->args + 1, show_package, &s, err))
		return false;
	if (s.count == 0)
		return ch_fail(err, CH_USAGE,
		    "%s: no package has this SHA-256, name, or name@version: "
		    "chantal-catalog search finds parts of names",
		    id);
	return l->format != CH_TABLE_JSON || ch_out_puts(l->out, "]\n", err);
}
