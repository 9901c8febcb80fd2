#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/config.h"
#include "lib/config_keys.h"
#include "lib/io.h"
#include "lib/nearest.h"
#include "lib/str.h"
#include "tap.h"

#include "lib/banned.h"

static struct ch_err err;
static char dir[] = "/tmp/chantal-unit-XXXXXX";

/* The configuration that this text is; NULL with err. */
static struct ch_config *
load(const char *text)
{
	char *path = ch_path_join(dir, "c.yaml");
	struct ch_config *cfg = NULL;

	err = (struct ch_err){ 0 };
	if (ch_atomic_write(path, text, strlen(text), 0600, &err))
		cfg = ch_config_load(path, &err);
	ch_free(path);
	return cfg;
}

static void
is_refused(const char *text, const char *why, const char *name)
{
	struct ch_config *cfg = load(text);
	bool is_good = !cfg && err.status == CH_USAGE &&
		       strstr(err.text, why) != NULL &&
		       strstr(err.text, "c.yaml:");

	ok_if(is_good, "%s", name);
	if (!is_good)
		(void)printf("# got %s\n", cfg ? "a configuration" : err.text);
	ch_config_free(cfg);
}

#define REPO(more) "repositories: [{id: a, type: http, feed: /x" more "}]"

static void
test_refusals(void)
{
	is_refused("repositores: []",
	    ":1:1: repositores: unknown key; did "
	    "you mean \"repositories\"?",
	    "an unknown key at the top");
	is_refused(REPO(", fed: 1"),
	    ":1:46: repositories.fed: unknown key; "
	    "did you mean \"feed\"?",
	    "an unknown key of a repository");
	is_refused(REPO(", epochs: {}"), "it is a key of filters.rpm",
	    "a key in the wrong block says where it belongs");
	is_refused(REPO(", tags: x"), "text where a list of text is expected",
	    "text for a list");
	is_refused(REPO(", enabled: 1"),
	    "a number where true or false is expected", "a number for a truth");
	is_refused("plugin_timeout: soon", "text where a number is expected",
	    "text for a number");
	is_refused("download: {parallel: 101}", "101 is not from 1 to 100",
	    "a number out of its range");
	is_refused(REPO(", mode: sideways"),
	    "\"sideways\" is none of mirror|filtered|hosted", "a wrong word");
	is_refused(REPO(", filters: {patterns: {include: ['g++']}}"),
	    "filters.patterns.include", "g++ without a backslash");
	is_refused(REPO(", mode: mirror, filters: {where: [a=b]}"),
	    "a mirror is as its upstream", "filters in a mirror");
	is_refused(REPO(", filters: {rpm: {exclude_source_rpms: true}}"),
	    "filters.rpm: the repository's type is http",
	    "filters of another type");
	is_refused("repositories: [{id: a, type: http}]", "required unless",
	    "no feed");
	is_refused("repositories: [{type: http, feed: x}]",
	    "repositories.id: required", "no id");
	is_refused("repositories: [{id: ../a, type: http, feed: x}]",
	    "repositories.id", "an id that is a path");
	is_refused("repositories: [{id: views, type: http, feed: x}]",
	    "repositories.id", "a reserved id");
	is_refused("repositories:\n- {id: a, type: http, feed: x}\n"
		   "- {id: a, type: http, feed: y}",
	    "c.yaml:3:4: repositories.id: \"a\" is there already",
	    "one id twice");
	is_refused("views: [{name: v, repos: [q]}]",
	    "there is no repository \"q\"", "a view of an unknown repository");
	is_refused("repositories:\n- {id: a, type: http, feed: x}\n"
		   "- {id: b, type: apt, feed: y}\n"
		   "views: [{name: v, repos: [a, b]}]",
	    "\"b\" is apt where others are http", "a view of two types");
}

