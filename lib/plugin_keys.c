#include "plugin_keys.h"

#include <inttypes.h>
#include <string.h>

#include "record.h"
#include "str.h"

#include "banned.h"

/* What check_text() wants, as far as a pattern says it; $ allows a line end. */
#define ONE_LINE                                                               \
	"\"pattern\":\"^[^\\\\x00-\\\\x20\\\\x7f]([^\\\\x00-\\\\x1f\\\\x7f]*"  \
	"[^\\\\x00-\\\\x20\\\\x7f])?(?![\\\\s\\\\S])\""

enum { TEXT_MAX = 512, URL_MAX = 2048, WORDS_MAX = 256 };

/* A value and what messages call it. */
struct asked {
	const struct ch_plugin_key *key; /* of the table */
	const char *type;                /* of the repository */
	const struct ch_json *value;     /* as configured */
};

static bool
refuse(const struct asked *a, const char *must, struct ch_err *err)
{
	return ch_fail(err, CH_USAGE, "%s.%s: is %s, must be %s", a->type,
	    a->key->name, ch_json_type_name(ch_json_type(a->value)), must);
}

static bool
check_words(const struct asked *a, struct ch_err *err)
{
	size_t count = ch_json_count(a->value);

	if (ch_json_string(a->value) != NULL)
		return true;
	if (ch_json_type(a->value) != CH_JSON_ARRAY || count == 0)
		return refuse(a, "a word or a list of words", err);
	if (count > WORDS_MAX)
		return ch_fail(err, CH_USAGE, "%s.%s: more than %d words",
		    a->type, a->key->name, WORDS_MAX);
	for (size_t i = 0; i < count; i++)
		if (ch_json_string(ch_json_at(a->value, i)) == NULL)
			return ch_fail(err, CH_USAGE,
			    "%s.%s: element %zu is not a string", a->type,
			    a->key->name, i + 1);
	return true;
}

/* No line ends, nothing unprintable: it may become a line of a file. */
static bool
check_text(const struct asked *a, struct ch_err *err)
{
	bool is_url = a->key->type == CH_PLUGIN_KEY_URL;
	const char *s = ch_json_string(a->value);
	int max = is_url ? URL_MAX : TEXT_MAX;
	size_t len;

	if (s == NULL)
		return refuse(a, "a string", err);
	len = strlen(s);
	if (len == 0 || len > (size_t)max || !ch_is_plain(s, len) ||
	    s[0] == ' ' || s[len - 1] == ' ' ||
	    (is_url && strchr(s, ' ') != NULL))
		return ch_fail(err, CH_USAGE,
		    "%s.%s: must be one line of 1 to %d bytes without blanks "
		    "%s it",
		    a->type, a->key->name, max, is_url ? "in" : "around");
	return true;
}

static bool
check_choice(const struct asked *a, struct ch_err *err)
{
	const char *s = ch_json_string(a->value);
	struct ch_buf all = { 0 };

	if (s == NULL)
		return refuse(a, "a string", err);
	for (size_t i = 0; a->key->words[i] != NULL; i++) {
		if (ch_str_equal(a->key->words[i], s)) {
			ch_buf_free(&all);
			return true;
		}
		ch_buf_printf(
		    &all, "%s%s", i > 0 ? ", " : "", a->key->words[i]);
	}
	(void)ch_fail(err, CH_USAGE, "%s.%s: '%s': must be one of %s", a->type,
	    a->key->name, s, all.data);
	ch_buf_free(&all);
	return false;
}

static bool
check_value(const struct asked *a, struct ch_err *err)
{
	int64_t n;

	switch (a->key->type) {
	case CH_PLUGIN_KEY_BOOL:
		return ch_json_type(a->value) == CH_JSON_BOOL ||
		       refuse(a, "true or false", err);
	case CH_PLUGIN_KEY_INT:
		return (ch_json_int(a->value, &n) && n >= a->key->min &&
			   n <= a->key->max) ||
		       ch_fail(err, CH_USAGE,
			   "%s.%s: must be a number from %" PRId64
			   " to %" PRId64,
			   a->type, a->key->name, a->key->min, a->key->max);
	case CH_PLUGIN_KEY_WORDS:
		return check_words(a, err);
	case CH_PLUGIN_KEY_TEXT:
	case CH_PLUGIN_KEY_URL:
		return check_text(a, err);
	case CH_PLUGIN_KEY_CHOICE:
		break;
	}
	return check_choice(a, err);
}

bool
ch_plugin_keys_check(const struct ch_plugin_key *keys, const char *type,
    const struct ch_json *block, struct ch_err *err)
{
	if (block != NULL && ch_json_type(block) != CH_JSON_OBJECT)
		return ch_fail(err, CH_USAGE, "%s: must be an object", type);
	for (size_t i = 0; i < ch_json_count(block); i++) {
		const char *name = ch_json_key_at(block, i);
		struct asked a = { keys, type, ch_json_value_at(block, i) };

		while (a.key->name != NULL && !ch_str_equal(a.key->name, name))
			a.key++;
		if (a.key->name == NULL)
			return ch_fail(
			    err, CH_USAGE, "%s.%s: unknown key", type, name);
		if (!check_value(&a, err))
			return false;
	}
	return true;
}

static void
print_type(struct ch_buf *out, const struct ch_plugin_key *key)
{
	switch (key->type) {
	case CH_PLUGIN_KEY_BOOL:
		ch_buf_puts(out, "\"type\":\"boolean\"");
		break;
	case CH_PLUGIN_KEY_INT:
		ch_buf_printf(out,
		    "\"type\":\"integer\",\"minimum\":%" PRId64
		    ",\"maximum\":%" PRId64,
		    key->min, key->max);
		break;
	case CH_PLUGIN_KEY_WORDS:
		ch_buf_puts(out,
		    "\"type\":[\"string\",\"array\"],"
		    "\"items\":{\"type\":\"string\"},\"minItems\":1");
		break;
	case CH_PLUGIN_KEY_TEXT:
	case CH_PLUGIN_KEY_URL:
		ch_buf_puts(out, "\"type\":\"string\"," ONE_LINE);
		break;
	case CH_PLUGIN_KEY_CHOICE:
		ch_buf_puts(out, "\"type\":\"string\",\"enum\":[");
		for (size_t i = 0; key->words[i] != NULL; i++)
			ch_buf_printf(
			    out, "%s\"%s\"", i > 0 ? "," : "", key->words[i]);
		ch_buf_putc(out, ']');
		break;
	}
}

void
ch_plugin_keys_schema(const struct ch_plugin_key *keys, struct ch_buf *out)
{
	ch_buf_puts(out, "{\"type\":\"object\",\"additionalProperties\":false,"
			 "\"properties\":{");
	for (const struct ch_plugin_key *k = keys; k->name != NULL; k++) {
		ch_buf_printf(out, "%s\"%s\":{", k == keys ? "" : ",", k->name);
		print_type(out, k);
		if (k->fallback != NULL)
			ch_buf_printf(out, ",\"default\":%s", k->fallback);
		ch_buf_puts(out, ",\"description\":");
		ch_json_quote(out, k->help, strlen(k->help));
		ch_buf_putc(out, '}');
	}
	ch_buf_puts(out, "}}");
}
