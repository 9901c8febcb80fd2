#include "inspect.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/path.h"
#include "lib/url.h"
#include "print.h"

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

static bool
print_package(struct ch_settings *s, struct ch_record *given, const char *path,
    const char *url, struct ch_out *out, struct ch_err *err)
{
	struct ch_record r = { 0 };
	const char *sha256 = ch_record_string(given, "sha256");
	uint64_t size;
	bool ok = ch_print_start(&r, &s->naming, path, err);

	if (ok) {
		ch_record_set_string(&r, "url", url);
		if (ch_record_uint(given, "size", &size))
			ch_record_set_uint(&r, "size", size);
		if (sha256 != NULL)
			ch_record_set_string(&r, "sha256", sha256);
		ch_record_set_raw(&r, "local", "true");
		ok = ch_record_write(&r, out, err);
	}
	ch_record_free(&r);
	return ok;
}

static bool
inspect_file(struct ch_settings *s, struct ch_record *given, const char *file,
    struct ch_out *out, struct ch_err *err)
{
	const char *slash = strrchr(file, '/');
	const char *name = slash != NULL ? slash + 1 : file;
	char *path = *s->hosted_dir != '\0' ? ch_path_join(s->hosted_dir, name)
					    : ch_strdup(name);
	char real[PATH_MAX];
	char *url = NULL;
	struct ch_err why;
	struct stat st;
	bool ok;

	if (!ch_path_check(path, strlen(path), &why))
		ok = refuse(out, file, "unsafe-path", why.text, err);
	else if (realpath(file, real) == NULL || stat(real, &st) != 0)
		ok = refuse(out, file, "not-found", strerror(errno), err);
	else if (!S_ISREG(st.st_mode))
		ok = refuse(out, file, "malformed", "not a regular file", err);
	else if ((url = ch_url_from_path(real, &why)) == NULL)
		ok = refuse(out, file, "unsafe-path", why.text, err);
	else
		ok = print_package(s, given, path, url, out, err);
	ch_free(url);
	ch_free(path);
	return ok;
}

bool
ch_inspect(struct ch_settings *s, struct ch_in *in, struct ch_out *out,
    struct ch_err *err)
{
	struct ch_record r = { 0 };
	struct ch_span line;
	enum ch_next next;
	bool ok = true;

	while (ok && (next = ch_in_line(in, &line, err)) != CH_END) {
		const char *file = NULL;

		if (next == CH_ERROR) {
			ok = false;
			break;
		}
		ok = ch_record_parse(&r, line, err) &&
		     ch_record_need_string(&r, "file", &file, err);
		if (!ok)
			(void)ch_wrap(err, "stdin: line %" PRIu64, in->line);
		else
			ok = inspect_file(s, &r, file, out, err);
	}
	ch_record_free(&r);
	return ok;
}
