#include "plugin.h"

#include <stdlib.h>
#include <string.h>

#include "path.h"
#include "plugin_memo.h"
#include "plugin_path.h"
#include "plugin_run.h"
#include "plugin_trust.h"
#include "version.h"

#include "banned.h"

static const char *const verbs[CH_VERB_UNKNOWN] = { "describe", "list", "index",
	"inspect", "check", "check-tree" };

const char *
ch_verb_name(enum ch_verb verb)
{
	return verb < CH_VERB_UNKNOWN ? verbs[verb] : "unknown";
}

static bool
has_string(const struct ch_json *array, const char *s)
{
	for (size_t i = 0; i < ch_json_count(array); i++) {
		const char *item = ch_json_string(ch_json_at(array, i));

		if (item != NULL && ch_str_equal(item, s))
			return true;
	}
	return false;
}

static bool
has_protocol(const struct ch_json *array)
{
	for (size_t i = 0; i < ch_json_count(array); i++)
		if (ch_json_int_or(ch_json_at(array, i), 0) ==
		    CH_PLUGIN_PROTOCOL)
			return true;
	return false;
}

static bool
is_empty(const char *s)
{
	return s == NULL || s[0] == '\0';
}

/* Verbs that are not known here are those of a later protocol. */
static bool
take_verbs(struct ch_plugin *p, struct ch_err *err)
{
	const struct ch_json *array = ch_json_get(p->describe, "verbs");

	if (ch_json_type(array) != CH_JSON_ARRAY)
		return ch_fail(err, CH_MALFORMED, "verbs: not an array");
	for (unsigned v = 0; v < CH_VERB_UNKNOWN; v++)
		if (has_string(array, verbs[v]))
			p->verbs |= 1u << v;
	p->verbs |= 1u << CH_VERB_DESCRIBE;
	if (!ch_plugin_can(p, CH_VERB_LIST) &&
	    !ch_plugin_can(p, CH_VERB_INSPECT))
		return ch_fail(err, CH_MALFORMED,
		    "verbs: neither list nor inspect is among them");
	return true;
}

static bool
check_modes(const struct ch_plugin *p, struct ch_err *err)
{
	const struct ch_json *modes = ch_json_get(p->describe, "modes");

	if (ch_json_type(modes) == CH_JSON_NULL)
		return true;
	for (size_t i = 0; i < ch_json_count(modes); i++) {
		const char *mode = ch_json_string_or(ch_json_at(modes, i), "");

		if (!ch_str_equal(mode, "mirror") &&
		    !ch_str_equal(mode, "filtered") &&
		    !ch_str_equal(mode, "hosted"))
			return ch_fail(err, CH_MALFORMED,
			    "modes: '%s': not mirror, filtered or hosted",
			    mode);
	}
	return true;
}

static bool
take_description(struct ch_plugin *p, struct ch_err *err)
{
	const struct ch_json *d = p->describe;
	const char *type = ch_json_string(ch_json_get(d, "type"));

	if (ch_json_type(d) != CH_JSON_OBJECT)
		return ch_fail(err, CH_MALFORMED, "not a JSON object");
	if (!has_protocol(ch_json_get(d, "protocol")))
		return ch_fail(err, CH_USAGE,
		    "protocol: %d is not among those it speaks",
		    CH_PLUGIN_PROTOCOL);
	if (is_empty(type) || !ch_str_equal(type, p->type))
		return ch_fail(err, CH_MALFORMED,
		    "type: '%s', but the executable is named '%s'",
		    type == NULL ? "" : type, p->type);
	p->version = ch_json_string(ch_json_get(d, "version"));
	if (is_empty(p->version))
		return ch_fail(err, CH_MALFORMED, "version: missing or empty");
	p->order = ch_json_string_or(ch_json_get(d, "version_order"), "none");
	if (ch_order_named(p->order) == NULL)
		return ch_fail(err, CH_MALFORMED,
		    "version_order: '%s': not one of %s", p->order,
		    ch_order_names());
	if (ch_json_type(ch_json_get(d, "config")) != CH_JSON_NULL &&
	    ch_json_type(ch_json_get(d, "config")) != CH_JSON_OBJECT)
		return ch_fail(err, CH_MALFORMED, "config: not an object");
	return take_verbs(p, err) && check_modes(p, err);
}

