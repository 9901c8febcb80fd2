/*
 * Packages that cannot be published both: two with one NEVRA, of which the
 * one that was built later is taken, and two at one path.
 *
 * ch_twins_add() for each package, in any order; a taken one has a number,
 * from 0 on.  Afterwards ch_twins_is_taken() says whether a later one took its
 * place.  A zeroed one is valid and empty.
 */

#ifndef RPM_TWINS_H
#define RPM_TWINS_H

#include "nevra.h"

enum ch_twin {
	CH_TWIN_TAKEN,   /* the next number is its own */
	CH_TWIN_SAME,    /* the same path and bytes were there */
	CH_TWIN_OLDER,   /* the NEVRA was there, and built later */
	CH_TWIN_CONFLICT /* the path was there, with other bytes */
};

struct ch_twin_id {
	struct ch_nevra nevra; /* what it is */
	struct ch_span path;   /* where it is published */
	struct ch_span pkgid;  /* lower-case hex */
	uint64_t build_time;   /* 0: not known */
};

struct ch_twins_item {
	uint64_t build_time; /* of the package */
	uint64_t pkgid;      /* how its hex begins */
	bool is_gone;        /* another one is taken instead */
};

struct ch_twins {
	bool takes_all;              /* a NEVRA may be there twice */
	struct ch_seen by_nevra;     /* numbers + 1 */
	struct ch_seen by_path;      /* hashes of pkgids */
	struct ch_twins_item *items; /* by number, owned */
	size_t count;                /* in use */
	size_t cap;                  /* allocated */
	uint64_t repeated;           /* NEVRAs that were there before */
};

enum ch_twin ch_twins_add(struct ch_twins *t, const struct ch_twin_id *id);
bool ch_twins_is_taken(const struct ch_twins *t, size_t number);
void ch_twins_free(struct ch_twins *t);

#endif
