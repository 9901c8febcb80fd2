/*
 * Reading one generation, with proof that it is whole.
 *
 * A generation is a stream in a file: the repo record, the others in byte
 * order, and an end record whose "sha256" covers all bytes before it.
 * ch_generation_open() looks at the last line first, so that a file that was
 * cut short or is empty is refused before anything is taken from it.  Then
 * ch_generation_next() (parsed) or ch_generation_line() (raw) until CH_END;
 * the end record is handed out only after the digest was found right, so who
 * has seen it, or CH_END, has read a sound catalog.  ch_generation_close()
 * in any case.  A damaged file is CH_MALFORMED, one that does not agree with
 * its digest CH_UNTRUSTED.
 */

#ifndef CH_CATALOG_READ_H
#define CH_CATALOG_READ_H

#include <stdbool.h>
#include <stdint.h>

#include "err.h"
#include "hash.h"
#include "io.h"
#include "record.h"

struct ch_generation {
	char *path;                     /* for messages, owned */
	struct ch_in in;                /* the lines */
	struct ch_hash *hash;           /* of what was read so far */
	struct ch_record record;        /* the current one, after next */
	struct ch_span line;            /* its raw line, without LF */
	uint64_t size;                  /* of the file, bytes */
	uint64_t consumed;              /* bytes of the lines handed out */
	bool is_done;                   /* the end record was handed out */
	char sha256[CH_SHA256_HEX + 1]; /* what the end record claims */
};

/* A missing file is CH_USAGE. Close it also after a failure. */
bool ch_generation_open(struct ch_generation *g, const char *path,
    struct ch_err *err) CH_MUST_CHECK;
/* The next record in g->record, from the repo record to the end record. */
enum ch_next ch_generation_next(
    struct ch_generation *g, struct ch_err *err) CH_MUST_CHECK;
/* The next line in g->line, not parsed. */
enum ch_next ch_generation_line(
    struct ch_generation *g, struct ch_err *err) CH_MUST_CHECK;
void ch_generation_close(struct ch_generation *g);

/*
 * The last line of a generation, given the last bytes of the file (all of
 * them, or CH_TRAILER_MAX): where it starts within tail, and the digest it
 * claims.  CH_MALFORMED when it is no end record with a digest.
 */
#define CH_TRAILER_MAX ((size_t)4096)
bool ch_trailer_parse(struct ch_span tail, size_t *start_out,
    char sha256[CH_SHA256_HEX + 1], struct ch_err *err) CH_MUST_CHECK;

#endif
