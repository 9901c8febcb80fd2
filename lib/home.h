/*
 * The home of a store: the folder above pool, catalog, trees, cache and keys,
 * with the version of their layout in the file format, chantal-store(5).
 *
 * Who writes below one of these parts calls ch_home_enter() first.  A part
 * that lies somewhere else, under another name, has no home to look at.
 */

#ifndef CH_HOME_H
#define CH_HOME_H

#include <stdbool.h>

#include "err.h"

/* CH_USAGE when the home of a part has another format.  For readers. */
bool ch_home_check(const char *part, struct ch_err *err) CH_MUST_CHECK;
/* The same; a home that does not exist is made, with its format. */
bool ch_home_enter(const char *part, struct ch_err *err) CH_MUST_CHECK;

#endif
