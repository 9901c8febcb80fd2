#include "access.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "access_impl.h"
#include "log.h"
#include "url.h"

#include "banned.h"

void
ch_access_init(struct ch_access *a)
{
	memset(a, 0, sizeof(*a));
	ch_http_options_init(&a->http);
}

void
ch_access_free(struct ch_access *a)
{
	ch_http_options_free(&a->http);
	ch_free(a->feed);
	ch_free(a->auth_origin);
	memset(a, 0, sizeof(*a));
}

bool
ch_access_is_option(int opt)
{
	return opt >= CH_ACCESS_AUTH_FILE && opt < CH_ACCESS_END;
}

static bool
option_auth(
    struct ch_access *a, bool is_file, const char *arg, struct ch_err *err)
{
	char *text =
	    is_file ? ch_secret_load(arg, err) : ch_secret_env(arg, err);
	bool ok = text != NULL && ch_auth_parse(&a->http.auth, text, arg, err);

	a->has_auth = true;
	ch_secret_free(text);
	return ok;
}

static bool
option_file(
    char **slot, const char *option, const char *arg, struct ch_err *err)
{
	ch_free(*slot);
	*slot = ch_strdup(arg);
	return ch_access_readable(arg, option, err);
}

struct number {
	const char *name;       /* its spelling */
	size_t offset;          /* in ch_http_options */
	enum ch_access_opt opt; /* the option */
	unsigned bit;           /* in ch_access.set */
	unsigned min;           /* smallest */
	unsigned max;           /* largest */
};

static const struct number numbers[] = {
	{ "--jobs", offsetof(struct ch_http_options, jobs), CH_ACCESS_JOBS,
	    CH_SET_JOBS, 1, 100 },
	{ "--per-host", offsetof(struct ch_http_options, per_host),
	    CH_ACCESS_PER_HOST, CH_SET_PER_HOST, 1, 100 },
	{ "--retries", offsetof(struct ch_http_options, retries),
	    CH_ACCESS_RETRIES, CH_SET_RETRIES, 0, 10 },
	{ "--retry-delay", offsetof(struct ch_http_options, retry_delay_ms),
	    CH_ACCESS_RETRY_DELAY, 0, 0, 60000 },
	{ "--timeout", offsetof(struct ch_http_options, low_speed_s),
	    CH_ACCESS_TIMEOUT, CH_SET_TIMEOUT, 1, 86400 },
	{ "--deadline", offsetof(struct ch_http_options, deadline_s),
	    CH_ACCESS_DEADLINE, CH_SET_DEADLINE, 1, 604800 },
};

static bool
option_number(struct ch_access *a, int opt, const char *arg, struct ch_err *err)
{
	const struct number *n = numbers;
	uint64_t value;
	unsigned stored;

	while ((int)n->opt != opt)
		n++;
	if (!ch_parse_uint(arg, n->max, &value) || value < n->min)
		return ch_fail(err, CH_USAGE,
		    "%s: %s: not a number from %u to %u", n->name, arg, n->min,
		    n->max);
	stored = (unsigned)value;
	memcpy((char *)&a->http + n->offset, &stored, sizeof(stored));
	a->set |= n->bit;
	return true;
}

/* "DIR" as an absolute path without links. */
static bool
add_folder(struct ch_list *list, const char *dir, struct ch_err *err)
{
	char real[PATH_MAX];

	if (realpath(dir, real) == NULL)
		return ch_fail(err, CH_USAGE, "%s: %s", dir, strerror(errno));
	ch_list_add(list, real);
	return true;
}

static bool
option_proxy(struct ch_access *a, const char *arg, struct ch_err *err)
{
	if (strchr(arg, '@') != NULL)
		return ch_fail(err, CH_USAGE,
		    "--proxy: everybody can see a password here; give it in "
		    "the configuration's proxy block");
	a->has_proxy = true;
	return ch_access_proxy(&a->http, &a->http.http_proxy, arg, err) &&
	       ch_access_proxy(&a->http, &a->http.https_proxy, arg, err);
}

