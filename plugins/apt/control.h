/*
 * From the fields of a package to its stanza in an index.
 *
 * ch_control_read() takes the one stanza of a control or .dsc file;
 * ch_control_write() prints it with some fields replaced, added or left out,
 * in the order in which apt writes them and unknown ones behind in theirs.
 * What it prints is one stanza whatever the values are: each later line of a
 * value begins with a blank, and none is empty.
 */

#ifndef APT_CONTROL_H
#define APT_CONTROL_H

#include "deb822.h"
#include "line.h"

/* A field as the index has it. */
struct ch_control_field {
	const char *name;     /* as it is to be written */
	struct ch_span value; /* "\n a\n b" for a list; data NULL: left out */
};

/* Packages and Sources; both end with NULL. */
extern const char *const ch_control_binary_order[];
extern const char *const ch_control_source_order[];

/*
 * False with the flaw when text is not one stanza whose fields are there once
 * each, or a value has a carriage return inside.  Close d in any case.
 */
bool ch_control_read(struct ch_deb822 *d, struct ch_span text,
    const char *shown, struct ch_flaw *flaw) CH_MUST_CHECK;

/* Appends the stanza; sets take the place of d's fields of their names. */
void ch_control_write(struct ch_buf *out, const struct ch_deb822 *d,
    const char *const *order, const struct ch_control_field *sets,
    size_t count);

#endif
