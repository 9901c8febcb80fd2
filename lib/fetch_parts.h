/*
 * Between the files of fetch; nobody else's.
 */

#ifndef CH_FETCH_PARTS_H
#define CH_FETCH_PARTS_H

#include <time.h>

#include "fetch.h"

/* fetch_get.c: fetches, verifies and links every want not yet tried. */
bool ch_fetch_fulfil(struct ch_fetch *f, struct ch_err *err) CH_MUST_CHECK;
/* fetch_get.c: bytes that arrived; false when they are too many in all. */
bool ch_fetch_count(
    struct ch_fetch *f, size_t len, struct ch_err *err) CH_MUST_CHECK;
/*
 * fetch_again.c: after a failure.  True when it is because upstream changed
 * meanwhile, and everything is as before the first round.
 */
bool ch_fetch_start_over(
    struct ch_fetch *f, unsigned number, struct ch_err *err) CH_MUST_CHECK;
/* fetch_claims.c: a set of 1u << CH_HASH_… to compute besides SHA-256. */
unsigned ch_fetch_claimed_hashes(const struct ch_want *want);
/* fetch_claims.c: CH_UNTRUSTED when size or a digest is another. */
bool ch_fetch_check_claims(const struct ch_want *want,
    const struct ch_put_facts *facts, struct ch_err *err) CH_MUST_CHECK;
/* fetch_claims.c: the same for an object of the pool. */
bool ch_fetch_check_object(struct ch_pool *pool, const struct ch_want *want,
    const char *sha256, uint64_t size, struct ch_err *err) CH_MUST_CHECK;
/*
 * fetch_claims.c: origins that do not list their folders answer so for what is
 * not there.
 */
bool ch_fetch_is_refused_probe(
    const struct ch_want *want, const struct ch_http_result *result);
/* fetch_claims.c: which of the want's URLs it was, when hosts differ. */
void ch_fetch_note_served(struct ch_want *want, size_t index);
/* fetch_trust.c: DIR/as of a want that was fetched, when it may be there. */
bool ch_fetch_admit(struct ch_fetch *f, const struct ch_want *want,
    struct ch_err *err) CH_MUST_CHECK;
/* fetch_trust.c: writes the keyring. */
bool ch_fetch_make_keyring(
    struct ch_fetch *f, struct ch_err *err) CH_MUST_CHECK;
/* fetch.c: an empty spool for what comes before the repo line of an answer. */
bool ch_fetch_open_spool(struct ch_fetch *f, struct ch_err *err) CH_MUST_CHECK;
/*
 * fetch_first.c: the wants of a first answer like this, without the plugin;
 * false: it has to be asked, and nothing was taken.
 */
bool ch_fetch_recall_first(struct ch_fetch *f);
/* fetch_first.c: a line of the first answer, kept until it is remembered. */
bool ch_fetch_take_first(void *ctx, struct ch_span line, uint64_t number,
    struct ch_err *err) CH_MUST_CHECK;
/* asked: when the plugin was, before it was started. */
void ch_fetch_remember_first(struct ch_fetch *f, time_t asked);
/* fetch_result.c: one line of the list verb. */
bool ch_fetch_take_line(void *ctx, struct ch_span line, uint64_t number,
    struct ch_err *err) CH_MUST_CHECK;
/* fetch_result.c: makes the record absolute and sound, or a reject. */
bool ch_fetch_put_package(struct ch_fetch *f, struct ch_err *err) CH_MUST_CHECK;
bool ch_fetch_put_reject(struct ch_fetch *f, const char *code,
    const char *message, struct ch_err *err) CH_MUST_CHECK;
/*
 * fetch_dates.c: CH_UNTRUSTED for an upstream that has expired or is of the
 * future, where that counts; a warning elsewhere.
 */
bool ch_fetch_check_dates(const struct ch_fetch *f, struct ch_record *repo,
    struct ch_err *err) CH_MUST_CHECK;
/* fetch_dates.c: "expires" is 1970: its roots do not tell every change. */
bool ch_fetch_is_always_read(struct ch_record *repo);
/* fetch_emit.c: the repo record and what waited for it. */
bool ch_fetch_begin(struct ch_fetch *f, struct ch_err *err) CH_MUST_CHECK;
/* fetch_emit.c: the root files and the end, behind all lines. */
bool ch_fetch_finish(struct ch_fetch *f, enum ch_end_status *status_out,
    struct ch_err *err) CH_MUST_CHECK;
/* fetch_emit.c: nothing changed since the previous generation. */
bool ch_fetch_is_unchanged(struct ch_fetch *f);
bool ch_fetch_emit_unchanged(
    struct ch_fetch *f, struct ch_err *err) CH_MUST_CHECK;

#endif
