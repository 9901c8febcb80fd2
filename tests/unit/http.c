#include "lib/http.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/http_impl.h"
#include "lib/io.h"
#include "lib/log.h"
#include "tap.h"

#include "lib/banned.h"

/* 2026-01-01 00:00:00 UTC */
#define NOW 1767225600

static void
test_retry_after(void)
{
	ok_if(ch_retry_after_s(NULL, NOW) == 0, "no retry-after is none");
	ok_if(ch_retry_after_s("0", NOW) == 0, "zero is none");
	ok_if(ch_retry_after_s("120", NOW) == 120, "seconds are seconds");
	ok_if(ch_retry_after_s("99999999999999999999999", NOW) == 1000000000,
	    "a number too large to hold is a long time");
	ok_if(ch_retry_after_s("Thu, 01 Jan 2026 00:01:00 GMT", NOW) == 60,
	    "a date is the time until then");
	ok_if(ch_retry_after_s("Wed, 31 Dec 2025 00:00:00 GMT", NOW) == 0,
	    "a date in the past is none");
	ok_if(ch_retry_after_s("Fri, 31 Dec 9999 23:59:59 GMT", NOW) ==
		  1000000000,
	    "a date far away is a long time");
	ok_if(ch_retry_after_s("-5", NOW) == 0, "a negative one is none");
	ok_if(ch_retry_after_s("soon", NOW) == 0, "a word is none");
	ok_if(ch_retry_after_s("", NOW) == 0, "an empty one is none");
}

static void
test_delay(void)
{
	struct ch_http_options o;
	bool in_range = true;
	bool is_capped = true;
	bool varies = false;
	int64_t first;
	unsigned i;

	ch_http_options_init(&o);
	first = ch_retry_delay_ms(&o, 1);
	for (i = 0; i < 200; i++) {
		int64_t one = ch_retry_delay_ms(&o, 1);
		int64_t three = ch_retry_delay_ms(&o, 3);
		int64_t many = ch_retry_delay_ms(&o, 4000000000u);

		in_range = in_range && one >= 250 && one <= 500 &&
			   three >= 1000 && three <= 2000;
		is_capped = is_capped && many >= 15000 && many <= 30000;
		varies = varies || one != first;
	}
	ok_if(in_range, "the delay doubles with each attempt");
	ok_if(is_capped, "but not beyond half a minute");
	ok_if(varies, "and is not the same each time");
	o.retry_delay_ms = 0;
	ok_if(ch_retry_delay_ms(&o, 3) == 0, "none stays none");
	ch_http_options_free(&o);
}

static bool
is_private(const char *text)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };

	if (inet_pton(AF_INET, text, &v4.sin_addr) == 1)
		return ch_address_is_private(&v4);
	if (inet_pton(AF_INET6, text, &v6.sin6_addr) == 1)
		return ch_address_is_private(&v6);
	ok_if(false, "%s is an address", text);
	return false;
}

static void
test_addresses(void)
{
	static const char *const closed[] = { "127.0.0.1", "127.255.255.254",
		"0.0.0.0", "10.0.0.1", "10.255.255.255", "100.64.0.1",
		"100.127.255.255", "169.254.169.254", "172.16.0.1",
		"172.31.255.255", "192.168.1.1", "192.0.0.8", "198.18.0.1",
		"198.19.255.255", "224.0.0.1", "240.0.0.1", "255.255.255.255",
		"::", "::1", "::127.0.0.1", "fc00::1", "fdff::1", "fe80::1",
		"fec0::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
		"64:ff9b::169.254.169.254", "2002:7f00:1::" };
	static const char *const open_ones[] = { "1.1.1.1", "9.255.255.255",
		"11.0.0.0", "100.63.255.255", "100.128.0.0", "172.15.255.255",
		"172.32.0.0", "192.167.255.255", "192.169.0.0", "223.255.0.1",
		"2001:4860:4860::8888", "2a00::1", "::ffff:1.1.1.1",
		"64:ff9b::1.1.1.1", "2002:101:101::" };
	struct sockaddr other = { .sa_family = AF_UNIX };
	size_t i;

	for (i = 0; i < sizeof(closed) / sizeof(closed[0]); i++)
		ok_if(is_private(closed[i]), "%s is private", closed[i]);
	for (i = 0; i < sizeof(open_ones) / sizeof(open_ones[0]); i++)
		ok_if(!is_private(open_ones[i]), "%s is public", open_ones[i]);
	ok_if(ch_address_is_private(&other), "another family is private");
	ok_if(ch_host_is_private("localhost") &&
		  ch_host_is_private("x.localhost") &&
		  !ch_host_is_private("localhost.example") &&
		  !ch_host_is_private("example.org"),
	    "localhost is private, other names are asked when they resolve");
}

