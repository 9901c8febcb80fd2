#include "lib/url.h"

#include <string.h>

#include "lib/mem.h"
#include "lib/str.h"
#include "tap.h"

#include "lib/banned.h"

struct pair {
	const char *in;   /* given */
	const char *want; /* expected, NULL: refused */
};

static const struct pair normal[] = {
	{ "HTTP://ExAmple.ORG:80/a/../b/./c", "http://example.org/b/c" },
	{ "http://h", "http://h/" },
	{ "https://h:443/x", "https://h/x" },
	{ "https://h:80/x", "https://h:80/x" },
	{ "http://h/a b", "http://h/a%20b" },
	{ "http://h/\xc3\xbc", "http://h/%C3%BC" },
	{ "http://h/%c3%bc", "http://h/%C3%BC" },
	{ "http://h/x#fragment", "http://h/x" },
	{ "http://h/x?q=1#fragment", "http://h/x?q=1" },
	{ "http://h?x=/../y", "http://h/?x=/../y" },
	{ "http://h//a//b", "http://h//a//b" },
	{ "http://[::1]:80/x", "http://[::1]/x" },
	{ "http://2130706433/", "http://127.0.0.1/" },
	{ "http://0x7f.1/", "http://127.0.0.1/" },
	{ "http://h/a/..", "http://h/" },
	{ "http://h/../../x", "http://h/x" },
	{ "file:///a/../b", "file:///b" },
	{ "file://localhost/x", "file:///x" },
	{ "", NULL },
	{ "x", NULL },
	{ "/x", NULL },
	{ "ftp://h/x", NULL },
	{ "gopher://h/x", NULL },
	{ "javascript:alert(1)", NULL },
	{ "data:text/plain,x", NULL },
	{ "http:x", NULL },
	{ "http:/h/x", NULL },
	{ "http:///x", NULL },
	{ "http://", NULL },
	{ "http://:80/", NULL },
	{ "http://h:99999/", NULL },
	{ "http://h:x/", NULL },
	{ "http://h/%zz", NULL },
	{ "http://h/%1", NULL },
	{ "http://h/%", NULL },
	{ "http://h/a\nb", NULL },
	{ "http://h/a\tb", NULL },
	{ "http://h/a\x7f", NULL },
	{ "http://h/a\x1b[31m", NULL },
	{ "http://h\\@evil/x", NULL },
	{ "http://h/a\\b", NULL },
	{ "http://a b/", NULL },
	{ "http://b\xc3\xbc"
	  "cher.example/",
	    NULL },
	{ "http://[::1", NULL },
	{ "file://host/x", NULL },
	{ "file:x", NULL },
	{ " http://h/", NULL },
};

static void
test_normalize(void)
{
	size_t i;

	for (i = 0; i < sizeof(normal) / sizeof(normal[0]); i++) {
		const struct pair *p = &normal[i];
		struct ch_err err = { 0 };
		char *got = ch_url_normalize(p->in, &err);

		ok_if(
		    p->want == NULL ? got == NULL : ch_str_equal(got, p->want),
		    "normalize %zu: %s", i,
		    p->want == NULL ? "refused" : p->want);
		ok_if(got != NULL ||
			  (err.status == CH_MALFORMED && err.text[0] != '\0'),
		    "normalize %zu: a refusal has its words", i);
		ch_free(got);
	}
}

static void
test_too_long(void)
{
	struct ch_err err = { 0 };
	struct ch_buf b = { 0 };
	char *got;
	size_t i;

	ch_buf_puts(&b, "http://h/");
	for (i = 0; i < CH_URL_MAX; i++)
		ch_buf_putc(&b, 'a');
	got = ch_url_normalize(b.data, &err);
	ok_if(got == NULL && strstr(err.text, "longer") != NULL,
	    "a URL over the limit is refused, and told why");
	/* Escaping must not carry it over the limit either. */
	memset(b.data + 9, ' ', CH_URL_MAX / 2);
	b.data[9 + CH_URL_MAX / 2] = '\0';
	got = ch_url_normalize(b.data, &err);
	ok_if(got == NULL, "a URL that grows over the limit is refused");
	ch_buf_free(&b);
}

