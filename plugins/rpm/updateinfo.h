/*
 * updateinfo: advisories, which name packages by NEVRA.
 *
 * For list, ch_advisories_load() and then ch_join_find() in by_nevra: which
 * advisories a package is in.  For index, ch_updateinfo_cut().
 *
 * Two advisories with the same id are two.  Dates are Unix seconds, of
 * "2024-05-01 12:30:00", a date alone, or seconds.
 */

#ifndef RPM_UPDATEINFO_H
#define RPM_UPDATEINFO_H

#include "join.h"
#include "modules.h"
#include "sink.h"

struct ch_advisory {
	const char *id;       /* "" when it has none */
	const char *type;     /* "security", or "" */
	const char *severity; /* "Important", or "" */
	const char *status;   /* "final", or "" */
	int64_t issued;       /* INT64_MIN: no date */
	int64_t updated;      /* INT64_MIN: no date */
};

/* A zeroed one is valid and empty; ch_advisories_free() at the end. */
struct ch_advisories {
	struct ch_advisory *items; /* in the order of the file */
	size_t count;              /* items in use */
	size_t cap;                /* items allocated */
	struct ch_join by_nevra;   /* numbers of items */
	struct ch_list strings;    /* owned, what items point to */
};

/* One file; several may be loaded, one after another. */
struct ch_updateinfo_file {
	const char *path;             /* any compression */
	const char *shown;            /* its name, for messages */
	uint64_t max;                 /* decompressed bytes accepted */
	struct ch_opened_claim claim; /* about these bytes */
};

bool ch_advisories_load(struct ch_advisories *all,
    const struct ch_updateinfo_file *file, struct ch_err *err) CH_MUST_CHECK;
void ch_advisories_free(struct ch_advisories *all);

/* Which advisories are wanted; a zeroed one: all.  Lists may be NULL. */
struct ch_advisory_rules {
	const struct ch_list *ids;        /* one of them */
	const struct ch_list *types;      /* one of them, case ignored */
	const struct ch_list *severities; /* one of them, case ignored */
	bool has_from;                    /* from counts */
	bool has_until;                   /* until counts */
	int64_t from;                     /* updated, else issued, not before */
	int64_t until;                    /* nor after */
};

/* An advisory without a date passes no rule about dates. */
bool ch_advisory_passes(
    const struct ch_advisory *a, const struct ch_advisory_rules *rules);

struct ch_updateinfo_job {
	struct ch_updateinfo_file file;        /* what is read */
	struct ch_sink *sink;                  /* finished by the caller */
	const struct ch_nevras *nevras;        /* what became of packages */
	const struct ch_streams *streams;      /* and of modules, or NULL */
	const struct ch_advisory_rules *rules; /* or NULL: all */
	bool skips_head; /* behind another one, which has it */
	bool skips_foot; /* another one will be behind it */
};

struct ch_updateinfo_result {
	uint64_t kept;    /* advisories written, whole or cut */
	uint64_t dropped; /* advisories left out */
	uint64_t entries; /* package entries left out of kept ones */
};

/*
 * Package entries that are not published go, then collections without
 * entries, then advisories without any; a collection of a module stream that
 * is gone goes as a whole.  All else is copied byte for byte.
 *
 * With 0 advisories the file is still a sound one.
 */
bool ch_updateinfo_cut(const struct ch_updateinfo_job *job,
    struct ch_updateinfo_result *result, struct ch_err *err) CH_MUST_CHECK;

#endif
