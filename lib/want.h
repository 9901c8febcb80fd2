/*
 * Wants: the upstream files that a plugin's list verb asks for.
 *
 * ch_wants_add() takes a want line: checked, its references resolved against
 * the feed, and once more than CH_WANTS_MAX refused.  The same want again adds
 * nothing; the same "as" with another url or digest is an error.  The set owns
 * its wants; they stay where they are until ch_wants_free().
 */

#ifndef CH_WANT_H
#define CH_WANT_H

#include <stdint.h>

#include "hash.h"
#include "record.h"

#define CH_WANTS_MAX        ((size_t)100000)
#define CH_WANT_MAX_DEFAULT ((uint64_t)64 << 20)
#define CH_WANT_URLS_MAX    32
#define CH_WANT_DIGESTS_MAX 64

enum ch_want_verify {
	CH_VERIFY_NONE,    /* not said */
	CH_VERIFY_NEVER,   /* nothing signs it, a root beside it is signed */
	CH_VERIFY_CLEAR,   /* signed text around the content */
	CH_VERIFY_DETACHED /* the signature is another want */
};

struct ch_want {
	char *as;                       /* name below the folder */
	struct ch_list urls;            /* absolute, tried in order */
	char *accept;                   /* media types to ask for, or NULL */
	uint64_t max;                   /* bytes accepted */
	bool has_size;                  /* size must hold */
	uint64_t size;                  /* claimed, later the true one */
	char sha256[CH_SHA256_HEX + 1]; /* claimed, later the true one */
	struct ch_list digests;         /* claimed: one of "sha512:…" */
	char *served;                   /* by this one of several hosts */
	bool is_root;                   /* upstream's root index */
	bool is_optional;               /* absent is no error */
	bool is_probe;                  /* nor is 403: nobody names it */
	enum ch_want_verify verify;     /* how it is signed */
	char *signature;                /* "as" of a detached one */
	bool is_tried;                  /* fulfilled, or found absent */
	bool is_absent;                 /* 404 or 410 */
	bool is_used;                   /* a result line has its bytes */
	char *etag;                     /* of the body, or NULL */
	char *last_modified;            /* of the body, or NULL */
};

struct ch_wants {
	struct ch_want **items; /* in the order they came */
	size_t count;           /* in use */
	size_t cap;             /* allocated */
	size_t *slots;          /* hash of "as" to index + 1 */
	size_t slot_count;      /* a power of two */
	size_t tried;           /* items before this were tried */
};

/* r is a parsed want line; feed is absolute. */
bool ch_wants_add(struct ch_wants *wants, struct ch_record *r, const char *feed,
    struct ch_err *err) CH_MUST_CHECK;
struct ch_want *ch_wants_find(const struct ch_wants *wants, const char *as);
void ch_wants_free(struct ch_wants *wants);
/*
 * The revision: SHA-256 over the sorted "as sha256" lines of the root files
 * tried so far, "as -" for one that is absent.  False when there is none.
 */
bool ch_wants_revision(
    const struct ch_wants *wants, char hex[CH_SHA256_HEX + 1]);

#endif
