/*
 * Downloads from tests/bin/hostile-server, as the pool and the want-loop ask
 * for them: declared sizes, caps, several URLs, validators, resumption.
 */
#include "lib/http.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/hash.h"
#include "lib/io.h"
#include "lib/log.h"
#include "lib/spawn.h"
#include "lib/url.h"
#include "tap.h"

#include "lib/banned.h"

/* What the server calls BODY. */
#define GOOD_LEN 116000
#define HALF_LEN 58000

static char base[64];
static struct ch_child server = { .pid = -1 };

struct got {
	struct ch_buf body;           /* received */
	enum ch_http_outcome outcome; /* of the request */
	struct ch_err err;            /* of the request */
	char *etag;                   /* of the answer, or NULL */
	char *url;                    /* final */
	int code;                     /* last */
	bool is_retryable;            /* as told */
	bool is_refused;              /* as told */
	unsigned calls;               /* of done */
	unsigned begins;              /* of begin */
	uint64_t last_offset;         /* of begin */
	uint64_t fail_at;             /* data fails here, 0: never */
};

static bool
on_begin(void *ctx, const struct ch_http_info *info, struct ch_err *err)
{
	struct got *g = ctx;

	(void)err;
	g->begins++;
	g->last_offset = info->offset;
	g->body.len = (size_t)info->offset;
	return true;
}

static bool
on_data(void *ctx, const void *bytes, size_t len, struct ch_err *err)
{
	struct got *g = ctx;

	ch_buf_put(&g->body, bytes, len);
	if (g->fail_at > 0 && g->body.len >= g->fail_at)
		return ch_fail(err, CH_TEMPORARY, "disk: it is full");
	return true;
}

static void
on_done(void *ctx, const struct ch_http_result *result)
{
	struct got *g = ctx;

	g->calls++;
	g->outcome = result->outcome;
	g->code = result->code;
	g->is_retryable = result->is_retryable;
	g->is_refused = result->is_refused;
	g->etag = result->etag == NULL ? NULL : ch_strdup(result->etag);
	g->url = ch_strdup(result->url);
	if (result->err != NULL)
		g->err = *result->err;
}

static void
forget(struct got *g)
{
	ch_buf_free(&g->body);
	ch_free(g->etag);
	ch_free(g->url);
	memset(g, 0, sizeof(*g));
}

static void
options(struct ch_http_options *o)
{
	ch_http_options_init(o);
	o->retry_delay_ms = 5;
	o->low_speed_s = 2;
	o->deadline_s = 10;
}

/* r's urls are paths of the server; they are filled in. */
static void
ask_with(struct ch_http *http, struct ch_http_request *r, struct got *g)
{
	struct ch_list urls = { 0 };
	struct ch_err err = { 0 };
	uint64_t fail_at = g->fail_at;
	size_t i;

	forget(g);
	g->fail_at = fail_at;
	for (i = 0; i < r->url_count; i++)
		ch_list_take(&urls, ch_format("%s%s", base, r->urls[i]));
	r->urls = (const char *const *)urls.items;
	r->begin = on_begin;
	r->data = on_data;
	r->done = on_done;
	r->ctx = g;
	ch_http_submit(http, r);
	if (!ch_http_run(http, &err))
		ok_if(false, "the engine runs: %s", err.text);
	ch_list_free(&urls);
}

static void
ask(struct ch_http_request r, const char *path, struct got *g)
{
	struct ch_http_options o;
	struct ch_http *http;

	options(&o);
	http = ch_http_new(&o);
	r.urls = &path;
	r.url_count = 1;
	ask_with(http, &r, g);
	ch_http_free(http);
	ch_http_options_free(&o);
}

static bool
is_good(const struct got *g)
{
	static const char first[] = "line 000000 of the good body\n";

	return g->outcome == CH_HTTP_OK && g->calls == 1 &&
	       g->body.len == GOOD_LEN &&
	       memcmp(g->body.data, first, sizeof(first) - 1) == 0 &&
	       memcmp(g->body.data + HALF_LEN, "line 002000 of the good body",
		   28) == 0;
}

