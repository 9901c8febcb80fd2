#include "download.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#include "log.h"
#include "mem.h"
#include "path.h"

#include "banned.h"

#define WINDOW_RECORDS 2048
#define WINDOW_BYTES   ((size_t)32 << 20)
#define WAIT_MS        50
#define LINES_AT_ONCE  16

/* A record whose contents are not all answered. */
struct pending {
	struct window *window;       /* whose it is */
	struct pending *next;        /* ready after it, or in the window */
	struct pending *prev;        /* in the window */
	char *line;                  /* as it came */
	size_t len;                  /* bytes of line */
	struct ch_content *contents; /* by index of the claim */
	size_t count;                /* claims */
	size_t answered;             /* of them */
	bool is_new;                 /* something was fetched */
	char *code;                  /* of the first failure, or NULL */
	char *message;               /* with code */
	bool may_retry;              /* with code */
};

struct window {
	struct ch_download *d;   /* what the caller wants */
	struct ch_stage stage;   /* records in and out */
	struct pending *waiting; /* not all answered */
	struct pending *ready;   /* all answered, not written */
	struct pending **last;   /* where the next ready one goes */
	size_t records;          /* of both */
	size_t bytes;            /* of their lines */
};

static void
free_pending(struct pending *p)
{
	p->window->records--;
	p->window->bytes -= p->len;
	ch_free(p->line);
	ch_free(p->contents);
	ch_free(p->code);
	ch_free(p->message);
	ch_free(p);
}

/* Keeps r's text; its contents are asked for one by one. */
static struct pending *
new_pending(struct window *w, const struct ch_record *r)
{
	struct pending *p = ch_calloc(1, sizeof(*p));
	struct ch_buf text = { 0 };

	if (ch_buf_reserve(&text, r->line.len + 1))
		ch_record_print(r, &text);
	p->window = w;
	p->len = text.len - 1;
	p->line = ch_buf_take(&text);
	w->records++;
	w->bytes += p->len;
	p->next = w->waiting;
	if (p->next != NULL)
		p->next->prev = p;
	w->waiting = p;
	return p;
}

static void
move_to_ready(struct pending *p)
{
	struct window *w = p->window;

	if (p->prev == NULL)
		w->waiting = p->next;
	else
		p->prev->next = p->next;
	if (p->next != NULL)
		p->next->prev = p->prev;
	p->next = NULL;
	*w->last = p;
	w->last = &p->next;
}

static void
on_supplied(void *ctx, size_t index, const struct ch_supplied *what)
{
	struct pending *p = ctx;

	p->answered++;
	p->contents[index] = what->content;
	p->is_new = p->is_new || what->is_new;
	if (what->code != NULL && p->code == NULL) {
		p->code = ch_strdup(what->code);
		p->message = ch_strdup(what->message);
		p->may_retry = what->may_retry;
	}
	/* One claim more than there are holds it back while it is read. */
	if (p->answered == p->count + 1)
		move_to_ready(p);
}

static bool
ask(void *ctx, const struct ch_claim *claim, struct ch_err *err)
{
	struct pending *p = ctx;
	struct ch_asker who = { on_supplied, p, p->count++ };

	p->contents = ch_realloc(p->contents, p->count, sizeof(*p->contents));
	return ch_supply_want(p->window->d->supply, claim, who, err);
}

static uint64_t
bytes_of(const struct pending *p)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < p->count; i++)
		bytes += p->contents[i].size;
	return bytes;
}

static void
tell(struct pending *p, struct ch_record *r)
{
	const struct ch_download *d = p->window->d;
	const char *path = ch_record_string(r, "path");

	if (path == NULL)
		path = ch_record_string(r, "as");
	if (d->on_done != NULL)
		d->on_done(d->ctx, path == NULL ? "" : path, bytes_of(p),
		    p->is_new, p->code != NULL);
}

static bool
write_good(struct pending *p, struct ch_record *r, struct ch_err *err)
{
	const struct ch_download *d = p->window->d;

	if (!ch_claims_settle(r, p->contents, p->count, err))
		return false;
	if (r->kind == CH_KIND_PACKAGE && d->on_package != NULL)
		return d->on_package(d->ctx, &p->window->stage, r, err);
	return ch_record_write(r, &p->window->stage.out, err);
}

static bool
write_ready(struct pending *p, struct ch_record *r, struct ch_err *err)
{
	const struct ch_span line = { p->line, p->len };
	struct ch_reason reason;

	if (!ch_record_parse(r, line, err))
		return false;
	tell(p, r);
	if (p->code == NULL)
		return write_good(p, r, err);
	if (r->kind == CH_KIND_FILE && ch_record_true(r, "optional") &&
	    ch_str_equal(p->code, "not-found")) {
		ch_debug("%s: optional, left out", p->message);
		return true;
	}
	reason = (struct ch_reason){ p->code, p->message, p->may_retry };
	return ch_stage_reject(&p->window->stage, r, &reason, err);
}

static bool
drain(struct window *w, struct ch_err *err)
{
	struct ch_record r = { 0 };
	bool ok = true;

	while (ok && w->ready != NULL) {
		struct pending *p = w->ready;

		w->ready = p->next;
		if (w->ready == NULL)
			w->last = &w->ready;
		ok = write_ready(p, &r, err);
		free_pending(p);
	}
	ch_record_free(&r);
	return ok;
}

static bool
has_line(const struct ch_in *in)
{
	return in->start < in->end &&
	       memchr(in->buf + in->start, '\n', in->end - in->start) != NULL;
}