static void
test_credentials(void)
{
	is_refused(REPO(", auth: {type: magic}"), "auth.type",
	    "an unknown kind of credentials");
	is_refused(REPO(", auth: {type: basic, username: u}"),
	    "basic wants username and one of", "basic without a password");
	is_refused(REPO(", auth: {type: basic, username: u, password: a, "
			"password_file: b}"),
	    "one of", "two passwords");
	is_refused(REPO(", auth: {type: bearer}"), "bearer wants",
	    "bearer without a token");
	is_refused(REPO(", auth: {type: custom, headers: {}}"), "custom wants",
	    "custom without headers");
	is_refused(REPO(", auth: {type: client_cert, cert_file: a}"),
	    "client_cert wants", "a certificate without a key");
	is_refused("proxy: {username: u}", "belong together",
	    "half of the proxy's credentials");
	is_refused("verify: {enabled: true}", "key_files or keys",
	    "verify without keys");
	is_refused("verify: {enabled: true, keys: [k], repo_gpgcheck: false}",
	    "verify.gpgcheck: wants repo_gpgcheck",
	    "packages verified without their list");
	is_refused("verify: {enabled: true, keys: [k], "
		   "trusted_fingerprints: [' ']}",
	    "is no fingerprint", "a blank fingerprint");
	is_refused("verify: {enabled: true, keys: [k], client_key_name: ../k}",
	    "client_key_name", "a key name that leaves the tree");
	is_refused("gpg: {enabled: true}", "gpg: wants one of",
	    "signing without a key");
}

static void
test_block(void)
{
	struct ch_config *cfg = load(
	    "proxy: {http_proxy: 'http://p:1', no_proxy: x}\n"
	    "ssl: {verify: false}\n"
	    "repositories:\n"
	    "- {id: a, type: http, feed: /x, proxy: {no_proxy: y}, name: 1.10,"
	    " filters: {include_packages: ['^b'], exclude_packages: [c],"
	    " patterns: {exclude: [d]}, metadata: {size_bytes: {max: 2M}}}}\n"
	    "---\nstorage: {base_path: /base}\n");
	const struct ch_json *repo =
	    cfg ? ch_config_repo(cfg, "a", &err) : NULL;
	struct ch_buf text = { 0 };

	ok_if(repo != NULL, "it loads");
	if (!repo)
		return;
	ok_if(ch_str_equal(ch_json_string(ch_json_get(repo, "name")), "1.10"),
	    "1.10 stays 1.10 where text is expected");
	ok_if(
	    ch_json_path(repo, "proxy.http_proxy") == NULL &&
		ch_str_equal(
		    ch_json_string(ch_json_path(repo, "proxy.no_proxy")), "y"),
	    "a block of its own replaces the whole global one");
	ok_if(!ch_json_bool_or(ch_json_path(repo, "ssl.verify"), true),
	    "without one of its own it has the global one");
	ok_if(
	    ch_str_equal(ch_json_string(ch_json_get(repo, "mode")), "filtered"),
	    "filtered is the default mode");
	ch_json_print(ch_json_get(repo, "filters"), true, &text);
	ok_if(ch_str_equal(text.data,
		  "{\"metadata\":{\"size_bytes\":{\"max\":2097152}},"
		  "\"patterns\":{\"exclude\":[\"d\"],\"include\":[\"^b\"]}}"),
	    "old spellings move, and do not replace new ones");
	ok_if(ch_str_equal(ch_config_path(cfg, "pool"), "/base/pool") &&
		  ch_str_equal(ch_config_path(cfg, "trees"), "/base/trees"),
	    "folders are below base_path; the second document counts");
	ok_if(ch_config_path(cfg, "nowhere") == NULL, "an unknown folder");
	ok_if(ch_config_repo(cfg, "b", &err) == NULL && err.status == CH_USAGE,
	    "an unknown repository");
	ch_buf_free(&text);
	ch_config_free(cfg);
}

static void
test_secrets(void)
{
	struct ch_config *one =
	    load(REPO(", auth: {type: basic, username: u, password: canary}"));
	struct ch_config *two =
	    load(REPO(", auth: {type: basic, username: u, password: other}"));
	struct ch_config *three =
	    load(REPO(", auth: {type: basic, username: v, password: other}"));
	char hex[3][CH_SHA256_HEX + 1];
	struct ch_buf text = { 0 };
	struct ch_json *clean;

	clean = ch_config_redacted(ch_config_root(one), CH_CONFIG_ROOT);
	ch_json_print(clean, true, &text);
	ok_if(strstr(text.data, "canary") == NULL &&
		  strstr(text.data, "***") != NULL,
	    "a password is not printed");
	ch_config_digest(ch_config_repo(one, "a", &err), hex[0]);
	ch_config_digest(ch_config_repo(two, "a", &err), hex[1]);
	ch_config_digest(ch_config_repo(three, "a", &err), hex[2]);
	ok_if(ch_str_equal(hex[0], hex[1]), "nor is it in the digest");
	ok_if(!ch_str_equal(hex[0], hex[2]), "the user name is");
	ch_json_free(clean);
	ch_buf_free(&text);
	ch_config_free(one);
	ch_config_free(two);
	ch_config_free(three);
}

