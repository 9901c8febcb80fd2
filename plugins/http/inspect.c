#include "inspect.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/path.h"
#include "lib/url.h"
#include "lib/verb_inspect.h"
#include "print.h"
#include "settings.h"

#include "lib/banned.h"

static bool
refuse(struct ch_out *out, const char *file, const char *code, const char *why,
    struct ch_err *err)
{
	struct ch_buf shown = { 0 };
	struct ch_buf said = { 0 };
	bool ok;

	ch_buf_puts(&shown, "");
	ch_escape_text(&shown, file, strlen(file));
	ch_escape_text(&said, why, strlen(why));
	ok = ch_print_reject(out,
	    &(struct ch_refusal){
		.path = shown.data, .code = code, .message = said.data },
	    err);
	ch_buf_free(&shown);
	ch_buf_free(&said);
	return ok;
}

/* The digest and size that the host found are passed on. */
static bool
print_package(const struct ch_local_file *f, struct ch_record *r,
    const char *url, struct ch_out *out, struct ch_err *err)
{
	ch_record_set_string(r, "url", url);
	ch_record_set_uint(r, "size", f->size);
	ch_record_set_string(r, "sha256", f->sha256);
	ch_record_set_raw(r, "local", "true");
	return ch_record_write(r, out, err);
}

/* Where the file is, or NULL with the reject's code and words. */
static char *
locate(
    const char *file, const char *path, const char **code, struct ch_err *why)
{
	char real[PATH_MAX];
	struct stat st;

	*code = "unsafe-path";
	if (!ch_path_check(path, strlen(path), why))
		return NULL;
	if (realpath(file, real) == NULL || stat(real, &st) != 0) {
		*code = "not-found";
		(void)ch_fail_errno(why, errno, "%s", file);
		return NULL;
	}
	if (!S_ISREG(st.st_mode)) {
		*code = "malformed";
		(void)ch_fail(why, CH_MALFORMED, "not a regular file");
		return NULL;
	}
	return ch_url_from_path(real, why);
}

static bool
take_file(
    const struct ch_call *c, const struct ch_local_file *f, struct ch_err *err)
{
	struct ch_settings *s = c->settings;
	char *path = *s->hosted_dir != '\0'
			 ? ch_path_join(s->hosted_dir, f->name)
			 : ch_strdup(f->name);
	struct ch_record r = { 0 };
	const char *code;
	struct ch_err why;
	char *url = locate(f->path, path, &code, &why);
	bool ok;

	if (url == NULL)
		ok = refuse(c->out, f->path, code, why.text, err);
	else
		ok = ch_print_start(&r, &s->naming, path, err) &&
		     print_package(f, &r, url, c->out, err);
	ch_record_free(&r);
	ch_free(url);
	ch_free(path);
	return ok;
}

bool
ch_http_inspect(const struct ch_call *c, struct ch_err *err)
{
	return ch_local_files_read(c, take_file, err);
}
