/*
 * Private to modules*.c: documents of modules.yaml, one after another, as
 * bytes and as a tree.
 */

#ifndef RPM_MODULES_PARTS_H
#define RPM_MODULES_PARTS_H

#include "lib/inflate.h"
#include "lib/io.h"
#include "lib/yaml.h"
#include "modules.h"

/* A document; the largest that are known have 300 KiB. */
#define CH_DOC_MAX ((size_t)16 << 20)
/* Documents of one file; RHEL's largest has about 1,000. */
#define CH_DOCS_MAX ((size_t)1 << 17)

enum ch_doc_kind {
	CH_DOC_STREAM,   /* modulemd */
	CH_DOC_DEFAULTS, /* modulemd-defaults: of a module */
	CH_DOC_FOLLOWER, /* obsoletes, translations: of a stream */
	CH_DOC_OTHER     /* nothing that is known here */
};

struct ch_docs {
	const char *shown;          /* the file, for messages */
	struct ch_inflate *inflate; /* where it comes from */
	struct ch_opened opened;    /* checks it */
	struct ch_feed feed;        /* its bytes, checked */
	struct ch_buf buf;          /* read, from at on not yet given */
	size_t at;                  /* in buf */
	bool at_end;                /* nothing is behind buf */
	size_t line;                /* of at in the file, from 0 */
	struct ch_span bytes;       /* the document, "---" included */
	size_t first_line;          /* of bytes, from 0 */
	size_t count;               /* documents given so far */
};

/* What a document says; a tree that is freed with it. */
struct ch_doc {
	struct ch_yaml *tree;            /* all of it, owned */
	char *name;                      /* for its messages, owned */
	enum ch_doc_kind kind;           /* of document: */
	struct ch_module module;         /* points into tree; "" if absent */
	const struct ch_yaml *stream;    /* data.stream, or NULL */
	const struct ch_yaml *artifacts; /* data.artifacts.rpms, or NULL */
	const struct ch_yaml *map;       /* data.artifacts.rpm-map, or NULL */
};

bool ch_docs_open(struct ch_docs *d, const struct ch_modules_file *file,
    struct ch_err *err) CH_MUST_CHECK;
/* All documents together are the file, byte for byte. */
enum ch_next ch_docs_next(struct ch_docs *d, struct ch_err *err) CH_MUST_CHECK;
void ch_docs_close(struct ch_docs *d);

/* bytes are those of d->bytes, perhaps edited. */
bool ch_doc_parse(struct ch_doc *doc, const struct ch_docs *d,
    struct ch_span bytes, struct ch_err *err) CH_MUST_CHECK;
void ch_doc_free(struct ch_doc *doc);
/* Behind the end of a line as YAML 1.1 has them. */
const char *ch_doc_line(const char *p, const char *end);

/* What becomes of a document. */
enum ch_fate {
	CH_FATE_KEEP, /* as it is */
	CH_FATE_DROP, /* left out */
	CH_FATE_EDIT, /* without some artifacts */
	CH_FATE_ASK   /* when those of all streams are known */
};

/* The document without the artifacts that are gone. */
bool ch_doc_cut_artifacts(const struct ch_docs *d, const struct ch_doc *doc,
    const struct ch_nevras *nevras, struct ch_buf *out,
    struct ch_err *err) CH_MUST_CHECK;
/* Defaults without "stream:"; false: it is not on a line of its own. */
bool ch_doc_cut_stream(const struct ch_docs *d, const struct ch_doc *doc,
    struct ch_buf *out) CH_MUST_CHECK;

/* What became of a stream. */
void ch_streams_note(
    struct ch_streams *streams, const struct ch_module *m, bool is_kept);
/* Whether it was in modules.yaml and no stream of it is left. */
bool ch_streams_module_is_gone(
    const struct ch_streams *streams, const char *name);
/* False: it is no NEVRA. */
bool ch_artifact_state(const struct ch_yaml *artifact,
    const struct ch_nevras *nevras, enum ch_nevra_state *state_out,
    bool *is_source_out);

#endif
