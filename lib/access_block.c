/* The configuration's blocks: auth, proxy, ssl, download, allow_hosts. */

#include <string.h>

#include "access_impl.h"
#include "log.h"
#include "url.h"

#include "banned.h"

static void
take_string(char **slot, const struct ch_json *value)
{
	const char *s = ch_json_string(value);

	if (s == NULL || *s == '\0')
		return;
	ch_free(*slot);
	*slot = ch_strdup(s);
}

static bool
take_number(const struct ch_json *block, const char *key, unsigned max,
    unsigned *out, struct ch_err *err)
{
	const struct ch_json *value = ch_json_get(block, key);
	int64_t n;

	if (ch_json_type(value) == CH_JSON_NULL)
		return true;
	if (!ch_json_int(value, &n) || n < 0 || n > (int64_t)max)
		return ch_fail(err, CH_USAGE,
		    "download.%s: not a number from 0 to %u", key, max);
	*out = (unsigned)n;
	return true;
}

static bool
take_size(const struct ch_json *block, const char *key, uint64_t *out,
    struct ch_err *err)
{
	const struct ch_json *value = ch_json_get(block, key);
	const char *text = ch_json_string(value);
	int64_t n = 0;

	if (ch_json_type(value) == CH_JSON_NULL)
		return true;
	if (text != NULL ? ch_parse_size(text, out)
			 : ch_json_int(value, &n) && n >= 0) {
		if (text == NULL)
			*out = (uint64_t)n;
		return true;
	}
	return ch_fail(err, CH_USAGE,
	    "download.%s: not a number of bytes, such as 10M", key);
}

static bool
block_download(
    struct ch_access *a, const struct ch_json *block, struct ch_err *err)
{
	struct ch_http_options *o = &a->http;
	unsigned seconds = 0;

	if ((a->set & CH_SET_JOBS) == 0 &&
	    !take_number(block, "parallel", 100, &o->jobs, err))
		return false;
	if ((a->set & CH_SET_PER_HOST) == 0 &&
	    !take_number(block, "per_host", 100, &o->per_host, err))
		return false;
	if ((a->set & CH_SET_RETRIES) == 0 &&
	    !take_number(block, "retry_attempts", 10, &o->retries, err))
		return false;
	if ((a->set & CH_SET_TIMEOUT) == 0 &&
	    !take_number(block, "timeout", 86400, &seconds, err))
		return false;
	if ((a->set & CH_SET_DEADLINE) == 0 &&
	    !take_number(block, "deadline", 604800, &o->deadline_s, err))
		return false;
	if ((a->set & CH_SET_RATE) == 0 &&
	    !take_size(block, "rate_limit", &o->rate_bytes, err))
		return false;
	if ((a->set & CH_SET_MAX) == 0 &&
	    !take_size(block, "max_size", &o->max_bytes, err))
		return false;
	if (seconds > 0)
		o->low_speed_s = seconds;
	if (ch_json_true(ch_json_get(block, "allow_private")))
		o->allows_private = true;
	if (o->jobs == 0 || o->per_host == 0 || o->deadline_s == 0)
		return ch_fail(err, CH_USAGE,
		    "download: parallel, per_host and deadline are at least 1");
	return true;
}

static bool
block_proxy(
    struct ch_access *a, const struct ch_json *block, struct ch_err *err)
{
	struct ch_http_options *o = &a->http;
	const char *http = ch_json_string(ch_json_get(block, "http_proxy"));
	const char *https = ch_json_string(ch_json_get(block, "https_proxy"));
	const char *user = ch_json_string(ch_json_get(block, "username"));
	const char *secret = ch_json_string(ch_json_get(block, "password"));

	if (o->no_proxy == NULL)
		take_string(&o->no_proxy, ch_json_get(block, "no_proxy"));
	if (a->has_proxy)
		return true;
	if (http != NULL && *http != '\0' &&
	    !ch_access_proxy(o, &o->http_proxy, http, err))
		return false;
	if (https != NULL && *https != '\0' &&
	    !ch_access_proxy(o, &o->https_proxy, https, err))
		return false;
	if ((user == NULL) != (secret == NULL))
		return ch_fail(
		    err, CH_USAGE, "proxy: username and password go together");
	if (user != NULL && o->proxy_user == NULL) {
		o->proxy_user = ch_strdup(user);
		o->proxy_password = ch_strdup(secret);
	}
	return true;
}

static bool
block_ssl(struct ch_access *a, const struct ch_json *block, struct ch_err *err)
{
	struct ch_http_options *o = &a->http;
	const char *cert = ch_json_string(ch_json_get(block, "client_cert"));
	const char *key = ch_json_string(ch_json_get(block, "client_key"));

	if (!ch_json_bool_or(ch_json_get(block, "verify"), true) &&
	    !o->is_insecure) {
		o->is_insecure = true;
		ch_warn("ssl.verify: certificates are not checked");
	}
	if (!a->has_ca) {
		take_string(&o->ca_pem, ch_json_get(block, "ca_cert"));
		take_string(&o->ca_bundle, ch_json_get(block, "ca_bundle"));
	}
	if (o->ca_pem == NULL && o->ca_bundle != NULL &&
	    !ch_access_readable(o->ca_bundle, "ca_bundle", err))
		return false;
	if (a->has_cert || cert == NULL || *cert == '\0')
		return key == NULL || cert != NULL || a->has_cert ||
		       ch_fail(err, CH_USAGE,
			   "ssl.client_key: it wants a client_cert");
	take_string(&o->auth.cert_file, ch_json_get(block, "client_cert"));
	take_string(&o->auth.key_file, ch_json_get(block, "client_key"));
	return ch_access_readable(cert, "ssl.client_cert", err) &&
	       (key == NULL || ch_access_readable(key, "ssl.client_key", err));
}

bool
ch_access_blocks(
    struct ch_access *a, const struct ch_json *repo, struct ch_err *err)
{
	const struct ch_json *auth = ch_json_get(repo, "auth");
	const struct ch_json *hosts = ch_json_get(repo, "allow_hosts");
	size_t i;

	for (i = 0; i < ch_json_count(hosts); i++) {
		const char *host = ch_json_string(ch_json_at(hosts, i));

		if (host != NULL)
			ch_list_add(&a->http.allow_hosts, host);
	}
	if (!block_download(a, ch_json_get(repo, "download"), err) ||
	    !block_proxy(a, ch_json_get(repo, "proxy"), err) ||
	    !block_ssl(a, ch_json_get(repo, "ssl"), err))
		return false;
	if (a->has_auth || ch_json_type(auth) != CH_JSON_OBJECT)
		return true;
	return ch_auth_block(&a->http.auth, auth, err);
}
