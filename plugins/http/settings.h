/*
 * The configuration that the host hands to plugins/http: id, mode, feed and
 * the block "http" that ch_settings_describe() describes.
 */

#ifndef HTTP_SETTINGS_H
#define HTTP_SETTINGS_H

#include "lib/json.h"
#include "listing.h"
#include "naming.h"

struct ch_settings {
	struct ch_json *json;          /* the whole file, owned */
	char *feed;                    /* the feed's folder, ends in "/" */
	char *list_url;                /* a list of files, or NULL */
	const struct ch_json *lines;   /* a list in the file, or NULL */
	const char *prefix;            /* of S3 keys, "" for none */
	const char *hosted_dir;        /* where uploads go, "" for the top */
	const struct ch_json *exclude; /* patterns of paths, or NULL */
	struct ch_naming naming;       /* of files */
	enum ch_format format;         /* of listings */
	unsigned max_depth;            /* folders below the feed */
	size_t max_entries;            /* files, folders and refusals */
	size_t max_page;               /* bytes of a listing */
	bool is_recursive;             /* enter folders */
	bool takes_hidden;             /* names that begin with a dot */
	bool reads_sums;               /* fetch checksum files */
	bool takes_weak;               /* MD5 and SHA-1 too */
};

/* Checks all members; needs_feed: a missing feed is CH_USAGE. */
bool ch_settings_load(struct ch_settings *s, const char *file, bool needs_feed,
    struct ch_err *err) CH_MUST_CHECK;
void ch_settings_free(struct ch_settings *s);
/* A pattern of http.exclude covers the path. */
bool ch_settings_excludes(const struct ch_settings *s, const char *path);

/* The answer to the verb describe, a line of JSON. */
const char *ch_settings_describe(void);

#endif
