/*
 * Private to updateinfo*.c: one advisory that is looked at.
 */

#ifndef RPM_UPDATEINFO_PARTS_H
#define RPM_UPDATEINFO_PARTS_H

#include "slice.h"
#include "tags.h"
#include "updateinfo.h"

/* Longest value that is decoded. */
#define CH_UPDATE_VALUE_MAX ((size_t)4 << 10)

struct ch_update {
	const char *shown;       /* the file, for messages */
	struct ch_slice slice;   /* its bytes */
	enum ch_text_kind kind;  /* of its bytes */
	struct ch_buf values[4]; /* id, type, severity, status */
	struct ch_advisory head; /* points into values */
	struct ch_buf scrap[5];  /* attributes that are decoded */
};

struct ch_slices *ch_update_open(struct ch_update *u,
    const struct ch_updateinfo_file *file, struct ch_err *err) CH_MUST_CHECK;
/* Reads u->slice into u->head, without its packages. */
bool ch_update_read(struct ch_update *u, struct ch_err *err) CH_MUST_CHECK;
/* CH_MALFORMED with the advisory's id and place. */
bool ch_update_fail(
    const struct ch_update *u, struct ch_err *err, const char *why);
/* What a package entry says; values last until the next one. */
bool ch_update_nevra(struct ch_update *u, const struct ch_tag *tag,
    struct ch_nevra *out, struct ch_err *err) CH_MUST_CHECK;
/* Name, stream, version, context, arch of a module element. */
bool ch_update_module(struct ch_update *u, const struct ch_tag *tag,
    struct ch_span out[5], struct ch_err *err) CH_MUST_CHECK;
void ch_update_free(struct ch_update *u);

#endif
