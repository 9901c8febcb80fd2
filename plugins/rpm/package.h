/*
 * What a package element of primary says: the fields that records need.
 *
 * ch_package_init() once, ch_package_read() for each slice, ch_package_free()
 * at the end.  Values are decoded (the five entities and character
 * references, Latin-1 to UTF-8), are valid UTF-8 without control bytes, and
 * are borrowed until the next read and as long as the slice.  An element that
 * is absent has data NULL, one that is empty has data and len 0.
 */

#ifndef RPM_PACKAGE_H
#define RPM_PACKAGE_H

#include "lib/err.h"
#include "slice.h"

/* Longest value; a package with a longer one has a fault. */
#define CH_PACKAGE_VALUE_MAX ((size_t)64 << 10)

struct ch_package {
	struct ch_span name;          /* name */
	struct ch_span arch;          /* arch, "src" */
	struct ch_span epoch;         /* version/@epoch; absent: data NULL */
	struct ch_span version;       /* version/@ver */
	struct ch_span release;       /* version/@rel */
	struct ch_span checksum_type; /* checksum/@type, "sha256" */
	struct ch_span pkgid;         /* checksum: hex as written */
	struct ch_span href;          /* location/@href */
	struct ch_span base;          /* location/@xml:base */
	struct ch_span packager;      /* packager; may be absent */
	struct ch_span size;          /* size/@package: digits */
	struct ch_span build_time;    /* time/@build: digits */
	struct ch_span file_time;     /* time/@file: digits */
	/* of format, when asked for */
	struct ch_span license;   /* rpm:license */
	struct ch_span vendor;    /* rpm:vendor */
	struct ch_span group;     /* rpm:group */
	struct ch_span sourcerpm; /* rpm:sourcerpm */
	bool has_format;          /* without: no dependencies */

	struct ch_span location; /* whole location tag, in the slice */
	const char *fault;       /* why it cannot be used, or NULL */
	uint64_t fault_offset;   /* where, from the slice's begin */
	struct ch_buf text;      /* decoded values, owned */
};

void ch_package_init(struct ch_package *p);
/*
 * Reads a slice of primary; p->fault says what is wrong: a needed element
 * missing or twice (name, arch, version, checksum, location), bytes that are
 * not allowed in XML, tags that do not close.  Other fields are as far as read
 * then.  Without wants_format the format element is not looked into.
 */
void ch_package_read(struct ch_package *p, const struct ch_slice *slice,
    bool is_latin1, bool wants_format);
void ch_package_free(struct ch_package *p);

#endif
