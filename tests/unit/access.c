#include "lib/access.h"

#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/io.h"
#include "lib/log.h"
#include "lib/url.h"
#include "lib/validators.h"
#include "tap.h"

#include "lib/banned.h"

static char dir[] = "/tmp/chantal-access-XXXXXX";

/* A file of the test folder, which is the working folder. */
static void
make_file(const char *name, const char *text, mode_t mode)
{
	struct ch_err err;

	if (!ch_atomic_write(name, text, strlen(text), mode, &err))
		ok_if(false, "%s is made: %s", name, err.text);
}

/* One option, then the end; a NULL arg for those without. */
static bool
with_option(struct ch_access *a, int opt, const char *arg, struct ch_err *err)
{
	ch_access_init(a);
	memset(err, 0, sizeof(*err));
	return ch_access_option(a, opt, arg, err) &&
	       ch_access_finish(a, NULL, "http://h/", err);
}

static bool
refuses_option(int opt, const char *arg, const char *why)
{
	struct ch_access a;
	struct ch_err err;
	bool refused =
	    !with_option(&a, opt, arg, &err) && err.status == CH_USAGE &&
	    strstr(err.text, why) != NULL && strstr(err.text, "canary") == NULL;

	if (!refused)
		(void)printf("# %s\n", err.text);
	ch_access_free(&a);
	return refused;
}

static void
test_auth_file(void)
{
	struct ch_access a;
	struct ch_err err;

	make_file("basic", "basic user:pa:ss\n", 0600);
	ok_if(with_option(&a, CH_ACCESS_AUTH_FILE, "basic", &err) &&
		  ch_str_equal(a.http.auth.user, "user") &&
		  ch_str_equal(a.http.auth.password, "pa:ss") &&
		  ch_str_equal(a.http.auth.origin, "http://h:80"),
	    "basic credentials are bound to the feed's origin");
	ch_access_free(&a);
	make_file("bearer", "bearer canary\r\n", 0600);
	ok_if(with_option(&a, CH_ACCESS_AUTH_FILE, "bearer", &err) &&
		  ch_str_equal(a.http.auth.token, "canary"),
	    "a bearer token is taken without its line end");
	ch_access_free(&a);
	make_file("headers", "header X-A: 1\nheader X-B:  two\n", 0600);
	ok_if(with_option(&a, CH_ACCESS_AUTH_FILE, "headers", &err) &&
		  a.http.auth.headers.count == 2 &&
		  ch_str_equal(a.http.auth.headers.items[1], "X-B: two"),
	    "headers are taken line by line");
	ch_access_free(&a);
	make_file("open", "bearer canary\n", 0644);
	ok_if(refuses_option(CH_ACCESS_AUTH_FILE, "open", "chmod 600"),
	    "a file that everybody may read is refused");
	make_file("word", "canary\n", 0600);
	ok_if(refuses_option(CH_ACCESS_AUTH_FILE, "word", "word"),
	    "what is none of the three is refused, and not told");
	make_file("half", "basic canary\n", 0600);
	ok_if(refuses_option(CH_ACCESS_AUTH_FILE, "half", "USER:PASSWORD"),
	    "basic without a password is refused");
	make_file("nothing", "\n", 0600);
	ok_if(refuses_option(CH_ACCESS_AUTH_FILE, "nothing", "no credentials"),
	    "an empty file is refused");
	make_file("control",
	    "bearer can\x01"
	    "ary\n",
	    0600);
	ok_if(refuses_option(CH_ACCESS_AUTH_FILE, "control", "control bytes"),
	    "control bytes are refused");
	make_file("field", "header X A: canary\n", 0600);
	ok_if(refuses_option(CH_ACCESS_AUTH_FILE, "field", "NAME: VALUE"),
	    "a header's name has no blanks");
	ok_if(refuses_option(CH_ACCESS_AUTH_FILE, "absent", "absent"),
	    "a missing file is named");
}

