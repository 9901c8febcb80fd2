/*
 * Supply: contents that records ask for, from the pool or from upstream.
 *
 * ch_supply_new(), ch_supply_want() for each content, ch_supply_step() while
 * any is under way, ch_supply_finish() at the end, ch_supply_free().  Each
 * want is answered once through its callback: at once when the pool has it,
 * otherwise from within step or finish, when its bytes are in the pool for
 * good.  The callback may ask for more.
 *
 * What is here is not fetched: a content is looked up by the SHA-256 that is
 * claimed, or that ch_known knows; and what two records ask for is fetched
 * once.  All claims are checked while the bytes arrive.  A content that fails
 * is answered with a code of reject records; false from a function means that
 * the run cannot go on (disk, lock, memory of the kernel).
 */

#ifndef CH_SUPPLY_H
#define CH_SUPPLY_H

#include "alternates.h"
#include "claim.h"
#include "http.h"
#include "known.h"
#include "pool.h"

/* The answer to a want, borrowed. */
struct ch_supplied {
	const char *code;          /* NULL: it is there; else why not */
	const char *message;       /* for people, with code */
	bool may_retry;            /* a later try may succeed, with code */
	bool is_new;               /* it was fetched, not found */
	struct ch_content content; /* without code */
};

/* Who is told. */
struct ch_asker {
	void (*fn)(void *ctx, size_t index, const struct ch_supplied *what);
	void *ctx;    /* comes back with the answer */
	size_t index; /* the same */
};

struct ch_supply_counts {
	uint64_t fetched; /* contents that came from upstream */
	uint64_t reused;  /* that were in the pool */
	uint64_t failed;  /* that neither had */
	uint64_t bytes;   /* that came from upstream */
};

struct ch_supply;

/* All are borrowed; known may be NULL. */
struct ch_supply *ch_supply_new(
    struct ch_pool *pool, struct ch_http *http, struct ch_known *known);
/*
 * Keeps validators in the cache folder, so that a content without any digest
 * is asked for with a condition.  dir is borrowed.
 */
void ch_supply_use_cache(struct ch_supply *supply, const char *dir);
/*
 * What is claimed with a digest and cannot be had where its URL says is asked
 * for at these, in turn.  alternates is borrowed, and may grow meanwhile.
 */
void ch_supply_use_alternates(
    struct ch_supply *supply, const struct ch_alternates *alternates);
/* What is under way is given up, without answers. */
void ch_supply_free(struct ch_supply *supply);
bool ch_supply_want(struct ch_supply *supply, const struct ch_claim *claim,
    struct ch_asker who, struct ch_err *err) CH_MUST_CHECK;
/* Waits at most timeout_ms for transfers; flushes a batch when that is due. */
bool ch_supply_step(
    struct ch_supply *supply, int timeout_ms, struct ch_err *err) CH_MUST_CHECK;
/* Flushes what has arrived, and answers those who wait for it. */
bool ch_supply_flush(
    struct ch_supply *supply, struct ch_err *err) CH_MUST_CHECK;
/* Steps until every want is answered. */
bool ch_supply_finish(
    struct ch_supply *supply, struct ch_err *err) CH_MUST_CHECK;
/* Contents that were asked for and not answered. */
size_t ch_supply_pending(const struct ch_supply *supply);
/* Are any bytes still to come?  Otherwise a flush answers all that wait. */
bool ch_supply_has_transfers(const struct ch_supply *supply);
const struct ch_supply_counts *ch_supply_counts(const struct ch_supply *supply);

#endif
