/*
 * A Release file: its fields, and the files that it lists with size and
 * digests.
 *
 * ch_release_parse() takes the text (of InRelease: what is signed in it),
 * ch_release_free() in any case.  Everything is owned by the release.  Paths
 * are checked (relative, no "..", ch_path_check); entries are sorted by path,
 * each once, whatever number of sections named it.
 *
 * Refused with CH_MALFORMED: no field at all, a field twice, more than one
 * stanza, a line that is none, sizes or digests of one file that disagree.
 * CH_UNTRUSTED: files are listed, and none with SHA256 or better.
 */

#ifndef APT_RELEASE_H
#define APT_RELEASE_H

#include "lib/hash.h"
#include "lib/str.h"

#define CH_RELEASE_MAX ((size_t)16 << 20)

struct ch_release_field {
	const char *name;  /* as upstream spells it */
	const char *value; /* without blanks around; LF before each blank */
};

struct ch_release_entry {
	const char *path;                  /* below the Release file */
	uint64_t size;                     /* bytes */
	const char *digests[CH_HASH_NONE]; /* lower-case hex, or NULL */
};

struct ch_release {
	char *text;                       /* what all below points into */
	struct ch_release_field *fields;  /* in order, no hash sections */
	size_t field_count;               /* in use */
	struct ch_release_entry *entries; /* sorted by path */
	size_t entry_count;               /* in use */
};

/* shown names the file in messages. */
bool ch_release_parse(struct ch_release *r, struct ch_span text,
    const char *shown, struct ch_err *err) CH_MUST_CHECK;
void ch_release_free(struct ch_release *r);

/* The file of this path, or NULL. */
const struct ch_release_entry *ch_release_find(
    const struct ch_release *r, const char *path);
/* A field's value, case ignored, or NULL. */
const char *ch_release_field(const struct ch_release *r, const char *name);
/* "yes", as Acquire-By-Hash has it. */
bool ch_release_is_yes(const struct ch_release *r, const char *name);
/* The words of a field (Components), added to a list. */
void ch_release_words(
    const struct ch_release *r, const char *name, struct ch_list *out);

/* The strongest digest of a file; CH_HASH_NONE when it has none. */
enum ch_hash_kind ch_release_strongest(const struct ch_release_entry *e);
/* How Release and by-hash folders call it: "MD5Sum", "SHA256"; or NULL. */
const char *ch_release_hash_name(enum ch_hash_kind kind);

/*
 * Date or Valid-Until as Unix seconds: RFC 1123 with the zone UTC, GMT or
 * +0000 and nothing else; CH_MALFORMED names field and value.
 */
bool ch_release_time(const struct ch_release *r, const char *name, int64_t *out,
    struct ch_err *err) CH_MUST_CHECK;

#endif
