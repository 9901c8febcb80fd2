/*
 * The configuration that the host hands to plugins/apt: id, mode, feed, the
 * block "apt" and the block "metadata".
 *
 * Every word of it that becomes a path or a word of a Release file is
 * checked when it is loaded.  What is not configured is what upstream says
 * (NULL, CH_APT_UPSTREAM); ch_apt_wants() knows what that means for what is
 * taken along.
 */

#ifndef APT_SETTINGS_H
#define APT_SETTINGS_H

#include "lib/str.h"
#include "lib/verb.h"

/* A switch that follows upstream unless it is set. */
enum ch_apt_switch { CH_APT_UPSTREAM, CH_APT_NO, CH_APT_YES };

/* Forms in which an index is written, or-ed together. */
enum {
	CH_APT_PLAIN = 1,
	CH_APT_GZIP = 2,
	CH_APT_XZ = 4,
	CH_APT_ZSTD = 8,
	CH_APT_BZIP2 = 16
};

struct ch_apt_settings {
	struct ch_json *json;            /* the whole file, owned */
	const char *id;                  /* of the repository */
	const char *name;                /* for people */
	enum ch_mode mode;               /* filtered unless said */
	bool is_flat;                    /* suites are folders of the feed */
	struct ch_list suites;           /* "bookworm"; flat: "./", "sub/" */
	bool takes_all_components;       /* whatever Release lists */
	struct ch_list components;       /* else these, "updates/main" */
	const char *component;           /* of uploaded packages */
	bool takes_all_architectures;    /* whatever Release lists */
	struct ch_list architectures;    /* else these, no "all", "source" */
	struct ch_list languages;        /* of Translation files, "en" */
	bool has_sources;                /* source packages too */
	enum ch_apt_switch contents;     /* Contents files too */
	enum ch_apt_switch translations; /* Translation files too */
	enum ch_apt_switch udebs;        /* packages of the installer too */
	bool has_installer;              /* images of the installer too */
	enum ch_apt_switch pdiffs;       /* patches of indexes too */
	bool has_original_layout;        /* pool_layout: original */
	enum ch_apt_switch by_hash;      /* fetched and published by hash */
	enum ch_apt_switch not_auto;     /* NotAutomatic */
	enum ch_apt_switch but_upgrade;  /* ButAutomaticUpgrades */
	const char *origin;              /* of Release, or NULL */
	const char *label;               /* likewise */
	const char *suite;               /* likewise */
	const char *codename;            /* likewise */
	const char *version;             /* likewise */
	const char *description;         /* likewise */
	unsigned valid_days;             /* Valid-Until, 0: none */
	unsigned forms;                  /* CH_APT_GZIP | …, of indexes */
};

/*
 * Checks all members; CH_USAGE names the key.  needs_suite: one must be
 * named.  A missing block means defaults: an old snapshot is indexed so.
 */
bool ch_apt_settings_load(struct ch_apt_settings *s, const char *file,
    bool needs_suite, struct ch_err *err) CH_MUST_CHECK;
void ch_apt_settings_free(struct ch_apt_settings *s);
/* A switch: as it is set, else on in mode mirror and off in the others. */
bool ch_apt_wants(const struct ch_apt_settings *s, enum ch_apt_switch is);

/*
 * A word that may become a part of a path and of a Release file: letters,
 * digits and "._+~-", a letter or digit first, at most 128 bytes.
 */
bool ch_apt_is_word(const char *s, size_t len);
/* The same words with "/" between them: suites, components. */
bool ch_apt_is_words(const char *s, size_t len);
/* Drops upstream's words that are none of these, with a warning for each. */
void ch_apt_drop_strange(
    struct ch_list *words, const char *where, struct ch_list *warnings);
/* "a, b", for messages; the caller's. */
char *ch_apt_join_words(const struct ch_list *words);

#endif
