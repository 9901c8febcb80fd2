#include "supply.h"

#include <inttypes.h>
#include <string.h>

#include "mem.h"
#include "pool_impl.h"
#include "url.h"

#include "banned.h"

#define BUCKETS 1024

struct waiter {
	struct waiter *next; /* asked later */
	char *url;           /* its own, or NULL */
	struct ch_asker who; /* is told */
};

/* One content under way, until it has its name in the pool. */
struct fetch {
	struct ch_supply *supply;  /* whose it is */
	struct fetch *next;        /* in its bucket */
	struct fetch *next_staged; /* accepted after it */
	char *key;                 /* all that is claimed */
	char *url;                 /* the one being tried */
	char *sha256;              /* claimed, or NULL */
	char *digest;              /* claimed, or NULL */
	uint64_t size;             /* claimed, or CH_SIZE_UNKNOWN */
	struct ch_put *put;        /* its bytes, or NULL */
	bool is_too_long;          /* more came than was claimed */
	struct ch_content content; /* once it is staged */
	struct waiter *waiters;    /* who asked, in order */
	struct waiter **last;      /* where the next one goes */
};

struct ch_supply {
	struct ch_pool *pool;           /* where contents go */
	struct ch_http *http;           /* where they come from */
	const struct ch_known *known;   /* or NULL */
	struct fetch *buckets[BUCKETS]; /* under way, by key */
	struct fetch *staged;           /* accepted, not yet flushed */
	struct fetch **staged_last;     /* where the next one goes */
	size_t pending;                 /* waiters in all */
	struct ch_supply_counts counts; /* so far */
	bool has_failed;                /* the run cannot go on */
	struct ch_err failure;          /* why */
};

struct ch_supply *
ch_supply_new(
    struct ch_pool *pool, struct ch_http *http, const struct ch_known *known)
{
	struct ch_supply *s = ch_calloc(1, sizeof(*s));

	s->pool = pool;
	s->http = http;
	s->known = known;
	s->staged_last = &s->staged;
	return s;
}

size_t
ch_supply_pending(const struct ch_supply *supply)
{
	return supply->pending;
}

bool
ch_supply_has_transfers(const struct ch_supply *supply)
{
	return ch_http_pending(supply->http) > 0;
}

const struct ch_supply_counts *
ch_supply_counts(const struct ch_supply *supply)
{
	return &supply->counts;
}

static void
free_waiter(struct waiter *w)
{
	ch_free(w->url);
	ch_free(w);
}

static void
free_fetch(struct fetch *f)
{
	while (f->waiters != NULL) {
		struct waiter *w = f->waiters;

		f->waiters = w->next;
		free_waiter(w);
	}
	ch_pool_put_abort(f->put);
	ch_free(f->key);
	ch_free(f->url);
	ch_free(f->sha256);
	ch_free(f->digest);
	ch_free(f);
}

void
ch_supply_free(struct ch_supply *supply)
{
	if (supply == NULL)
		return;
	for (size_t i = 0; i < BUCKETS; i++) {
		while (supply->buckets[i] != NULL) {
			struct fetch *f = supply->buckets[i];

			supply->buckets[i] = f->next;
			free_fetch(f);
		}
	}
	ch_free(supply);
}

/* FNV-1a: keys are ours, nobody gains from collisions in a window of them. */
static struct fetch **
bucket_of(struct ch_supply *s, const char *key)
{
	uint32_t hash = 2166136261U;

	for (const char *p = key; *p != '\0'; p++)
		hash = (hash ^ (unsigned char)*p) * 16777619U;
	return &s->buckets[hash % BUCKETS];
}

static void
remove_fetch(struct fetch *f)
{
	struct fetch **at = bucket_of(f->supply, f->key);

	while (*at != f)
		at = &(*at)->next;
	*at = f->next;
	free_fetch(f);
}

