/*
 * What a listing named: entries that may be used, and what was refused.
 *
 * ch_entries_add() checks each name before it becomes an entry; a name that
 * could leave its folder or confuse a terminal becomes a refusal instead,
 * which is printed as a reject record.  Entries and refusals together are
 * bounded by max.
 */

#ifndef HTTP_ENTRY_H
#define HTTP_ENTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/err.h"
#include "lib/hash.h"
#include "lib/str.h"

#define CH_NO_ENTRY SIZE_MAX

struct ch_entry {
	char *path;                 /* below its folder, decoded; owned */
	char *url;                  /* where it is, or NULL: by its path */
	char *claims[CH_HASH_NONE]; /* digests of sidecars, or NULL */
	char *conflict;             /* why it cannot be taken, or NULL */
	const char *conflict_code;  /* of its reject, static */
	uint64_t size;              /* when has_size */
	uint64_t time;              /* when has_time */
	size_t owner;               /* whose sidecar, or CH_NO_ENTRY */
	size_t next_owned;          /* next sidecar of its owner */
	size_t first_owned;         /* first sidecar, or CH_NO_ENTRY */
	bool is_dir;                /* a folder */
	bool is_sums;               /* a list of checksums */
	bool is_signature;          /* of another entry */
	bool is_fetched;            /* its bytes are in DIR */
	bool has_size;              /* exact, not rounded */
	bool has_time;              /* the listing gave one */
};

struct ch_refusal {
	char *path;       /* as it can be shown */
	const char *code; /* of the reject, static */
	char *message;    /* why */
	bool retry;       /* may be gone next time */
};

struct ch_entries {
	struct ch_entry *items;      /* owned */
	size_t count;                /* in use */
	size_t cap;                  /* allocated */
	struct ch_refusal *refusals; /* owned */
	size_t refused;              /* in use */
	size_t refusals_cap;         /* allocated */
	size_t max;                  /* of both together */
};

void ch_entries_init(struct ch_entries *e, size_t max);
/*
 * Checks the decoded path and adds an entry, NULL when it was refused;
 * false: there are too many.  *out is valid until the next add.
 */
bool ch_entries_add(struct ch_entries *e, const char *path, size_t len,
    struct ch_entry **out, struct ch_err *err) CH_MUST_CHECK;
/* path may hold any bytes. */
bool ch_entries_refuse(struct ch_entries *e, struct ch_span path,
    const char *code, const char *message, struct ch_err *err) CH_MUST_CHECK;
/*
 * By path, "/" before all other bytes; entries of one path become one, which
 * is a folder if any of them is.  A file whose path is also a folder of
 * another is refused.
 */
bool ch_entries_sort(struct ch_entries *e, struct ch_err *err) CH_MUST_CHECK;
/* Of sorted entries; CH_NO_ENTRY when there is none. */
size_t ch_entries_find(
    const struct ch_entries *e, const char *path, size_t len);
/*
 * Notes what a checksum file or a list says; source is its name.  A second
 * one that says something else makes a conflict.
 */
void ch_entry_claim(struct ch_entry *e, enum ch_hash_kind kind, const char *hex,
    const char *source);
/* Moves the item into another collection, its path below folder. */
bool ch_entries_move(struct ch_entries *to, struct ch_entry *item,
    const char *folder, struct ch_err *err) CH_MUST_CHECK;
/* The same for all refusals. */
bool ch_entries_move_refusals(struct ch_entries *to, struct ch_entries *from,
    const char *folder, struct ch_err *err) CH_MUST_CHECK;
void ch_entries_free(struct ch_entries *e);

#endif
