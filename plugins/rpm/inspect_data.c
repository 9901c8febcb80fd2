#include "inspect_data.h"

#include <string.h>

#include "lib/inflate.h"
#include "modules.h"
#include "tags.h"
#include "updateinfo.h"

#include "lib/banned.h"

#define DATA_MAX ((uint64_t)64 << 20)

static bool
read_all(const char *path, struct ch_buf *text, struct ch_err *err)
{
	struct ch_inflate *in = ch_inflate_open(path, DATA_MAX, err);
	struct ch_span block = { "", 1 };
	bool ok = in != NULL;

	while (ok && block.len > 0) {
		ok = ch_inflate_read(in, &block, err);
		if (ok)
			ch_buf_put(text, block.data, block.len);
	}
	ch_inflate_close(in);
	return ok;
}

/* All elements are closed, and there is one root. */
static bool
check_xml(const char *name, struct ch_span text, struct ch_err *err)
{
	struct ch_tags tags;
	struct ch_tag tag;
	size_t at;
	bool ok;

	if (!ch_text_is_sound(text, CH_TEXT_UTF8, &at))
		return ch_fail(err, CH_MALFORMED,
		    "%s: byte %zu: a character that XML does not have, or no "
		    "UTF-8",
		    name, at);
	ch_tags_init(&tags, text);
	ok = ch_tags_next(&tags, &tag) &&
	     (tag.kind == CH_TAG_EMPTY ||
		 (tag.kind == CH_TAG_OPEN && ch_tags_leave(&tags, &tag)));
	if (ok && ch_tags_next(&tags, &tag))
		ok = false;
	return (ok && tags.fault == NULL) ||
	       ch_fail(err, CH_MALFORMED, "%s: it is no XML: %s", name,
		   tags.fault != NULL ? tags.fault
				      : "elements that do not match");
}

static bool
check_updates(const char *path, const char *name, struct ch_err *err)
{
	const struct ch_updateinfo_file file = {
		.path = path, .shown = name, .max = DATA_MAX
	};
	struct ch_advisories all = { 0 };
	bool ok = ch_advisories_load(&all, &file, err);

	ch_advisories_free(&all);
	return ok;
}

static const char *
xml_type(
    const char *path, const char *name, struct ch_span text, struct ch_err *err)
{
	struct ch_tags tags;
	struct ch_tag tag;

	ch_tags_init(&tags, text);
	if (!ch_tags_next(&tags, &tag)) {
		(void)ch_fail(
		    err, CH_MALFORMED, "%s: it has no root element", name);
		return NULL;
	}
	if (ch_tag_is(&tag, "comps"))
		return check_xml(name, text, err) ? "group" : NULL;
	if (ch_tag_is(&tag, "updates"))
		return check_xml(name, text, err) &&
			       check_updates(path, name, err)
			   ? "updateinfo"
			   : NULL;
	(void)ch_fail(err, CH_MALFORMED,
	    "%s: its root element is '%.*s': of XML, comps and updateinfo are "
	    "taken",
	    name, tag.name.len > 60 ? 60 : (int)tag.name.len, tag.name.data);
	return NULL;
}

static const char *
yaml_type(const char *path, const char *name, struct ch_err *err)
{
	const struct ch_modules_file file = {
		.path = path, .shown = name, .max = DATA_MAX
	};
	struct ch_modules all = { 0 };
	bool ok = ch_modules_load(&all, &file, err);

	if (ok && all.count == 0)
		ok = ch_fail(err, CH_MALFORMED,
		    "%s: no document of it is a modulemd, of a stream", name);
	ch_modules_free(&all);
	return ok ? "modules" : NULL;
}

const char *
ch_upload_data_type(const char *path, const char *name, struct ch_err *err)
{
	struct ch_buf text = { 0 };
	struct ch_span rest;
	const char *type = NULL;

	if (read_all(path, &text, err)) {
		rest =
		    (struct ch_span){ text.len > 0 ? text.data : "", text.len };
		while (rest.len > 0 && ch_xml_is_space(rest.data[0])) {
			rest.data++;
			rest.len--;
		}
		if (rest.len > 0 && rest.data[0] == '<')
			type = xml_type(path, name, rest, err);
		else if (memmem(rest.data, rest.len, "modulemd", 8) != NULL)
			type = yaml_type(path, name, err);
		else
			(void)ch_fail(err, CH_MALFORMED,
			    "%s: not an RPM package, and no modules.yaml, "
			    "updateinfo or comps either",
			    name);
	}
	ch_buf_free(&text);
	return type;
}