static bool
option_size(
    const char *name, uint64_t *slot, const char *arg, struct ch_err *err)
{
	return ch_parse_size(arg, slot) ||
	       ch_fail(err, CH_USAGE,
		   "%s: %s: not a number of bytes, such as 10M", name, arg);
}

static bool
option_host(struct ch_access *a, const char *arg, struct ch_err *err)
{
	if (*arg == '\0' || strpbrk(arg, "/@ ") != NULL)
		return ch_fail(err, CH_USAGE,
		    "--allow-host: %s: wants HOST, HOST:PORT, *.DOMAIN or *",
		    arg);
	ch_list_add(&a->http.allow_hosts, arg);
	return true;
}

static void
set_string(char **slot, const char *value)
{
	ch_free(*slot);
	*slot = ch_strdup(value);
}

bool
ch_access_option(
    struct ch_access *a, int opt, const char *arg, struct ch_err *err)
{
	struct ch_http_options *o = &a->http;

	switch ((enum ch_access_opt)opt) {
	case CH_ACCESS_AUTH_FILE:
	case CH_ACCESS_AUTH_ENV:
		return option_auth(a, opt == CH_ACCESS_AUTH_FILE, arg, err);
	case CH_ACCESS_AUTH_ORIGIN:
		set_string(&a->auth_origin, arg);
		return true;
	case CH_ACCESS_CA_BUNDLE:
		a->has_ca = true;
		return option_file(&o->ca_bundle, "--ca-bundle", arg, err);
	case CH_ACCESS_CLIENT_CERT:
		a->has_cert = true;
		return option_file(
		    &o->auth.cert_file, "--client-cert", arg, err);
	case CH_ACCESS_CLIENT_KEY:
		return option_file(&o->auth.key_file, "--client-key", arg, err);
	case CH_ACCESS_INSECURE:
		o->is_insecure = true;
		return true;
	case CH_ACCESS_PROXY:
		return option_proxy(a, arg, err);
	case CH_ACCESS_NO_PROXY:
		set_string(&o->no_proxy, arg);
		return true;
	case CH_ACCESS_RATE_LIMIT:
		a->set |= CH_SET_RATE;
		return option_size("--rate-limit", &o->rate_bytes, arg, err);
	case CH_ACCESS_MAX_SIZE:
		a->set |= CH_SET_MAX;
		return option_size("--max-size", &o->max_bytes, arg, err);
	case CH_ACCESS_ALLOW_HOST:
		return option_host(a, arg, err);
	case CH_ACCESS_ALLOW_PRIVATE:
		o->allows_private = true;
		return true;
	case CH_ACCESS_ALLOW_FILE:
		return add_folder(&o->allow_files, arg, err);
	case CH_ACCESS_OFFLINE:
		o->is_offline = true;
		return true;
	case CH_ACCESS_JOBS:
	case CH_ACCESS_PER_HOST:
	case CH_ACCESS_RETRIES:
	case CH_ACCESS_RETRY_DELAY:
	case CH_ACCESS_TIMEOUT:
	case CH_ACCESS_DEADLINE:
		return option_number(a, opt, arg, err);
	case CH_ACCESS_END:
		break;
	}
	return ch_fail(err, CH_USAGE, "unknown option");
}

bool
ch_access_proxy(
    struct ch_http_options *o, char **slot, const char *url, struct ch_err *err)
{
	char *with_scheme =
	    ch_format("%s%s", strstr(url, "://") == NULL ? "http://" : "", url);
	char *clean = NULL;
	char *user = NULL;
	char *password = NULL;
	bool ok = true;

	if (ch_str_starts(with_scheme, "socks") &&
	    !ch_url_has_userinfo(with_scheme))
		clean = ch_strdup(with_scheme);
	else
		ok = ch_url_split_userinfo(
			 with_scheme, &clean, &user, &password, err) &&
		     !ch_url_is_file(clean);
	if (!ok)
		(void)ch_fail(
		    err, CH_USAGE, "proxy: not a url such as http://HOST:PORT");
	if (ok) {
		ch_secret_free(*slot);
		*slot = clean;
		clean = NULL;
	}
	if (ok && user != NULL) {
		ch_free(o->proxy_user);
		ch_secret_free(o->proxy_password);
		o->proxy_user = user;
		o->proxy_password = password == NULL ? ch_strdup("") : password;
		user = password = NULL;
	}
	ch_free(with_scheme);
	ch_free(clean);
	ch_free(user);
	ch_secret_free(password);
	return ok;
}

