/*
 * What the verbs inspect share: the lines on stdin, each a local file that is
 * to become a package.
 */

#ifndef CH_VERB_INSPECT_H
#define CH_VERB_INSPECT_H

#include "verb.h"

struct ch_local_file {
	const char *path;   /* absolute */
	const char *name;   /* the same without folders */
	const char *sha256; /* of its bytes, as the host says */
	uint64_t size;      /* likewise, in bytes */
};

/* What it refuses it prints with ch_local_file_refuse(); false is the end. */
typedef bool ch_take_file(
    const struct ch_call *c, const struct ch_local_file *f, struct ch_err *err);

/* Each file of stdin in turn. */
bool ch_local_files_read(const struct ch_call *c, ch_take_file *take,
    struct ch_err *err) CH_MUST_CHECK;
/* A reject line; what is said is made fit to be shown. */
bool ch_local_file_refuse(const struct ch_call *c,
    const struct ch_local_file *f, const char *code, const char *message,
    struct ch_err *err) CH_MUST_CHECK;

#endif