static bool
failed(const struct got *g, enum ch_status status, const char *why)
{
	bool ok = g->calls == 1 && g->outcome == CH_HTTP_FAILED &&
		  g->err.status == status && strstr(g->err.text, why) != NULL &&
		  strstr(g->err.text, base) != NULL;

	if (!ok)
		(void)printf("# %d %d %s\n", (int)g->outcome,
		    (int)g->err.status, g->err.text);
	return ok;
}

static void
test_sizes(void)
{
	struct ch_http_request none = { 0 };
	struct ch_http_request r = { .size = GOOD_LEN };
	struct got g = { 0 };

	ask(none, "/ok", &g);
	ok_if(is_good(&g), "a body arrives whole");
	ask(r, "/ok", &g);
	ok_if(is_good(&g), "with the size that was declared");
	ask(r, "/ok-chunked", &g);
	ok_if(is_good(&g), "also in chunks");
	r.size = GOOD_LEN - 1;
	ask(r, "/ok", &g);
	ok_if(failed(&g, CH_UNTRUSTED, "116000 bytes long, but 115999") &&
		  g.begins == 0,
	    "one of another size is refused before its body");
	ask(r, "/ok-chunked", &g);
	ok_if(failed(&g, CH_UNTRUSTED, "longer than the 115999 bytes declared"),
	    "in chunks it is refused when it is too long");
	r.size = GOOD_LEN + 1;
	ask(r, "/ok-chunked", &g);
	ok_if(failed(&g, CH_TEMPORARY, "ended after 116000 of 116001 bytes"),
	    "and when it is too short");
	ask(r, "/ok-until-close", &g);
	ok_if(failed(&g, CH_TEMPORARY, "ended after 116000 of 116001 bytes") &&
		  g.is_retryable,
	    "a body that ends with its connection too");
	r.size = GOOD_LEN;
	ask(r, "/length-minus-1", &g);
	ok_if(failed(&g, CH_UNTRUSTED, "115999 bytes long, but 116000"),
	    "a content-length that is one too small is seen");
	r.size = 0;
	r.has_size = true;
	ask(r, "/ok-empty", &g);
	ok_if(g.outcome == CH_HTTP_OK && g.begins == 1, "an empty body begins");
	ask(r, "/ok", &g);
	ok_if(failed(&g, CH_UNTRUSTED, "but 0 were declared"),
	    "what was declared as empty is empty");
	forget(&g);
}

static void
test_caps(void)
{
	struct ch_http_request r = { .max_bytes = 1000 };
	struct got g = { 0 };

	ask(r, "/ok", &g);
	ok_if(failed(&g, CH_MALFORMED, "more than the 1000 allowed") &&
		  g.body.len == 0,
	    "a body over its cap is refused before its body");
	ask(r, "/ok-chunked", &g);
	ok_if(failed(&g, CH_MALFORMED, "longer than the 1000 bytes allowed") &&
		  g.body.len <= 1000,
	    "without a length no byte over it is handed on");
	r.max_bytes = 1 << 20;
	ask(r, "/chunk-endless", &g);
	ok_if(failed(&g, CH_MALFORMED, "longer than the 1048576 bytes allowed"),
	    "an endless body ends at its cap");
	r.max_bytes = 1 << 20;
	ask(r, "/gzip-bomb", &g);
	ok_if(g.outcome == CH_HTTP_OK && g.body.len < 100000,
	    "a compressed body is not expanded");
	forget(&g);
}

static void
test_own_failure(void)
{
	struct ch_http_request r = { 0 };
	struct got g = { .fail_at = 5000 };

	ask(r, "/ok", &g);
	ok_if(g.outcome == CH_HTTP_FAILED && g.calls == 1 && g.begins == 1 &&
		  !g.is_retryable &&
		  strcmp(g.err.text, "disk: it is full") == 0,
	    "who cannot store the bytes ends it, with its own words");
	forget(&g);
}

