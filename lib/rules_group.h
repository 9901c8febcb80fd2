/*
 * What --latest does with packages that are released together, as those of a
 * module stream: their records say so in TYPE.latest, a list of GROUP@RANK.
 *
 * ch_groups_add() for each record; ch_groups_has() tells which were in a
 * group; ch_groups_choose() marks those that stay.  Of each group these are
 * the packages of its highest ranks, as many ranks as are to be kept, and
 * those of each rank that has one of the newest versions of a package.  A
 * zeroed one is valid and empty.
 */

#ifndef CH_RULES_GROUP_H
#define CH_RULES_GROUP_H

#include "record.h"

struct ch_group_member {
	size_t group;  /* repository and group: offset in texts */
	uint64_t rank; /* the higher the newer */
	size_t index;  /* number of the record */
	bool is_kept;  /* its rank stays */
};

struct ch_groups {
	struct ch_buf texts;           /* "repo\0group\0" */
	struct ch_group_member *items; /* owned */
	size_t count;                  /* in use */
	size_t cap;                    /* allocated */
	struct ch_buf adding;          /* "repo\0" of the record */
	size_t index;                  /* of the record being added */
};

/* How a record stands among all: from a sort, the newest versions first. */
struct ch_standing {
	size_t family;  /* number of its name and architecture */
	size_t version; /* number of its version, ascending: older */
};

/* index is the record's number; CH_MALFORMED for another kind of list. */
bool ch_groups_add(struct ch_groups *g, struct ch_record *r, size_t index,
    struct ch_err *err) CH_MUST_CHECK;
/* Marks the records that are in a group, by number. */
void ch_groups_has(const struct ch_groups *g, bool *is_in_group);
/* Marks those that stay; standings and is_kept are by number. */
void ch_groups_choose(struct ch_groups *g, uint64_t keep,
    const struct ch_standing *standings, bool *is_kept);
void ch_groups_free(struct ch_groups *g);

#endif
