/*
 * What repomd.xml says, and the object "rpm" of a repo record: list reads the
 * one (repomd.h) and prints the other, which index reads again.
 *
 *	{"revision":"1700000000","content_hash":"…","content_hash_type":"…",
 *	 "repoid":"…","repoid_type":"…",
 *	 "tags":{"content":["…"],"repo":["…"],
 *	  "distro":[{"cpeid":"cpe:/o:…","name":"…"}]},
 *	 "data":[{"type":"primary","as":"repodata/…-primary.xml.gz",
 *	  "href":"repodata/…-primary.xml.gz","checksum":"sha256:…",
 *	  "open_checksum":"sha256:…","size":1,"open_size":2,"timestamp":3}],
 *	 "treeinfo":[".treeinfo"]}
 *
 * Of a filtered repository, data with "as" are inputs of the index; what has
 * none was left out by list (databases, zchunk, deltas) and is not published.
 */

#ifndef RPM_FACTS_H
#define RPM_FACTS_H

#include "lib/json.h"
#include "lib/str.h"

struct ch_rpm_data {
	char *type;            /* "primary", "filelists", "modules" */
	char *href;            /* below the feed, as upstream writes it */
	char *as;              /* name of the input file, or NULL */
	char *base;            /* xml:base of it, or NULL; not printed */
	char *checksum;        /* "sha256:…" */
	char *open_checksum;   /* likewise, or NULL */
	char *header_checksum; /* of zchunk, or NULL */
	bool has_size;         /* size counts */
	bool has_open_size;    /* open_size counts */
	bool has_header_size;  /* header_size counts */
	bool has_timestamp;    /* timestamp counts */
	bool has_version;      /* version counts */
	uint64_t size;         /* bytes of the file */
	uint64_t open_size;    /* decompressed */
	uint64_t header_size;  /* of zchunk */
	uint64_t timestamp;    /* Unix seconds */
	uint64_t version;      /* database_version */
};

struct ch_rpm_distro {
	char *cpeid; /* attribute, or NULL */
	char *name;  /* text */
};

struct ch_rpm_facts {
	char *revision;               /* text, or NULL */
	char *content_hash;           /* contenthash, or NULL */
	char *content_hash_type;      /* attribute of it, or NULL */
	char *repoid;                 /* text, or NULL */
	char *repoid_type;            /* attribute of it, or NULL */
	struct ch_list content_tags;  /* tags/content */
	struct ch_list repo_tags;     /* tags/repo */
	struct ch_rpm_distro *distro; /* tags/distro */
	size_t distro_count;          /* in use */
	struct ch_rpm_data *data;     /* in upstream's order */
	size_t count;                 /* in use */
	size_t cap;                   /* allocated */
	struct ch_list treeinfo;      /* names of it that are inputs */
};

/* json is the object, or NULL: nothing then. */
bool ch_rpm_facts_read(struct ch_rpm_facts *f, const struct ch_json *json,
    struct ch_err *err) CH_MUST_CHECK;
/* Appends the object as compact JSON. */
void ch_rpm_facts_print(const struct ch_rpm_facts *f, struct ch_buf *out);
/* A new, empty one at the end; valid until the next one is added. */
struct ch_rpm_data *ch_rpm_facts_add(struct ch_rpm_facts *f);
void ch_rpm_facts_add_distro(
    struct ch_rpm_facts *f, const char *cpeid, const char *name);
void ch_rpm_facts_free(struct ch_rpm_facts *f);

/* The first of this type, or NULL. */
const struct ch_rpm_data *ch_rpm_facts_find(
    const struct ch_rpm_facts *f, const char *type);

/* What is done with a type of data in a filtered repository. */
enum ch_rpm_kind {
	CH_RPM_KIND_PRIMARY,    /* cut by what is kept */
	CH_RPM_KIND_KEYED,      /* filelists, other, susedata: by pkgid */
	CH_RPM_KIND_UPDATEINFO, /* cut by NEVRA */
	CH_RPM_KIND_MODULES,    /* cut by streams and NEVRA */
	CH_RPM_KIND_GROUP,      /* comps */
	CH_RPM_KIND_DERIVED,    /* of the unfiltered set: left out */
	CH_RPM_KIND_OTHER       /* unknown: looked at, or passed on */
};

enum ch_rpm_kind ch_rpm_kind_of(const char *type);

#endif
