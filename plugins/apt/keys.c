#include "keys.h"

#include <inttypes.h>

#include "lib/record.h"
#include "settings.h"
#include "verbs.h"

#include "lib/banned.h"

enum { TEXT_MAX = 512, LIST_MAX = 256 };

enum key_type {
	KEY_BOOL,
	KEY_INT,   /* 1 to max */
	KEY_WORDS, /* a word, or a list of words */
	KEY_NAME,  /* words with "/" between them */
	KEY_TEXT,  /* one line for people */
	KEY_LAYOUT /* "upstream" or "original" */
};

struct key {
	const char *name;     /* below apt */
	enum key_type type;   /* of its value */
	const char *fallback; /* default as JSON, or NULL */
	int64_t max;          /* of numbers */
	const char *help;     /* a sentence for the schema */
};

#define BOOL(name, fallback, help)                                             \
	{                                                                      \
		name, KEY_BOOL, fallback, 0, help                              \
	}
#define WORDS(name, fallback, help)                                            \
	{                                                                      \
		name, KEY_WORDS, fallback, 0, help                             \
	}
#define TEXT(name, help)                                                       \
	{                                                                      \
		name, KEY_TEXT, NULL, 0, help                                  \
	}

static const struct key keys[] = {
	WORDS("distribution", NULL,
	    "suite below dists/, or several; a folder that ends in / is a "
	    "flat repository, ./ the feed itself"),
	WORDS("components", "[\"main\"]",
	    "components to take; * for all that Release lists"),
	WORDS("architectures", "[\"amd64\"]",
	    "architectures to take; * for all that Release lists"),
	BOOL("include_source_packages", "false", "source packages too"),
	BOOL("include_contents", NULL,
	    "Contents files: of a mirror unless false, of a filtered or "
	    "hosted repository if true"),
	BOOL("include_translations", NULL,
	    "Translation files of a mirror unless false; a filtered "
	    "repository always has them"),
	WORDS("languages", "[\"en\"]",
	    "languages of Translation files in a filtered repository"),
	BOOL("include_udebs", NULL,
	    "packages of the Debian installer: of a mirror unless false, of a "
	    "filtered repository if true"),
	BOOL(
	    "include_installer", "false", "images of the Debian installer too"),
	BOOL("by_hash", NULL,
	    "indexes by hash: fetched so if upstream has it and published "
	    "so, unless false"),
	{ "view_components", KEY_NAME, NULL, 0,
	    "of a view: upstream (they stay, default), repository (one each, "
	    "named like it), or the name of one for all" },
	TEXT("origin", "Origin of Release, instead of upstream's"),
	TEXT("label", "Label of Release, instead of upstream's"),
	{ "component", KEY_NAME, NULL, 0,
	    "component of uploaded packages; the first of components unless "
	    "set" },
	{ "suite", KEY_NAME, NULL, 0,
	    "Suite of Release, instead of upstream's" },
	{ "codename", KEY_NAME, NULL, 0,
	    "Codename of Release, instead of upstream's" },
	TEXT("version", "Version of Release, instead of upstream's"),
	TEXT("description", "Description of Release, instead of upstream's"),
	BOOL("not_automatic", NULL,
	    "NotAutomatic of Release, instead of upstream's"),
	BOOL("but_automatic_upgrades", NULL,
	    "ButAutomaticUpgrades of Release, instead of upstream's"),
	{ "valid_until_days", KEY_INT, NULL, 3650,
	    "days from Date to Valid-Until of Release; none unless set" },
	{ "pool_layout", KEY_LAYOUT, "\"upstream\"", 0,
	    "where packages are published: where upstream has them, or as "
	    "the original Chantal did" },
	{ NULL, KEY_BOOL, NULL, 0, NULL },
};

static const struct key *
find_key(const char *name)
{
	for (const struct key *k = keys; k->name != NULL; k++)
		if (ch_str_equal(k->name, name))
			return k;
	return NULL;
}

static bool
check_words(const char *name, const struct ch_json *value, struct ch_err *err)
{
	if (ch_json_type(value) == CH_JSON_STRING)
		return true;
	if (ch_json_type(value) != CH_JSON_ARRAY || ch_json_count(value) == 0)
		return ch_fail(err, CH_USAGE,
		    "apt.%s: must be a word or a list of words", name);
	if (ch_json_count(value) > LIST_MAX)
		return ch_fail(err, CH_USAGE, "apt.%s: more than %d words",
		    name, LIST_MAX);
	for (size_t i = 0; i < ch_json_count(value); i++)
		if (ch_json_string(ch_json_at(value, i)) == NULL)
			return ch_fail(err, CH_USAGE,
			    "apt.%s: element %zu is not a string", name, i + 1);
	return true;
}

