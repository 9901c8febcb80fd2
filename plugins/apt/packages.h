/*
 * Records of one Packages file after another.
 *
 * A zeroed ch_packages with out set is ready; ch_packages_print() for each
 * Packages file and ch_sources_print() (sources.h) for each Sources file of a
 * list; ch_packages_free() at the end.  Between files the table of what was
 * printed is kept, so that a package for all architectures that several
 * files list becomes one record.
 *
 * A stanza becomes a package line, or, when it cannot be used, a reject line
 * with one of the codes
 *
 *	malformed    no or a bad Package, Version, Architecture, Size, digest
 *	unsafe-path  a Filename that leaves the repository
 *	conflict     the same package again with other bytes
 *
 * and the next one is read.  Members, in this order: record, name, arch,
 * version, path, url, size, sha256 (or digest), stanza (or stanza64), apt.
 * apt has suite, component, kind, section, priority, source (the name of the
 * package itself when the stanza has none), source_version (when it is not
 * the package's), multi_arch, tags, phased, essential, as far as the stanza
 * has them.
 */

#ifndef APT_PACKAGES_H
#define APT_PACKAGES_H

#include "deb822.h"
#include "lib/io.h"
#include "lib/seen.h"

/* One index file and what is known about it. */
struct ch_apt_index {
	const char *path;      /* the fetched file, any compression */
	const char *shown;     /* its name upstream, for messages */
	uint64_t max;          /* decompressed bytes accepted */
	const char *suite;     /* as in the facts */
	const char *component; /* as listed, or NULL: none */
	const char *arch;      /* whose it is, or NULL: several */
	const char *kind;      /* "deb", "udeb" */
	const char *base;      /* folder before paths, "" or "sub/" */
	bool has_stanza;       /* records carry it */
};

/* A package that is a file here: what its record has beside the others'. */
struct ch_apt_local {
	struct ch_span file;   /* how the host names it */
	struct ch_span more;   /* members, ",\"x\":1", or empty */
	struct ch_span folder; /* absolute, of the files of a source */
};

struct ch_packages {
	struct ch_out *out;  /* where lines go */
	uint64_t count;      /* package lines printed */
	uint64_t rejected;   /* reject lines printed */
	struct ch_seen all;  /* seen, for all architectures */
	struct ch_seen own;  /* seen in this file, for one */
	struct ch_buf line;  /* being made */
	struct ch_buf path;  /* likewise */
	struct ch_buf scrap; /* likewise */

	const struct ch_apt_local *local; /* of the next one, or NULL */
};

bool ch_packages_print(struct ch_packages *p, const struct ch_apt_index *index,
    struct ch_err *err) CH_MUST_CHECK;
/* The record, or the reject, of the stanza that d has just read. */
bool ch_packages_take(struct ch_packages *p, const struct ch_apt_index *index,
    const struct ch_deb822 *d, struct ch_err *err) CH_MUST_CHECK;
void ch_packages_free(struct ch_packages *p);

#endif
