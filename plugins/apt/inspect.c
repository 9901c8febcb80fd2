#include "inspect.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "lib/path.h"
#include "lib/record.h"
#include "sources.h"

#include "lib/banned.h"

/* What a file's name ends in. */
static const struct {
	const char *suffix;
	const char *kind; /* as records have it; NULL: a source */
} kinds[] = {
	{ ".deb", "deb" },
	{ ".ddeb", "deb" },
	{ ".udeb", "udeb" },
	{ ".dsc", NULL },
};

enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

void
ch_upload_folder(
    struct ch_buf *out, const char *component, struct ch_span source)
{
	size_t prefix =
	    source.len > 3 && memcmp(source.data, "lib", 3) == 0 ? 4 : 1;

	ch_buf_puts(out, "pool/");
	if (component != NULL)
		ch_buf_printf(out, "%s/", component);
	ch_buf_printf(out, "%.*s/%.*s", (int)prefix, source.data,
	    (int)source.len, source.data);
}

bool
ch_upload_check_version(struct ch_span version, struct ch_flaw *flaw)
{
	size_t i;

	if (!ch_line_check_version(version, flaw))
		return false;
	for (i = 0; i < version.len; i++) {
		char c = version.data[i];

		if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'z') &&
		    !(c >= 'A' && c <= 'Z') && strchr(".+~:-", c) == NULL)
			return ch_flaw_set(flaw, "malformed",
			    "Version: other characters than letters, digits "
			    "and . + ~ : -");
	}
	return true;
}

/* A reject of a file that did not come to be a stanza. */
static bool
refuse(
    const struct ch_apt_call *c, const struct ch_upload *u, struct ch_err *err)
{
	struct ch_buf line = { 0 };
	bool ok;

	ch_buf_printf(&line,
	    "{\"record\":\"reject\",\"code\":\"%s\",\"file\":", u->flaw.code);
	ch_json_quote(&line, u->file, strlen(u->file));
	ch_line_text(&line, ",\"message\":", ch_span_of(u->flaw.err.text));
	ch_line_text(
	    &line, ",\"retry\":false,\"ref\":{\"path\":", ch_span_of(u->name));
	ch_buf_puts(&line, "}}\n");
	ok = ch_out_write(c->out, line.data, line.len, err);
	ch_buf_free(&line);
	return ok;
}

/* What was written is read as any upstream's, so that it is checked so. */
static bool
print(
    const struct ch_apt_call *c, const struct ch_upload *u, struct ch_err *err)
{
	const struct ch_apt_local local = { .file = ch_span_of(u->file),
		.more = { u->more.data, u->more.len },
		.folder = { u->file, (size_t)(u->name - u->file) - 1 } };
	const struct ch_apt_index index = { .shown = u->name,
		.suite = u->suite,
		.component = u->component,
		.kind = u->kind,
		.base = "",
		.has_stanza = true };
	struct ch_packages p = { .out = c->out, .local = &local };
	struct ch_deb822 d;
	bool ok;

	ch_deb822_init(
	    &d, (struct ch_span){ u->stanza.data, u->stanza.len }, u->name);
	ok = ch_deb822_next(&d, err) == CH_ITEM;
	if (ok && u->kind == NULL)
		ok = ch_sources_take(&p, &index, &d, err);
	else if (ok)
		ok = ch_packages_take(&p, &index, &d, err);
	ch_deb822_close(&d);
	ch_packages_free(&p);
	return ok;
}

static bool
take_file(const struct ch_apt_call *c, struct ch_upload *u, struct ch_err *err)
{
	size_t i = 0;
	bool ok = false;

	while (i < KINDS && !ch_str_ends(u->name, kinds[i].suffix))
		i++;
	if (i == KINDS) {
		(void)ch_flaw_set(&u->flaw, "malformed",
		    "neither a .deb, .udeb or .ddeb nor a .dsc");
	} else {
		u->kind = kinds[i].kind;
		ok = u->kind == NULL ? ch_upload_dsc(u) : ch_upload_deb(u);
	}
	if (ok)
		return print(c, u, err);
	if (u->flaw.code != NULL)
		return refuse(c, u, err);
	*err = u->flaw.err;
	return ch_wrap(err, "%s", u->name);
}

static bool
take_line(const struct ch_apt_call *c, struct ch_span line, struct ch_err *err)
{
	const struct ch_apt_settings *s = c->settings;
	struct ch_json *given =
	    ch_json_parse(line.data, line.len, "file line", err);
	struct ch_upload u = { .out_dir = c->out_dir,
		.suite = s->suites.count > 0 ? s->suites.items[0] : "stable",
		.component = s->is_flat ? NULL : s->component };
	int64_t size = ch_json_int_or(ch_json_get(given, "size"), -1);
	bool ok = false;

	u.file = ch_json_string(ch_json_get(given, "file"));
	u.sha256 = ch_json_string(ch_json_get(given, "sha256"));
	if (u.file != NULL && u.file[0] == '/' && u.sha256 != NULL &&
	    ch_is_sha256(u.sha256, strlen(u.sha256)) && size >= 0) {
		u.name = strrchr(u.file, '/') + 1;
		u.size = (uint64_t)size;
		ok = take_file(c, &u, err);
	} else if (given != NULL) {
		(void)ch_fail(
		    err, CH_MALFORMED, "a line without file, sha256 and size");
	}
	ch_buf_free(&u.stanza);
	ch_buf_free(&u.more);
	ch_json_free(given);
	return ok;
}

bool
ch_apt_inspect(const struct ch_apt_call *c, struct ch_err *err)
{
	struct ch_in in;
	struct ch_span line;
	enum ch_next next;
	bool ok = true;

	if (c->settings->is_flat &&
	    ch_json_path(c->settings->json, "apt.component") != NULL)
		return ch_fail(err, CH_USAGE,
		    "apt.component: a flat repository has no components");
	ch_in_init(&in, STDIN_FILENO, "stdin");
	while (ok && (next = ch_in_line(&in, &line, err)) != CH_END)
		ok = next == CH_ITEM &&
		     (line.len == 0 || take_line(c, line, err) ||
			 ch_wrap(err, "stdin: line %" PRIu64, in.line));
	ch_in_close(&in);
	return ok;
}