static void
test_several(void)
{
	static const char *const absent[] = { "/status-404", "/status-410" };
	static const char *const second[] = { "/status-404", "/ok" };
	static const char *const refused[] = { "/status-403", "/status-404" };
	static const char *const down[] = { "/status-500", "/status-403" };
	static const char *const broken[] = { "/status-500", "/status-404" };
	static const char *const shorter[] = { "/range-none?several", "/ok" };
	struct ch_http_request r = { .url_count = 2 };
	struct ch_http_options o;
	struct ch_http *http;
	struct got g = { 0 };

	options(&o);
	o.retries = 0;
	http = ch_http_new(&o);
	r.urls = second;
	ask_with(http, &r, &g);
	ok_if(is_good(&g) && ch_str_ends(g.url, "/ok"),
	    "the second URL is tried when the first is absent");
	r.urls = absent;
	ask_with(http, &r, &g);
	ok_if(g.outcome == CH_HTTP_NOT_FOUND && g.code == 410 && g.calls == 1,
	    "when all are absent it is not found");
	r.urls = broken;
	ask_with(http, &r, &g);
	ok_if(failed(&g, CH_TEMPORARY, "(500)"),
	    "a broken one and an absent one are not \"not found\"");
	ok_if(!g.is_refused, "nor are they refused");
	r.urls = refused;
	ask_with(http, &r, &g);
	ok_if(g.outcome == CH_HTTP_FAILED && g.is_refused,
	    "403 and 404 are, in this order too");
	r.urls = down;
	ask_with(http, &r, &g);
	ok_if(g.code == 403 && !g.is_refused,
	    "403 says nothing of one that could not answer");
	r.urls = shorter;
	ask_with(http, &r, &g);
	ok_if(is_good(&g) && g.begins == 2 && g.last_offset == 0,
	    "the next URL begins anew");
	ch_http_free(http);
	ch_http_options_free(&o);
	forget(&g);
}

/* The server says what it was asked for. */
static bool
is_asked(struct ch_http *http, const char *path)
{
	struct ch_http_request r = { .urls = &path, .url_count = 1 };
	struct got g = { 0 };
	bool is_same;

	ask_with(http, &r, &g);
	ch_buf_putc(&g.body, '\0');
	is_same = g.outcome == CH_HTTP_OK && strcmp(g.body.data, path) == 0;
	forget(&g);
	return is_same;
}

static void
test_one_after_another(void)
{
	struct ch_http_options o;
	struct ch_http *http;

	options(&o);
	http = ch_http_new(&o);
	ok_if(is_asked(http, "/url-echo?token=secret") &&
		  is_asked(http, "/url-echo"),
	    "what follows is not asked for with the query of the first");
	ok_if(is_asked(http, "/url-echo?a%20b") && is_asked(http, "/url-echo"),
	    "nor with that of the one before");
	ch_http_free(http);
	ch_http_options_free(&o);
}

static void
test_short_connections(void)
{
	struct ch_http_request r = { .url_count = 1 };
	const char *path = "/ok-once";
	struct ch_http_options o;
	struct ch_http *http;
	struct got g = { 0 };
	unsigned good = 0;

	options(&o);
	o.retries = 0;
	http = ch_http_new(&o);
	for (unsigned i = 0; i < 20; i++) {
		r.urls = &path;
		r.url_count = 1;
		ask_with(http, &r, &g);
		good += is_good(&g) ? 1 : 0;
	}
	ok_if(good == 20,
	    "a server that ends connections early is no reason to fail");
	ch_http_free(http);
	ch_http_options_free(&o);
	forget(&g);
}

