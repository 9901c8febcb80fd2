#include "filter.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "log.h"
#include "rules_latest.h"
#include "rules_source.h"
#include "stream.h"
#include "through.h"

#include "banned.h"

struct filter {
	const struct ch_filter_options *o; /* what is asked for */
	struct ch_stage stage;             /* stdin to stdout */
	struct ch_through *through;        /* runs, or NULL */
	struct ch_latest *latest;          /* holds packages, or NULL */
	struct ch_record held;             /* one of these */
	struct ch_source_match match;      /* sources wait here */
	bool matches;                      /* sources follow binaries */
	bool has_refused;                  /* a mark with another stamp */
	uint64_t seen;                     /* packages asked about */
	uint64_t kept;                     /* of these */
};

/* "name version arch: rule" in one write; what is missing is a hyphen. */
static void
explain(
    const char *name, const char *version, const char *arch, const char *why)
{
	const char *words[] = { name, version, arch };
	struct ch_buf line = { 0 };

	for (size_t i = 0; i < 3; i++) {
		const char *word = words[i] && words[i][0] ? words[i] : "-";

		ch_escape_text(&line, word, strlen(word));
		ch_buf_puts(&line, i < 2 ? " " : ": ");
	}
	ch_escape_text(&line, why, strlen(why));
	ch_buf_putc(&line, '\n');
	(void)fwrite(line.data, 1, line.len, stderr);
	ch_buf_free(&line);
}

static void
explain_latest(
    void *ctx, const char *name, const char *version, const char *arch)
{
	const struct filter *f = ctx;
	char why[32];

	(void)snprintf(
	    why, sizeof(why), "latest %" PRIu64, ch_rules_latest(f->o->rules));
	explain(name, version, arch, why);
}

/* The last step: what waits, and what another part has, is dropped here. */
static enum ch_verdict
deliver(struct filter *f, struct ch_record *r, struct ch_err *err)
{
	if (!f->matches || r->kind != CH_KIND_PACKAGE)
		return CH_PASS;
	if (ch_rules_is_source(r))
		return ch_sources_hold(&f->match, r, err) ? CH_DROP : CH_FAIL;
	ch_sources_note(&f->match, r);
	return ch_shard_has(&f->o->shard, r) ? CH_PASS : CH_DROP;
}

static bool
write_record(void *ctx, struct ch_record *r, struct ch_err *err)
{
	struct filter *f = ctx;
	enum ch_verdict verdict;

	if (r->kind == CH_KIND_REJECT && !ch_marks_see(&f->stage.own, r, err))
		return false;
	verdict = deliver(f, r, err);
	if (verdict != CH_PASS)
		return verdict == CH_DROP;
	return ch_record_write(r, &f->stage.out, err);
}

static bool
start_program(struct filter *f, struct ch_err *err)
{
	if (!f->o->program || f->through)
		return true;
	f->through = ch_through_start(f->o->program, write_record, f, err);
	return f->through != NULL;
}

/* A source whose binaries decide. */
static bool
follows(const struct filter *f, struct ch_record *r)
{
	return f->matches && ch_rules_is_source(r);
}

/* One that all rules keep. */
static enum ch_verdict
keep(struct filter *f, struct ch_record *r, struct ch_err *err)
{
	if (!follows(f, r))
		f->kept++;
	if (!f->through)
		return deliver(f, r, err);
	return ch_through_send(f->through, r, err) ? CH_DROP : CH_FAIL;
}

static void
explain_record(struct ch_record *r, const char *why)
{
	explain(ch_record_string(r, "name"), ch_record_string(r, "version"),
	    ch_record_string(r, "arch"), why);
}

static enum ch_verdict
on_package(struct filter *f, struct ch_record *r, struct ch_err *err)
{
	bool is_free = follows(f, r);
	const char *why = NULL;

	f->seen++;
	if (!is_free && !ch_rules_check(f->o->rules, r, &why, err))
		return CH_FAIL;
	if (why) {
		if (f->o->explains)
			explain_record(r, why);
		return CH_DROP;
	}
	/* What goes on is checked; what is dropped can do no harm. */
	if (!ch_record_check(r, err))
		return CH_FAIL;
	if (!f->latest || is_free)
		return keep(f, r, err);
	return ch_latest_add(f->latest, r, err) ? CH_DROP : CH_FAIL;
}