static void
test_auth_env(void)
{
	struct ch_access a;
	struct ch_err err;
	char *value;

	(void)setenv("TEST_AUTH", "bearer canary", 1);
	value = getenv("TEST_AUTH");
	ok_if(with_option(&a, CH_ACCESS_AUTH_ENV, "TEST_AUTH", &err) &&
		  ch_str_equal(a.http.auth.token, "canary"),
	    "a token comes from the environment");
	ok_if(getenv("TEST_AUTH") == NULL && value[0] == '\0',
	    "and is not left there");
	ch_access_free(&a);
	ok_if(with_option(&a, CH_ACCESS_AUTH_ENV, "TEST_AUTH", &err) &&
		  ch_str_equal(a.http.auth.token, "canary"),
	    "but can be taken again");
	ch_access_free(&a);
	(void)setenv("TEST_AUTH", "bearer other", 1);
	ok_if(with_option(&a, CH_ACCESS_AUTH_ENV, "TEST_AUTH", &err) &&
		  ch_str_equal(a.http.auth.token, "other"),
	    "a new value is a new one");
	ch_access_free(&a);
	ok_if(with_option(&a, CH_ACCESS_AUTH_ENV, "TEST_AUTH", &err) &&
		  ch_str_equal(a.http.auth.token, "other"),
	    "from then on");
	ch_access_free(&a);
	ok_if(refuses_option(CH_ACCESS_AUTH_ENV, "TEST_NONE", "TEST_NONE"),
	    "a missing variable is named");
}

static void
test_options(void)
{
	struct ch_access a;
	struct ch_err err = { 0 };

	ok_if(with_option(&a, CH_ACCESS_JOBS, "3", &err) && a.http.jobs == 3,
	    "--jobs is a number");
	ch_access_free(&a);
	ok_if(with_option(&a, CH_ACCESS_RATE_LIMIT, "2M", &err) &&
		  a.http.rate_bytes == 2 << 20,
	    "--rate-limit takes units");
	ch_access_free(&a);
	ok_if(refuses_option(CH_ACCESS_JOBS, "0", "--jobs: 0") &&
		  refuses_option(CH_ACCESS_JOBS, "101", "1 to 100") &&
		  refuses_option(CH_ACCESS_JOBS, "x", "--jobs: x") &&
		  refuses_option(CH_ACCESS_RETRIES, "-1", "--retries: -1") &&
		  refuses_option(CH_ACCESS_RATE_LIMIT, "fast", "fast"),
	    "numbers out of range are refused with their range");
	ok_if(refuses_option(
		  CH_ACCESS_PROXY, "http://u:canary@p:1/", "everybody"),
	    "a password in --proxy is refused");
	ok_if(refuses_option(CH_ACCESS_PROXY, "ftp://p/", "proxy"),
	    "a proxy is http, https or socks");
	ok_if(refuses_option(CH_ACCESS_CA_BUNDLE, "absent", "absent") &&
		  refuses_option(CH_ACCESS_CLIENT_CERT, ".", "regular file"),
	    "certificates must be there");
	ok_if(refuses_option(CH_ACCESS_CLIENT_KEY, "basic", "--client-cert"),
	    "a key wants a certificate");
	ok_if(refuses_option(CH_ACCESS_ALLOW_HOST, "http://h/", "HOST:PORT"),
	    "--allow-host takes a host, no url");
	ok_if(
	    with_option(&a, CH_ACCESS_PROXY, "proxy.example:3128", &err) &&
		ch_str_equal(a.http.http_proxy, "http://proxy.example:3128/") &&
		ch_str_equal(a.http.https_proxy, "http://proxy.example:3128/"),
	    "a proxy without a scheme is http, for both kinds");
	ch_access_free(&a);
}

/* With a repository's block, and no option. */
static bool
with_block(struct ch_access *a, const char *json, struct ch_err *err)
{
	struct ch_json *repo = ch_json_parse(json, strlen(json), "block", err);
	bool ok;

	ch_access_init(a);
	ok = repo != NULL && ch_access_finish(a, repo, NULL, err);
	ch_json_free(repo);
	return ok;
}

#define BLOCK(text) "{\"feed\":\"https://h/\"," text "}"

static bool
refuses_block(const char *json, const char *why)
{
	struct ch_access a;
	struct ch_err err = { 0 };
	bool refused = !with_block(&a, json, &err) && err.status == CH_USAGE &&
		       strstr(err.text, why) != NULL &&
		       strstr(err.text, "canary") == NULL;

	if (!refused)
		(void)printf("# %s\n", err.text);
	ch_access_free(&a);
	return refused;
}