struct triple {
	const char *base; /* seen from */
	const char *ref;  /* given */
	const char *want; /* expected, NULL: refused */
};

static const struct triple refs[] = {
	{ "http://h/a/b", "c", "http://h/a/c" },
	{ "http://h/a/", "c/d", "http://h/a/c/d" },
	{ "http://h/a/b", "/c", "http://h/c" },
	{ "http://h/a/b", "../c", "http://h/c" },
	{ "http://h/a/b", "../../../c", "http://h/c" },
	{ "http://h/a/b", "//other/c", "http://other/c" },
	{ "https://h/a/b", "//other/c", "https://other/c" },
	{ "http://h/a/b", "https://o/c", "https://o/c" },
	{ "http://h/a/b?q", "?r=1", "http://h/a/b?r=1" },
	{ "http://h/a/b", "", "http://h/a/b" },
	{ "http://h/a/", "./", "http://h/a/" },
	{ "http://h/a/", "x y", "http://h/a/x%20y" },
	{ "http://h/a/", "x%20y", "http://h/a/x%20y" },
	{ "http://h/a/", "a:b", NULL },
	{ "http://h/a/", "./a:b", "http://h/a/a:b" },
	{ "http://h/a/", "file:///etc/passwd", "file:///etc/passwd" },
	{ "http://h/a/", "gopher://h/", NULL },
	{ "http://h/a/", "x\r\ny", NULL },
	{ "file:///a/b/", "c", "file:///a/b/c" },
	{ "file:///a/b/", "../c", "file:///a/c" },
	{ "file:///a/b", "/c", "file:///c" },
	{ "file:///a/b/", "c?x=1", "file:///a/b/c" },
	{ "file:///a/b/", "//host/c", NULL },
	{ "file:///a/b/", "http://h/c", "http://h/c" },
};

static void
test_resolve(void)
{
	size_t i;

	for (i = 0; i < sizeof(refs) / sizeof(refs[0]); i++) {
		const struct triple *r = &refs[i];
		struct ch_err err = { 0 };
		char *got = ch_url_resolve(r->base, r->ref, &err);

		ok_if(
		    r->want == NULL ? got == NULL : ch_str_equal(got, r->want),
		    "resolve %zu: %s", i,
		    r->want == NULL ? "refused" : r->want);
		ch_free(got);
	}
}

static bool
same(const char *a, const char *b)
{
	return ch_url_same_origin(a, b);
}

static void
test_origin(void)
{
	char *origin = ch_url_origin("http://[::1]/x");

	ok_if(ch_str_equal(origin, "http://[::1]:80"),
	    "an origin always has its port");
	ch_free(origin);
	ok_if(same("http://h/a", "http://h:80/b"), "the default port is one");
	ok_if(same("http://h/", "http://H/"), "host case does not matter");
	ok_if(!same("http://h/", "https://h/"), "another scheme is another");
	ok_if(!same("http://h/", "http://h:81/"), "another port is another");
	ok_if(!same("http://h/", "http://h.x/"), "another host is another");
	ok_if(!same("http://h/", "http://xh/"), "a longer host is another");
	ok_if(same("file:///a", "file:///b"), "files have one origin");
	ok_if(ch_url_port("https://h/") == 443 &&
		  ch_url_port("http://h:8080/") == 8080 &&
		  ch_url_port("file:///x") == 0,
	    "ports, written or not");
}

static void
test_below(void)
{
	const char *base = "http://h/a/b/";

	ok_if(ch_url_is_below("http://h/a/b/c", base), "a file is below");
	ok_if(ch_url_is_below("http://h/a/b/c/d?q", base), "deeper too");
	ok_if(ch_url_is_below("http://h/a/b/", base), "the folder itself");
	ok_if(ch_url_is_below("http://h/a/x", "http://h/a/b"),
	    "without a slash the base is a file in its folder");
	ok_if(!ch_url_is_below("http://h/a/bc", base), "a name that begins so");
	ok_if(!ch_url_is_below("http://h/a/", base), "its parent");
	ok_if(!ch_url_is_below("http://o/a/b/c", base), "another host");
	ok_if(!ch_url_is_below("https://h/a/b/c", base), "another scheme");
	ok_if(!ch_url_is_below("http://h/a/b/%2e%2e/c", base),
	    "encoded dots lead nowhere");
	ok_if(!ch_url_is_below("http://h/a/b/x%2F..%2F..%2Fc", base),
	    "encoded slashes lead nowhere");
	ok_if(!ch_url_is_below("http://h/a/b/%00", base), "a NUL is nowhere");
}

