/*
 * Which of the files that a Release lists are taken: a pure function of the
 * settings and the Release.
 *
 * ch_select() compares the configured components and architectures with what
 * is there and fills in the items; ch_selection_free() in any case.  The
 * forms of one index (Packages.xz, Packages.gz, Packages) are one group: they
 * follow each other, the best to read first.  What is configured and not
 * there is a warning; CH_USAGE when nothing of it is there.
 *
 * A mirror takes everything that belongs to the components and architectures
 * and to the suite as a whole, but for what is switched off.  A filtered
 * repository takes what its own indexes are made from.
 */

#ifndef APT_SELECT_H
#define APT_SELECT_H

#include "release.h"
#include "settings.h"

enum ch_select_kind {
	CH_SELECT_PACKAGES,    /* of debs or udebs */
	CH_SELECT_SOURCES,     /* of source packages */
	CH_SELECT_TRANSLATION, /* long descriptions */
	CH_SELECT_CONTENTS,    /* files in packages */
	CH_SELECT_SUMS,        /* SHA256SUMS of installer images */
	CH_SELECT_PDIFFS,      /* "Index" of the patches of an index */
	CH_SELECT_OTHER        /* what a mirror takes along */
};

struct ch_selected {
	const struct ch_release_entry *entry; /* borrowed from the release */
	enum ch_select_kind kind;             /* what it is */
	const char *component;                /* as listed, NULL: none */
	bool is_udeb;                         /* for the installer */
	size_t stem;                          /* bytes of path before ".xz" */
	unsigned rank;                        /* of its form, 0 the best */
};

struct ch_selection {
	struct ch_list components;    /* taken, as Release has them */
	struct ch_list architectures; /* taken, no "all", "source" */
	struct ch_list warnings;      /* sentences for people */
	struct ch_selected *items;    /* in groups, groups by path */
	size_t count;                 /* in use */
	size_t cap;                   /* allocated */
};

/* suite is for messages. */
bool ch_select(struct ch_selection *out, const struct ch_apt_settings *s,
    const struct ch_release *r, const char *suite,
    struct ch_err *err) CH_MUST_CHECK;
void ch_selection_free(struct ch_selection *sel);
/* Behind the last item of the group that begins at first. */
size_t ch_selection_group(const struct ch_selection *sel, size_t first);

/* Suffixes of index files, the best to read first, "" last; NULL ends. */
extern const char *const ch_select_suffixes[];

#endif
