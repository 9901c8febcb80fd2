#include "lib/dirlist.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/io.h"
#include "lib/json.h"
#include "lib/log.h"
#include "tap.h"

#include "lib/banned.h"

static char root[] = "/tmp/chantal-dirlist-XXXXXX";

static bool
put(const char *name, const char *text)
{
	char *path = ch_path_join(root, name);
	struct ch_err err;
	bool ok = ch_make_parents(path, 0755, &err) &&
		  ch_atomic_write(path, text, strlen(text), 0644, &err);

	ch_free(path);
	return ok;
}

static bool
put_link(const char *target, const char *name)
{
	char *path = ch_path_join(root, name);
	bool ok = symlink(target, path) == 0;

	ch_free(path);
	return ok;
}

static bool
put_pipe(const char *name)
{
	char *path = ch_path_join(root, name);
	bool ok = mkfifo(path, 0600) == 0;

	ch_free(path);
	return ok;
}

/* "name:type:size," of each entry. */
static char *
list(const char *path, size_t max, struct ch_err *err)
{
	struct ch_buf text = { 0 };
	struct ch_buf out = { 0 };
	struct ch_json *j;
	size_t i;

	if (!ch_dirlist_print(root, path, max, &text, err)) {
		ch_buf_free(&text);
		return NULL;
	}
	j = ch_json_parse(text.data, text.len, "listing", err);
	for (i = 0; i < ch_json_count(j); i++) {
		const struct ch_json *e = ch_json_at(j, i);

		ch_buf_printf(&out, "%s:%s:%lld,",
		    ch_json_string(ch_json_get(e, "name")),
		    ch_json_string(ch_json_get(e, "type")),
		    (long long)ch_json_int_or(ch_json_get(e, "size"), -1));
	}
	ch_json_free(j);
	ch_buf_free(&text);
	return ch_buf_take(&out);
}

static bool
lists(const char *path, const char *wanted)
{
	struct ch_err err = { 0 };
	char *got = list(path, 100, &err);
	bool ok = got != NULL && strcmp(got, wanted) == 0;

	if (!ok)
		(void)printf("# %s %s\n", got != NULL ? got : "-", err.text);
	ch_free(got);
	return ok;
}

static bool
refuses(const char *path, size_t max, enum ch_status status, const char *why)
{
	struct ch_err err = { 0 };
	char *got = list(path, max, &err);
	bool ok = got == NULL && err.status == status &&
		  strstr(err.text, why) != NULL;

	ch_free(got);
	return ok;
}

int
main(void)
{
	struct ch_err err;

	ch_log_level(CH_LOG_ERROR);
	if (mkdtemp(root) == NULL || !put("b", "12345") || !put(".h", "") ||
	    !put("sub/x y", "1") || !put("\xff", "1") || !put("sub/a\nb", "1"))
		return 1;
	ok_if(lists("", ".h:file:0,b:file:5,sub:directory:-1,\\xff:invalid:1,"),
	    "files and folders, sorted");
	ok_if(lists("sub", "a\nb:file:1,x y:file:1,"), "a folder below");
	ok_if(put_link("../b", "sub/to-file") && put_link(".", "sub/self") &&
		  put_link("..", "sub/up") && put_link("/etc", "sub/out") &&
		  put_link("gone", "sub/nowhere") && put_pipe("sub/pipe"),
	    "links are made");
	ok_if(lists("sub", "a\nb:file:1,to-file:file:5,x y:file:1,"),
	    "links that leave the root or close a circle are left out");
	ok_if(put_link("sub", "alias") &&
		  lists("alias", "a\nb:file:1,to-file:file:5,x y:file:1,"),
	    "a folder behind a link that stays beneath");
	ok_if(refuses("sub/out", 100, CH_USAGE, "leads out"),
	    "a folder behind a link that does not");
	ok_if(refuses("none", 100, CH_USAGE, "no such folder"),
	    "a folder that is not there");
	ok_if(refuses("b", 100, CH_USAGE, "not a folder"), "a file is none");
	ok_if(refuses("../x", 100, CH_MALFORMED, "unsafe path"), "no way up");
	ok_if(
	    refuses("", 3, CH_MALFORMED, "more than 3"), "entries are bounded");
	ok_if(ch_remove_tree(AT_FDCWD, root, &err), "cleaned up");
	return done();
}