static bool
collect_line(
    void *ctx, struct ch_span line, uint64_t number, struct ch_err *err)
{
	struct ch_buf *text = ctx;

	(void)number;
	if (ch_buf_add(text, line.data, line.len) && ch_buf_add(text, "\n", 1))
		return true;
	return ch_fail(
	    err, CH_MALFORMED, "printed over %zu bytes", CH_DESCRIBE_MAX);
}

static bool
take_answer(struct ch_plugin *p, const struct ch_buf *text, struct ch_err *err)
{
	p->verbs = 0;
	ch_json_free(p->describe);
	p->describe = ch_json_parse(
	    text->data == NULL ? "" : text->data, text->len, "its answer", err);
	if (p->describe != NULL && take_description(p, err))
		return true;
	return ch_wrap(err, "plugin %s: describe", p->path);
}

/* cache may be NULL. */
static bool
ask(struct ch_plugin *p, const char *cache, struct ch_buf *text,
    struct ch_err *err)
{
	const char *const args[] = { "describe", NULL };
	struct ch_plugin_run_options o = {
		.args = args, .on_line = collect_line, .ctx = text
	};
	time_t asked = time(NULL);

	ch_buf_clear(text);
	p->timeout_s = CH_PLUGIN_DESCRIBE_S;
	if (!ch_plugin_call(p, &o, NULL, err) || !take_answer(p, text, err))
		return false;
	ch_plugin_remember(p, cache, asked, text);
	return true;
}

static bool
describe(struct ch_plugin *p, const char *cache, struct ch_err *err)
{
	struct ch_err why;
	struct ch_buf text;
	bool is_described;

	ch_buf_init(&text, CH_DESCRIBE_MAX);
	is_described = (ch_plugin_recall(p, cache, &text) &&
			   take_answer(p, &text, &why)) ||
		       ask(p, cache, &text, err);
	p->timeout_s = CH_PLUGIN_TIMEOUT_S;
	ch_buf_free(&text);
	return is_described;
}

bool
ch_plugin_open(struct ch_plugin *p, const struct ch_plugin_path *path,
    const char *type, struct ch_err *err)
{
	char *file = NULL;

	*p = (struct ch_plugin){ 0 };
	if (!ch_name_check(type, "repository type", err)) {
		err->status = CH_USAGE;
		return false;
	}
	file = ch_plugin_find(path, type, &p->is_builtin);
	if (file == NULL) {
		char *folders = ch_plugin_path_text(path);

		(void)ch_fail(err, CH_USAGE,
		    "repository type '%s': no plugin of this name in %s", type,
		    folders);
		ch_free(folders);
		return false;
	}
	p->type = ch_strdup(type);
	p->path = ch_plugin_trust(file, err);
	ch_free(file);
	if (p->path == NULL)
		return ch_wrap(err, "plugin");
	return describe(p, path->cache, err);
}

bool
ch_plugin_open_file(struct ch_plugin *p, const char *file, struct ch_err *err)
{
	const char *slash = strrchr(file, '/');

	*p = (struct ch_plugin){ 0 };
	p->type = ch_strdup(slash == NULL ? file : slash + 1);
	if (!ch_name_check(p->type, "repository type", err))
		return false;
	p->path = ch_plugin_trust(file, err);
	if (p->path == NULL)
		return ch_wrap(err, "plugin");
	return describe(p, NULL, err);
}

void
ch_plugin_close(struct ch_plugin *p)
{
	ch_json_free(p->describe);
	ch_free(p->type);
	ch_free(p->path);
	*p = (struct ch_plugin){ 0 };
}

bool
ch_plugin_can(const struct ch_plugin *p, enum ch_verb verb)
{
	return (p->verbs & 1u << verb) != 0;
}

bool
ch_plugin_check_mode(
    const struct ch_plugin *p, const char *mode, struct ch_err *err)
{
	const struct ch_json *modes = ch_json_get(p->describe, "modes");

	if (ch_json_count(modes) == 0 || has_string(modes, mode))
		return true;
	return ch_fail(err, CH_USAGE, "mode: '%s': type %s does not have it",
	    mode, p->type);
}

const struct ch_json *
ch_plugin_schema(const struct ch_plugin *p)
{
	return ch_json_get(p->describe, "config");
}
