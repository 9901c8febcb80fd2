/*
 * Where the installed files are, found beside the running program.
 *
 * A program at PREFIX/bin/NAME has its plugins in
 * PREFIX/libexec/chantal/plugins and its data in PREFIX/share/chantal, so a
 * build folder and an installed tree work alike, wherever they lie.  The paths
 * are made once, absolute, and stay valid until the process ends; when
 * /proc/self/exe cannot be read they are those of /usr.
 */

#ifndef CH_PLACE_H
#define CH_PLACE_H

/* PREFIX/libexec/chantal: the plugins are in its folder "plugins". */
const char *ch_place_libexec(void);
/* PREFIX/share/chantal: templates, schema, sample configuration. */
const char *ch_place_share(void);

#endif
