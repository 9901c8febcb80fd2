#include <string.h>

#include "catalog_parts.h"
#include "log.h"
#include "mem.h"

#include "banned.h"

static char *
copy_string(struct ch_record *r, const char *key)
{
	const char *text = ch_record_string(r, key);

	return text ? ch_strdup(text) : NULL;
}

static bool
add_part(
    void *ctx, struct ch_span key, struct ch_span value, struct ch_err *err)
{
	(void)err;
	if (value.len > 0 && value.data[0] == '{')
		ch_list_take(ctx, ch_strndup(key.data, key.len));
	return true;
}

/* The members of its identity that are objects: suites, in byte order. */
static char *
parts_of(struct ch_record *r)
{
	struct ch_span identity = ch_record_lookup(r, "identity");
	struct ch_list names = { 0 };
	struct ch_buf text = { 0 };
	struct ch_err ignored;

	if (identity.data != NULL && identity.data[0] == '{')
		(void)!ch_json_each(identity, add_part, &names, &ignored);
	ch_list_sort(&names);
	for (size_t i = 0; i < names.count; i++)
		ch_buf_printf(&text, "%s\n", names.items[i]);
	ch_list_free(&names);
	return ch_buf_take(&text);
}

void
ch_repo_facts_take(struct ch_repo_facts *f, struct ch_record *r)
{
	struct ch_span serial = ch_record_lookup(r, "serial");

	if (!serial.data)
		serial = ch_record_lookup(r, "identity.serial");
	ch_repo_facts_free(f);
	f->is_there = true;
	f->feed = copy_string(r, "feed");
	f->type = copy_string(r, "type");
	f->date = copy_string(r, "date");
	f->parts = parts_of(r);
	f->is_mirror = ch_span_is(ch_record_span(r, "mode"), "mirror");
	f->has_base = ch_record_uint(r, "base", &f->base);
	f->has_upstream = ch_record_uint(r, "upstream", &f->upstream);
	f->has_serial =
	    serial.data && ch_parse_uint_span(serial, CH_MAX_INT, &f->serial);
}

void
ch_repo_facts_free(struct ch_repo_facts *f)
{
	ch_free(f->feed);
	ch_free(f->type);
	ch_free(f->date);
	ch_free(f->parts);
	*f = (struct ch_repo_facts){ 0 };
}

bool
ch_guard_read_before(struct ch_saving *s, struct ch_err *err)
{
	struct ch_generation g;
	bool ok;

	if (!s->current_path)
		return true;
	ok = ch_generation_open(&g, s->current_path, err) &&
	     ch_generation_next(&g, err) == CH_ITEM;
	if (ok)
		memcpy(s->before_sha256, g.sha256, sizeof(g.sha256));
	if (ok && g.record.kind == CH_KIND_REPO)
		ch_repo_facts_take(&s->before, &g.record);
	else if (ok)
		ok = ch_fail(err, CH_MALFORMED,
		    "%s: line 1: no repo record: the file is damaged",
		    s->current_path);
	/* Without a repo record of its own a stream goes on with this one. */
	if (ok && (s->o->is_merge || !s->now.is_there)) {
		ch_buf_clear(&s->repo_line);
		ch_record_print_canonical(&g.record, &s->repo_line);
	}
	ch_generation_close(&g);
	return ok;
}

/*
 * Another feed, type or set of suites, which the configuration names, is
 * another upstream: nothing to compare with.
 */
static bool
is_same_upstream(const struct ch_saving *s)
{
	const struct ch_repo_facts *a = &s->now, *b = &s->before;

	return a->is_there && b->is_there && a->feed && b->feed &&
	       ch_str_equal(a->feed, b->feed) && a->type && b->type &&
	       ch_str_equal(a->type, b->type) &&
	       ch_str_equal(a->parts, b->parts);
}

static bool
check_base(const struct ch_saving *s, struct ch_err *err)
{
	if (!s->now.has_base || s->now.base == s->current)
		return true;
	return ch_fail(err, CH_TEMPORARY,
	    "%s: generation %ju was current when the stream was started, now "
	    "it is %ju: somebody else saved meanwhile, run the pipeline again",
	    s->o->repo, (uintmax_t)s->now.base, (uintmax_t)s->current);
}

