/*
 * The lines that a plugin prints: whose they are, and of which kind.
 *
 * A plugin is not believed: ch_plugin_line_take() parses a line, refuses the
 * kinds that are not its to write (end above all) and ids that are not those
 * of its job, and puts repo and type on what it passes.  The fields of each
 * kind are checked by ch_record_check().
 */

#ifndef CH_PLUGIN_LINE_H
#define CH_PLUGIN_LINE_H

#include "plugin.h"
#include "record.h"

struct ch_plugin_lines {
	const char *type;            /* put on every line */
	const struct ch_list *repos; /* ids it may use; first: the default */
	unsigned kinds;              /* 1u << CH_KIND_… it may print */
};

/* False with CH_MALFORMED and the line's number. */
bool ch_plugin_line_take(const struct ch_plugin_lines *lines,
    struct ch_record *r, struct ch_span line, uint64_t number,
    struct ch_err *err) CH_MUST_CHECK;

/*
 * Writes the FILE that verbs get: id, name, type, mode, feed (without
 * userinfo and query), not_before, the metadata block, signatures
 * (package_trust.h) and the type's own block.  No credentials.  block may lack
 * any of them but id.
 */
bool ch_plugin_config_write(const struct ch_plugin *p,
    const struct ch_json *block, const char *feed, const char *path,
    struct ch_err *err) CH_MUST_CHECK;

#endif
