/*
 * The configuration that the host hands to plugins/rpm: id, mode, feed, the
 * block "rpm" and the block "metadata".  All of it is checked when it is
 * loaded.
 */

#ifndef RPM_SETTINGS_H
#define RPM_SETTINGS_H

#include "lib/str.h"
#include "lib/verb.h"

/* In which form metadata are written: metadata.compression. */
enum ch_rpm_form {
	CH_RPM_AUTO, /* like upstream's, hosted: gzip */
	CH_RPM_PLAIN,
	CH_RPM_GZIP,
	CH_RPM_XZ,
	CH_RPM_ZSTD,
	CH_RPM_BZIP2
};

struct ch_rpm_settings {
	struct ch_json *json;    /* the whole file, owned */
	const char *id;          /* of the repository */
	const char *name;        /* for people */
	const char *feed;        /* without query, or NULL */
	enum ch_mode mode;       /* filtered unless said */
	const char *metalink;    /* address of one, or NULL */
	const char *mirrorlist;  /* likewise */
	bool has_installer;      /* files that .treeinfo names */
	bool may_lack_installer; /* some of them may be missing */
	bool prunes_groups;      /* comps without what is filtered */
	bool needs_modules;      /* modular packages need a stream */
	const char *hosted_dir;  /* folder of uploads, or NULL */
	enum ch_rpm_form form;   /* of written metadata */
};

/*
 * Checks all members; CH_USAGE names the key.  A missing block means
 * defaults: an old snapshot is indexed so.
 */
bool ch_rpm_settings_load(struct ch_rpm_settings *s, const char *file,
    struct ch_err *err) CH_MUST_CHECK;
void ch_rpm_settings_free(struct ch_rpm_settings *s);

#endif
