/*
 * The manifest of a published tree: what is where, and since when.
 *
 * One file, $CHANTAL_HOME/trees/<name>/manifest.ndjson, in lines of JSON like a
 * stream, sorted by path:
 *
 *	{"record":"tree","version":1,"target":…,"repo":…,"type":…,"key":…,
 *	 "number":N,"date":T,"stamp":T,"released":T,"switch":"exchange","root":…,"identity":…}
 *	{"record":"entry","path":…,"sha256":…,"size":N,"role":…,"since":T,
 *	 "mtime":T,"keep":true,"copied":true,"left":T,"left_number":N}
 *	{"record":"sum","entries":N,"checksum":…}
 *
 * checksum is the SHA-256 of all bytes before its line; a file without it, or
 * with another one, is damaged (CH_UNTRUSTED) and never taken for an empty
 * tree.  "root" tells the published tree from any other: the inode number of
 * its root folder, or the text of the symbolic link.  "left" and "left_number"
 * are there for a file that the stream no longer names and that is still
 * published, for the grace; "mtime" is what web servers show.
 *
 * Every "sha256" in manifest.ndjson and manifest.next.ndjson is a root for
 * gc: what they name is published, or will be.
 *
 * ch_manifest_init(), then add entries and sort, or ch_manifest_load();
 * ch_manifest_free().  All strings live as long as the manifest does.
 */

#ifndef CH_MANIFEST_H
#define CH_MANIFEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "hash.h"
#include "mem.h"
#include "str.h"

/* In the order in which a mirror of the tree replaces them. */
enum ch_role {
	CH_ROLE_PACKAGE,
	CH_ROLE_INSTALLER,
	CH_ROLE_EXTRA,
	CH_ROLE_METADATA,
	CH_ROLE_KEY,
	CH_ROLE_SIGNATURE,
	CH_ROLE_ROOT
};

#define CH_DIGEST_BYTES 32

struct ch_entry {
	const char *path;                      /* relative, checked */
	uint32_t path_len;                     /* bytes of path */
	enum ch_role role;                     /* package, root, … */
	bool keep;                             /* named from its content */
	bool is_copied;                        /* not a link to the pool */
	unsigned char sha256[CH_DIGEST_BYTES]; /* of its content */
	uint64_t size;                         /* bytes */
	uint64_t mtime;                        /* seconds, as published */
	uint64_t since;                        /* this content, this path */
	uint64_t left;                         /* no longer named; 0: it is */
	uint64_t left_number;                  /* the publish that saw it */
	uint64_t line;                         /* of the stream; not saved */
	const char *what;                      /* package, likewise; or NULL */
};

struct ch_chunk; /* of the strings' memory */

struct ch_manifest {
	const char *target;      /* absolute path */
	const char *repo;        /* id, or ids with commas */
	const char *type;        /* of the repository */
	const char *key;         /* what --is-current compares */
	const char *identity;    /* raw JSON, or NULL */
	const char *root;        /* inode number or link text */
	bool is_symlink;         /* --switch=symlink */
	uint64_t number;         /* of the publish, from 1 */
	uint64_t date;           /* of the publish */
	uint64_t stamp;          /* mtime of what it copied */
	uint64_t released;       /* newest date that it showed; 0: none */
	struct ch_entry *items;  /* owned */
	size_t count;            /* in use */
	size_t cap;              /* allocated */
	struct ch_chunk *chunks; /* owned */
};

void ch_manifest_init(struct ch_manifest *m);
void ch_manifest_free(struct ch_manifest *m);

/* A copy of len bytes in the manifest's memory, NUL-terminated. */
const char *ch_manifest_text(
    struct ch_manifest *m, const char *data, size_t len);
/* A zeroed entry with a copy of path; valid until the next add. */
struct ch_entry *ch_manifest_add(
    struct ch_manifest *m, const char *path, size_t len);
/* Byte order of paths; entries of one path in the order of their lines. */
void ch_manifest_sort(struct ch_manifest *m);
/* The entry of a path in a sorted manifest, or NULL. */
struct ch_entry *ch_manifest_find(
    const struct ch_manifest *m, const char *path, size_t len);

/* *is_there_out false when the file is absent; then m is empty. */
bool ch_manifest_load(struct ch_manifest *m, const char *path,
    bool *is_there_out, struct ch_err *err) CH_MUST_CHECK;
/* Durably, all or nothing; sorted before. */
bool ch_manifest_save(const struct ch_manifest *m, const char *path,
    struct ch_err *err) CH_MUST_CHECK;

/* "metadata"; an unknown name is CH_ROLE_EXTRA. */
const char *ch_role_name(enum ch_role role);
enum ch_role ch_role_named(const char *name);
void ch_digest_to_hex(
    const unsigned char digest[CH_DIGEST_BYTES], char hex[CH_SHA256_HEX + 1]);
/* False when it is not 64 lower-case hex digits. */
bool ch_digest_from_hex(
    struct ch_span hex, unsigned char digest[CH_DIGEST_BYTES]) CH_MUST_CHECK;
/* An entry's line, LF included, as the manifest has it. */
void ch_entry_print(const struct ch_entry *e, struct ch_buf *out);

#endif