static bool
check_shrink(const struct ch_saving *s, struct ch_err *err)
{
	uint64_t was = s->before.upstream, is = s->now.upstream;

	if (s->o->allows_shrink || !s->now.has_upstream ||
	    !s->before.has_upstream || was == 0)
		return true;
	if (is > 0 && is >= was - was / 2)
		return true;
	return ch_fail(err, CH_MALFORMED,
	    "%s: upstream lists %ju packages, %ju before: nothing was saved; "
	    "if that is right, or less of it is asked for now, say "
	    "--allow-shrink",
	    s->o->repo, (uintmax_t)is, (uintmax_t)was);
}

static bool
check_rollback(const struct ch_saving *s, struct ch_err *err)
{
	const struct ch_repo_facts *a = &s->now, *b = &s->before;
	int64_t now, before;

	if (s->o->allows_rollback)
		return true;
	if (a->has_serial && b->has_serial && a->serial < b->serial)
		return ch_fail(err, CH_MALFORMED,
		    "%s: upstream's serial %ju is older than %ju, which was "
		    "accepted before: nothing was saved; if that is right, say "
		    "--allow-rollback",
		    s->o->repo, (uintmax_t)a->serial, (uintmax_t)b->serial);
	if (a->date && b->date && ch_ref_time(a->date, &now) &&
	    ch_ref_time(b->date, &before) && now < before)
		return ch_fail(err, CH_MALFORMED,
		    "%s: upstream's date %s is older than %s, which was "
		    "accepted before: nothing was saved; if that is right, say "
		    "--allow-rollback",
		    s->o->repo, a->date, b->date);
	return true;
}

/* A stream that something cut the marks off tells nothing of upstream. */
static bool
check_nothing_left(const struct ch_saving *s, struct ch_err *err)
{
	if (s->packages > 0)
		return true;
	if (ch_marks_is_unmarked(&s->marks) && !s->o->allows_shrink)
		return ch_fail(err, CH_MALFORMED,
		    "%s: no packages in a stream without marks: nothing was "
		    "saved; if that is right, say --allow-shrink",
		    s->o->repo);
	if (s->now.has_upstream && s->now.upstream > 0 &&
	    s->report->attempt.rejects == 0)
		ch_warn("%s: the filter keeps nothing of %ju packages",
		    s->o->repo, (uintmax_t)s->now.upstream);
	return true;
}

bool
ch_guard_check(const struct ch_saving *s, struct ch_err *err)
{
	if (s->repo_line.len == 0)
		return ch_fail(err, CH_MALFORMED,
		    "%s: the stream has no repo record and there is no "
		    "generation to take it from: start with a whole stream",
		    s->o->repo);
	if (s->o->is_merge)
		return true;
	if (!check_base(s, err) || !check_nothing_left(s, err))
		return false;
	if (!is_same_upstream(s))
		return true;
	return check_shrink(s, err) && check_rollback(s, err);
}

bool
ch_reject_code_is_final(const char *code)
{
	return strstr(code, "digest") || strstr(code, "checksum") ||
	       strstr(code, "signature") || strstr(code, "path");
}

bool
ch_save_codes(struct ch_list *codes, const char *text,
    const struct ch_json *repo, struct ch_err *err)
{
	const struct ch_json *list = ch_json_get(repo, "drop_codes");
	const char *policy = ch_json_string(ch_json_get(repo, "on_reject"));
	const char *p;
	size_t i, len;

	for (p = text; p && *p; p += len + (p[len] == ',')) {
		len = strcspn(p, ",");
		ch_list_take(codes, ch_strndup(p, len));
	}
	if (!text && policy && ch_str_equal(policy, "drop")) {
		for (i = 0; i < ch_json_count(list); i++)
			ch_list_add(
			    codes, ch_json_string_or(ch_json_at(list, i), ""));
		if (codes->count == 0)
			ch_list_add(codes, "not-found");
	}
	for (i = 0; i < codes->count; i++)
		if (ch_reject_code_is_final(codes->items[i]))
			return ch_fail(err, CH_USAGE,
			    "%s: checksum, signature and path rejects are "
			    "never passed over",
			    codes->items[i]);
	return true;
}