/* Is there something to read, so that reading will not block for long? */
static bool
has_input(const struct ch_in *in)
{
	struct pollfd p = { .fd = in->fd, .events = POLLIN };

	return in->at_eof || has_line(in) || poll(&p, 1, 0) != 0;
}

static bool
wait_for_input(const struct ch_in *in, int timeout_ms, struct ch_err *err)
{
	struct pollfd p = { .fd = in->fd, .events = POLLIN };

	if (poll(&p, 1, timeout_ms) < 0 && errno != EINTR)
		return ch_fail_errno(err, errno, "%s", in->name);
	return true;
}

static void
tick(const struct window *w)
{
	if (w->d->on_tick != NULL)
		w->d->on_tick(w->d->ctx);
}

/* One round of transfers, waiting at most timeout_ms; what is done leaves. */
static bool
work(struct window *w, int timeout_ms, bool is_full, struct ch_err *err)
{
	struct ch_supply *supply = w->d->supply;
	bool is_idle = !ch_supply_has_transfers(supply);

	tick(w);
	if (is_idle && is_full && !ch_supply_flush(supply, err))
		return false;
	if (is_idle && timeout_ms > 0 && !is_full &&
	    !wait_for_input(&w->stage.in.in, timeout_ms, err))
		return false;
	return ch_supply_step(supply, timeout_ms, err) && drain(w, err);
}

/*
 * Works on what is under way until the window has room and input is there, so
 * that transfers go on while an upstream stage is slow.  A full window gets a
 * bit of room before reading goes on, to read many lines at a time.
 */
static bool
make_room(struct window *w, struct ch_err *err)
{
	bool was_full =
	    w->records >= WINDOW_RECORDS || w->bytes >= WINDOW_BYTES;
	size_t records = was_full ? WINDOW_RECORDS / 8 * 7 : WINDOW_RECORDS;
	size_t bytes = was_full ? WINDOW_BYTES / 8 * 7 : WINDOW_BYTES;

	if (!was_full && w->records % LINES_AT_ONCE != 0 &&
	    has_line(&w->stage.in.in))
		return w->ready == NULL || drain(w, err);
	while (ch_supply_pending(w->d->supply) > 0) {
		bool is_full = w->records >= records || w->bytes >= bytes;
		bool is_ready = !is_full && has_input(&w->stage.in.in);

		if (!work(w, is_ready ? 0 : WAIT_MS, is_full, err))
			return false;
		if (is_ready)
			return true;
	}
	return drain(w, err);
}

static bool
has_safe_paths(struct ch_record *r, struct ch_err *err)
{
	static const char *const keys[] = { "path", "as" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		struct ch_span path = ch_record_span(r, keys[i]);

		if (path.data != NULL &&
		    !ch_path_check(path.data, path.len, err))
			return false;
	}
	return true;
}

static bool
take_record(struct window *w, struct ch_record *r, struct ch_err *err)
{
	struct ch_reason reason = { .message = err->text };
	struct pending *p;
	uint64_t size;

	if (!has_safe_paths(r, err))
		reason.code = "unsafe-path";
	else if (!ch_record_check(r, err))
		reason.code = "malformed";
	if (reason.code != NULL)
		return ch_stage_reject(&w->stage, r, &reason, err);
	if (w->d->on_begin != NULL)
		w->d->on_begin(
		    w->d->ctx, ch_record_uint(r, "size", &size) ? size : 0);
	p = new_pending(w, r);
	if (!ch_claims_each(r, ask, p, err))
		return false;
	on_supplied(p, 0, &(struct ch_supplied){ .content = p->contents[0] });
	return make_room(w, err);
}

static enum ch_verdict
on_record(void *ctx, struct ch_record *r, struct ch_err *err)
{
	const struct ch_download *d = ((struct window *)ctx)->d;

	if (r->kind == CH_KIND_REPO && d->on_repo != NULL &&
	    !d->on_repo(d->ctx, r, err))
		return CH_FAIL;
	if (r->kind != CH_KIND_PACKAGE && r->kind != CH_KIND_FILE)
		return CH_PASS;
	return take_record(ctx, r, err) ? CH_DROP : CH_FAIL;
}

static bool
on_input_end(void *ctx, struct ch_err *err)
{
	struct window *w = ctx;
	struct ch_supply *supply = w->d->supply;

	while (ch_supply_pending(supply) > 0) {
		if (!ch_supply_step(supply, WAIT_MS, err) || !drain(w, err))
			return false;
		if (!ch_supply_has_transfers(supply) &&
		    !ch_supply_flush(supply, err))
			return false;
		tick(w);
	}
	if (!drain(w, err))
		return false;
	return w->d->on_end == NULL || w->d->on_end(w->d->ctx, &w->stage, err);
}

static void
free_all(struct pending *p)
{
	while (p != NULL) {
		struct pending *next = p->next;

		free_pending(p);
		p = next;
	}
}

int
ch_download_run(struct ch_download *d, struct ch_err *err)
{
	struct window w = { .d = d };
	int status;

	w.last = &w.ready;
	ch_stage_init(&w.stage);
	w.stage.on_record = on_record;
	w.stage.on_input_end = on_input_end;
	w.stage.ctx = &w;
	status = ch_stage_run(&w.stage, err);
	free_all(w.waiting);
	free_all(w.ready);
	ch_stage_free(&w.stage);
	return status;
}
