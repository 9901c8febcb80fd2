/* Credentials: as text, and as the auth block of the configuration. */

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "access_impl.h"
#include "certificate.h"
#include "io.h"
#include "when.h"

#include "banned.h"

static void
replace(char **slot, char *value)
{
	ch_secret_free(*slot);
	*slot = value;
}

static bool
set_basic(struct ch_http_auth *auth, const char *text, const char *where,
    struct ch_err *err)
{
	const char *colon = strchr(text, ':');

	if (colon == NULL || colon == text)
		return ch_fail(
		    err, CH_USAGE, "%s: basic wants USER:PASSWORD", where);
	replace(&auth->user, ch_strndup(text, (size_t)(colon - text)));
	replace(&auth->password, ch_strdup(colon + 1));
	return true;
}

static bool
add_header(struct ch_http_auth *auth, const char *name, const char *value,
    const char *where, struct ch_err *err)
{
	static const char token[] = "!#$%&'*+-.^_`|~0123456789"
				    "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

	if (*name == '\0' || name[strspn(name, token)] != '\0')
		return ch_fail(err, CH_USAGE,
		    "%s: a header wants NAME: VALUE, its name of letters, "
		    "digits and dashes",
		    where);
	if (!ch_secret_check(value, where, err))
		return false;
	ch_list_take(&auth->headers, ch_format("%s: %s", name, value));
	return true;
}

static bool
set_header(struct ch_http_auth *auth, const char *text, const char *where,
    struct ch_err *err)
{
	size_t len = strcspn(text, ":");
	char *name = ch_strndup(text, len);
	const char *value = text + len;
	bool ok;

	value += *value == ':' ? 1 : 0;
	value += strspn(value, " ");
	ok = add_header(auth, name, value, where, err);
	ch_free(name);
	return ok;
}

static bool
parse_line(struct ch_http_auth *auth, const char *line, const char *where,
    struct ch_err *err)
{
	size_t len = strcspn(line, " ");
	const char *rest = line + len + strspn(line + len, " ");

	if (!ch_secret_check(rest, where, err))
		return false;
	if (len == 5 && strncmp(line, "basic", len) == 0)
		return set_basic(auth, rest, where, err);
	if (len == 6 && strncmp(line, "header", len) == 0)
		return set_header(auth, rest, where, err);
	if (len == 6 && strncmp(line, "bearer", len) == 0) {
		replace(&auth->token, ch_strdup(rest));
		return true;
	}
	return ch_fail(err, CH_USAGE,
	    "%s: wants \"basic USER:PASSWORD\", \"bearer TOKEN\" or "
	    "\"header NAME: VALUE\"",
	    where);
}

bool
ch_auth_is_empty(const struct ch_http_auth *auth)
{
	return auth->user == NULL && auth->token == NULL &&
	       auth->headers.count == 0 && auth->cert_file == NULL;
}

bool
ch_auth_parse(struct ch_http_auth *auth, char *text, const char *where,
    struct ch_err *err)
{
	char *line = text;

	while (line != NULL) {
		char *end = strchr(line, '\n');

		if (end != NULL)
			*end = '\0';
		ch_secret_trim(line);
		if (*line != '\0' && !parse_line(auth, line, where, err))
			return false;
		line = end == NULL ? NULL : end + 1;
	}
	if (ch_auth_is_empty(auth))
		return ch_fail(
		    err, CH_USAGE, "%s: it holds no credentials", where);
	return auth->user == NULL || auth->token == NULL ||
	       ch_fail(err, CH_USAGE, "%s: either basic or bearer, not both",
		   where);
}

/* KEY, KEY_file or KEY_env of the block; *out stays NULL when none is there. */
static bool
secret_of(const struct ch_json *block, const char *key, char **out,
    struct ch_err *err)
{
	char *file_key = ch_format("%s_file", key);
	char *env_key = ch_format("%s_env", key);
	const char *text = ch_json_string(ch_json_get(block, key));
	const char *file = ch_json_string(ch_json_get(block, file_key));
	const char *env = ch_json_string(ch_json_get(block, env_key));
	int given = (text != NULL) + (file != NULL) + (env != NULL);
	char *where = ch_format("auth.%s", key);
	bool ok = given <= 1;

	*out = NULL;
	if (!ok)
		(void)ch_fail(err, CH_USAGE, "%s: give one of %s, %s and %s",
		    where, key, file_key, env_key);
	else if (file != NULL)
		ok = (*out = ch_secret_load(file, err)) != NULL;
	else if (env != NULL)
		ok = (*out = ch_secret_env(env, err)) != NULL;
	else if (text != NULL)
		*out = ch_strdup(text);
	if (ok && *out != NULL)
		ok = ch_secret_check(*out, where, err);
	ch_free(where);
	ch_free(file_key);
	ch_free(env_key);
	return ok;
}

static bool
block_basic(
    struct ch_http_auth *auth, const struct ch_json *block, struct ch_err *err)
{
	const char *user = ch_json_string(ch_json_get(block, "username"));

