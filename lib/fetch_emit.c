#include <string.h>

#include "fetch_parts.h"
#include "log.h"
#include "url.h"

#include "banned.h"

#define PROTOCOL 1

/* Fields of a repo record that are the host's to say. */
static const char *const own_fields[] = { "record", "repo", "v", "type", "mode",
	"feed", "revision", "config", "plugin", "version_order", "base",
	"upstream" };

static bool
is_own(struct ch_span key)
{
	for (size_t i = 0; i < sizeof(own_fields) / sizeof(own_fields[0]); i++)
		if (ch_span_is(key, own_fields[i]))
			return true;
	return false;
}

static const char *
mode_of(const struct ch_fetch *f)
{
	return ch_json_string_or(ch_json_get(f->block, "mode"), "filtered");
}

static void
set_feed(const struct ch_fetch *f, struct ch_record *r)
{
	char *feed = f->feed == NULL ? NULL : ch_url_display(f->feed);

	ch_record_set_string(r, "feed", feed == NULL ? "" : feed);
	ch_free(feed);
}

/* What the plugin said beside: date, expires, identity, its own facts. */
static bool
add_facts(const struct ch_fetch *f, struct ch_record *r, struct ch_err *err)
{
	struct ch_record said = { 0 };
	struct ch_span line = { f->repo_line.data, f->repo_line.len - 1 };
	bool is_parsed;

	if (f->repo_line.len == 0)
		return true;
	is_parsed = ch_record_parse(&said, line, err);
	for (size_t i = 0; is_parsed && i < said.count; i++) {
		const struct ch_member *m = &said.members[i];
		char *key;
		char *value;

		if (is_own(m->key))
			continue;
		key = ch_strndup(m->key.data, m->key.len);
		value = ch_strndup(m->value.data, m->value.len);
		ch_record_set_raw(r, key, value);
		ch_free(value);
		ch_free(key);
	}
	ch_record_free(&said);
	return is_parsed;
}

static bool
write_repo(struct ch_fetch *f, struct ch_err *err)
{
	struct ch_record r = { 0 };
	char hex[CH_SHA256_HEX + 1];
	bool is_written;

	ch_record_start(&r, CH_KIND_REPO);
	ch_record_set_string(&r, "repo", f->repo);
	ch_record_set_uint(&r, "v", PROTOCOL);
	ch_record_set_string(&r, "type", f->plugin->type);
	ch_record_set_string(&r, "mode", mode_of(f));
	set_feed(f, &r);
	if (ch_wants_revision(&f->wants, hex))
		ch_record_set_string(&r, "revision", hex);
	ch_config_digest(f->block, hex);
	ch_record_set_string(&r, "config", hex);
	ch_record_set_string(&r, "plugin", f->plugin->version);
	ch_record_set_string(&r, "version_order", f->plugin->order);
	ch_record_set_uint(&r, "base", f->previous.base);
	is_written = add_facts(f, &r, err) &&
		     ch_fetch_check_dates(f, &r, err) &&
		     ch_record_write(&r, f->out, err);
	ch_record_free(&r);
	return is_written;
}

/* Upstream's root files are always recorded. */
static bool
write_roots(struct ch_fetch *f, struct ch_err *err)
{
	struct ch_record r = { 0 };
	bool is_written = true;

	for (size_t i = 0; i < f->wants.count && is_written; i++) {
		const struct ch_want *want = f->wants.items[i];

		if (!want->is_root || want->is_used || want->is_absent)
			continue;
		ch_record_start(&r, CH_KIND_FILE);
		ch_record_set_string(&r, "repo", f->repo);
		ch_record_set_string(&r, "as", want->as);
		ch_record_set_string(&r, "role", "input");
		ch_record_set_string(&r, "sha256", want->sha256);
		ch_record_set_uint(&r, "size", want->size);
		is_written = ch_record_write(&r, f->out, err);
	}
	ch_record_free(&r);
	return is_written;
}

static void
end_watch(struct ch_fetch *f)
{
	if (f->watch.on_end != NULL)
		f->watch.on_end(f->watch.ctx);
}

bool
ch_fetch_begin(struct ch_fetch *f, struct ch_err *err)
{
	end_watch(f);
	if (!write_repo(f, err) || !ch_spool_copy(&f->spool, f->out, err))
		return false;
	f->has_begun = true;
	return true;
}

bool
ch_fetch_finish(
    struct ch_fetch *f, enum ch_end_status *status_out, struct ch_err *err)
{
	struct ch_record end = { 0 };
	bool is_written;

	*status_out = f->rejects > 0 ? CH_STREAM_PARTIAL : CH_STREAM_OK;
	ch_record_start(&end, CH_KIND_END);
	ch_record_set_string(&end, "repo", f->repo);
	ch_record_set_string(&end, "status", ch_end_status_name(*status_out));
	ch_record_set_uint(&end, "upstream", f->packages);
	is_written = write_roots(f, err) && ch_record_write(&end, f->out, err);
	ch_record_free(&end);
	return is_written;
}

void
ch_fetch_emit_failure(
    struct ch_out *out, const char *repo, const struct ch_err *why)
{
	struct ch_err second;

	if (!ch_write_end(out, repo, CH_STREAM_FAILED, why, &second) ||
	    !ch_out_flush(out, &second))
		ch_debug("%s", second.text);
}

bool
ch_fetch_is_unchanged(struct ch_fetch *f)
{
	struct ch_record *before = &f->previous.repo;
	char revision[CH_SHA256_HEX + 1];
	char config[CH_SHA256_HEX + 1];

	if (before->count == 0 || ch_fetch_is_always_read(before) ||
	    ch_json_path(f->block, "filters.metadata.build_time.last_n_days") !=
		NULL ||
	    !ch_wants_revision(&f->wants, revision))
		return false;
	ch_config_digest(f->block, config);
	return ch_span_is(ch_record_span(before, "revision"), revision) &&
	       ch_span_is(ch_record_span(before, "config"), config) &&
	       ch_span_is(ch_record_span(before, "plugin"), f->plugin->version);
}

bool
ch_fetch_emit_unchanged(struct ch_fetch *f, struct ch_err *err)
{
	struct ch_record *before = &f->previous.repo;

	end_watch(f);
	ch_record_set_string(before, "repo", f->repo);
	ch_record_set_uint(before, "base", f->previous.base);
	return ch_fetch_check_dates(f, before, err) &&
	       ch_record_write(before, f->out, err) &&
	       ch_write_end(f->out, f->repo, CH_STREAM_UNCHANGED, NULL, err);
}