static const char schema_text[] =
    "{\"type\":\"object\",\"additionalProperties\":false,"
    "\"required\":[\"must\"],\"properties\":{"
    "\"must\":{\"type\":\"string\",\"pattern\":\"^[0-9.]+$\"},"
    "\"depth\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":9,"
    "\"default\":4},"
    "\"kind\":{\"enum\":[\"x\",\"y\"]},"
    "\"list\":{\"type\":\"array\",\"minItems\":1,"
    "\"items\":{\"type\":\"string\"}},"
    "\"flag\":{\"type\":\"boolean\"}}}";

/* What the schema says of a block: "" when it fits, else the message. */
static const char *
by_schema(const char *text, struct ch_buf *block)
{
	struct ch_config *cfg = load(text);
	struct ch_json *schema =
	    ch_json_parse(schema_text, strlen(schema_text), "schema", &err);
	bool is_good =
	    cfg && schema && ch_config_check_type(cfg, "a", schema, &err);

	ch_buf_clear(block);
	if (is_good)
		ch_json_print(
		    ch_json_get(ch_config_repo(cfg, "a", &err), "http"), true,
		    block);
	ch_json_free(schema);
	ch_config_free(cfg);
	return is_good ? "" : err.text;
}

static void
test_schema(void)
{
	struct ch_buf block = { 0 };

	ok_if(*by_schema(REPO(", http: {must: 1.10, list: [1, yes]}"),
		  &block) == '\0' &&
		  ch_str_equal(block.data,
		      "{\"depth\":4,\"list\":[\"1\",\"yes\"],"
		      "\"must\":\"1.10\"}"),
	    "values are what the schema wants, defaults are there");
	ok_if(strstr(by_schema(REPO(", http: {must: 1, dept: 2}"), &block),
		  "http.dept: unknown key; did you mean \"depth\"?"),
	    "an unknown key of the type");
	ok_if(strstr(by_schema(REPO(", http: {must: 1, depth: 10}"), &block),
		  "http.depth: 10 is more than 9"),
	    "a number out of the type's range");
	ok_if(strstr(by_schema(REPO(", http: {must: 1, kind: z}"), &block),
		  "\"z\" is none of"),
	    "a word the type does not know");
	ok_if(strstr(by_schema(REPO(", http: {must: a}"), &block),
		  "does not match"),
	    "a value that does not match the type's pattern");
	ok_if(strstr(by_schema(REPO(", http: {must: 1, flag: 3}"), &block),
		  "http.flag: a number where \"boolean\" is expected"),
	    "a wrong type");
	ok_if(strstr(by_schema(REPO(", http: {must: 1, list: []}"), &block),
		  "at least 1"),
	    "too short a list");
	ok_if(strstr(by_schema(REPO(", http: {must: 1, list: 1}"), &block),
		  "where \"array\" is expected"),
	    "no list");
	ok_if(strstr(by_schema(REPO(""), &block), "http.must: required"),
	    "a required key without the block");
	ch_buf_free(&block);
}

static void
test_table(void)
{
	const struct ch_key *k;
	bool is_sound = true;

	for (size_t i = 0; (k = ch_key_at(i)) != NULL; i++) {
		if (ch_key_find(k->block, k->name) != k) {
			is_sound = false;
			(void)printf("# twice: %s.%s\n", k->block, k->name);
		}
		if ((k->type == CH_KEY_BLOCK || k->type == CH_KEY_CHOICE) &&
		    !k->of) {
			is_sound = false;
			(void)printf("# of what: %s.%s\n", k->block, k->name);
		}
	}
	ok_if(is_sound, "each key stands once in the table and is whole");
}

static void
test_nearest(void)
{
	struct ch_nearest n = { .word = "encode" };

	ch_nearest_offer(&n, "repositories");
	ok_if(n.best == NULL, "what is far is not meant");
	ch_nearest_offer(&n, "encoder");
	ch_nearest_offer(&n, "unicode");
	ok_if(n.best && ch_str_equal(n.best, "encoder"), "the nearest one is");
	n = (struct ch_nearest){ .word = "fede" };
	ch_nearest_offer(&n, "feed");
	ok_if(n.best != NULL && n.distance == 1, "a swap is one edit");
}

int
main(void)
{
	char *path;

	if (!mkdtemp(dir))
		return 1;
	(void)unsetenv("CHANTAL_HOME");
	test_refusals();
	test_credentials();
	test_block();
	test_secrets();
	test_schema();
	test_table();
	test_nearest();
	path = ch_path_join(dir, "c.yaml");
	(void)unlink(path);
	(void)rmdir(dir);
	ch_free(path);
	return done();
}
