/*
 * What a path of a Release file says about itself: kind, component,
 * architecture.
 */

#ifndef APT_PLACE_H
#define APT_PLACE_H

#include "select.h"

struct ch_place {
	enum ch_select_kind kind; /* of the file */
	struct ch_span component; /* folders before, len 0: none known */
	struct ch_span arch;      /* "amd64", "source"; len 0: none */
	struct ch_span language;  /* of a Translation file */
	bool is_udeb;             /* for the installer */
	bool is_left;             /* by-hash: never taken */
	bool is_pdiff;            /* "Index" of the patches of kind */
	bool is_package;          /* of a flat repository: not an index */
	size_t stem;              /* bytes of path before ".xz" */
	unsigned rank;            /* of its form, 0 the best */
};

/* known: architectures that end names of folders, "grub2-amd64". */
void ch_place_of(
    struct ch_place *p, const char *path, const struct ch_list *known);

#endif
