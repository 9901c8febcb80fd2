/*
 * Most plugins print most packages as they were fed.  Such a line was looked
 * at when it was read, so that it is only compared with the one it was.  The
 * first that is another ends that: from there on they are looked at, and what
 * they have to be is learned from all that was fed.
 */

#include <string.h>

#include "element.h"
#include "index_parts.h"

#include "banned.h"

/* How a package's line begins where a catalog, or fetch, has written it. */
#define BEGINNING "{\"record\":\"package\","

static bool
is_package(struct ch_span line)
{
	size_t len = strlen(BEGINNING);

	return line.len > len && memcmp(line.data, BEGINNING, len) == 0;
}

static bool
is_no_input(void *ctx, struct ch_record *element, struct ch_err *err)
{
	(void)ctx;
	return !ch_span_is(ch_record_span(element, "role"), "input") ||
	       ch_fail(err, CH_MALFORMED, "an input");
}

/* Nothing is lent for it, and a plugin's line would get nothing added. */
static bool
is_plain(struct ch_index *x, struct ch_record *r)
{
	const struct ch_member *repo = ch_record_find(r, "repo");
	struct ch_span type = ch_record_span(r, "type");
	struct ch_err why;

	return is_package(r->line) && repo != NULL &&
	       repo->value.data[0] == '"' && x->type != NULL &&
	       type.data != NULL && ch_span_is(type, x->type) &&
	       ch_record_find(r, "path") != NULL &&
	       !ch_span_is(ch_record_span(r, "role"), "input") &&
	       ch_record_each_element(r, "files", is_no_input, NULL, &why);
}

void
ch_index_echo_note(struct ch_index *x, struct ch_record *r)
{
	if (r->kind == CH_KIND_PACKAGE && !x->echo.is_odd)
		x->echo.is_odd = !is_plain(x, r);
}

/* All that was fed, as it stands there. */
static bool
walk(struct ch_index *x,
    bool (*fn)(struct ch_index *x, struct ch_span line, struct ch_err *err),
    struct ch_err *err)
{
	struct ch_span line;
	struct ch_in in;
	enum ch_next next;
	bool is_good = true;

	if (!ch_out_flush(&x->fed.out, err) ||
	    !ch_in_open(&in, x->fed.path, err))
		return false;
	while (is_good && (next = ch_in_line(&in, &line, err)) != CH_END)
		is_good = next == CH_ITEM && fn(x, line, err);
	ch_in_close(&in);
	return is_good;
}

static bool
prepare_line(struct ch_index *x, struct ch_span line, struct ch_err *err)
{
	if (is_package(line)) {
		x->fed_packages++;
		return true;
	}
	return ch_record_parse(&x->record, line, err) &&
	       ch_index_prepare_item(x, &x->record, err);
}

bool
ch_index_prepare_plain(struct ch_index *x, struct ch_err *err)
{
	return walk(x, prepare_line, err);
}

static bool
write_line(struct ch_index *x, struct ch_span line, struct ch_err *err)
{
	return !is_package(line) ||
	       (ch_out_write(x->out, line.data, line.len, err) &&
		   ch_out_write(x->out, "\n", 1, err));
}

static bool
write_package(void *ctx, struct ch_record *r, struct ch_err *err)
{
	struct ch_index *x = ctx;

	return r->kind != CH_KIND_PACKAGE || ch_record_write(r, x->out, err);
}

bool
ch_index_write_packages(struct ch_index *x, struct ch_err *err)
{
	if (!x->is_recalled && !x->echo.is_going)
		return ch_spool_copy(&x->packages, x->out, err);
	return x->echo.is_odd ? ch_spool_each(&x->fed, write_package, x, err)
			      : walk(x, write_line, err);
}

bool
ch_index_echo_begin(struct ch_index *x, struct ch_err *err)
{
	struct ch_echo *e = &x->echo;

	e->is_going = !e->is_odd && x->type != NULL &&
		      ch_str_equal(x->type, x->setup->plugin.type);
	if (!e->is_going)
		return true;
	e->is_going = ch_out_flush(&x->fed.out, err) &&
		      ch_in_open(&e->in, x->fed.path, err);
	return e->is_going;
}

/* The package that would be next; data NULL: there are no more. */
static bool
find_wanted(struct ch_echo *e, struct ch_err *err)
{
	enum ch_next next = CH_ITEM;
	struct ch_span line;

	while (e->wanted.data == NULL &&
	       (next = ch_in_line(&e->in, &line, err)) == CH_ITEM)
		if (is_package(line))
			e->wanted = line;
	return next != CH_ERROR;
}

bool
ch_index_echo_take(struct ch_index *x, struct ch_span line, bool *is_taken_out,
    struct ch_err *err)
{
	struct ch_echo *e = &x->echo;

	*is_taken_out = false;
	if (!e->is_going || !is_package(line))
		return true;
	if (!find_wanted(e, err))
		return false;
	*is_taken_out =
	    e->wanted.data != NULL && ch_span_equal(e->wanted, line);
	if (*is_taken_out) {
		e->wanted = (struct ch_span){ NULL, 0 };
		e->count++;
	}
	return true;
}

struct learning {
	struct ch_index *x; /* that learns */
	uint64_t left;      /* packages that came back so far */
};

static bool
learn(void *ctx, struct ch_record *r, struct ch_err *err)
{
	struct learning *l = ctx;
	struct ch_index *x = l->x;
	char hex[CH_SHA256_HEX + 1];
	bool is_known;

	if (r->kind != CH_KIND_PACKAGE)
		return true;
	is_known = ch_index_identity(r, hex);
	if (is_known && ch_digest_set_add(&x->known, hex))
		x->fed_packages++;
	if (l->left == 0)
		return true;
	l->left--;
	if (is_known)
		(void)ch_digest_set_add(&x->printed, hex);
	return ch_record_write(r, &x->packages.out, err);
}

bool
ch_index_echo_break(struct ch_index *x, struct ch_err *err)
{
	struct learning l = { x, x->echo.count };

	if (!x->echo.is_going)
		return true;
	x->echo.is_going = false;
	x->fed_packages = 0;
	return ch_spool_each(&x->fed, learn, &l, err);
}

bool
ch_index_echo_end(struct ch_index *x, struct ch_err *err)
{
	return x->echo.count == x->fed_packages || ch_index_echo_break(x, err);
}

void
ch_index_echo_close(struct ch_index *x)
{
	ch_in_close(&x->echo.in);
}
