#include "settings.h"

#include <fnmatch.h>
#include <string.h>

#include "lib/mem.h"
#include "lib/path.h"
#include "lib/url.h"
#include "lib/verb.h"

#include "lib/banned.h"

/* What a member has to be; numbers have a range. */
struct key {
	const char *name;       /* below http */
	enum ch_json_type type; /* of its value */
	int64_t min;            /* numbers */
	int64_t max;            /* numbers */
};

static const struct key keys[] = {
	{ "recursive", CH_JSON_BOOL, 0, 0 },
	{ "max_depth", CH_JSON_INT, 0, 64 },
	{ "max_entries", CH_JSON_INT, 1, 10000000 },
	{ "max_page_size", CH_JSON_INT, 1024, 1 << 30 },
	{ "include_hidden", CH_JSON_BOOL, 0, 0 },
	{ "exclude", CH_JSON_ARRAY, 0, 0 },
	{ "format", CH_JSON_STRING, 0, 0 },
	{ "prefix", CH_JSON_STRING, 0, 0 },
	{ "list", CH_JSON_NULL, 0, 0 },
	{ "name_pattern", CH_JSON_STRING, 0, 0 },
	{ "checksums", CH_JSON_BOOL, 0, 0 },
	{ "allow_weak_checksums", CH_JSON_BOOL, 0, 0 },
	{ "hosted_dir", CH_JSON_STRING, 0, 0 },
};

static const char *const format_names[] = { "auto", "html", "json", "xml", "s3",
	"list", NULL };

static const char description[] =
    "{\"protocol\":[1],\"type\":\"http\",\"version\":\"" CH_VERSION "\","
    "\"verbs\":[\"describe\",\"list\",\"inspect\"],"
    "\"modes\":[\"mirror\",\"filtered\",\"hosted\"],"
    "\"version_order\":\"vkey\",\"first_wants\":true,"
    "\"config\":{\"type\":\"object\",\"additionalProperties\":false,"
    "\"properties\":{"
    "\"recursive\":{\"type\":\"boolean\",\"default\":true,"
    "\"description\":\"enter the folders of the feed\"},"
    "\"max_depth\":{\"type\":\"integer\",\"minimum\":0,\"maximum\":64,"
    "\"default\":16,\"description\":\"levels of folders below the feed\"},"
    "\"max_entries\":{\"type\":\"integer\",\"minimum\":1,"
    "\"maximum\":10000000,\"default\":200000,"
    "\"description\":\"files and folders; more is an error\"},"
    "\"max_page_size\":{\"type\":\"integer\",\"minimum\":1024,"
    "\"maximum\":1073741824,\"default\":16777216,"
    "\"description\":\"bytes of one listing\"},"
    "\"include_hidden\":{\"type\":\"boolean\",\"default\":false,"
    "\"description\":\"names that begin with a dot too\"},"
    "\"exclude\":{\"type\":\"array\",\"items\":{\"type\":\"string\"},"
    "\"description\":\"glob patterns of paths to leave alone\"},"
    "\"format\":{\"type\":\"string\",\"default\":\"auto\",\"enum\":"
    "[\"auto\",\"html\",\"json\",\"xml\",\"s3\",\"list\"],"
    "\"description\":\"what the feed's listings are\"},"
    "\"prefix\":{\"type\":\"string\","
    "\"description\":\"S3: only keys that begin with it, left off\"},"
    "\"list\":{\"type\":[\"string\",\"array\"],"
    "\"items\":{\"type\":\"string\"},"
    "\"description\":\"files to take instead of listings: URLs or "
    "checksum lines, or where such a text is\"},"
    "\"name_pattern\":{\"type\":\"string\","
    "\"description\":\"PCRE2 with groups name, version, arch\"},"
    "\"checksums\":{\"type\":\"boolean\",\"default\":true,"
    "\"description\":\"use SHA256SUMS, *.sha256 and the like\"},"
    "\"allow_weak_checksums\":{\"type\":\"boolean\",\"default\":false,"
    "\"description\":\"use MD5SUMS and SHA1SUMS where nothing is better\"},"
    "\"hosted_dir\":{\"type\":\"string\",\"default\":\"packages\","
    "\"description\":\"folder of uploaded files\"}}}}";

const char *
ch_settings_describe(void)
{
	return description;
}

static const struct key *
find_key(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (strcmp(keys[i].name, name) == 0)
			return &keys[i];
	return NULL;
}

static bool
check_strings(const struct ch_json *array, const char *name, struct ch_err *err)
{
	size_t i;

	for (i = 0; i < ch_json_count(array); i++)
		if (ch_json_string(ch_json_at(array, i)) == NULL)
			return ch_fail(err, CH_USAGE,
			    "http.%s: element %zu is not a string", name,
			    i + 1);
	return true;
}

static bool
check_value(
    const struct key *key, const struct ch_json *value, struct ch_err *err)
{
	enum ch_json_type type = ch_json_type(value);
	int64_t n = 0;

	if (key->type == CH_JSON_NULL) {
		if (type != CH_JSON_STRING && type != CH_JSON_ARRAY)
			return ch_fail(err, CH_USAGE,
			    "http.%s: must be a string or an array", key->name);
	} else if (type != key->type) {
		return ch_fail(err, CH_USAGE, "http.%s: is %s, must be %s",
		    key->name, ch_json_type_name(type),
		    ch_json_type_name(key->type));
	}
	if (type == CH_JSON_ARRAY)
		return check_strings(value, key->name, err);
	if (ch_json_int(value, &n) && (n < key->min || n > key->max))
		return ch_fail(err, CH_USAGE,
		    "http.%s: must be from %lld to %lld", key->name,
		    (long long)key->min, (long long)key->max);
	return true;
}

