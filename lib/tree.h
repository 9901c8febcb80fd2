/*
 * The published tree: path and digest become files, at once.
 *
 * ch_target_open() finds out which folder is meant and where its manifest is;
 * it changes nothing.  ch_tree_publish() reads a stream and makes the target
 * show it; ch_tree_is_current(), ch_tree_check() and ch_tree_plan() ask about
 * it; ch_tree_unpublish() removes it.  ch_target_close() at the end.
 *
 * What publishing does, in this order, under the lock of the target:
 *
 *	recover   what a killed run left behind
 *	read      the stream into a table of paths; refuse what contradicts
 *	compare   with the manifest; nothing to do: nothing is touched
 *	build     .<name>.chantal-stage/new beside the target, a private folder:
 *	          hard links from the pool, copies where a link cannot be
 *	barrier   all of it is on disk
 *	announce  manifest.next.ndjson, which knows the new root folder
 *	switch    one rename: exchange, first rename, or new symbolic link
 *	commit    manifest.next.ndjson becomes manifest.ndjson
 *	clean     the old tree goes
 *
 * A run that dies before the switch leaves the old tree and the old manifest;
 * one that dies behind it leaves the new tree and manifest.next.ndjson, whose
 * "root" is that of the tree in place, so that the next run (or question) takes
 * it for the manifest.  No step has to be undone, and all that is left over
 * has fixed names: the next run removes it.
 *
 * Folders are opened one segment at a time, relative to the folder above and
 * without following links; so no path leads out of the tree, whatever others
 * do to it meanwhile.
 */

#ifndef CH_TREE_H
#define CH_TREE_H

#include <stdbool.h>
#include <stdint.h>

#include "err.h"
#include "io.h"
#include "lock.h"
#include "manifest.h"

struct ch_target {
	char *path;          /* absolute, no link in it but the last */
	char *parent;        /* the folder it lies in */
	char *name;          /* its last segment */
	char *state;         /* the folder of its manifest */
	char *manifest;      /* state/manifest.ndjson */
	char *next;          /* state/manifest.next.ndjson */
	char *gone;          /* state/manifest.gone.ndjson: to unpublish */
	char *stage;         /* ".<name>.chantal-stage" */
	int parent_fd;       /* -1 while the parent is absent */
	struct ch_lock lock; /* of this target */
};

/* trees is the folder of all manifests. */
bool ch_target_open(struct ch_target *t, const char *path, const char *trees,
    struct ch_err *err) CH_MUST_CHECK;
void ch_target_close(struct ch_target *t);

enum ch_link {
	CH_LINK_HARD,    /* copy where there can be no link */
	CH_LINK_REFLINK, /* copy where the filesystem has none */
	CH_LINK_COPY
};

enum ch_switch {
	CH_SWITCH_AS_BEFORE, /* exchange at the first time */
	CH_SWITCH_EXCHANGE,  /* the target is a folder */
	CH_SWITCH_SYMLINK    /* the target is a link to .<name>.<n> */
};

/* By name, NULL: the first; CH_USAGE when it is none. */
bool ch_link_parse(
    const char *name, enum ch_link *out, struct ch_err *err) CH_MUST_CHECK;
bool ch_switch_parse(
    const char *name, enum ch_switch *out, struct ch_err *err) CH_MUST_CHECK;

#define CH_KEEP_PACKAGES_S ((uint64_t)24 * 3600)

struct ch_publish {
	const char *home;         /* Chantal's own folder: no target */
	const char *trees;        /* the one of ch_target_open() */
	const char *pool;         /* folder of the objects */
	const char *repo;         /* the only id accepted, or NULL */
	const char *key;          /* for is-current, or NULL */
	enum ch_link link;        /* how files get there */
	enum ch_switch how;       /* how the tree gets there */
	uint64_t keep_packages_s; /* grace of packages that left */
	bool recreate;            /* the old tree may be missing */
	bool accept_identity;     /* it may have changed */
	bool allow_unmarked;      /* a stream without marks */
	bool refuse_case_twins;   /* paths that differ only in case */
	bool is_dry_run;          /* say what would change, do nothing */
	struct ch_out *out;       /* where a dry run says it */
};

struct ch_publish_report {
	bool is_unchanged; /* nothing was touched */
	uint64_t number;   /* of this publish */
	uint64_t files;    /* named by the stream */
	uint64_t bytes;    /* of these */
	uint64_t added;    /* new paths */
	uint64_t replaced; /* paths with other content */
	uint64_t removed;  /* paths that are gone now */
	uint64_t leaving;  /* paths that the stream no longer names */
	uint64_t kept;     /* paths that stay for the grace */
	uint64_t copied;   /* files that are no links */
	uint64_t rejects;  /* in the stream */
};

/*
 * Reads fd to its end.  A dry run writes a line of JSON for each change to
 * p->out.  CH_MALFORMED for a stream that is incomplete or contradicts itself,
 * CH_UNTRUSTED for an object that is not what it should be, CH_USAGE for a
 * target that is not ours, CH_TEMPORARY when it is locked or not there.
 */
bool ch_tree_publish(struct ch_target *t, const struct ch_publish *p, int fd,
    struct ch_publish_report *report, struct ch_err *err) CH_MUST_CHECK;
/* Says what was done, and what was missing in the stream. */
void ch_publish_report_log(const struct ch_target *t,
    const struct ch_publish *p, const struct ch_publish_report *r);
/*
 * Does the target show key, are its files there (by lstat), and is nothing
 * overdue?  *is_current_out; why not goes to the debug log.
 */
bool ch_tree_is_current(struct ch_target *t, const char *key,
    uint64_t keep_packages_s, bool *is_current_out,
    struct ch_err *err) CH_MUST_CHECK;
/* The manifest of the tree that is in place; CH_USAGE when there is none. */
bool ch_tree_manifest(struct ch_target *t, struct ch_manifest *m,
    struct ch_err *err) CH_MUST_CHECK;
/* The newest date that clients of it may have seen, Unix seconds; 0: none. */
bool ch_tree_released(const struct ch_target *t, uint64_t *released_out,
    struct ch_err *err) CH_MUST_CHECK;
/* Lines of JSON in the order in which a mirror replaces them, with "wave". */
bool ch_tree_plan(
    struct ch_target *t, struct ch_out *out, struct ch_err *err) CH_MUST_CHECK;
/*
 * Reads every file.  A problem record per difference goes to out; *worst_out
 * is CH_OK, CH_DIFFERENT (files that are not ours) or CH_UNTRUSTED.
 */
bool ch_tree_check(struct ch_target *t, const struct ch_manifest *m,
    struct ch_out *out, enum ch_status *worst_out,
    struct ch_err *err) CH_MUST_CHECK;
bool ch_tree_unpublish(struct ch_target *t, struct ch_err *err) CH_MUST_CHECK;

/* A line for each published target, in byte order: a table or JSON. */
bool ch_tree_list(const char *trees, bool is_json, struct ch_out *out,
    struct ch_err *err) CH_MUST_CHECK;

#endif
