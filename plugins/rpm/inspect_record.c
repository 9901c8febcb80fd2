#include <inttypes.h>
#include <string.h>

#include "inspect.h"
#include "lib/record.h"

#include "lib/banned.h"

static void
text(struct ch_buf *line, const char *lead, struct ch_span value)
{
	if (value.len == 0)
		return;
	ch_buf_puts(line, lead);
	ch_json_quote(line, value.data, value.len);
}

static void
label_version(struct ch_buf *line, const struct ch_package *p)
{
	struct ch_buf evr = { 0 };

	if (!ch_span_is(p->epoch, "0"))
		ch_buf_printf(&evr, "%.*s:", (int)p->epoch.len, p->epoch.data);
	ch_buf_printf(&evr, "%.*s-%.*s", (int)p->version.len, p->version.data,
	    (int)p->release.len, p->release.data);
	text(line, ",\"version\":", (struct ch_span){ evr.data, evr.len });
	ch_buf_free(&evr);
}

/* Up to the next colon, which is stepped over. */
static struct ch_span
next_part(struct ch_span *label)
{
	struct ch_span part = *label;
	const char *colon =
	    label->len == 0 ? NULL : memchr(label->data, ':', label->len);

	if (colon != NULL)
		part.len = (size_t)(colon - label->data);
	label->data += part.len + (colon != NULL ? 1 : 0);
	label->len -= part.len + (colon != NULL ? 1 : 0);
	return part;
}

/* "name:stream:version:context" */
static void
module(struct ch_buf *line, struct ch_span label)
{
	struct ch_span name;
	struct ch_span stream;
	struct ch_span version;
	struct ch_buf b = { 0 };

	if (label.len == 0 || !ch_utf8_valid(label.data, label.len) ||
	    !ch_is_plain(label.data, label.len))
		return;
	name = next_part(&label);
	stream = next_part(&label);
	version = next_part(&label);
	if (stream.len == 0)
		return;
	ch_buf_printf(&b, "%.*s:%.*s", (int)name.len, name.data,
	    (int)stream.len, stream.data);
	text(line, ",\"module\":[", (struct ch_span){ b.data, b.len });
	ch_buf_puts(line, "]");
	ch_buf_printf(&b, "@%.*s", (int)version.len, version.data);
	text(line, ",\"latest\":[", (struct ch_span){ b.data, b.len });
	ch_buf_puts(line, "]");
	ch_buf_free(&b);
}

static void
attributes(struct ch_buf *line, const struct ch_package *p)
{
	ch_buf_printf(
	    line, ",\"rpm\":{\"epoch\":%.*s", (int)p->epoch.len, p->epoch.data);
	text(line, ",\"group\":", p->group);
	text(line, ",\"license\":", p->license);
	text(line, ",\"vendor\":", p->vendor);
	text(line, ",\"packager\":", p->packager);
	text(line, ",\"sourcerpm\":", p->sourcerpm);
}

bool
ch_upload_rpm_print(
    const struct ch_upload_rpm *u, struct ch_buf *line, struct ch_err *err)
{
	const struct ch_buf *primary = &u->pieces.primary;
	const struct ch_slice slice = {
		.bytes = { primary->data, primary->len - 1 }, .is_simple = true
	};
	struct ch_package p;
	bool ok;

	/* What was written is read as any upstream's, so that it is checked so.
	 */
	ch_package_init(&p);
	ch_package_read(&p, &slice, false, true);
	ok = p.fault == NULL ||
	     ch_fail(err, CH_MALFORMED, "its metadata: %s", p.fault);
	if (ok) {
		text(line, "{\"record\":\"package\",\"name\":", p.name);
		text(line, ",\"arch\":", p.arch);
		label_version(line, &p);
		text(line, ",\"path\":",
		    (struct ch_span){ u->path.data, u->path.len });
		text(line, ",\"file\":", ch_span_of(u->file->path));
		if (!ch_span_is(p.build_time, "0"))
			ch_buf_printf(line, ",\"time\":%.*s",
			    (int)p.build_time.len, p.build_time.data);
		ch_buf_printf(line,
		    ",\"files\":[{\"as\":\"" CH_FRAGMENT_FOLDER
		    "/%s\",\"role\":\"input\"}]",
		    u->file->sha256);
		attributes(line, &p);
		module(line, u->module);
		ch_buf_puts(line, "}}\n");
	}
	ch_package_free(&p);
	return ok;
}
