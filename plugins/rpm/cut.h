/*
 * Cutting primary, filelists, other and susedata down to the packages that
 * are kept: their bytes are copied as they are, packages="N" is written anew,
 * and in primary the location of a package that is published elsewhere.
 *
 * primary is cut first.  Its choose() says of each package whether it stays;
 * the others are cut by the set of package ids.  Neither needs an order.
 */

#ifndef RPM_CUT_H
#define RPM_CUT_H

#include "nevra.h"
#include "opened.h"
#include "package.h"
#include "pkgids.h"
#include "sink.h"

/* What becomes of a package of primary. */
struct ch_cut_choice {
	bool is_kept;        /* false at first */
	struct ch_span href; /* its new location; data NULL: as it is */
};

struct ch_cut_chooser {
	/* false ends the cut with err; package is borrowed */
	bool (*choose)(void *ctx, const struct ch_package *package,
	    struct ch_cut_choice *choice, struct ch_err *err);
	void *ctx;         /* handed to choose */
	bool wants_format; /* choose looks at license, vendor… */
};

struct ch_cut_job {
	const char *path;             /* any compression */
	const char *shown;            /* its name, for messages */
	uint64_t max;                 /* decompressed bytes accepted */
	struct ch_opened_claim claim; /* about these bytes */
	struct ch_sink *sink; /* where it goes; finished by the caller */
	uint64_t count;       /* packages that will be kept */
	bool is_careful;      /* ask expat from the begin */
	bool skips_head;      /* behind another one, which has it */
	bool skips_foot;      /* another one will be behind it */
};

struct ch_cut_result {
	uint64_t kept;    /* packages written */
	uint64_t dropped; /* packages left out */
};

/*
 * packages="" gets job->count.  When result->kept is another number the head
 * lies: cut again with that one.  A package with a fault is never kept, and
 * choose() not asked.  nevras, unless NULL, learns what became of every
 * package.  A location that is replaced loses its xml:base.
 */
bool ch_cut_primary(const struct ch_cut_job *job,
    const struct ch_cut_chooser *chooser, struct ch_nevras *nevras,
    struct ch_cut_result *result, struct ch_err *err) CH_MUST_CHECK;
/*
 * filelists, filelists-ext, other, susedata…: what is keyed by pkgid="…".
 * Those that were found have the bit mark in kept then, so that
 * ch_pkgids_without() tells which this file lacks.  The same pkgid again is
 * dropped.
 */
bool ch_cut_keyed(const struct ch_cut_job *job, struct ch_pkgids *kept,
    uint8_t mark, struct ch_cut_result *result,
    struct ch_err *err) CH_MUST_CHECK;

#endif