static bool
may(struct ch_http *http, const char *url, const char *why)
{
	struct ch_err err = { 0 };
	bool ok = ch_http_may_get(http, url, &err);

	return why == NULL ? ok : !ok && strstr(err.text, why) != NULL;
}

static bool
goes_by_proxy(const char *except, const char *url)
{
	const struct ch_http_request r = { .urls = &url, .url_count = 1 };
	struct ch_http_options o;
	struct ch_transfer *t;
	struct ch_http *http;
	bool does;

	ch_http_options_init(&o);
	o.http_proxy = ch_strdup("http://proxy.example:3128");
	o.no_proxy = ch_strdup(except);
	http = ch_http_new(&o);
	t = ch_transfer_new(http, &r);
	ch_transfer_aim(t);
	does = ch_http_goes_by_proxy(t);
	ch_transfer_free(t);
	ch_http_free(http);
	ch_http_options_free(&o);
	return does;
}

/* Whose address is looked at before it is used: theirs, not the proxy's. */
static void
test_no_proxy(void)
{
	static const char list[] = "one.example, .Two.example three.example.";

	ok_if(goes_by_proxy("", "http://a.example/") &&
		  goes_by_proxy(list, "http://a.example/") &&
		  goes_by_proxy(list, "http://xone.example/") &&
		  goes_by_proxy(list, "http://example/"),
	    "a host goes by the proxy");
	ok_if(!goes_by_proxy(list, "http://one.example/") &&
		  !goes_by_proxy(list, "http://a.one.example/") &&
		  !goes_by_proxy(list, "http://two.example:8080/") &&
		  !goes_by_proxy(list, "http://b.three.example/") &&
		  !goes_by_proxy("*", "http://a.example/"),
	    "but for those that no_proxy names");
}

