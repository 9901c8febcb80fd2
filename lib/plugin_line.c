#include "plugin_line.h"

#include <inttypes.h>
#include <string.h>

#include "io.h"
#include "url.h"

#include "banned.h"

static bool
check_kind(const struct ch_plugin_lines *lines, const struct ch_record *r,
    struct ch_err *err)
{
	if ((lines->kinds & 1u << r->kind) != 0)
		return true;
	if (r->kind == CH_KIND_END)
		return ch_fail(err, CH_MALFORMED,
		    "'end': only the host writes marks; a plugin fails by its "
		    "exit status");
	return ch_fail(
	    err, CH_MALFORMED, "'%s': not of this verb", ch_kind_name(r->kind));
}

static bool
check_repo(const struct ch_plugin_lines *lines, struct ch_record *r,
    struct ch_err *err)
{
	const char *repo;

	if (ch_record_find(r, "repo") == NULL) {
		ch_record_set_string(r, "repo", lines->repos->items[0]);
		return true;
	}
	repo = ch_record_string(r, "repo");
	if (repo != NULL && ch_list_has(lines->repos, repo))
		return true;
	return ch_fail(err, CH_MALFORMED,
	    "\"repo\": '%s' is not the repository it was run for",
	    repo == NULL ? "" : repo);
}

static bool
check_type(const struct ch_plugin_lines *lines, struct ch_record *r,
    struct ch_err *err)
{
	const char *type;

	if (r->kind != CH_KIND_REPO && r->kind != CH_KIND_PACKAGE)
		return true;
	if (ch_record_find(r, "type") == NULL) {
		ch_record_set_string(r, "type", lines->type);
		return true;
	}
	type = ch_record_string(r, "type");
	if (type != NULL && ch_str_equal(type, lines->type))
		return true;
	return ch_fail(err, CH_MALFORMED, "\"type\": '%s', but it is %s",
	    type == NULL ? "" : type, lines->type);
}

bool
ch_plugin_line_take(const struct ch_plugin_lines *lines, struct ch_record *r,
    struct ch_span line, uint64_t number, struct ch_err *err)
{
	if (ch_record_parse(r, line, err) && check_kind(lines, r, err) &&
	    (r->kind == CH_KIND_WANT ||
		(check_repo(lines, r, err) && check_type(lines, r, err))))
		return true;
	return ch_wrap(err, "line %" PRIu64, number);
}

static void
copy_member(struct ch_json *to, const struct ch_json *from, const char *key)
{
	const struct ch_json *value = ch_json_get(from, key);

	if (value != NULL)
		ch_json_set(to, key, ch_json_copy(value));
}

bool
ch_plugin_config_write(const struct ch_plugin *p, const struct ch_json *block,
    const char *feed, const char *path, struct ch_err *err)
{
	struct ch_json *out = ch_json_make_object();
	struct ch_buf text = { 0 };
	bool is_written;

	copy_member(out, block, "id");
	copy_member(out, block, "name");
	ch_json_set(out, "type", ch_json_make_string(p->type));
	copy_member(out, block, "mode");
	if (feed != NULL) {
		char *shown = ch_url_display(feed);

		ch_json_set(out, "feed", ch_json_make_string(shown));
		ch_free(shown);
	}
	copy_member(out, block, "not_before");
	copy_member(out, block, "objects");
	copy_member(out, block, "view");
	copy_member(out, block, "metadata");
	copy_member(out, block, "signatures");
	if (ch_json_type(ch_json_get(block, p->type)) == CH_JSON_OBJECT)
		copy_member(out, block, p->type);
	else
		ch_json_set(out, p->type, ch_json_make_object());
	ch_json_print(out, false, &text);
	ch_buf_putc(&text, '\n');
	is_written = ch_fleeting_write(path, text.data, text.len, 0600, err);
	ch_buf_free(&text);
	ch_json_free(out);
	return is_written;
}
