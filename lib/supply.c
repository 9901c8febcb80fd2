#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "mem.h"
#include "supply_impl.h"

#include "banned.h"

struct ch_supply *
ch_supply_new(
    struct ch_pool *pool, struct ch_http *http, struct ch_known *known)
{
	struct ch_supply *s = ch_calloc(1, sizeof(*s));

	s->pool = pool;
	s->http = http;
	s->known = known;
	return s;
}

void
ch_supply_use_cache(struct ch_supply *supply, const char *dir)
{
	supply->cache_dir = dir;
}

void
ch_supply_use_alternates(
    struct ch_supply *supply, const struct ch_alternates *alternates)
{
	supply->alternates = alternates;
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

void
ch_supply_free(struct ch_supply *supply)
{
	if (supply == NULL)
		return;
	for (size_t i = 0; i < CH_SUPPLY_BUCKETS; i++) {
		while (supply->buckets[i] != NULL) {
			struct ch_fetch *f = supply->buckets[i];

			supply->buckets[i] = f->next;
			ch_fetch_free(f);
		}
	}
	ch_writer_free(supply->writer);
	ch_free(supply);
}

void
ch_supply_fail(struct ch_supply *s, const struct ch_err *err)
{
	if (!s->has_failed)
		s->failure = *err;
	s->has_failed = true;
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
		if (!ch_pool_is_safe(s->pool, sha256)) {
			ch_fetch_await(s, claim, &what.content, who);
			return;
		}
		s->counts.reused++;
		who.fn(who.ctx, who.index, &what);
		return;
	}
	message = ch_format("%s: %" PRIu64 " bytes, expected %" PRIu64, sha256,
	    what.content.size, claim->size);
	refuse_now(s, who, "size-mismatch", message);
	ch_free(message);
}

/* An empty sha256: nothing is known. */
static bool
find_known(struct ch_supply *s, const struct ch_claim *claim,
    char sha256[CH_SHA256_HEX + 1], struct ch_err *err)
{
	if (!ch_known_read(s->known, err))
		return false;
	if (!ch_known_find(s->known, claim, sha256))
		sha256[0] = '\0';
	return true;
}

bool
ch_supply_want(struct ch_supply *s, const struct ch_claim *claim,
    struct ch_asker who, struct ch_err *err)
{
	char sha256[CH_SHA256_HEX + 1] = "";
	bool is_there = false;

	if (claim->sha256 != NULL)
		(void)snprintf(sha256, sizeof(sha256), "%s", claim->sha256);
	else if (s->known != NULL && !find_known(s, claim, sha256, err))
		return false;
	if (sha256[0] != '\0' && !ch_pool_hold(s->pool, sha256, &is_there, err))
		return false;
	if (is_there)
		answer_now(s, claim, sha256, who);
	else if (claim->url != NULL)
		ch_fetch_start(s, claim, who);
	else if (sha256[0] != '\0')
		refuse_now(s, who, "missing",
		    "it is not in the pool, and the record has no url");
	else
		refuse_now(s, who, "malformed",
		    "the record has neither url nor sha256");
	return true;
}

struct ch_writer *
ch_supply_writer(struct ch_supply *s)
{
	struct ch_err err;

	if (s->writer == NULL && !s->has_failed) {
		s->writer = ch_writer_new(s->pool, &err);
		if (s->writer == NULL)
			ch_supply_fail(s, &err);
	}
	return s->writer;
}

/* What the writer is done with. */
static bool
collect(struct ch_supply *s, struct ch_err *err)
{
	struct ch_written *written = NULL;

	if (s->writer != NULL && !ch_writer_take(s->writer, &written, err))
		ch_supply_fail(s, err);
	while (written != NULL) {
		struct ch_written *next = written->next;

		if (!s->has_failed)
			ch_fetch_written(written->ctx, written);
		ch_written_free(written);
		written = next;
	}
	if (s->has_failed)
		*err = s->failure;
	return !s->has_failed;
}

bool
ch_supply_flush(struct ch_supply *s, struct ch_err *err)
{
	if (s->writer != NULL)
		ch_writer_flush(s->writer);
	return collect(s, err);
}

bool
ch_supply_step(struct ch_supply *s, int timeout_ms, struct ch_err *err)
{
	if (ch_http_pending(s->http) > 0 &&
	    !ch_http_poll(s->http, timeout_ms, err))
		return false;
	return collect(s, err);
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