static void
test_conditional(void)
{
	struct ch_http_request r = { .etag = "\"v1\"" };
	struct got g = { 0 };

	ask(r, "/ok-etag", &g);
	ok_if(g.outcome == CH_HTTP_NOT_MODIFIED && g.code == 304 &&
		  g.begins == 0 && ch_str_equal(g.etag, "\"v1\""),
	    "what we have is not sent again");
	r.etag = "\"v0\"";
	ask(r, "/ok-etag", &g);
	ok_if(is_good(&g) && ch_str_equal(g.etag, "\"v1\""),
	    "what has changed is");
	r.etag = "\"v1\"\r\nX-Injected: yes";
	ask(r, "/ok-etag", &g);
	ok_if(is_good(&g), "a validator with a line end is not sent");
	r.etag = NULL;
	ask(r, "/status-304", &g);
	ok_if(failed(&g, CH_MALFORMED, "(304) to a plain request"),
	    "304 to a plain request makes no sense");
	forget(&g);
}

static void
test_resume(void)
{
	struct ch_http_request r = { .size = GOOD_LEN };
	struct got g = { 0 };

	ask(r, "/range-ok", &g);
	ok_if(is_good(&g) && g.begins == 2 && g.last_offset == HALF_LEN,
	    "a body that broke off goes on where it stopped");
	ask(r, "/range-weak?unit", &g);
	ok_if(is_good(&g) && g.begins == 2 && g.last_offset == 0,
	    "under a weak validator it begins again");
	ask(r, "/range-none?unit", &g);
	ok_if(is_good(&g) && g.last_offset == 0,
	    "without ranges it begins again");
	ask(r, "/range-wrong?unit", &g);
	ok_if(is_good(&g) && g.last_offset == 0,
	    "after another range than asked for it begins again");
	ask(r, "/range-416?unit", &g);
	ok_if(is_good(&g) && g.last_offset == 0,
	    "when there is no rest it begins again");
	ask(r, "/range-whole?unit", &g);
	ok_if(g.outcome == CH_HTTP_OK && g.last_offset == 0 &&
		  g.body.len == GOOD_LEN &&
		  memcmp(g.body.data, "line 000000 of the evil", 23) == 0,
	    "a whole answer to a range replaces what came before");
	ask(r, "/range-changed?unit", &g);
	ok_if(g.outcome == CH_HTTP_OK && g.last_offset == 0 &&
		  memcmp(g.body.data, "line 000000 of the evil", 23) == 0,
	    "what has changed underway is never mixed");
	ask(r, "/range-lies", &g);
	ok_if(g.outcome == CH_HTTP_FAILED && g.body.len <= GOOD_LEN,
	    "a rest that is too long is not taken");
	forget(&g);
}

struct many {
	struct ch_http *http; /* the engine */
	unsigned left;        /* to submit from done */
	unsigned done;        /* ended well */
};

static void submit_one(struct many *m);

static void
one_done(void *ctx, const struct ch_http_result *result)
{
	struct many *m = ctx;

	if (result->outcome == CH_HTTP_OK && result->bytes == GOOD_LEN)
		m->done++;
	if (m->left > 0)
		submit_one(m);
}

static void
submit_one(struct many *m)
{
	char *url = ch_format("%s/ok?%u", base, m->left);
	const char *const urls[] = { url };
	const struct ch_http_request r = {
		.urls = urls,
		.url_count = 1,
		.done = one_done,
		.ctx = m,
	};

	m->left--;
	ch_http_submit(m->http, &r);
	ch_free(url);
}