/* A folder that ends in "/", so that references resolve inside it. */
static bool
folder_feed(struct ch_access *a, const char *dir, struct ch_err *err)
{
	char real[PATH_MAX];
	struct stat st;
	char *slashed;

	if (realpath(dir, real) == NULL)
		return ch_fail(err, CH_USAGE, "%s: %s", dir, strerror(errno));
	if (stat(real, &st) != 0 || !S_ISDIR(st.st_mode))
		return ch_fail(err, CH_USAGE, "%s: not a folder", dir);
	ch_list_add(&a->http.allow_files, real);
	slashed = ch_format("%s/", strcmp(real, "/") == 0 ? "" : real);
	a->feed = ch_url_from_path(slashed, err);
	ch_free(slashed);
	return a->feed != NULL;
}

static bool
file_feed(struct ch_access *a, const char *feed, struct ch_err *err)
{
	char *url = ch_url_normalize(feed, err);
	char *path = url == NULL ? NULL : ch_url_to_path(url, err);
	bool ok = path != NULL;
	struct stat st;

	if (ok && stat(path, &st) == 0 && !S_ISDIR(st.st_mode)) {
		char *slash = strrchr(path, '/');

		a->feed = ch_strdup(url);
		slash[slash == path ? 1 : 0] = '\0';
		ok = add_folder(&a->http.allow_files, path, err);
	} else if (ok) {
		ok = folder_feed(a, path, err);
	}
	ch_free(path);
	ch_free(url);
	return ok;
}

static bool
http_feed(struct ch_access *a, const char *feed, struct ch_err *err)
{
	char *user = NULL;
	char *password = NULL;
	bool ok = ch_url_split_userinfo(feed, &a->feed, &user, &password, err);

	if (ok && user != NULL && ch_auth_is_empty(&a->http.auth)) {
		a->http.auth.user = user;
		a->http.auth.password =
		    password == NULL ? ch_strdup("") : password;
		user = password = NULL;
	}
	ch_free(user);
	ch_secret_free(password);
	if (ok)
		ch_list_take(&a->http.origins, ch_url_origin(a->feed));
	return ok;
}

static bool
take_feed(struct ch_access *a, const char *feed, struct ch_err *err)
{
	bool is_url = ch_str_starts(feed, "file:");

	if (!is_url && strstr(feed, "://") != NULL)
		return http_feed(a, feed, err);
	/* Its own origin too: then no other host may be asked. */
	ch_list_add(&a->http.origins, "file://");
	return is_url ? file_feed(a, feed, err) : folder_feed(a, feed, err);
}

static bool
bind_credentials(struct ch_access *a, struct ch_err *err)
{
	const char *whose = a->auth_origin != NULL ? a->auth_origin : a->feed;
	char *url;

	if (ch_auth_is_empty(&a->http.auth))
		return true;
	if (whose == NULL)
		return ch_fail(err, CH_USAGE,
		    "credentials: whom are they for? add --auth-origin URL");
	url = ch_url_normalize(whose, err);
	if (url == NULL)
		return false;
	a->http.auth.origin = ch_url_origin(url);
	ch_free(url);
	return true;
}

bool
ch_access_finish(struct ch_access *a, const struct ch_json *repo,
    const char *feed, struct ch_err *err)
{
	if (a->http.auth.key_file != NULL && a->http.auth.cert_file == NULL)
		return ch_fail(
		    err, CH_USAGE, "--client-key: it wants a --client-cert");
	if (!ch_access_blocks(a, repo, err))
		return false;
	if (feed != NULL && ch_url_has_userinfo(feed))
		ch_warn("feed: everybody can see a password here; give it "
			"with --auth-file");
	if (feed == NULL)
		feed = ch_json_string(ch_json_get(repo, "feed"));
	if (feed != NULL && *feed != '\0' && !take_feed(a, feed, err)) {
		err->status = CH_USAGE; /* a feed is given, not found */
		return false;
	}
	return bind_credentials(a, err);
}
