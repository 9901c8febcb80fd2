#include "verb_list.h"

#include <sys/stat.h>

#include "str.h"

#include "banned.h"

static bool
is_file(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

char *
ch_fetched_path(const struct ch_call *c, const char *as)
{
	return ch_path_join(c->meta, as);
}

enum ch_fetched
ch_fetched_state(const struct ch_call *c, const char *as)
{
	char *path = ch_fetched_path(c, as);
	char *mark = ch_format("%s.absent", path);
	enum ch_fetched state = CH_FETCHED_NOT_YET;

	if (is_file(path))
		state = CH_FETCHED_HERE;
	else if (is_file(mark))
		state = CH_FETCHED_ABSENT;
	ch_free(mark);
	ch_free(path);
	return state;
}

bool
ch_fetched_read(const struct ch_call *c, const char *as, size_t max,
    struct ch_buf *out, struct ch_err *err)
{
	char *path = ch_fetched_path(c, as);
	bool ok = ch_read_file(path, max, out, err);

	ch_free(path);
	return ok;
}

bool
ch_listed_file_print(
    const struct ch_call *c, const struct ch_listed_file *f, struct ch_err *err)
{
	bool is_input = ch_str_equal(f->role, "input");
	struct ch_buf line = { 0 };
	bool ok;

	ch_buf_puts(&line, "{\"record\":\"file\"");
	ch_line_member(&line, is_input ? "as" : "path", f->path);
	ch_line_member(&line, "from", f->from);
	ch_line_member(&line, "role", f->role);
	if (f->keep)
		ch_buf_puts(&line, ",\"keep\":true");
	ch_buf_puts(&line, "}\n");
	ok = ch_out_write(c->out, line.data, line.len, err);
	ch_buf_free(&line);
	return ok;
}