static double
seconds(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void
test_many(void)
{
	struct many m = { .left = 200 };
	struct ch_http_options o;
	struct ch_err err = { 0 };
	double began;
	int i;

	options(&o);
	o.per_host = 3;
	m.http = ch_http_new(&o);
	for (i = 0; i < 20; i++)
		submit_one(&m);
	ok_if(ch_http_pending(m.http) == 20, "twenty are pending");
	ok_if(ch_http_run(m.http, &err) && m.done == 200 &&
		  ch_http_pending(m.http) == 0,
	    "200 arrive, 180 of them asked for by who is done");
	ch_http_free(m.http);
	o.rate_bytes = 1 << 20;
	m.http = ch_http_new(&o);
	m.left = 20;
	m.done = 0;
	began = seconds();
	for (i = 0; i < 20; i++)
		submit_one(&m);
	ok_if(ch_http_run(m.http, &err) && m.done == 20 &&
		  seconds() - began > 1.2,
	    "2.2 MiB at 1 MiB/s take their time");
	ch_http_free(m.http);
	m.http = ch_http_new(&o);
	m.left = 20;
	for (i = 0; i < 20; i++)
		submit_one(&m);
	ok_if(ch_http_poll(m.http, 0, &err), "work has begun");
	ch_http_free(m.http);
	ok_if(true, "and may be given up in the middle");
	ch_http_options_free(&o);
}

static bool
echo_has(const char *origin, bool anonymous, const char *what)
{
	struct ch_http_request r = { .url_count = 1,
		.is_anonymous = anonymous };
	const char *path = "/echo";
	struct ch_http_options o;
	struct ch_http *http;
	struct got g = { 0 };
	bool has;

	options(&o);
	o.auth.origin = ch_url_origin(origin);
	o.auth.user = ch_strdup("user");
	o.auth.password = ch_strdup("pa:ss");
	ch_list_add(&o.auth.headers, "X-Token: canary");
	ch_list_add(&o.auth.headers, "user-agent: ours");
	http = ch_http_new(&o);
	r.urls = &path;
	ask_with(http, &r, &g);
	ch_buf_putc(&g.body, '\0');
	has = g.outcome == CH_HTTP_OK && strstr(g.body.data, what) != NULL;
	ch_http_free(http);
	ch_http_options_free(&o);
	forget(&g);
	return has;
}

static void
test_credentials(void)
{
	/* printf user:pa:ss | base64 */
	ok_if(echo_has(base, false, "Basic dXNlcjpwYTpzcw==") &&
		  echo_has(base, false, "canary"),
	    "credentials are sent to their origin");
	ok_if(echo_has(base, false, "ours") &&
		  !echo_has(base, false, "chantal/") &&
		  echo_has(base, true, "chantal/"),
	    "a header of one's own stands instead of ours");
	ok_if(!echo_has("http://127.0.0.1:1/", false, "Authorization") &&
		  !echo_has("http://127.0.0.1:1/", false, "canary"),
	    "not to another port");
	ok_if(!echo_has("http://localhost/", false, "Authorization"),
	    "not to another host");
	ok_if(!echo_has(base, true, "Authorization") &&
		  !echo_has(base, true, "canary"),
	    "and not with an anonymous request");
}

static char *
find_server(void)
{
	char exe[4096];
	ssize_t len = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	char *slash;

	exe[len < 0 ? 0 : len] = '\0';
	while ((slash = strrchr(exe, '/')) != NULL) {
		char *path;

		*slash = '\0';
		path = ch_format("%s/tests/bin/hostile-server", exe);
		if (access(path, X_OK) == 0)
			return path;
		ch_free(path);
	}
	return NULL;
}

static bool
start_server(void)
{
	char *path = find_server();
	const char *const argv[] = { path, NULL };
	const struct ch_child_options o = {
		.argv = argv,
		.in = CH_FD_NULL,
		.out = CH_FD_PIPE,
	};
	struct ch_err err = { 0 };
	char port[16] = "";
	bool ok = path != NULL && ch_child_start(&server, &o, &err) &&
		  ch_read(server.out, port, sizeof(port) - 1) > 1;

	port[strcspn(port, "\n")] = '\0';
	(void)snprintf(base, sizeof(base), "http://127.0.0.1:%s", port);
	ch_free(path);
	return ok;
}

int
main(void)
{
	ch_log_init("http_server");
	ch_log_level(CH_LOG_WARNING);
	(void)unsetenv("http_proxy");
	(void)unsetenv("all_proxy");
	ok_if(start_server(), "the server starts");
	test_sizes();
	test_caps();
	test_own_failure();
	test_several();
	test_one_after_another();
	test_short_connections();
	test_conditional();
	test_resume();
	test_many();
	test_credentials();
	ch_child_stop(&server, 1000);
	return done();
}
