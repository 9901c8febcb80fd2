/*
 * Lines of records, made in one buffer: what packages.h and sources.h print.
 *
 * Members are appended in the order of the calls; a member is written with
 * what stands in front of it, ",\"name\":", so that nothing is looked up.
 * Values are checked by the caller.
 */

#ifndef APT_LINE_H
#define APT_LINE_H

#include "deb822.h"
#include "lib/hash.h"
#include "packages.h"

/* Why a stanza becomes a reject. */
struct ch_flaw {
	const char *code;  /* of the reject */
	struct ch_err err; /* its message */
};

/* What makes a package one of its kind, and its bytes. */
struct ch_line_id {
	const char *kind;       /* "deb", "udeb", "source" */
	struct ch_span name;    /* Package */
	struct ch_span version; /* Version */
	struct ch_span arch;    /* Architecture, "source" */
	struct ch_span digest;  /* hex of the strongest */
};

/* A file that a stanza vouches for. */
struct ch_line_file {
	struct ch_span path;    /* below the root, checked */
	struct ch_span hex;     /* its digest */
	enum ch_hash_kind kind; /* of that */
	uint64_t size;          /* in bytes */
};

/* Who is told of them; a failure of fn is in its err. */
struct ch_line_visit {
	bool (*fn)(void *ctx, const struct ch_line_file *file,
	    struct ch_err *err); /* file is borrowed */
	void *ctx;               /* handed to fn */
};

/* Fills flaw in and returns false. */
bool ch_flaw_set(struct ch_flaw *flaw, const char *code, const char *fmt, ...)
    CH_PRINTF(3, 4);

/* A string. */
void ch_line_text(struct ch_buf *line, const char *lead, struct ch_span value);
/* The same when the value is UTF-8, else nothing. */
void ch_line_maybe(struct ch_buf *line, const char *lead, struct ch_span value);
void ch_line_number(struct ch_buf *line, const char *lead, uint64_t n);
/* A checked path as a reference: percent-encoded, "+" too. */
void ch_line_url(struct ch_buf *line, const char *lead, struct ch_span path);
/* A file of an absolute folder. */
void ch_line_file_url(struct ch_buf *line, const char *lead,
    struct ch_span folder, struct ch_span name);
/* stanza, or stanza64 when it is not UTF-8. */
void ch_line_stanza(struct ch_buf *line, struct ch_span stanza);
/* What p->local says, if anything. */
void ch_line_local(struct ch_packages *p);
/* suite, component, kind: the begin of "apt". */
void ch_line_attributes(
    struct ch_buf *line, const struct ch_apt_index *index, const char *kind);

/*
 * Adds base and what stanza calls a path to p->path, without "./" in front
 * and "." or empty segments inside, and checks it.
 */
bool ch_line_path(struct ch_packages *p, const char *base, struct ch_span name,
    struct ch_flaw *flaw) CH_MUST_CHECK;
/* Name, version and architecture as stanzas have them. */
bool ch_line_check_name(const char *field, struct ch_span value,
    struct ch_flaw *flaw) CH_MUST_CHECK;
bool ch_line_check_version(
    struct ch_span value, struct ch_flaw *flaw) CH_MUST_CHECK;
bool ch_line_check_digest(const char *field, struct ch_span value,
    size_t digits, struct ch_flaw *flaw) CH_MUST_CHECK;

/* The stanza was read and apt can read it. */
bool ch_line_may_use(
    const struct ch_deb822 *d, struct ch_flaw *flaw) CH_MUST_CHECK;
/*
 * Notes a package; false when it was noted before: with the same bytes
 * flaw->code stays NULL, with others it is a conflict.
 */
bool ch_line_is_new(struct ch_packages *p, const struct ch_apt_index *index,
    const struct ch_line_id *id, struct ch_flaw *flaw) CH_MUST_CHECK;

/*
 * The files of a stanza of Packages or Sources, without printing it.  False
 * when there is a flaw, and with flaw->code NULL when visit failed.
 */
bool ch_packages_files(struct ch_packages *p, const struct ch_apt_index *index,
    const struct ch_deb822 *d, const struct ch_line_visit *visit,
    struct ch_flaw *flaw) CH_MUST_CHECK;
bool ch_sources_files(struct ch_packages *p, const struct ch_apt_index *index,
    const struct ch_deb822 *d, const struct ch_line_visit *visit,
    struct ch_flaw *flaw) CH_MUST_CHECK;

/* Writes p->line, which lacks only its end; too long a line is a reject. */
bool ch_line_write(struct ch_packages *p, const struct ch_deb822 *d,
    struct ch_err *err) CH_MUST_CHECK;
/* A reject of the current stanza. */
bool ch_line_reject(struct ch_packages *p, const struct ch_deb822 *d,
    const struct ch_flaw *flaw, struct ch_err *err) CH_MUST_CHECK;

#endif