static void
test_auth_block(void)
{
	struct ch_access a;
	struct ch_err err = { 0 };

	ok_if(with_block(&a,
		  BLOCK("\"auth\":{\"type\":\"basic\",\"username\":\"u\","
			"\"password\":\"canary\"}"),
		  &err) &&
		  ch_str_equal(a.http.auth.password, "canary") &&
		  ch_str_equal(a.http.auth.origin, "https://h:443"),
	    "basic from the configuration");
	ch_access_free(&a);
	make_file("secret", "canary\n", 0600);
	ok_if(with_block(&a,
		  BLOCK("\"auth\":{\"type\":\"bearer\","
			"\"token_file\":\"secret\"}"),
		  &err) &&
		  ch_str_equal(a.http.auth.token, "canary"),
	    "a token from a file it names");
	ch_access_free(&a);
	(void)setenv("TEST_TOKEN", "canary", 1);
	ok_if(with_block(&a,
		  BLOCK("\"auth\":{\"type\":\"bearer\","
			"\"token_env\":\"TEST_TOKEN\"}"),
		  &err) &&
		  ch_str_equal(a.http.auth.token, "canary") &&
		  getenv("TEST_TOKEN") == NULL,
	    "a token from a variable it names");
	ch_access_free(&a);
	ok_if(with_block(&a,
		  BLOCK("\"auth\":{\"type\":\"custom\","
			"\"headers\":{\"X-Key\":\"canary\"}}"),
		  &err) &&
		  ch_str_equal(a.http.auth.headers.items[0], "X-Key: canary"),
	    "headers from the configuration");
	ch_access_free(&a);
	ok_if(refuses_block(
		  BLOCK("\"auth\":{\"type\":\"digest\"}"), "\"digest\""),
	    "an unknown type is refused");
	ok_if(refuses_block(BLOCK("\"auth\":{}"), "auth.type"),
	    "a missing type is refused");
	ok_if(refuses_block(
		  BLOCK("\"auth\":{\"type\":\"basic\",\"username\":\"u\"}"),
		  "basic wants"),
	    "basic without a password is refused");
	ok_if(refuses_block(
		  BLOCK("\"auth\":{\"type\":\"bearer\"}"), "bearer wants"),
	    "bearer without a token is refused");
	ok_if(refuses_block(
		  BLOCK("\"auth\":{\"type\":\"custom\",\"headers\":{}}"),
		  "custom wants"),
	    "custom without headers is refused");
	ok_if(refuses_block(BLOCK("\"auth\":{\"type\":\"custom\",\"headers\":"
				  "{\"X\":\"a\\r\\nB: canary\"}}"),
		  "control bytes"),
	    "a header with a line end is refused");
	ok_if(refuses_block(
		  BLOCK("\"auth\":{\"type\":\"bearer\",\"token\":\"canary\","
			"\"token_file\":\"secret\"}"),
		  "give one of"),
	    "two tokens are refused");
	ok_if(refuses_block(
		  "{\"auth\":{\"type\":\"bearer\",\"token\":\"canary\"}}",
		  "--auth-origin"),
	    "credentials without a feed are refused");
}