static void
test_relative(void)
{
	struct ch_err err = { 0 };
	char *got =
	    ch_url_relative("http://h/a/b%20c/%C3%BC?q", "http://h/a/", &err);

	ok_if(ch_str_equal(got, "b c/\xc3\xbc"), "a path is decoded once");
	ch_free(got);
	got = ch_url_relative("http://h/a/%2541", "http://h/a/", &err);
	ok_if(ch_str_equal(got, "%41"), "and not twice");
	ch_free(got);
	got = ch_url_relative("http://h/x", "http://h/a/", &err);
	ok_if(got == NULL && err.status == CH_MALFORMED,
	    "what is elsewhere has no relative path");
}

static bool
shows(const char *url, const char *want)
{
	char *got = ch_url_display(url);
	bool equal = ch_str_equal(got, want);

	ch_free(got);
	return equal;
}

static void
test_display(void)
{
	ok_if(shows("http://u:p@h/x?token=1#f", "http://h/x"),
	    "userinfo, query and fragment are not shown");
	ok_if(shows("http://u:p@@h/x", "http://h/x"), "nor with two @");
	ok_if(shows("http://h/a@b", "http://h/a@b"), "an @ in a path is");
	ok_if(shows("http:/u:p@h/x", "h/x"),
	    "what is no URL shows nothing before an @");
	ok_if(
	    shows("gopher://u:p@h/x", "gopher://h/x"), "other schemes neither");
}

static void
test_userinfo(void)
{
	struct ch_err err = { 0 };
	char *clean;
	char *user;
	char *password;

	ok_if(ch_url_split_userinfo(
		  "http://us%40er:p%3Aw@h/x", &clean, &user, &password, &err) &&
		  ch_str_equal(clean, "http://h/x") &&
		  ch_str_equal(user, "us@er") && ch_str_equal(password, "p:w"),
	    "userinfo is taken out and decoded");
	ch_free(clean);
	ch_free(user);
	ch_free(password);
	ok_if(ch_url_split_userinfo(
		  "http://h/x", &clean, &user, &password, &err) &&
		  user == NULL && password == NULL,
	    "without userinfo there is none");
	ch_free(clean);
	ok_if(ch_url_has_userinfo("http://u@h/") &&
		  !ch_url_has_userinfo("http://h/u@x") &&
		  !ch_url_has_userinfo("http://h?u@x"),
	    "userinfo is what stands before the host");
	ok_if(!ch_url_split_userinfo(
		  "http://u:canary@h:x/", &clean, &user, &password, &err) &&
		  strstr(err.text, "canary") == NULL,
	    "a refusal does not tell the password");
	ch_free(user);
	ch_free(password);
}

static void
test_files(void)
{
	struct ch_err err = { 0 };
	char *url = ch_url_from_path("/a b/\xc3\xbc#?%", &err);
	char *path = url == NULL ? NULL : ch_url_to_path(url, &err);

	ok_if(ch_str_equal(url, "file:///a%20b/%C3%BC%23%3F%25"),
	    "a path becomes a URL");
	ok_if(ch_str_equal(path, "/a b/\xc3\xbc#?%"), "and back");
	ch_free(url);
	ch_free(path);
	ok_if(ch_url_from_path("a/b", &err) == NULL, "not a relative one");
	ok_if(ch_url_to_path("http://h/x", &err) == NULL, "http is no file");
	ok_if(ch_url_to_path("file:///a/%2e%2e/b", &err) == NULL,
	    "encoded dots are no path");
	ok_if(ch_url_to_path("file:///a%00b", &err) == NULL,
	    "an encoded NUL is no path");
}

int
main(void)
{
	test_normalize();
	test_too_long();
	test_resolve();
	test_origin();
	test_below();
	test_relative();
	test_display();
	test_userinfo();
	test_files();
	return done();
}