/* It becomes a line of a signed file: no line ends, nothing unprintable. */
static bool
check_text(
    const struct key *key, const struct ch_json *value, struct ch_err *err)
{
	const char *s = ch_json_string(value);
	size_t len;

	if (s == NULL)
		return ch_fail(err, CH_USAGE, "apt.%s: is %s, must be a string",
		    key->name, ch_json_type_name(ch_json_type(value)));
	len = strlen(s);
	if (len == 0 || len > TEXT_MAX || !ch_is_plain(s, len) || s[0] == ' ' ||
	    s[len - 1] == ' ')
		return ch_fail(err, CH_USAGE,
		    "apt.%s: must be one line of 1 to %d bytes without blanks "
		    "around it",
		    key->name, TEXT_MAX);
	if (key->type == KEY_NAME && !ch_apt_is_words(s, len))
		return ch_fail(err, CH_USAGE,
		    "apt.%s: '%s': letters, digits and ._+~- only, \"/\" "
		    "between words",
		    key->name, s);
	if (key->type == KEY_LAYOUT && !ch_str_equal(s, "upstream") &&
	    !ch_str_equal(s, "original"))
		return ch_fail(err, CH_USAGE,
		    "apt.%s: '%s': must be upstream or original", key->name, s);
	return true;
}

static bool
check_value(
    const struct key *key, const struct ch_json *value, struct ch_err *err)
{
	int64_t n;

	switch (key->type) {
	case KEY_BOOL:
		return ch_json_type(value) == CH_JSON_BOOL ||
		       ch_fail(err, CH_USAGE,
			   "apt.%s: is %s, must be true or false", key->name,
			   ch_json_type_name(ch_json_type(value)));
	case KEY_INT:
		return (ch_json_int(value, &n) && n >= 1 && n <= key->max) ||
		       ch_fail(err, CH_USAGE,
			   "apt.%s: must be a number from 1 to %lld", key->name,
			   (long long)key->max);
	case KEY_WORDS:
		return check_words(key->name, value, err);
	case KEY_NAME:
	case KEY_TEXT:
	case KEY_LAYOUT:
		break;
	}
	return check_text(key, value, err);
}

bool
ch_apt_keys_check(const struct ch_json *block, struct ch_err *err)
{
	if (block != NULL && ch_json_type(block) != CH_JSON_OBJECT)
		return ch_fail(err, CH_USAGE, "apt: must be an object");
	for (size_t i = 0; i < ch_json_count(block); i++) {
		const char *name = ch_json_key_at(block, i);
		const struct key *key = find_key(name);

		if (key == NULL)
			return ch_fail(
			    err, CH_USAGE, "apt.%s: unknown key", name);
		if (!check_value(key, ch_json_value_at(block, i), err))
			return false;
	}
	return true;
}

static void
print_type(struct ch_buf *out, const struct key *key)
{
	switch (key->type) {
	case KEY_BOOL:
		ch_buf_puts(out, "\"type\":\"boolean\"");
		break;
	case KEY_INT:
		ch_buf_printf(out,
		    "\"type\":\"integer\",\"minimum\":1,\"maximum\":%" PRId64,
		    key->max);
		break;
	case KEY_WORDS:
		ch_buf_puts(out,
		    "\"type\":[\"string\",\"array\"],"
		    "\"items\":{\"type\":\"string\"},\"minItems\":1");
		break;
	case KEY_LAYOUT:
		ch_buf_puts(out, "\"type\":\"string\",\"enum\":"
				 "[\"upstream\",\"original\"]");
		break;
	case KEY_NAME:
	case KEY_TEXT:
		ch_buf_puts(out, "\"type\":\"string\"");
		break;
	}
}

static void
print_key(struct ch_buf *out, const struct key *key)
{
	ch_buf_printf(out, "%s\"%s\":{", key == keys ? "" : ",", key->name);
	print_type(out, key);
	if (key->fallback != NULL)
		ch_buf_printf(out, ",\"default\":%s", key->fallback);
	ch_buf_puts(out, ",\"description\":");
	ch_json_quote(out, key->help, strlen(key->help));
	ch_buf_putc(out, '}');
}

bool
ch_apt_describe(const struct ch_call *c, struct ch_err *err)
{
	struct ch_buf line = { 0 };
	struct ch_buf *out = &line;
	bool ok;

	ch_buf_printf(out,
	    "{\"protocol\":[1],\"type\":\"apt\",\"version\":\"%s\","
	    "\"verbs\":[%s],"
	    "\"modes\":[\"mirror\",\"filtered\",\"hosted\"],"
	    "\"version_order\":\"deb\",\"key\":\"binary\","
	    "\"signed\":true,",
	    CH_VERSION, c->verbs);
	ch_buf_puts(out,
	    "\"stanza\":{\"name\":\"Package\",\"version\":\"Version\","
	    "\"arch\":\"Architecture\",\"size\":\"Size\","
	    "\"sha256\":\"SHA256\",\"by_arch\":{\"source\":"
	    "{\"name\":\"Package\",\"version\":\"Version\"}}},"
	    "\"config\":{\"type\":\"object\",\"additionalProperties\":false,"
	    "\"properties\":{");
	for (const struct key *k = keys; k->name != NULL; k++)
		print_key(out, k);
	ch_buf_puts(out, "}}}\n");
	ok = ch_out_write(c->out, line.data, line.len, err);
	ch_buf_free(&line);
	return ok;
}