/* Till 2126, and till the day before it was made. */
static const char valid_cert[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBbzCCARWgAwIBAgIUBovfF9W2NT5qR3DzrPF4clVxsOYwCgYIKoZIzj0EAwIw\n"
    "DDEKMAgGA1UEAwwBeDAgFw0yNjExMjIxMzA3MTdaGA8yMTI2MTAyOTEzMDcxN1ow\n"
    "DDEKMAgGA1UEAwwBeDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABLazq/owgA+G\n"
    "tTUCwDRhA4O9FfqSNSrXU7JnRB9jRyWgPv1Mz/J2Wte+kjKc3yUn2ubx+KBQafTe\n"
    "WyY86R/ENHejUzBRMB0GA1UdDgQWBBSHQE3udTJ7GZM5HQmpNEDfRCzDPDAfBgNV\n"
    "HSMEGDAWgBSHQE3udTJ7GZM5HQmpNEDfRCzDPDAPBgNVHRMBAf8EBTADAQH/MAoG\n"
    "CCqGSM49BAMCA0gAMEUCIQDzzhDfgiLktAnOnLigQj45CK1QTXb9QeOv+G1mckRy\n"
    "YwIgVbGaOfNkU3cWQ/oDWC090PeQY6qe2hsMOq7Gb/dkM1c=\n"
    "-----END CERTIFICATE-----\n";

static const char expired_cert[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBEjCBuQIUIWzdNVu600mVk5BHmhFZiJpkDagwCgYIKoZIzj0EAwIwDDEKMAgG\n"
    "A1UEAwwBeDAeFw0yNjExMjIxMzA3MTdaFw0yNjExMjExMzA3MTdaMAwxCjAIBgNV\n"
    "BAMMAXgwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAS2s6v6MIAPhrU1AsA0YQOD\n"
    "vRX6kjUq11OyZ0QfY0cloD79TM/ydlrXvpIynN8lJ9rm8figUGn03lsmPOkfxDR3\n"
    "MAoGCCqGSM49BAMCA0gAMEUCIQD0yRuXkhxTqkKmxQfw2l08hxbUa9X6rRqK9tM6\n"
    "QVoX6AIgR869OqC8Hj0IVPaWeGxoYrIPi8fefmhy5pTDXa+jdqs=\n"
    "-----END CERTIFICATE-----\n";

static void
test_certs(void)
{
	struct ch_access a;
	struct ch_err err = { 0 };

	(void)mkdir("certs", 0700);
	ok_if(refuses_block(BLOCK("\"auth\":{\"type\":\"client_cert\","
				  "\"cert_dir\":\"certs\"}"),
		  "no readable"),
	    "a folder without a pair is refused");
	make_file("certs/b.pem", valid_cert, 0600);
	make_file("certs/b-key.pem", "x", 0600);
	make_file("certs/c.pem", valid_cert, 0600);
	make_file("certs/c-key.pem", "x", 0600);
	make_file("certs/a.pem", expired_cert, 0600);
	ok_if(with_block(&a,
		  BLOCK("\"auth\":{\"type\":\"client_cert\","
			"\"cert_dir\":\"certs\"}"),
		  &err) &&
		  ch_str_equal(a.http.auth.cert_file, "certs/b.pem") &&
		  ch_str_equal(a.http.auth.key_file, "certs/b-key.pem"),
	    "the first whole pair in byte order is taken");
	ch_access_free(&a);
	ok_if(refuses_block(BLOCK("\"auth\":{\"type\":\"client_cert\","
				  "\"cert_file\":\"certs/a.pem\"}"),
		  "client_cert wants"),
	    "a certificate without its key is refused");
	ok_if(refuses_block(BLOCK("\"auth\":{\"type\":\"client_cert\","
				  "\"cert_file\":\"certs/a.pem\","
				  "\"key_file\":\"certs/none\"}"),
		  "certs/none"),
	    "a key that is not there is named");
	make_file("certs/a-key.pem", "x", 0600);
	ok_if(with_block(&a,
		  BLOCK("\"auth\":{\"type\":\"client_cert\","
			"\"cert_dir\":\"certs\"}"),
		  &err) &&
		  ch_str_equal(a.http.auth.cert_file, "certs/b.pem"),
	    "one that has expired is passed over");
	ch_access_free(&a);
	ok_if(refuses_block(BLOCK("\"auth\":{\"type\":\"client_cert\","
				  "\"cert_file\":\"certs/a.pem\","
				  "\"key_file\":\"certs/a-key.pem\"}"),
		  "expired on 2026-11-21T"),
	    "one that has expired is refused with its date");
}

static void
test_blocks(void)
{
	struct ch_access a;
	struct ch_err err = { 0 };

	ok_if(with_block(&a,
		  BLOCK("\"download\":{\"parallel\":3,\"per_host\":2,"
			"\"timeout\":7,\"retry_attempts\":0,"
			"\"rate_limit\":\"1M\",\"allow_private\":true},"
			"\"allow_hosts\":[\"cdn.example\"]"),
		  &err) &&
		  a.http.jobs == 3 && a.http.per_host == 2 &&
		  a.http.low_speed_s == 7 && a.http.retries == 0 &&
		  a.http.rate_bytes == 1 << 20 && a.http.allows_private &&
		  ch_list_has(&a.http.allow_hosts, "cdn.example"),
	    "download and allow_hosts are taken");
	ch_access_free(&a);
	ok_if(with_block(&a,
		  BLOCK("\"proxy\":{\"http_proxy\":\"http://a:1\","
			"\"https_proxy\":\"http://us%40er:c%3An@b:2\","
			"\"no_proxy\":\"localhost,.corp\"}"),
		  &err) &&
		  ch_str_equal(a.http.http_proxy, "http://a:1/") &&
		  ch_str_equal(a.http.https_proxy, "http://b:2/") &&
		  ch_str_equal(a.http.proxy_user, "us@er") &&
		  ch_str_equal(a.http.proxy_password, "c:n") &&
		  ch_str_equal(a.http.no_proxy, "localhost,.corp"),
	    "a proxy's userinfo is taken out and decoded");
	ch_access_free(&a);
	ok_if(refuses_block(BLOCK("\"proxy\":{\"http_proxy\":\"http://a:1\","
				  "\"password\":\"canary\"}"),
		  "go together"),
	    "a proxy's password wants a username");
	ok_if(with_block(&a, BLOCK("\"ssl\":{\"ca_cert\":\"PEM\"}"), &err) &&
		  ch_str_equal(a.http.ca_pem, "PEM") && !a.http.is_insecure,
	    "an inline certificate is taken");
	ch_access_free(&a);
	ok_if(with_block(&a, BLOCK("\"ssl\":{\"verify\":false}"), &err) &&
		  a.http.is_insecure,
	    "verify is off only by explicit word");
	ch_access_free(&a);
	ok_if(refuses_block(
		  BLOCK("\"ssl\":{\"ca_bundle\":\"absent\"}"), "absent"),
	    "a bundle that is not there is named");
	ch_access_init(&a);
	ok_if(ch_access_option(&a, CH_ACCESS_JOBS, "5", &err) &&
		  ch_access_option(&a, CH_ACCESS_AUTH_FILE, "bearer", &err),
	    "options are taken");
	ok_if(a.http.jobs == 5 && a.has_auth, "and win");
	ch_access_free(&a);
}

static void
test_options_win(void)
{
	static const char json[] =
	    BLOCK("\"download\":{\"parallel\":3,\"per_host\":2},"
		  "\"auth\":{\"type\":\"basic\",\"username\":\"u\","
		  "\"password\":\"p\"}");
	struct ch_err err = { 0 };
	struct ch_json *repo =
	    ch_json_parse(json, sizeof(json) - 1, "block", &err);
	struct ch_access a;

	ch_access_init(&a);
	ok_if(ch_access_option(&a, CH_ACCESS_JOBS, "5", &err) &&
		  ch_access_option(&a, CH_ACCESS_AUTH_FILE, "bearer", &err) &&
		  ch_access_finish(&a, repo, NULL, &err) && a.http.jobs == 5 &&
		  a.http.per_host == 2 && a.http.auth.user == NULL &&
		  ch_str_equal(a.http.auth.token, "canary"),
	    "options win over the configuration, each by itself");
	ch_access_free(&a);
	ch_json_free(repo);
}

static void
test_feeds(void)
{
	struct ch_access a;
	struct ch_err err = { 0 };
	char *path;

	ch_access_init(&a);
	ok_if(ch_access_finish(&a, NULL, "http://u:p%40w@H/x", &err) &&
		  ch_str_equal(a.feed, "http://h/x") &&
		  ch_str_equal(a.http.auth.user, "u") &&
		  ch_str_equal(a.http.auth.password, "p@w") &&
		  ch_str_equal(a.http.auth.origin, "http://h:80") &&
		  ch_list_has(&a.http.origins, "http://h:80"),
	    "userinfo of a feed becomes its credentials");
	ch_access_free(&a);
	ch_access_init(&a);
	ok_if(ch_access_finish(&a, NULL, "certs", &err) &&
		  a.http.allow_files.count == 1 && ch_url_is_file(a.feed) &&
		  ch_str_ends(a.feed, "/certs/"),
	    "a folder is a feed, and open to file urls");
	ok_if(a.http.origins.count == 1 &&
		  ch_str_equal(a.http.origins.items[0], "file://"),
	    "and no host is open beside it");
	path = ch_url_to_path(a.feed, &err);
	ok_if(path != NULL && path[0] == '/', "with its absolute path");
	ch_free(path);
	ch_access_free(&a);
	ch_access_init(&a);
	ok_if(!ch_access_finish(&a, NULL, "nowhere", &err) &&
		  err.status == CH_USAGE,
	    "a folder that is not there is refused");
	ch_access_free(&a);
	ch_access_init(&a);
	ok_if(!ch_access_finish(&a, NULL, "ftp://h/x", &err) &&
		  err.status == CH_USAGE,
	    "an ftp feed is refused");
	ch_access_free(&a);
}

static void
test_validators(void)
{
	const struct ch_validator_key key = { "cache", "repo", "http://h/x",
		NULL };
	const struct ch_validator_key other = { "cache", "repo", "http://h/x",
		"text/html" };
	struct ch_validator in = { .size = 5 };
	struct ch_validator out;
	struct ch_err err = { 0 };

	ok_if(!ch_validator_get(&key, &out), "an empty cache has none");
	in.etag = ch_strdup("\"v1\"");
	ch_sha256_hex("hello", 5, in.sha256);
	ok_if(
	    ch_validator_put(&key, &in, &err) && ch_validator_get(&key, &out) &&
		ch_str_equal(out.etag, "\"v1\"") && out.last_modified == NULL &&
		ch_str_equal(out.sha256, in.sha256) && out.size == 5,
	    "what is put is got");
	ch_validator_free(&out);
	ok_if(!ch_validator_get(&other, &out), "another accept is another");
	ch_free(in.etag);
	in.etag = NULL;
	ok_if(
	    ch_validator_put(&key, &in, &err) && !ch_validator_get(&key, &out),
	    "one without validators is removed");
	ok_if(ch_validator_put(&key, &in, &err), "also when there is none");
	in.last_modified = ch_strdup("Sun, 06 Nov 1994 08:49:37 GMT");
	ok_if(ch_validator_put(&key, &in, &err) &&
		  ch_remove_tree(AT_FDCWD, "cache", &err) &&
		  !ch_validator_get(&key, &out) &&
		  ch_validator_put(&key, &in, &err) &&
		  ch_validator_get(&key, &out),
	    "the cache may be emptied at any time");
	ch_validator_free(&out);
	ch_validator_free(&in);
}

static void
test_broken_validators(void)
{
	const struct ch_validator_key key = { "cache2", "r", "http://h/", "" };
	static const char *const bad[] = { "", "{", "[]", "{\"etag\":\"x\"}",
		"{\"sha256\":\"x\",\"size\":1}", "\xff\xfe" };
	struct ch_validator v = { .size = 1 };
	struct ch_validator out;
	struct ch_err err = { 0 };
	char hex[CH_SHA256_HEX + 1];
	char *path;
	size_t i;

	ch_sha256_hex("x", 1, v.sha256);
	v.etag = ch_strdup("\"x\"");
	ok_if(ch_validator_put(&key, &v, &err), "one is put");
	ch_sha256_hex("r\0http://h/\0", 13, hex);
	path = ch_format("cache2/http/%.2s/%s", hex, hex + 2);
	ok_if(access(path, R_OK) == 0, "in a file named by its key's digest");
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		make_file(path, bad[i], 0600);
		ok_if(!ch_validator_get(&key, &out),
		    "a broken entry (%zu) counts as absent", i);
	}
	ch_free(path);
	ch_validator_free(&v);
}

int
main(void)
{
	struct ch_err err;

	ch_log_init("access");
	ch_log_level(CH_LOG_ERROR);
	if (mkdtemp(dir) == NULL || chdir(dir) != 0)
		ok_if(false, "a folder for the test");
	test_auth_file();
	test_auth_env();
	test_options();
	test_auth_block();
	test_certs();
	test_blocks();
	test_options_win();
	test_feeds();
	test_validators();
	test_broken_validators();
	ok_if(chdir("/") == 0 && ch_remove_tree(AT_FDCWD, dir, &err),
	    "the folder is removed");
	return done();
}
