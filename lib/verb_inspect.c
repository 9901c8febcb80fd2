#include "verb_inspect.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "path.h"
#include "record.h"
#include "str.h"

#include "banned.h"

static bool
parse_line(struct ch_local_file *f, const struct ch_json *given)
{
	int64_t size = ch_json_int_or(ch_json_get(given, "size"), -1);

	f->path = ch_json_string(ch_json_get(given, "file"));
	f->sha256 = ch_json_string(ch_json_get(given, "sha256"));
	if (f->path == NULL || f->path[0] != '/' || f->sha256 == NULL ||
	    !ch_is_sha256(f->sha256, strlen(f->sha256)) || size < 0)
		return false;
	f->name = strrchr(f->path, '/') + 1;
	f->size = (uint64_t)size;
	return true;
}

static bool
take_line(const struct ch_call *c, ch_take_file *take, struct ch_span line,
    struct ch_err *err)
{
	struct ch_json *given =
	    ch_json_parse(line.data, line.len, "file line", err);
	struct ch_local_file f;
	bool ok = false;

	if (given != NULL && parse_line(&f, given))
		ok = take(c, &f, err);
	else if (given != NULL)
		(void)ch_fail(
		    err, CH_MALFORMED, "a line without file, sha256 and size");
	ch_json_free(given);
	return ok;
}

bool
ch_local_files_read(
    const struct ch_call *c, ch_take_file *take, struct ch_err *err)
{
	struct ch_in in;
	struct ch_span line;
	enum ch_next next;
	bool ok = true;

	ch_in_init(&in, STDIN_FILENO, "stdin");
	while (ok && (next = ch_in_line(&in, &line, err)) != CH_END)
		ok = next == CH_ITEM &&
		     (line.len == 0 || take_line(c, take, line, err) ||
			 ch_wrap(err, "stdin: line %" PRIu64, in.line));
	ch_in_close(&in);
	return ok;
}

bool
ch_local_file_refuse(const struct ch_call *c, const struct ch_local_file *f,
    const char *code, const char *message, struct ch_err *err)
{
	struct ch_buf shown = { 0 };
	struct ch_buf line = { 0 };
	bool ok;

	ch_escape_text(&shown, message, strlen(message));
	ch_buf_puts(&line, "{\"record\":\"reject\"");
	ch_line_member(&line, "code", code);
	ch_line_member(&line, "file", f->path);
	ch_line_member(&line, "message", shown.data);
	ch_buf_puts(&line, ",\"retry\":false,\"ref\":{\"path\":");
	ch_json_quote(&line, f->name, strlen(f->name));
	ch_buf_puts(&line, "}}\n");
	ok = ch_out_write(c->out, line.data, line.len, err);
	ch_buf_free(&line);
	ch_buf_free(&shown);
	return ok;
}
