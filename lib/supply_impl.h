/* What the two files of supply share; nobody else includes it. */

#ifndef CH_SUPPLY_IMPL_H
#define CH_SUPPLY_IMPL_H

#include "supply.h"
#include "validators.h"
#include "writer.h"

#define CH_SUPPLY_BUCKETS 1024

/* One allocation with its texts. */
struct ch_waiter {
	struct ch_waiter *next; /* asked later */
	const char *url;        /* its own, or NULL */
	const char *repo;       /* id of its repository, or NULL */
	struct ch_asker who;    /* is told */
};

/* One content under way, until it has its name in the pool. */
struct ch_fetch {
	struct ch_supply *supply;   /* whose it is */
	struct ch_fetch *next;      /* in its bucket */
	uint32_t hash;              /* of what tells it from others */
	char *url;                  /* the one being tried, or NULL */
	char *elsewhere;            /* tried instead, or NULL */
	size_t alternates;          /* of url, that were tried */
	char *first;                /* why url failed, with alternates */
	const char *first_code;     /* the same, as a code */
	bool may_retry;             /* one of them may yet succeed */
	char *sha256;               /* claimed, or NULL */
	char *digest;               /* claimed, or NULL */
	uint64_t size;              /* claimed, or CH_SIZE_UNKNOWN */
	struct ch_writing *writing; /* its bytes, or NULL */
	char *repo;                 /* whose validators, or NULL: none */
	struct ch_validator had;    /* of what the pool has */
	struct ch_validator got;    /* of what came */
	bool is_found;              /* it was there already */
	struct ch_waiter *waiters;  /* who asked, in order */
	struct ch_waiter **last;    /* where the next one goes */
};

struct ch_supply {
	struct ch_pool *pool;     /* where contents are */
	struct ch_writer *writer; /* brings more, or NULL: not yet */
	struct ch_http *http;     /* where they come from */
	struct ch_known *known;   /* or NULL */
	const char *cache_dir;    /* for validators, or NULL */
	const struct ch_alternates *alternates;      /* or NULL */
	struct ch_fetch *buckets[CH_SUPPLY_BUCKETS]; /* under way, by key */
	size_t pending;                              /* waiters in all */
	struct ch_supply_counts counts;              /* so far */
	bool has_failed;                             /* the run cannot go on */
	struct ch_err failure;                       /* why */
};

/* Joins who asks for the same content, or starts its transfer. */
void ch_fetch_start(
    struct ch_supply *s, const struct ch_claim *claim, struct ch_asker who);
/* Waits for the next barrier with what somebody else has just added. */
void ch_fetch_await(struct ch_supply *s, const struct ch_claim *claim,
    const struct ch_content *content, struct ch_asker who);
/* The writer is done with it. */
void ch_fetch_written(struct ch_fetch *f, const struct ch_written *written);
/* The one that there is, or a new one; NULL: the run cannot go on. */
struct ch_writer *ch_supply_writer(struct ch_supply *s);
/* The run cannot go on; the next step says so. */
void ch_supply_fail(struct ch_supply *s, const struct ch_err *err);
/*
 * supply_elsewhere.c: after a failure, where its content may be too becomes
 * f->elsewhere; false: there is no such place (any more).
 */
bool ch_fetch_go_elsewhere(struct ch_fetch *f, const struct ch_supplied *why);
/* What all of them make of it; message is the caller's. */
struct ch_supplied ch_fetch_verdict(
    const struct ch_fetch *f, const struct ch_supplied *why, char **message);
/* Another URL is going to be tried. */
void ch_fetch_forget_elsewhere(struct ch_fetch *f);
/* Validators to ask with, for a fetch that nothing is claimed about. */
void ch_fetch_find_validators(struct ch_fetch *f, const char *repo);
/* Keeps its validators: its content is in the pool for good. */
void ch_fetch_remember(struct ch_fetch *f, const struct ch_content *content);
void ch_fetch_free(struct ch_fetch *f);

#endif