/* Tells the first waiter, who is gone then. */
static void
answer(struct fetch *f, const struct ch_supplied *what)
{
	struct waiter *w = f->waiters;

	f->waiters = w->next;
	if (f->waiters == NULL)
		f->last = &f->waiters;
	f->supply->pending--;
	w->who.fn(w->who.ctx, w->who.index, what);
	free_waiter(w);
}

static void
fail_run(struct ch_supply *s, const struct ch_err *err)
{
	if (!s->has_failed)
		s->failure = *err;
	s->has_failed = true;
}

static void submit(struct fetch *f);

/*
 * The one who was tried fails with all who know no other URL; with the next
 * one who does it is tried again.
 */
static void
fail_fetch(
    struct fetch *f, const char *code, const char *message, bool may_retry)
{
	const struct ch_supplied what = {
		.code = code, .message = message, .may_retry = may_retry
	};

	ch_pool_put_abort(f->put);
	f->put = NULL;
	while (f->waiters != NULL && ch_str_equal(f->waiters->url, f->url)) {
		f->supply->counts.failed++;
		answer(f, &what);
	}
	if (f->waiters == NULL) {
		remove_fetch(f);
		return;
	}
	ch_free(f->url);
	f->url = ch_strdup(f->waiters->url);
	submit(f);
}

static bool
begin_body(void *ctx, const struct ch_http_info *info, struct ch_err *err)
{
	struct fetch *f = ctx;
	uint64_t size = f->size;
	unsigned also = 0;
	enum ch_hash_kind kind;
	const char *hex;

	if (info->offset > 0 && f->put != NULL)
		return true;
	f->is_too_long = false;
	if (f->put != NULL) {
		if (ch_pool_put_restart(f->put, err))
			return true;
		fail_run(f->supply, err);
		return false;
	}
	if (f->digest != NULL &&
	    ch_digest_parse(f->digest, strlen(f->digest), &kind, &hex))
		also = 1U << kind;
	if (size == CH_SIZE_UNKNOWN && info->has_size)
		size = info->size;
	if (ch_pool_check_space(
		f->supply->pool, size == CH_SIZE_UNKNOWN ? 0 : size, err))
		f->put = ch_pool_put_begin(
		    f->supply->pool, f->url, f->size, also, err);
	if (f->put == NULL)
		fail_run(f->supply, err);
	return f->put != NULL;
}

static bool
take_bytes(void *ctx, const void *bytes, size_t len, struct ch_err *err)
{
	struct fetch *f = ctx;

	if (!ch_pool_put_write(f->put, bytes, len, err)) {
		f->is_too_long = err->status == CH_UNTRUSTED;
		if (!f->is_too_long)
			fail_run(f->supply, err);
		return false;
	}
	f->supply->counts.bytes += len;
	return true;
}

/* The claims against what came; the code of the first that does not hold. */
static const char *
judge(
    const struct fetch *f, const struct ch_put_facts *facts, struct ch_err *err)
{
	char *url = ch_url_display(f->url);
	const char *code = NULL;
	enum ch_hash_kind kind;
	const char *hex;

	if (f->size != CH_SIZE_UNKNOWN && facts->size != f->size) {
		code = "size-mismatch";
		(void)ch_fail(err, CH_UNTRUSTED,
		    "%s: %" PRIu64 " bytes, expected %" PRIu64, url,
		    facts->size, f->size);
	} else if (f->sha256 != NULL &&
		   !ch_str_equal(f->sha256, facts->sha256)) {
		code = "digest-mismatch";
		(void)ch_fail(err, CH_UNTRUSTED,
		    "%s: SHA-256 is %s, expected %s", url, facts->sha256,
		    f->sha256);
	} else if (f->digest != NULL &&
		   ch_digest_parse(f->digest, strlen(f->digest), &kind, &hex) &&
		   !ch_str_equal(hex, facts->hex[kind])) {
		code = "digest-mismatch";
		(void)ch_fail(err, CH_UNTRUSTED, "%s: %s is %s, expected %s",
		    url, ch_hash_name(kind), facts->hex[kind], hex);
	}
	ch_free(url);
	return code;
}