static void
test_rules(void)
{
	struct ch_err err = { 0 };
	struct ch_http_options o;
	struct ch_http *http;

	ch_http_options_init(&o);
	ch_list_add(&o.origins, "http://10.0.0.1:80");
	ch_list_add(&o.allow_hosts, "cdn.example.org");
	ch_list_add(&o.allow_hosts, "port.example.org:8080");
	ch_list_add(&o.allow_hosts, "*.wild.example");
	ch_list_add(&o.allow_hosts, "UPPER.Example");
	ch_list_add(&o.allow_hosts, "127.0.0.1");
	ch_list_add(&o.allow_files, "/srv/feed");
	http = ch_http_new(&o);
	ok_if(may(http, "http://10.0.0.1/x", NULL), "the feed may be asked");
	ok_if(may(http, "http://10.0.0.1:81/x", "another host"),
	    "another port of its host may not");
	ok_if(may(http, "https://10.0.0.1/x", "another host"),
	    "another scheme neither");
	ok_if(may(http, "http://cdn.example.org:99/x", NULL),
	    "a listed host may, at any port");
	ok_if(may(http, "http://port.example.org:8080/x", NULL) &&
		  may(http, "http://port.example.org/x", "another host"),
	    "a host listed with its port at that port alone");
	ok_if(may(http, "http://a.b.wild.example/x", NULL) &&
		  may(http, "http://wild.example/x", "another host") &&
		  may(http, "http://evilwild.example/x", "another host"),
	    "a listed domain means what is in it");
	ok_if(may(http, "http://upper.example/x", NULL),
	    "however its letters are written");
	ok_if(may(http, "http://127.0.0.1/x", NULL),
	    "a private address that is listed is meant");
	ok_if(may(http, "http://169.254.169.254/x", "another host"),
	    "others are refused");
	ok_if(may(http, "http://u:canary@10.0.0.1/x", "carries credentials") &&
		  !may(http, "http://u:canary@10.0.0.1/x", "canary"),
	    "credentials in a URL are refused and not told");
	ok_if(may(http, "file:///srv/feed/a", NULL) &&
		  may(http, "file:///srv/feedx/a", "allowed folder") &&
		  may(http, "file:///etc/passwd", "allowed folder"),
	    "files only beneath an allowed folder");
	ok_if(may(http, "http://new.example/x", "another host") &&
		  ch_http_allow_origin(http, "http://new.example/y", &err) &&
		  may(http, "http://new.example/x", NULL),
	    "an origin can be added");
	ch_http_free(http);
	ch_list_add(&o.allow_hosts, "*");
	http = ch_http_new(&o);
	ok_if(may(http, "http://anything.example/x", NULL) &&
		  may(http, "http://169.254.169.254/x", "a private address") &&
		  may(http, "http://[::1]/x", "a private address") &&
		  may(http, "http://localhost/x", "a private address"),
	    "a star means every host but the private ones");
	ch_http_free(http);
	o.is_offline = true;
	http = ch_http_new(&o);
	ok_if(may(http, "http://10.0.0.1/x", "--offline"),
	    "offline nothing may be asked");
	ch_http_free(http);
	ch_http_options_free(&o);
}

struct got {
	struct ch_buf body;           /* received */
	enum ch_http_outcome outcome; /* of the request */
	struct ch_err err;            /* of the request */
	unsigned calls;               /* of done */
	unsigned begins;              /* of begin */
};

static bool
on_begin(void *ctx, const struct ch_http_info *info, struct ch_err *err)
{
	struct got *g = ctx;

	(void)err;
	g->begins++;
	g->body.len = (size_t)info->offset;
	return true;
}

static bool
on_data(void *ctx, const void *bytes, size_t len, struct ch_err *err)
{
	struct got *g = ctx;

	(void)err;
	ch_buf_put(&g->body, bytes, len);
	return true;
}

static void
on_done(void *ctx, const struct ch_http_result *result)
{
	struct got *g = ctx;

	g->calls++;
	g->outcome = result->outcome;
	if (result->err != NULL)
		g->err = *result->err;
}

static void
get_file(struct ch_http *http, const char *path, uint64_t size, struct got *g)
{
	struct ch_err err = { 0 };
	char *url = ch_format("file://%s", path);
	const struct ch_http_request request = {
		.urls = (const char *const[]){ url },
		.url_count = 1,
		.size = size,
		.max_bytes = 1000,
		.begin = on_begin,
		.data = on_data,
		.done = on_done,
		.ctx = g,
	};

	ch_buf_free(&g->body);
	memset(g, 0, sizeof(*g));
	ch_http_submit(http, &request);
	if (!ch_http_run(http, &err))
		g->calls = 99;
	ch_free(url);
}

static void
make_files(const char *dir)
{
	struct ch_err err;
	bool ok = ch_atomic_write("root/good", "hello", 5, 0644, &err) &&
		  ch_atomic_write("root/empty", "", 0, 0644, &err) &&
		  ch_atomic_write("secret", "canary", 6, 0644, &err);
	char *long_one = ch_calloc(1, 1001);

	ok = ok && ch_atomic_write("root/long", long_one, 1001, 0644, &err) &&
	     symlink("good", "root/inside") == 0 &&
	     symlink("../secret", "root/outside") == 0 &&
	     symlink("/etc", "root/etc") == 0 &&
	     mkfifo("root/fifo", 0600) == 0 && mkdir("root/dir", 0700) == 0;
	ok_if(ok, "files are made in %s", dir);
	ch_free(long_one);
}

