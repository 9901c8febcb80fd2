#include "inspect.h"

#include <string.h>

#include "settings.h"
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

/* What was written is read as any upstream's, so that it is checked so. */
static bool
print(const struct ch_call *c, const struct ch_upload *u, struct ch_err *err)
{
	const struct ch_apt_local local = { .file = ch_span_of(u->file->path),
		.more = { u->more.data, u->more.len },
		.folder = { u->file->path,
		    (size_t)(u->file->name - u->file->path) - 1 } };
	const struct ch_apt_index index = { .shown = u->file->name,
		.suite = u->suite,
		.component = u->component,
		.kind = u->kind,
		.base = "",
		.has_stanza = true };
	struct ch_packages p = { .out = c->out, .local = &local };
	struct ch_deb822 d;
	bool ok;

	ch_deb822_init(&d, (struct ch_span){ u->stanza.data, u->stanza.len },
	    u->file->name);
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
take_upload(const struct ch_call *c, struct ch_upload *u, struct ch_err *err)
{
	const char *name = u->file->name;
	size_t i = 0;
	bool ok = false;

	while (i < KINDS && !ch_str_ends(name, kinds[i].suffix))
		i++;
	if (i == KINDS) {
		(void)ch_flaw_set(&u->flaw, "malformed",
		    ch_str_ends(name, ".changes")
			? "a list of files: upload those that it names"
			: "neither a .deb, .udeb or .ddeb nor a .dsc");
	} else {
		u->kind = kinds[i].kind;
		ok = u->kind == NULL ? ch_upload_dsc(u) : ch_upload_deb(u);
	}
	if (ok)
		return print(c, u, err);
	if (u->flaw.code != NULL)
		return ch_local_file_refuse(
		    c, u->file, u->flaw.code, u->flaw.err.text, err);
	*err = u->flaw.err;
	return ch_wrap(err, "%s", name);
}

static bool
take_file(
    const struct ch_call *c, const struct ch_local_file *f, struct ch_err *err)
{
	const struct ch_apt_settings *s = c->settings;
	struct ch_upload u = { .file = f,
		.out_dir = c->out_dir,
		.suite = s->suites.count > 0 ? s->suites.items[0] : "stable",
		.component = s->is_flat ? NULL : s->component };
	bool ok = take_upload(c, &u, err);

	ch_buf_free(&u.stanza);
	ch_buf_free(&u.more);
	return ok;
}

bool
ch_apt_inspect(const struct ch_call *c, struct ch_err *err)
{
	const struct ch_apt_settings *s = c->settings;

	if (s->is_flat && ch_json_path(s->json, "apt.component") != NULL)
		return ch_fail(err, CH_USAGE,
		    "apt.component: a flat repository has no components");
	return ch_local_files_read(c, take_file, err);
}
