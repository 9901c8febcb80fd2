#include "claim.h"

#include <string.h>

#include "pool.h"

#include "banned.h"

static uint64_t
number_or_unknown(const struct ch_record *r, const char *key)
{
	uint64_t n;

	return ch_record_uint(r, key, &n) ? n : CH_SIZE_UNKNOWN;
}

static struct ch_claim
claim_of(struct ch_record *r, const char *repo)
{
	return (struct ch_claim){ .repo = repo,
		.url = ch_record_string(r, "url"),
		.sha256 = ch_record_string(r, "sha256"),
		.digest = ch_record_string(r, "digest"),
		.size = number_or_unknown(r, "size"),
		.time = number_or_unknown(r, "time") };
}

/* An element of "files" as a record, so that getters and setters work. */
static bool
parse_element(struct ch_record *r, struct ch_span value, struct ch_buf *line,
    struct ch_err *err)
{
	if (value.len < 2 || value.data[0] != '{')
		return ch_fail(err, CH_MALFORMED,
		    "\"files\": holds something else than objects");
	ch_buf_clear(line);
	ch_buf_puts(line, "{\"record\":\"file\"");
	if (value.data[1] != '}')
		ch_buf_putc(line, ',');
	ch_buf_put(line, value.data + 1, value.len - 1);
	return ch_record_parse(
	    r, (struct ch_span){ line->data, line->len }, err);
}

struct walk {
	struct ch_record element; /* the current one */
	struct ch_buf line;       /* its text */
	const char *repo;         /* of the whole record */
	ch_claim_fn *fn;          /* who wants the claims */
	void *ctx;                /* for fn */
};

static bool
hand_out(
    void *ctx, struct ch_span key, struct ch_span value, struct ch_err *err)
{
	struct walk *w = ctx;
	struct ch_claim claim;

	(void)key;
	if (!parse_element(&w->element, value, &w->line, err))
		return false;
	claim = claim_of(&w->element, w->repo);
	return w->fn(w->ctx, &claim, err);
}

bool
ch_claims_each(
    struct ch_record *r, ch_claim_fn *fn, void *ctx, struct ch_err *err)
{
	const struct ch_member *files = ch_record_find(r, "files");
	const char *repo = ch_record_string(r, "repo");
	struct walk w = { .repo = repo, .fn = fn, .ctx = ctx };
	struct ch_claim claim = claim_of(r, repo);
	bool ok = fn(ctx, &claim, err);

	if (ok && files != NULL)
		ok = ch_json_each(files->value, hand_out, &w, err);
	ch_record_free(&w.element);
	ch_buf_free(&w.line);
	return ok;
}

/* Sets only what differs, so that a record that knew it all stays as it is. */
static void
settle(struct ch_record *r, const struct ch_content *content)
{
	const char *sha256 = ch_record_string(r, "sha256");
	uint64_t size;

	if (sha256 == NULL || !ch_str_equal(sha256, content->sha256))
		ch_record_set_string(r, "sha256", content->sha256);
	if (!ch_record_uint(r, "size", &size) || size != content->size)
		ch_record_set_uint(r, "size", content->size);
}

struct rewrite {
	struct ch_record element;          /* the current one */
	struct ch_buf line;                /* its text */
	struct ch_buf list;                /* the new "files" */
	const struct ch_content *contents; /* of the elements */
	size_t count;                      /* of them */
	size_t next;                       /* the current one's */
	bool is_changed;                   /* list is not the old one */
};

static bool
rewrite_element(
    void *ctx, struct ch_span key, struct ch_span value, struct ch_err *err)
{
	struct rewrite *w = ctx;
	struct ch_buf text = { 0 };

	(void)key;
	if (w->next == w->count)
		return ch_fail(err, CH_MALFORMED, "\"files\": has grown");
	if (!parse_element(&w->element, value, &w->line, err))
		return false;
	settle(&w->element, &w->contents[w->next++]);
	ch_buf_putc(&w->list, w->list.len == 0 ? '[' : ',');
	if (w->element.is_changed) {
		w->is_changed = true;
		ch_record_remove(&w->element, "record");
		ch_record_print(&w->element, &text);
		ch_buf_put(&w->list, text.data, text.len - 1);
		ch_buf_free(&text);
	} else {
		ch_buf_put(&w->list, value.data, value.len);
	}
	return true;
}

bool
ch_claims_settle(struct ch_record *r, const struct ch_content *contents,
    size_t count, struct ch_err *err)
{
	const struct ch_member *files;
	struct rewrite w = { .contents = contents + 1, .count = count - 1 };
	bool ok = true;

	settle(r, contents);
	files = ch_record_find(r, "files");
	if (files != NULL)
		ok = ch_json_each(files->value, rewrite_element, &w, err);
	if (ok && w.is_changed) {
		ch_buf_putc(&w.list, ']');
		ch_record_set_raw(r, "files", w.list.data);
	}
	ch_record_free(&w.element);
	ch_buf_free(&w.line);
	ch_buf_free(&w.list);
	return ok;
}