static void
finish_body(struct fetch *f)
{
	struct ch_supply *s = f->supply;
	struct ch_put_facts facts;
	const char *code;
	struct ch_err err;
	bool is_ended;

	is_ended = ch_pool_put_end(f->put, &facts, &err);
	code = judge(f, &facts, &err);
	if (code != NULL) {
		fail_fetch(f, code, err.text, false);
		return;
	}
	if (is_ended && ch_pool_put_accept(f->put, &err)) {
		memcpy(f->content.sha256, facts.sha256, sizeof(facts.sha256));
		f->content.size = facts.size;
		*s->staged_last = f;
		s->staged_last = &f->next_staged;
	} else {
		fail_run(s, &err);
	}
	if (is_ended)
		f->put = NULL;
}

static const char *
code_of(const struct fetch *f, const struct ch_http_result *result)
{
	if (f->is_too_long)
		return "size-mismatch";
	switch (result->err->status) {
	case CH_TEMPORARY:
		return "network";
	case CH_MALFORMED:
		return "bad-answer";
	case CH_UNTRUSTED:
		return result->code == 0 ? "untrusted" : "size-mismatch";
	case CH_OK:
	case CH_REJECTED:
	case CH_USAGE:
	case CH_DIFFERENT:
		break;
	}
	return "refused";
}

static void
body_done(void *ctx, const struct ch_http_result *result)
{
	struct fetch *f = ctx;
	struct ch_err err;

	if (f->supply->has_failed)
		return;
	switch (result->outcome) {
	case CH_HTTP_OK:
		/* An empty body may come without a begin. */
		if (f->put == NULL &&
		    !begin_body(f, &(struct ch_http_info){ 0 }, &err))
			return;
		finish_body(f);
		break;
	case CH_HTTP_NOT_FOUND:
		fail_fetch(f, "not-found", result->err->text, false);
		break;
	case CH_HTTP_NOT_MODIFIED:
		fail_fetch(f, "bad-answer",
		    "answered 304 to a request without a condition", true);
		break;
	case CH_HTTP_FAILED:
		fail_fetch(f, code_of(f, result), result->err->text,
		    result->is_retryable);
		break;
	}
}

static void
submit(struct fetch *f)
{
	const char *url = f->url;
	struct ch_http_request request = { .urls = &url,
		.url_count = 1,
		.begin = begin_body,
		.data = take_bytes,
		.done = body_done,
		.ctx = f };

	if (f->size != CH_SIZE_UNKNOWN) {
		request.size = f->size;
		request.has_size = true;
	}
	ch_http_submit(f->supply->http, &request);
}

static char *
copy_or_null(const char *s)
{
	return s == NULL ? NULL : ch_strdup(s);
}

/* Two claims with one key are about the same content. */
static char *
make_key(const struct ch_claim *c)
{
	return ch_format("%s\n%s\n%" PRIu64 "\n%s",
	    c->sha256 == NULL ? "" : c->sha256,
	    c->digest == NULL ? "" : c->digest, c->size,
	    c->sha256 == NULL ? c->url : "");
}

static struct fetch *
find_fetch(struct ch_supply *s, const char *key)
{
	struct fetch *f = *bucket_of(s, key);

	while (f != NULL && !ch_str_equal(f->key, key))
		f = f->next;
	return f;
}

/* Takes key over. */
static struct fetch *
new_fetch(struct ch_supply *s, const struct ch_claim *claim, char *key)
{
	struct fetch **bucket = bucket_of(s, key);
	struct fetch *f = ch_calloc(1, sizeof(*f));

	f->supply = s;
	f->key = key;
	f->url = ch_strdup(claim->url);
	f->sha256 = copy_or_null(claim->sha256);
	f->digest = copy_or_null(claim->digest);
	f->size = claim->size;
	f->last = &f->waiters;
	f->next = *bucket;
	*bucket = f;
	return f;
}

