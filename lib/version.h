/*
 * Version orders: which of two versions is the newer one.
 *
 * ch_order_named() gives the order of a repository type by its name ("rpm",
 * "deb", "apk", "semver", "pep440", "vkey", "none"), ch_version_compare()
 * compares.  Versions are hostile input: digit strings of any length are
 * compared as text, time is linear, nothing is allocated.
 *
 * ch_version_compare() is a total order over all byte strings: versions that
 * are not valid in an order stand below every valid one, and among each other
 * in byte order.  Two versions may be equal although their bytes differ.
 *
 * rpm     [epoch:]version[-release] as rpm 4.18 orders it; parts alone too
 * deb     [epoch:]version[-revision] as dpkg orders it
 * apk     as apk-tools 3 orders it
 * semver  SemVer 2.0.0, with one or two numbers and a leading v accepted
 * pep440  as Python's packaging orders it
 * vkey    byte order
 * none    no order: all are equal
 */

#ifndef CH_VERSION_H
#define CH_VERSION_H

#include <stdbool.h>

#include "str.h"

struct ch_order {
	const char *name;                 /* "deb" */
	bool (*is_valid)(struct ch_span); /* does it parse */
	/* below, at or above 0; both are valid */
	int (*compare)(struct ch_span a, struct ch_span b);
};

/* NULL when there is none of this name. */
const struct ch_order *ch_order_named(const char *name);
/* The order of a built-in repository type ("apt": deb), else NULL. */
const struct ch_order *ch_order_of_type(const char *type);
/* The names, "rpm, deb, …", for messages. */
const char *ch_order_names(void);

/* -1, 0 or 1. */
int ch_version_compare(
    const struct ch_order *order, struct ch_span a, struct ch_span b);
bool ch_version_valid(const struct ch_order *order, struct ch_span version);

#endif