	if (!secret_of(block, "password", &auth->password, err))
		return false;
	if (user == NULL || *user == '\0' || strchr(user, ':') != NULL ||
	    auth->password == NULL)
		return ch_fail(err, CH_USAGE,
		    "auth: basic wants username (without a colon) and one of "
		    "password, password_file and password_env");
	auth->user = ch_strdup(user);
	return ch_secret_check(user, "auth.username", err);
}

static bool
block_bearer(
    struct ch_http_auth *auth, const struct ch_json *block, struct ch_err *err)
{
	if (!secret_of(block, "token", &auth->token, err))
		return false;
	return auth->token != NULL ||
	       ch_fail(err, CH_USAGE,
		   "auth: bearer wants one of token, token_file and token_env");
}

static bool
block_custom(
    struct ch_http_auth *auth, const struct ch_json *block, struct ch_err *err)
{
	const struct ch_json *headers = ch_json_get(block, "headers");
	size_t i;

	for (i = 0; i < ch_json_count(headers); i++) {
		const char *value =
		    ch_json_string(ch_json_value_at(headers, i));

		if (value == NULL)
			return ch_fail(
			    err, CH_USAGE, "auth.headers: a value is text");
		if (!add_header(auth, ch_json_key_at(headers, i), value,
			"auth.headers", err))
			return false;
	}
	return auth->headers.count > 0 ||
	       ch_fail(err, CH_USAGE, "auth: custom wants headers");
}

/* A server says no more of an expired one than that it wants another. */
static bool
check_end(const char *cert, struct ch_err *err)
{
	char date[CH_WHEN_RFC3339_SIZE];
	int64_t end;

	if (!ch_certificate_end(cert, &end, err))
		return false;
	if (end >= (int64_t)time(NULL))
		return true;
	ch_when_print(end, date);
	return ch_fail(err, CH_USAGE,
	    "%s: this certificate expired on %s: get a new one", cert, date);
}

static void
try_pair(struct ch_http_auth *auth, const char *dir, const char *name,
    struct ch_err *err)
{
	char *cert = ch_path_join(dir, name);
	char *key = ch_format("%.*s-key.pem", (int)(strlen(cert) - 4), cert);

	if (access(cert, R_OK) == 0 && access(key, R_OK) == 0 &&
	    check_end(cert, err)) {
		auth->cert_file = cert;
		auth->key_file = key;
		return;
	}
	ch_free(cert);
	ch_free(key);
}

/* The first pair in byte order that is valid, whatever order the folder has. */
static bool
find_pair(struct ch_http_auth *auth, const char *dir, struct ch_err *err)
{
	DIR *d = opendir(dir);
	struct ch_list names = { 0 };
	const struct dirent *entry;
	size_t i;

	if (d == NULL)
		return ch_fail(err, CH_USAGE, "auth.cert_dir: %s: %s", dir,
		    strerror(errno));
	while ((entry = readdir(d)) != NULL) {
		if (ch_str_ends(entry->d_name, ".pem") &&
		    !ch_str_ends(entry->d_name, "-key.pem"))
			ch_list_add(&names, entry->d_name);
	}
	(void)closedir(d);
	ch_list_sort(&names);
	(void)ch_fail(
	    err, CH_USAGE, "%s: no readable NAME.pem with NAME-key.pem", dir);
	for (i = 0; i < names.count && auth->cert_file == NULL; i++)
		try_pair(auth, dir, names.items[i], err);
	ch_list_free(&names);
	return auth->cert_file != NULL || ch_wrap(err, "auth.cert_dir");
}

static bool
block_cert(
    struct ch_http_auth *auth, const struct ch_json *block, struct ch_err *err)
{
	const char *dir = ch_json_string(ch_json_get(block, "cert_dir"));
	const char *cert = ch_json_string(ch_json_get(block, "cert_file"));
	const char *key = ch_json_string(ch_json_get(block, "key_file"));

	if (dir != NULL && cert == NULL && key == NULL)
		return find_pair(auth, dir, err);
	if (dir != NULL || cert == NULL || key == NULL)
		return ch_fail(err, CH_USAGE,
		    "auth: client_cert wants cert_dir, or cert_file and "
		    "key_file");
	auth->cert_file = ch_strdup(cert);
	auth->key_file = ch_strdup(key);
	return ch_access_readable(cert, "auth.cert_file", err) &&
	       ch_access_readable(key, "auth.key_file", err) &&
	       (check_end(cert, err) || ch_wrap(err, "auth.cert_file"));
}

bool
ch_auth_block(
    struct ch_http_auth *auth, const struct ch_json *block, struct ch_err *err)
{
	const char *type = ch_json_string_or(ch_json_get(block, "type"), "");

	if (strcmp(type, "basic") == 0)
		return block_basic(auth, block, err);
	if (strcmp(type, "bearer") == 0)
		return block_bearer(auth, block, err);
	if (strcmp(type, "custom") == 0)
		return block_custom(auth, block, err);
	if (strcmp(type, "client_cert") == 0)
		return block_cert(auth, block, err);
	return ch_fail(err, CH_USAGE,
	    "auth.type: \"%s\" is none of basic, bearer, custom and "
	    "client_cert",
	    type);
}
