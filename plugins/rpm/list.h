/*
 * One run of the verb list over DIR, the folder of what was fetched so far.
 *
 * The steps: the mirrors, if there is a list of them; repomd.xml with what
 * lies beside it; the metadata that it names.  A step that lacks a file wants
 * it; a run that wanted anything prints its wants and is run again when they
 * have come.  A file's name in DIR is its path below the feed.
 */

#ifndef RPM_LIST_H
#define RPM_LIST_H

#include "facts.h"
#include "lib/hash.h"
#include "lib/verb_list.h"
#include "metalink.h"
#include "settings.h"
#include "verbs.h"

#define CH_RPM_REPOMD    "repodata/repomd.xml"
#define CH_RPM_SIGNATURE "repodata/repomd.xml.asc"
#define CH_RPM_KEY       "repodata/repomd.xml.key"
#define CH_RPM_MEDIA     "media.1/media"

struct ch_lister {
	const struct ch_call *call;      /* borrowed */
	const struct ch_rpm_settings *s; /* likewise */
	struct ch_mirrors mirrors;       /* instead of the feed, or none */
	char found[CH_SHA256_HEX + 1];   /* what the mirror has, or "" */
	struct ch_rpm_facts facts;       /* of repomd.xml */
	struct ch_buf wants;             /* lines to print */
};

struct ch_rpm_want {
	const char *as;                /* name in DIR, and path unless url */
	const char *path;              /* its path, if another */
	const char *url;               /* or where it is */
	bool is_anywhere;              /* at any mirror */
	const char *sha256;            /* must be this, or NULL */
	const char *digest;            /* must be this, or NULL */
	const struct ch_list *digests; /* or one of these, or NULL */
	bool has_size;                 /* size counts */
	uint64_t size;                 /* must be this */
	uint64_t max;                  /* bytes accepted */
	bool is_root;                  /* upstream's root file */
	bool is_unsigned;              /* nothing signs it */
	bool is_required;              /* its absence ends the run */
	bool is_probe;                 /* nobody says that it is there */
	const char *signature;         /* "as" of a detached one, or NULL */
};

void ch_lister_want(struct ch_lister *l, const struct ch_rpm_want *want);
/* A file line; role "input" has a name instead of a path. */
bool ch_lister_print_file(struct ch_lister *l, const char *path,
    const char *role, bool keep, struct ch_err *err) CH_MUST_CHECK;

/* list_treeinfo.c: a reject line of what is at path. */
bool ch_lister_reject(struct ch_lister *l, const char *path, const char *code,
    const char *why, struct ch_err *err) CH_MUST_CHECK;
/*
 * list_treeinfo.c: "SHA256:ABC…" as it has to be in a record; false: it is no
 * digest.
 */
bool ch_lister_put_digest(struct ch_buf *b, const char *digest) CH_MUST_CHECK;
/* list_deltas.c: what prestodelta and deltainfo name. */
bool ch_list_deltas(struct ch_lister *l, struct ch_err *err) CH_MUST_CHECK;

/* list_data.c: wants what repomd.xml names; then prints it. */
bool ch_list_data(struct ch_lister *l, struct ch_err *err) CH_MUST_CHECK;
/* Which of them are inputs of the index. */
void ch_list_data_take(struct ch_lister *l);
bool ch_list_data_print(struct ch_lister *l, struct ch_err *err) CH_MUST_CHECK;
/* list_packages.c: the package lines. */
bool ch_list_packages(struct ch_lister *l, struct ch_err *err) CH_MUST_CHECK;
/* list_treeinfo.c: which of them are inputs of the index. */
void ch_list_treeinfo_take(struct ch_lister *l);
/* Lines of .treeinfo, and of the files that it names. */
bool ch_list_treeinfo(struct ch_lister *l, struct ch_err *err) CH_MUST_CHECK;

/* Both names that it has, NULL ends. */
extern const char *const ch_treeinfo_names[];

#endif
