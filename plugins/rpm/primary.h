/*
 * The packages of a primary as records.
 *
 * Fill the caller's part of a struct ch_primary in, ch_primary_print(),
 * ch_primary_free() in any case.  Packages that cannot be used are reject
 * lines.  What is in a mirror comes out in upstream's order, as it is read;
 * what is in a filtered repository comes when all was read, since of packages
 * with one NEVRA only the one that was built last is taken.
 */

#ifndef RPM_PRIMARY_H
#define RPM_PRIMARY_H

#include "lib/io.h"
#include "modules.h"
#include "package.h"
#include "twins.h"
#include "updateinfo.h"

struct ch_primary {
	/* the caller's, borrowed */
	const char *path;                 /* of the file */
	const char *shown;                /* its name, for messages */
	struct ch_opened_claim claim;     /* about what it unpacks to */
	bool is_mirror;                   /* published as it is */
	const char *base;                 /* of addresses, or NULL: feed */
	const char *feed;                 /* the repository\'s, or NULL */
	const struct ch_modules *modules; /* streams of packages */
	const struct ch_advisories *advisories; /* about packages */
	struct ch_out *out;                     /* where lines go */
	/* its own */
	struct ch_package package; /* the current one */
	uint64_t offset;           /* of it in the document */
	struct ch_twins twins;     /* seen so far */
	struct ch_buf line;        /* being made */
	struct ch_buf where;       /* path of the current one */
	struct ch_buf url;         /* address of it */
	struct ch_buf digest;      /* "sha256:…" of it */
	struct ch_buf version;     /* "E:V-R" of it */
};

bool ch_primary_print(struct ch_primary *p, struct ch_err *err) CH_MUST_CHECK;
void ch_primary_free(struct ch_primary *p);

/* primary_place.c: fills in where and url of the current package. */
bool ch_primary_place(struct ch_primary *p, struct ch_err *err) CH_MUST_CHECK;
/* primary_line.c: appends the object "rpm" of the current package. */
void ch_primary_attributes(struct ch_primary *p);
/* A member that is a string, when it is there; lead is ",\"name\":". */
void ch_primary_text(
    struct ch_buf *line, const char *lead, struct ch_span value);
/* The current package as modules and advisories call it. */
struct ch_nevra ch_primary_nevra(const struct ch_primary *p);

#endif
