/* Does the generic index agree with the tree that it lies in? */
#include <errno.h>
#include <string.h>

#include "io.h"
#include "json.h"
#include "tree_parts.h"

#include "banned.h"

#define INDEX_PATH "metadata/index.json"
#define INDEX_HEAD "{\"format\":1,"

/* What is wrong with what a line of the index says, or NULL. */
static const char *
judge(const struct ch_manifest *m, const struct ch_json *package)
{
	const char *path = ch_json_string(ch_json_get(package, "filename"));
	const char *sha256 = ch_json_string(ch_json_get(package, "sha256"));
	const struct ch_entry *e;
	char hex[CH_SHA256_HEX + 1];
	int64_t size;

	e = path == NULL ? NULL : ch_manifest_find(m, path, strlen(path));
	if (e == NULL)
		return INDEX_PATH " names it, but it is not published";
	ch_digest_to_hex(e->sha256, hex);
	if (sha256 == NULL || !ch_str_equal(sha256, hex))
		return INDEX_PATH " has another digest of it";
	if (!ch_json_int(ch_json_get(package, "size"), &size) || size < 0 ||
	    (uint64_t)size != e->size)
		return INDEX_PATH " has another size of it";
	return NULL;
}

static bool
check_line(struct ch_tree_checking *c, struct ch_span line, struct ch_err *err)
{
	struct ch_json *package;
	const char *problem;
	bool is_written = true;

	if (line.len > 0 && line.data[line.len - 1] == ',')
		line.len--;
	package = ch_json_parse(line.data, line.len, INDEX_PATH, err);
	if (package == NULL)
		return ch_tree_report(
		    c, CH_UNTRUSTED, INDEX_PATH, err->text, err);
	problem = judge(c->m, package);
	if (problem != NULL)
		is_written = ch_tree_report(c, CH_UNTRUSTED,
		    ch_json_string_or(
			ch_json_get(package, "filename"), INDEX_PATH),
		    problem, err);
	ch_json_free(package);
	return is_written;
}

/* A package a line, between the head and the end of the list. */
static bool
check_lines(struct ch_tree_checking *c, struct ch_in *in, struct ch_err *err)
{
	struct ch_span line;
	enum ch_next next = ch_in_line(in, &line, err);

	if (next != CH_ITEM || line.len < strlen(INDEX_HEAD) ||
	    memcmp(line.data, INDEX_HEAD, strlen(INDEX_HEAD)) != 0)
		return next != CH_ERROR;
	while ((next = ch_in_line(in, &line, err)) == CH_ITEM) {
		if (line.len == 0 || line.data[0] != '{')
			continue;
		if (!check_line(c, line, err))
			return false;
	}
	return next == CH_END;
}

bool
ch_tree_check_index(
    struct ch_tree_checking *c, const char *root, struct ch_err *err)
{
	const struct ch_entry *e =
	    ch_manifest_find(c->m, INDEX_PATH, strlen(INDEX_PATH));
	struct stat st;
	struct ch_in in;
	bool is_done;
	int fd;

	/* A file of that name that came from upstream is no root file. */
	if (e == NULL || e->role != CH_ROLE_ROOT ||
	    ch_open_beneath(root, INDEX_PATH, &fd, &st) != 0)
		return true;
	ch_in_init(&in, fd, INDEX_PATH);
	is_done = check_lines(c, &in, err);
	ch_in_close(&in);
	return is_done;
}