static bool
file_fails(struct ch_http *http, const char *path, const char *why)
{
	struct got g = { 0 };
	bool fails;

	get_file(http, path, 0, &g);
	fails = g.calls == 1 && g.outcome != CH_HTTP_OK && g.body.len == 0 &&
		strstr(g.err.text, why) != NULL;
	if (!fails)
		(void)printf("# %s\n", g.err.text);
	ch_buf_free(&g.body);
	return fails;
}

static void
check_files(struct ch_http *http, const char *dir)
{
	struct got g = { 0 };
	char *at = ch_format("%s/root/", dir);
	char *path = ch_format("%sgood", at);

	get_file(http, path, 5, &g);
	ok_if(g.outcome == CH_HTTP_OK && g.body.len == 5 && g.begins == 1 &&
		  memcmp(g.body.data, "hello", 5) == 0,
	    "a file is read");
	get_file(http, path, 4, &g);
	ok_if(g.outcome == CH_HTTP_FAILED && g.err.status == CH_UNTRUSTED,
	    "one of another size than declared is refused");
	ch_free(path);
	path = ch_format("%sempty", at);
	get_file(http, path, 0, &g);
	ok_if(g.outcome == CH_HTTP_OK && g.begins == 1 && g.body.len == 0,
	    "an empty file begins and ends");
	ch_free(path);
	path = ch_format("%sinside", at);
	get_file(http, path, 0, &g);
	ok_if(g.outcome == CH_HTTP_OK && g.body.len == 5,
	    "a link inside the folder is followed");
	ch_free(path);
	path = ch_format("%smissing", at);
	get_file(http, path, 0, &g);
	ok_if(g.outcome == CH_HTTP_NOT_FOUND, "a missing file is not found");
	get_file(http, at, 0, &g);
	ch_buf_putc(&g.body, '\0');
	ok_if(g.outcome == CH_HTTP_OK &&
		  strstr(g.body.data, "inside") != NULL &&
		  strstr(g.body.data, "outside") == NULL,
	    "a folder is listed, without what leads out of it");
	ch_free(path);
	ch_free(at);
	ch_buf_free(&g.body);
}

static void
check_refusals(struct ch_http *http, const char *dir)
{
	static const struct {
		const char *name; /* below dir */
		const char *why;  /* in the message */
	} bad[] = {
		{ "root/outside", "link leads out" },
		{ "root/etc/passwd", "link leads out" },
		{ "root/fifo", "not a regular file" },
		{ "root/dir", "not a regular file" },
		{ "root/long", "more than the 1000 allowed" },
		{ "secret", "allowed folder" },
		{ "root/../secret", "allowed folder" },
		{ "root/%2e%2e/secret", "names no local file" },
		{ "root/none/", "no such file" },
		{ "root/etc/", "" },
		{ "", "allowed folder" },
		{ "root/good/x", "no such file" },
	};
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char *path = ch_format("%s/%s", dir, bad[i].name);

		ok_if(file_fails(http, path, bad[i].why), "%s: %s", bad[i].name,
		    bad[i].why);
		ch_free(path);
	}
}

static void
test_files(void)
{
	char dir[] = "/tmp/chantal-http-XXXXXX";
	struct ch_err err = { 0 };
	struct ch_http_options o;
	struct ch_http *http;
	char *root;

	if (mkdtemp(dir) == NULL || chdir(dir) != 0 || mkdir("root", 0755) != 0)
		ok_if(false, "a folder for the test");
	root = ch_format("%s/root", dir);
	make_files(dir);
	ch_http_options_init(&o);
	ch_list_take(&o.allow_files, root);
	http = ch_http_new(&o);
	check_files(http, dir);
	check_refusals(http, dir);
	ch_http_free(http);
	ch_http_options_free(&o);
	ok_if(chdir("/") == 0 && ch_remove_tree(AT_FDCWD, dir, &err),
	    "and it is removed");
}

int
main(void)
{
	ch_log_init("http");
	ch_log_level(CH_LOG_ERROR);
	test_retry_after();
	test_delay();
	test_addresses();
	test_no_proxy();
	test_rules();
	test_files();
	return done();
}
