/*
 * repomd.xml as createrepo_c writes it: the same elements in the same order.
 */

#ifndef RPM_REPOMD_WRITE_H
#define RPM_REPOMD_WRITE_H

#include "facts.h"

/*
 * Appends the document.  Data come as primary, filelists, other, then by type
 * and href, whatever their order in f, which is sorted so.  Data without as or
 * with it are the same here: all are listed.
 */
void ch_repomd_print(struct ch_rpm_facts *f, struct ch_buf *out);

#endif
