/* nginx: {name, type, mtime, size}.  Caddy: {name, size, mod_time, is_dir}. */

#include <string.h>

#include "lib/json.h"
#include "listing.h"
#include "stamp.h"

#include "lib/banned.h"

static bool
is_folder(const struct ch_json *item)
{
	return ch_json_true(ch_json_get(item, "is_dir")) ||
	       ch_str_equal(ch_json_string_or(ch_json_get(item, "type"), ""),
		   "directory");
}

static void
take_facts(struct ch_entry *e, const struct ch_json *item)
{
	const char *time = ch_json_string(ch_json_get(item, "mtime"));
	const char *end;
	int64_t size = -1;

	if (time == NULL)
		time = ch_json_string(ch_json_get(item, "mod_time"));
	if (time != NULL)
		e->has_time = ch_stamp_parse(time, &e->time, &end);
	if (e->is_dir || !ch_json_int(ch_json_get(item, "size"), &size))
		return;
	e->has_size = size >= 0 && (uint64_t)size <= CH_MAX_INT;
	e->size = e->has_size ? (uint64_t)size : 0;
}

static bool
take_item(struct ch_listing *l, const struct ch_json *item, struct ch_err *err)
{
	const char *name = ch_json_string(ch_json_get(item, "name"));
	const char *type = ch_json_string_or(ch_json_get(item, "type"), "file");
	struct ch_entry *e = NULL;
	struct ch_span span;

	if (name == NULL)
		return ch_fail(err, CH_MALFORMED,
		    "%s: an entry without a \"name\"", l->name);
	if (strcmp(type, "other") == 0)
		return true;
	span = ch_span_of(name);
	if (strcmp(type, "invalid") == 0)
		return ch_entries_refuse(l->entries, span, "unsafe-path",
		    "the name is not UTF-8", err);
	/* Caddy ends the names of folders in a slash. */
	if (is_folder(item) && span.len > 1 && name[span.len - 1] == '/')
		span.len--;
	if (!ch_listing_add(l, span, is_folder(item), &e, err))
		return false;
	if (e != NULL)
		take_facts(e, item);
	return true;
}

bool
ch_listing_json(
    struct ch_listing *l, const char *text, size_t len, struct ch_err *err)
{
	struct ch_json *page = ch_json_parse(text, len, l->name, err);
	bool ok = page != NULL;
	size_t i;

	/* Caddy's answer for an empty folder is null or []. */
	if (ok && ch_json_type(page) != CH_JSON_ARRAY &&
	    ch_json_type(page) != CH_JSON_NULL)
		ok = ch_fail(err, CH_MALFORMED,
		    "%s: the listing is %s, not an array", l->name,
		    ch_json_type_name(ch_json_type(page)));
	for (i = 0; ok && i < ch_json_count(page); i++)
		ok = take_item(l, ch_json_at(page, i), err);
	ch_json_free(page);
	return ok;
}
