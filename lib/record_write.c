/* Records as text: as they are, and as the catalog has them. */
#include "record.h"
#include "scan.h"

#include "banned.h"

/*
 * Where a text goes.  What stands side by side in memory, as most members of
 * a line do, is passed on in one piece.
 */
struct printer {
	struct ch_buf *buf; /* there, or */
	struct ch_out *out; /* there */
	struct ch_span run; /* not yet passed on */
	struct ch_err *err; /* of out */
	bool is_good;       /* out had no error */
};

static void
pass_run(struct printer *p)
{
	if (p->buf != NULL)
		ch_buf_put(p->buf, p->run.data, p->run.len);
	else if (p->is_good)
		p->is_good =
		    ch_out_write(p->out, p->run.data, p->run.len, p->err);
}

static inline void
print(struct printer *p, const char *data, size_t len)
{
	if (p->run.data + p->run.len != data) {
		pass_run(p);
		p->run = (struct ch_span){ data, 0 };
	}
	p->run.len += len;
}

/* The name, its colon, and what stands before. */
static inline void
print_name(struct printer *p, const struct ch_member *m, bool is_first)
{
	const char *quoted = m->key.data - 1;
	char before = is_first ? '{' : ',';

	/* A line with blanks between has other bytes there. */
	if (quoted[-1] == before && quoted[m->key.len + 2] == ':') {
		print(p, quoted - 1, m->key.len + 4);
		return;
	}
	print(p, is_first ? "{" : ",", 1);
	print(p, quoted, m->key.len + 2);
	print(p, ":", 1);
}

static void
print_all(struct printer *p, const struct ch_record *r)
{
	p->is_good = true;
	p->run = (struct ch_span){ "", 0 };
	for (size_t i = 0; i < r->count; i++) {
		const struct ch_member *m = &r->members[i];

		print_name(p, m, i == 0);
		print(p, m->value.data, m->value.len);
	}
	print(p, r->count == 0 ? "{}\n" : "}\n", r->count == 0 ? 3 : 2);
	pass_run(p);
}

void
ch_record_print(const struct ch_record *r, struct ch_buf *out)
{
	struct printer p = { .buf = out };

	if (r->is_changed) {
		print_all(&p, r);
		return;
	}
	ch_buf_put(out, r->line.data, r->line.len);
	ch_buf_putc(out, '\n');
}

bool
ch_record_write(
    const struct ch_record *r, struct ch_out *out, struct ch_err *err)
{
	struct printer p = { .out = out, .err = err };

	if (!r->is_changed)
		return ch_out_write(out, r->line.data, r->line.len, err) &&
		       ch_out_write(out, "\n", 1, err);
	print_all(&p, r);
	return p.is_good;
}

/* Appends a sound value without the blanks between its tokens. */
static void
print_compact(struct ch_span value, struct ch_buf *out)
{
	struct ch_scan s = { 0 };
	const char *start = value.data;

	ch_scan_init(&s, value);
	while (s.p < s.end) {
		if (*s.p == '"') {
			ch_scan_skip(&s);
			continue;
		}
		if (*s.p == ' ' || *s.p == '\t' || *s.p == '\r') {
			ch_buf_put(out, start, (size_t)(s.p - start));
			start = s.p + 1;
		}
		s.p++;
	}
	ch_buf_put(out, start, (size_t)(s.p - start));
}

static void
print_member(const struct ch_member *m, bool is_first, struct ch_buf *out)
{
	ch_buf_putc(out, is_first ? '{' : ',');
	ch_buf_put(out, m->key.data - 1, m->key.len + 2);
	ch_buf_putc(out, ':');
	print_compact(m->value, out);
}

static const char *const first_names[] = { "record", "repo", "name", "arch",
	"version", "path" };

#define FIRST_COUNT (sizeof(first_names) / sizeof(first_names[0]))

static bool
comes_first(struct ch_span key)
{
	for (size_t i = 0; i < FIRST_COUNT; i++) {
		if (ch_span_is(key, first_names[i]))
			return true;
	}
	return false;
}

void
ch_record_print_canonical(const struct ch_record *r, struct ch_buf *out)
{
	bool is_first = true;

	for (size_t i = 0; i < FIRST_COUNT; i++) {
		const struct ch_member *m = ch_record_find(r, first_names[i]);

		if (m == NULL)
			continue;
		print_member(m, is_first, out);
		is_first = false;
	}
	for (size_t i = 0; i < r->count; i++) {
		if (comes_first(r->members[i].key))
			continue;
		print_member(&r->members[i], is_first, out);
		is_first = false;
	}
	ch_buf_puts(out, is_first ? "{}\n" : "}\n");
}
