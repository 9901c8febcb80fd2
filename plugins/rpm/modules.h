/*
 * modules.yaml: documents that say which packages make up a module stream.
 *
 * For list, ch_modules_load() and then ch_join_find() in by_nevra: which
 * streams a package belongs to.  For index, ch_modules_cut().
 *
 * A scalar is text as it is written: stream 1.10 is not 1.1.
 */

#ifndef RPM_MODULES_H
#define RPM_MODULES_H

#include "join.h"
#include "opened.h"
#include "sink.h"

/* A modulemd document: name, stream, version, context, architecture. */
struct ch_module {
	const char *name;    /* of the module */
	const char *stream;  /* "1.10" */
	const char *version; /* digits, or "" */
	const char *context; /* "" when it has none */
	const char *arch;    /* "" when it has none */
};

/* A zeroed one is valid and empty; ch_modules_free() at the end. */
struct ch_modules {
	struct ch_module *items; /* in the order of the file */
	size_t count;            /* items in use */
	size_t cap;              /* items allocated */
	struct ch_join by_nevra; /* numbers of items */
	struct ch_list strings;  /* owned, what items point to */
};

/* One file; several may be loaded, one after another. */
struct ch_modules_file {
	const char *path;             /* any compression */
	const char *shown;            /* its name, for messages */
	uint64_t max;                 /* decompressed bytes accepted */
	struct ch_opened_claim claim; /* about these bytes */
};

bool ch_modules_load(struct ch_modules *all, const struct ch_modules_file *file,
    struct ch_err *err) CH_MUST_CHECK;
void ch_modules_free(struct ch_modules *all);

/* What became of streams; a zeroed one is valid and empty. */
struct ch_streams {
	struct ch_seen seen; /* by name:stream, and with all five */
};

/*
 * Whether a stream was in modules.yaml and none of it is left.  With version,
 * context and arch that very document counts, when there was one; each may be
 * empty.
 */
bool ch_streams_is_gone(
    const struct ch_streams *streams, const struct ch_span nsvca[5]);
void ch_streams_free(struct ch_streams *streams);

struct ch_modules_job {
	struct ch_modules_file file;    /* what is read */
	struct ch_sink *sink;           /* finished by the caller */
	const struct ch_nevras *nevras; /* what became of packages */
	struct ch_streams *streams;     /* filled in, or NULL */
	/* whether rules want the stream; NULL: all */
	bool (*wants)(void *ctx, const struct ch_module *module);
	void *ctx;     /* handed to wants */
	bool has_more; /* another file is written behind it */
};

struct ch_modules_result {
	uint64_t streams;   /* modulemd documents written */
	uint64_t dropped;   /* modulemd documents left out */
	uint64_t others;    /* defaults, obsoletes, translations written */
	uint64_t artifacts; /* lines left out of written ones */
};

/*
 * A stream goes when it is not wanted, or when the filter took packages of it
 * and no binary one is left; artifacts that the filter took go, those that
 * the upstream never had stay.  Defaults, obsoletes and translations go with
 * their stream; defaults of a module that keeps another stream lose only
 * "stream:".  All else is copied byte for byte.
 *
 * With 0 streams and 0 others the file is not to be published.
 */
bool ch_modules_cut(const struct ch_modules_job *job,
    struct ch_modules_result *result, struct ch_err *err) CH_MUST_CHECK;

#endif
