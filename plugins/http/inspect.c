#include "inspect.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

/* The digest and size that the host found are passed on. */
static bool
print_package(const struct ch_json *given, struct ch_record *r, const char *url,
    struct ch_out *out, struct ch_err *err)
{
	const char *sha256 = ch_json_string(ch_json_get(given, "sha256"));
	int64_t size = ch_json_int_or(ch_json_get(given, "size"), -1);

	ch_record_set_string(r, "url", url);
	if (size >= 0)
		ch_record_set_uint(r, "size", (uint64_t)size);
	if (sha256 != NULL)
		ch_record_set_string(r, "sha256", sha256);
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
inspect_file(struct ch_settings *s, const struct ch_json *given,
    const char *file, struct ch_out *out, struct ch_err *err)
{
	const char *slash = strrchr(file, '/');
	const char *name = slash != NULL ? slash + 1 : file;
	char *path = *s->hosted_dir != '\0' ? ch_path_join(s->hosted_dir, name)
					    : ch_strdup(name);
	struct ch_record r = { 0 };
	const char *code;
	struct ch_err why;
	char *url = locate(file, path, &code, &why);
	bool ok;

	if (url == NULL)
		ok = refuse(out, file, code, why.text, err);
	else
		ok = ch_print_start(&r, &s->naming, path, err) &&
		     print_package(given, &r, url, out, err);
	ch_record_free(&r);
	ch_free(url);
	ch_free(path);
	return ok;
}

static bool
inspect_line(struct ch_settings *s, struct ch_span line, struct ch_out *out,
    struct ch_err *err)
{
	struct ch_json *given =
	    ch_json_parse(line.data, line.len, "file line", err);
	const char *file = ch_json_string(ch_json_get(given, "file"));
	bool ok = false;

	if (file != NULL)
		ok = inspect_file(s, given, file, out, err);
	else if (given != NULL)
		ok = ch_fail(err, CH_MALFORMED, "no \"file\" member");
	ch_json_free(given);
	return ok;
}

bool
ch_http_inspect(const struct ch_call *c, struct ch_err *err)
{
	struct ch_in in;
	struct ch_span line;
	enum ch_next next;
	bool ok = true;

	ch_in_init(&in, STDIN_FILENO, "stdin");
	while (ok && (next = ch_in_line(&in, &line, err)) != CH_END)
		ok = next == CH_ITEM &&
		     (inspect_line(c->settings, line, c->out, err) ||
			 ch_wrap(err, "stdin: line %" PRIu64, in.line));
	ch_in_close(&in);
	return ok;
}
