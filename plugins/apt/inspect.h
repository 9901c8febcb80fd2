/*
 * The verb inspect: packages that are files here, .deb, .udeb, .ddeb and .dsc,
 * become records with the stanza that an index will have.
 *
 * They are published in pool/COMPONENT/PREFIX/SOURCE/, as Debian has it.  Of a
 * binary package the list of its paths is written to contents/SHA256 below
 * --out, an input of the index; a .dsc brings along the files that it names,
 * which have to lie beside it.  A file that is no sound package is a reject
 * line, and the next one is taken.
 */

#ifndef APT_INSPECT_H
#define APT_INSPECT_H

#include "control.h"
#include "lib/verb_inspect.h"
#include "packages.h"
#include "verbs.h"

/* One file and what it is going to be. */
struct ch_upload {
	const struct ch_local_file *file; /* its bytes */
	const char *kind;      /* as records have it; NULL: a source */
	const char *suite;     /* where it goes */
	const char *component; /* likewise; NULL: a flat repository */
	const char *out_dir;   /* of the verb */
	struct ch_buf stanza;  /* to be made */
	struct ch_buf more;    /* members of the record beside it */
	struct ch_flaw flaw;   /* why not; code NULL: for the verb to end */
};

/*
 * Make the stanza; false with u->flaw, whose code is NULL when it is not the
 * file's fault.
 */
bool ch_upload_deb(struct ch_upload *u) CH_MUST_CHECK;
bool ch_upload_dsc(struct ch_upload *u) CH_MUST_CHECK;

/* Appends "pool/main/h/hello", or "pool/main/libh/libhello". */
void ch_upload_folder(
    struct ch_buf *out, const char *component, struct ch_span source);
/* What Policy 5.6.12 allows: such a version may be a part of a file name. */
bool ch_upload_check_version(
    struct ch_span version, struct ch_flaw *flaw) CH_MUST_CHECK;

#endif