static bool
check_block(const struct ch_json *block, struct ch_err *err)
{
	size_t i;

	if (block != NULL && ch_json_type(block) != CH_JSON_OBJECT)
		return ch_fail(err, CH_USAGE, "http: must be an object");
	for (i = 0; i < ch_json_count(block); i++) {
		const char *name = ch_json_key_at(block, i);
		const struct key *key = find_key(name);

		if (key == NULL)
			return ch_fail(
			    err, CH_USAGE, "http.%s: unknown key", name);
		if (!check_value(key, ch_json_value_at(block, i), err))
			return false;
	}
	return true;
}

static bool
read_format(
    struct ch_settings *s, const struct ch_json *block, struct ch_err *err)
{
	const char *name =
	    ch_json_string_or(ch_json_get(block, "format"), "auto");
	int i;

	for (i = 0; format_names[i] != NULL; i++) {
		if (strcmp(format_names[i], name) == 0) {
			s->format = (enum ch_format)i;
			return true;
		}
	}
	return ch_fail(err, CH_USAGE,
	    "http.format: %s: must be auto, html, json, xml, s3 or list", name);
}

static size_t
number(const struct ch_json *block, const char *name, size_t fallback)
{
	int64_t n;

	return ch_json_int(ch_json_get(block, name), &n) ? (size_t)n : fallback;
}

static bool
flag(const struct ch_json *block, const char *name, bool fallback)
{
	return ch_json_bool_or(ch_json_get(block, name), fallback);
}

/* The feed is a folder, with or without a slash at its end. */
static bool
read_feed(struct ch_settings *s, const char *feed, struct ch_err *err)
{
	char *url = ch_url_normalize(feed, err);
	char *slash;

	if (url == NULL)
		return ch_wrap(err, "feed");
	url[strcspn(url, "?#")] = '\0';
	slash = strrchr(url, '/');
	if (s->format == CH_FORMAT_LIST && slash != NULL) {
		s->list_url = ch_strdup(url);
		slash[1] = '\0';
	}
	s->feed = slash != NULL && slash[1] == '\0' ? ch_strdup(url)
						    : ch_format("%s/", url);
	ch_free(url);
	return true;
}

static bool
read_list(struct ch_settings *s, const struct ch_json *list, struct ch_err *err)
{
	const char *ref = ch_json_string(list);

	if (ref == NULL) {
		s->lines = list;
		return true;
	}
	ch_free(s->list_url);
	s->list_url = ch_url_resolve(s->feed, ref, err);
	return s->list_url != NULL || ch_wrap(err, "http.list");
}

static bool
read_block(
    struct ch_settings *s, const struct ch_json *block, struct ch_err *err)
{
	const char *dir =
	    ch_json_string_or(ch_json_get(block, "hosted_dir"), "packages");

	s->prefix = ch_json_string_or(ch_json_get(block, "prefix"), "");
	s->hosted_dir = dir;
	s->exclude = ch_json_get(block, "exclude");
	s->is_recursive = flag(block, "recursive", true);
	s->takes_hidden = flag(block, "include_hidden", false);
	s->reads_sums = flag(block, "checksums", true);
	s->takes_weak = flag(block, "allow_weak_checksums", false);
	s->max_depth = (unsigned)number(block, "max_depth", 16);
	s->max_entries = number(block, "max_entries", 200000);
	s->max_page = number(block, "max_page_size", 16 << 20);
	if (*dir != '\0' && !ch_path_check(dir, strlen(dir), err)) {
		err->status = CH_USAGE;
		return ch_wrap(err, "http.hosted_dir");
	}
	return read_format(s, block, err) &&
	       ch_naming_init(&s->naming,
		   ch_json_string(ch_json_get(block, "name_pattern")), err);
}

bool
ch_settings_load(struct ch_settings *s, const char *file, bool needs_feed,
    struct ch_err *err)
{
	struct ch_host_config host;

	*s = (struct ch_settings){ .json = NULL };
	if (!ch_host_config_load(&host, "http", file, err))
		return false;
	s->json = host.json;
	if (!check_block(host.block, err) || !read_block(s, host.block, err))
		return ch_wrap(err, "%s", file);
	if (!needs_feed)
		return true;
	if (host.feed == NULL)
		return ch_fail(err, CH_USAGE, "%s: feed: is missing", file);
	return read_feed(s, host.feed, err) &&
	       (ch_json_get(host.block, "list") == NULL ||
		   read_list(s, ch_json_get(host.block, "list"), err));
}

void
ch_settings_free(struct ch_settings *s)
{
	ch_naming_free(&s->naming);
	ch_free(s->feed);
	ch_free(s->list_url);
	ch_json_free(s->json);
}

bool
ch_settings_excludes(const struct ch_settings *s, const char *path)
{
	size_t i;

	for (i = 0; i < ch_json_count(s->exclude); i++)
		if (fnmatch(ch_json_string(ch_json_at(s->exclude, i)), path,
			0) == 0)
			return true;
	return false;
}
