/*
 * A Debian package: .deb, .udeb, .ddeb (deb(5)), read once from its begin to
 * its end; dpkg is not needed.
 *
 * ch_deb_open(), ch_deb_read(), ch_deb_close() in any case.  control is the
 * text of the control file; the digests are of the whole package; the paths
 * of data.tar are in the order of a Contents file, to be taken with
 * ch_sort_next().  Folders are none of them, nor are names that no such file
 * can hold.
 *
 * CH_MALFORMED: it is not a sound package.  Sizes are what is there, never
 * what a header claims: control.tar unpacks to at most 16 MiB, data.tar to
 * 256 MiB and 200 times what it is packed, at most 64 GiB.  Every part is
 * unpacked to its end, so that a package that reads is a whole one.
 */

#ifndef APT_DEB_H
#define APT_DEB_H

#include "lib/hash.h"
#include "lib/inflate.h"
#include "lib/mem.h"
#include "lib/sort.h"

struct ch_deb {
	struct ch_buf control;          /* the control file */
	char md5[CH_HASH_HEX_MAX + 1];  /* of the package */
	char sha1[CH_HASH_HEX_MAX + 1]; /* likewise */
	struct ch_sort *paths;          /* without "./" in front */
	uint64_t path_count;            /* lines in it */
	bool has_control;               /* control.tar was read */
	bool has_data;                  /* data.tar was read */
};

/* dir is where sorting may spill, copied. */
void ch_deb_open(struct ch_deb *deb, const char *dir);
/* name is for messages. */
bool ch_deb_read(struct ch_deb *deb, int fd, const char *name,
    struct ch_err *err) CH_MUST_CHECK;
/* The same from any source. */
bool ch_deb_read_feed(struct ch_deb *deb, const struct ch_feed *feed,
    struct ch_err *err) CH_MUST_CHECK;
void ch_deb_close(struct ch_deb *deb);

#endif