/* Where sources follow binaries, these may be in another part: deliver(). */
static bool
is_ours(const struct filter *f, struct ch_record *r)
{
	return (f->matches && r->kind == CH_KIND_PACKAGE) ||
	       ch_shard_has(&f->o->shard, r);
}

static enum ch_verdict
on_record(void *ctx, struct ch_record *r, struct ch_err *err)
{
	struct filter *f = ctx;

	if (r->kind == CH_KIND_REPO) {
		if (f->latest)
			ch_latest_see(f->latest, r);
		return CH_PASS;
	}
	if (!start_program(f, err))
		return CH_FAIL;
	if (!is_ours(f, r))
		return CH_DROP;
	return r->kind == CH_KIND_PACKAGE ? on_package(f, r, err) : CH_PASS;
}

static bool
release(struct filter *f, struct ch_span line, struct ch_err *err)
{
	enum ch_verdict verdict;

	/* It was checked when it came; nobody looks into it again. */
	if (!f->through && !f->matches) {
		f->kept++;
		return ch_out_write(&f->stage.out, line.data, line.len, err) &&
		       ch_out_write(&f->stage.out, "\n", 1, err);
	}
	if (!ch_record_parse(&f->held, line, err))
		return false;
	verdict = keep(f, &f->held, err);
	if (verdict == CH_PASS)
		return ch_record_write(&f->held, &f->stage.out, err);
	return verdict == CH_DROP;
}

static bool
release_latest(struct filter *f, struct ch_err *err)
{
	struct ch_span line;
	enum ch_next next;

	if (!ch_latest_finish(
		f->latest, f->o->explains ? explain_latest : NULL, f, err))
		return false;
	while ((next = ch_latest_next(f->latest, &line, err)) == CH_ITEM)
		if (!release(f, line, err))
			return false;
	return next == CH_END;
}

static bool
release_sources(struct filter *f, struct ch_err *err)
{
	struct ch_record *r = &f->match.record;
	bool matches = false;
	enum ch_next next;

	if (!ch_sources_finish(&f->match, err))
		return false;
	while ((next = ch_sources_next(&f->match, &matches, err)) == CH_ITEM) {
		f->kept += matches;
		if (!matches && f->o->explains)
			explain_record(r,
			    "source-packages matching: no binary built from "
			    "it is kept");
		if (matches && ch_shard_has(&f->o->shard, r) &&
		    !ch_record_write(r, &f->stage.out, err))
			return false;
	}
	return next == CH_END;
}

static void
tell(const struct filter *f)
{
	if (f->seen > 0 && f->kept == 0)
		ch_warn("the rules keep none of %" PRIu64
			" packages: --explain names the rule that drops each",
		    f->seen);
	else
		ch_debug("kept %" PRIu64 " of %" PRIu64 " packages", f->kept,
		    f->seen);
}

static bool
on_input_end(void *ctx, struct ch_err *err)
{
	struct filter *f = ctx;

	if (!start_program(f, err) || (f->latest && !release_latest(f, err)) ||
	    (f->through && !ch_through_finish(f->through, err)) ||
	    !release_sources(f, err))
		return false;
	tell(f);
	return ch_rules_check_seen(f->o->rules, err);
}

static bool
on_mark(void *ctx, struct ch_record *r, struct ch_err *err)
{
	struct filter *f = ctx;

	/* The ends that tell of a refused stamp must get out. */
	if (f->has_refused)
		return true;
	f->has_refused = !ch_shard_stamp(&f->o->shard, r, err);
	return !f->has_refused;
}

int
ch_filter_run(const struct ch_filter_options *options, struct ch_err *err)
{
	struct filter f = { .o = options };
	uint64_t latest = ch_rules_latest(options->rules);
	int status;

	ch_stage_init(&f.stage);
	f.matches = ch_rules_sources(options->rules) == CH_SOURCES_MATCHING;
	f.stage.ctx = &f;
	f.stage.on_record = on_record;
	f.stage.on_input_end = on_input_end;
	f.stage.on_mark = on_mark;
	if (latest > 0)
		f.latest =
		    ch_latest_new(latest, ch_rules_order(options->rules));
	status = ch_stage_run(&f.stage, err);
	ch_through_free(f.through);
	ch_latest_free(f.latest);
	ch_record_free(&f.held);
	ch_sources_free(&f.match);
	ch_stage_free(&f.stage);
	return status;
}
