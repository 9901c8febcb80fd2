/*
 * The object "apt" of a repo record: what list found out about the suites,
 * and index needs to know.
 *
 *	{"layout":"suites","suites":[{"name":"bookworm","components":["main"],
 *	 "architectures":["amd64"],"by_hash":true,
 *	 "release":{"Origin":"Debian","Suite":"stable"}}]}
 */

#ifndef APT_FACTS_H
#define APT_FACTS_H

#include "lib/json.h"
#include "lib/str.h"

struct ch_apt_field {
	char *name;  /* owned */
	char *value; /* owned */
};

struct ch_apt_suite {
	char *name;                   /* "bookworm"; flat: "./", "sub/" */
	struct ch_list components;    /* selected and there */
	struct ch_list architectures; /* likewise, no "all", "source" */
	bool by_hash;                 /* Acquire-By-Hash: yes */
	struct ch_apt_field *fields;  /* of upstream's Release, in order */
	size_t field_count;           /* in use */
	size_t field_cap;             /* allocated */
};

struct ch_apt_facts {
	bool is_flat;                /* "layout":"flat" */
	struct ch_apt_suite *suites; /* in the configured order */
	size_t count;                /* in use */
};

/* json is the object, or NULL: no suites then. */
bool ch_apt_facts_read(struct ch_apt_facts *f, const struct ch_json *json,
    struct ch_err *err) CH_MUST_CHECK;
/* Appends the object as compact JSON. */
void ch_apt_facts_print(const struct ch_apt_facts *f, struct ch_buf *out);
/* A new suite at the end; valid until the next one is added. */
struct ch_apt_suite *ch_apt_facts_add(struct ch_apt_facts *f, const char *name);
void ch_apt_facts_free(struct ch_apt_facts *f);

/* The suite of this name, or NULL. */
const struct ch_apt_suite *ch_apt_facts_find(
    const struct ch_apt_facts *f, const char *name);
void ch_apt_suite_set(
    struct ch_apt_suite *s, const char *name, const char *value);
/* A field of upstream's Release, case ignored, or NULL. */
const char *ch_apt_suite_field(const struct ch_apt_suite *s, const char *name);
/* Where its indexes are: "dists/bookworm/", flat: "sub/", "" for the feed. */
char *ch_apt_suite_base(
    const struct ch_apt_facts *f, const struct ch_apt_suite *s);

#endif