static void
fetch_claim(
    struct ch_supply *s, const struct ch_claim *claim, struct ch_asker who)
{
	struct waiter *w = ch_calloc(1, sizeof(*w));
	char *key = make_key(claim);
	struct fetch *f = find_fetch(s, key);
	bool is_new = f == NULL;

	if (is_new)
		f = new_fetch(s, claim, key);
	else
		ch_free(key);
	w->url = ch_strdup(claim->url);
	w->who = who;
	*f->last = w;
	f->last = &w->next;
	s->pending++;
	if (is_new)
		submit(f);
}

static void
refuse_now(struct ch_supply *s, struct ch_asker who, const char *code,
    const char *message)
{
	const struct ch_supplied what = { .code = code, .message = message };

	s->counts.failed++;
	who.fn(who.ctx, who.index, &what);
}

/* What is in the pool under sha256, if its size is what is claimed. */
static void
answer_now(struct ch_supply *s, const struct ch_claim *claim,
    const char *sha256, struct ch_asker who)
{
	struct ch_supplied what = { 0 };
	char *message;

	memcpy(what.content.sha256, sha256, CH_SHA256_HEX + 1);
	if (ch_pool_size(s->pool, sha256, &what.content.size) &&
	    (claim->size == CH_SIZE_UNKNOWN ||
		claim->size == what.content.size)) {
		s->counts.reused++;
		who.fn(who.ctx, who.index, &what);
		return;
	}
	message = ch_format("%s: %" PRIu64 " bytes, expected %" PRIu64, sha256,
	    what.content.size, claim->size);
	refuse_now(s, who, "size-mismatch", message);
	ch_free(message);
}

bool
ch_supply_want(struct ch_supply *s, const struct ch_claim *claim,
    struct ch_asker who, struct ch_err *err)
{
	char known[CH_SHA256_HEX + 1];
	const char *sha256 = claim->sha256;
	bool is_there = false;

	if (sha256 == NULL && ch_known_find(s->known, claim, known))
		sha256 = known;
	if (sha256 != NULL && !ch_pool_hold(s->pool, sha256, &is_there, err))
		return false;
	if (is_there)
		answer_now(s, claim, sha256, who);
	else if (claim->url != NULL)
		fetch_claim(s, claim, who);
	else if (sha256 != NULL)
		refuse_now(s, who, "missing",
		    "it is not in the pool, and the record has no url");
	else
		refuse_now(s, who, "malformed",
		    "the record has neither url nor sha256");
	return true;
}

bool
ch_supply_flush(struct ch_supply *s, struct ch_err *err)
{
	struct fetch *f = s->staged;

	if (!ch_pool_flush(s->pool, err))
		return false;
	s->staged = NULL;
	s->staged_last = &s->staged;
	while (f != NULL) {
		const struct ch_supplied what = { .is_new = true,
			.content = f->content };
		struct fetch *next = f->next_staged;

		s->counts.fetched++;
		while (f->waiters != NULL)
			answer(f, &what);
		remove_fetch(f);
		f = next;
	}
	return true;
}

bool
ch_supply_step(struct ch_supply *s, int timeout_ms, struct ch_err *err)
{
	if (ch_http_pending(s->http) > 0 &&
	    !ch_http_poll(s->http, timeout_ms, err))
		return false;
	if (s->has_failed) {
		*err = s->failure;
		return false;
	}
	return !ch_pool_is_flush_due(s->pool) || ch_supply_flush(s, err);
}

bool
ch_supply_finish(struct ch_supply *s, struct ch_err *err)
{
	const int step_ms = 250;

	while (s->pending > 0) {
		if (!ch_supply_step(s, step_ms, err))
			return false;
		if (ch_http_pending(s->http) == 0 && !ch_supply_flush(s, err))
			return false;
	}
	return true;
}
