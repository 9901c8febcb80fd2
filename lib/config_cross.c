#include "config_cross.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "config_keys.h"
#include "path.h"
#include "regex.h"
#include "str.h"

#include "banned.h"

#define FINGERPRINT_MIN 16

/* One block and the place of its keys. */
struct at {
	const struct ch_json *block; /* checked values */
	const struct ch_yaml *node;  /* where they were written */
	struct ch_err *err;          /* where failures go */
};

static struct at
below(const struct at *at, const char *key)
{
	return (struct at){ ch_json_get(at->block, key),
		ch_yaml_get(at->node, key), at->err };
}

static bool
has(const struct at *at, const char *key)
{
	return ch_json_get(at->block, key) != NULL;
}

static bool
is_true(const struct at *at, const char *key)
{
	return ch_json_true(ch_json_get(at->block, key));
}

static const char *
text(const struct at *at, const char *key)
{
	return ch_json_string_or(ch_json_get(at->block, key), "");
}

/* At the key where it was written, else at its block. */
static bool fail(const struct at *at, const char *key, const char *fmt, ...)
    CH_PRINTF(3, 4);

static bool
fail(const struct at *at, const char *key, const char *fmt, ...)
{
	const struct ch_yaml *place = ch_yaml_get(at->node, key);
	char why[sizeof at->err->text];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof why, fmt, ap);
	va_end(ap);
	return ch_yaml_fail(
	    at->err, place ? place : at->node, CH_USAGE, "%s", why);
}

static size_t
count_of(const struct at *at, const char *const *keys)
{
	size_t count = 0;

	for (size_t i = 0; keys[i]; i++)
		count += has(at, keys[i]);
	return count;
}

static bool
check_auth(const struct at *at)
{
	static const char *const passwords[] = { "password", "password_file",
		"password_env", NULL };
	static const char *const tokens[] = { "token", "token_file",
		"token_env", NULL };
	const char *type = text(at, "type");

	if (!at->block)
		return true;
	if (*type == '\0')
		return fail(at, "type", "auth.type: required, but not there");
	if (ch_str_equal(type, "basic") &&
	    (!has(at, "username") || count_of(at, passwords) != 1))
		return fail(at, "type",
		    "auth: basic wants username and one of password, "
		    "password_file, password_env");
	if (ch_str_equal(type, "bearer") && count_of(at, tokens) != 1)
		return fail(at, "type",
		    "auth: bearer wants one of token, token_file, token_env");
	if (ch_str_equal(type, "custom") &&
	    ch_json_count(ch_json_get(at->block, "headers")) == 0)
		return fail(at, "type", "auth: custom wants headers");
	if (ch_str_equal(type, "client_cert") && !has(at, "cert_dir") &&
	    !(has(at, "cert_file") && has(at, "key_file")))
		return fail(at, "type",
		    "auth: client_cert wants cert_file and key_file, or "
		    "cert_dir");
	return true;
}

static bool
check_fingerprints(const struct at *at)
{
	const struct ch_json *all =
	    ch_json_get(at->block, "trusted_fingerprints");

	for (size_t i = 0; i < ch_json_count(all); i++) {
		const char *print = ch_json_string(ch_json_at(all, i));
		size_t digits = 0;

		for (const char *c = print; *c; c++) {
			if (strchr("0123456789abcdefABCDEF", *c))
				digits++;
			else if (*c != ' ')
				digits = 0;
		}
		if (digits < FINGERPRINT_MIN)
			return fail(at, "trusted_fingerprints",
			    "verify.trusted_fingerprints: \"%s\" is no "
			    "fingerprint of 16 or more hex digits",
			    print);
	}
	return true;
}

static bool
check_verify(const struct at *at)
{
	static const char *const keys[] = { "key_files", "keys", NULL };
	const char *name = text(at, "client_key_name");

	if (!at->block || !is_true(at, "enabled"))
		return true;
	if (count_of(at, keys) == 0)
		return fail(
		    at, "enabled", "verify.enabled: wants key_files or keys");
	if (is_true(at, "gpgcheck") && !is_true(at, "repo_gpgcheck"))
		return fail(at, "gpgcheck",
		    "verify.gpgcheck: wants repo_gpgcheck: without it the "
		    "list of packages is not verified");
	if (*name && !ch_path_check(name, strlen(name), at->err))
		return fail(at, "client_key_name",
		    "verify.client_key_name: \"%s\" is no relative path", name);
	return check_fingerprints(at);
}

static bool
check_gpg(const struct at *at)
{
	static const char *const keys[] = { "key_file", "key_files", "key_id",
		"key_ids", NULL };

	if (!at->block || !is_true(at, "enabled"))
		return true;
	if (count_of(at, keys) == 0 && !is_true(at, "generate_key"))
		return fail(at, "enabled",
		    "gpg: wants one of key_file, key_id, generate_key: true, "
		    "or enabled: false");
	return true;
}

/* The blocks that stand at the top and in repositories. */
static bool
check_shared(const struct at *at)
{
	struct at proxy = below(at, "proxy");
	struct at ssl = below(at, "ssl");
	struct at gpg = below(at, "gpg");
	struct at verify = below(at, "verify");

	if (has(&proxy, "username") != has(&proxy, "password"))
		return fail(&proxy,
		    has(&proxy, "username") ? "username" : "password",
		    "proxy: username and password belong together");
	if (has(&ssl, "client_key") && !has(&ssl, "client_cert"))
		return fail(
		    &ssl, "client_key", "ssl.client_key: wants client_cert");
	return check_gpg(&gpg) && check_verify(&verify);
}

/* PATH=VALUE, PATH!=VALUE, PATH~REGEX, PATH!~REGEX */
static bool
check_condition(const struct at *filters, const char *condition)
{
	const char *sign = condition + strcspn(condition, "=~!");
	struct ch_err why = { 0 };

	if (*sign == '!')
		sign++;
	if (*condition == '=' || *condition == '~' || *condition == '!' ||
	    (*sign != '=' && *sign != '~'))
		return fail(filters, "where",
		    "filters.where: \"%s\": write PATH=VALUE, PATH!=VALUE, "
		    "PATH~REGEX or PATH!~REGEX",
		    condition);
	if (*sign == '=')
		return true;
	return ch_regex_check(sign + 1, &why) ||
	       fail(filters, "where", "filters.where: %s", why.text);
}

static bool
check_where(const struct at *filters)
{
	const struct ch_json *all = ch_json_get(filters->block, "where");

	for (size_t i = 0; i < ch_json_count(all); i++)
		if (!check_condition(
			filters, ch_json_string_or(ch_json_at(all, i), "")))
			return false;
	return true;
}

static bool
check_filters(const struct at *repo)
{
	struct at filters = below(repo, "filters");
	const char *type = text(repo, "type");

	if (!filters.block)
		return true;
	if (ch_str_equal(text(repo, "mode"), "mirror") &&
	    ch_json_count(filters.block) > 0)
		return fail(repo, "filters",
		    "repositories.filters: a mirror is as its upstream; "
		    "remove filters or set mode: filtered");
	if (has(&filters, "rpm") && !ch_str_equal(type, "rpm"))
		return fail(&filters, "rpm",
		    "filters.rpm: the repository's type is %s", type);
	if (has(&filters, "deb") && !ch_str_equal(type, "apt"))
		return fail(&filters, "deb",
		    "filters.deb: the repository's type is %s", type);
	return check_where(&filters);
}

static bool
has_control(const char *s)
{
	for (; *s; s++) {
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			return true;
	}
	return false;
}

static bool
check_repo(const struct at *at)
{
	struct at auth = below(at, "auth");
	struct at retention = below(at, "retention");
	const char *feed = text(at, "feed");

	if (*feed == '\0' && !ch_str_equal(text(at, "mode"), "hosted"))
		return fail(at, "feed",
		    "repositories.feed: %s: required unless mode is hosted",
		    text(at, "id"));
	if (has_control(feed))
		return fail(
		    at, "feed", "repositories.feed: a control byte in an URL");
	if (ch_str_equal(text(&retention, "policy"), "keep-last-n") &&
	    !has(&retention, "keep_count"))
		return fail(&retention, "policy",
		    "retention.policy: keep-last-n wants keep_count");
	return check_filters(at) && check_auth(&auth) && check_shared(at);
}

/* The index of the element whose member is this, or count. */
static size_t
index_of(const struct ch_json *list, size_t count, const char *key,
    const char *value)
{
	for (size_t i = 0; i < count; i++) {
		const char *other =
		    ch_json_string(ch_json_get(ch_json_at(list, i), key));

		if (other && ch_str_equal(other, value))
			return i;
	}
	return count;
}

/* Names of the elements before this one. */
static bool
is_first(const struct ch_json *list, const struct ch_yaml *nodes, size_t index,
    const char *key, struct ch_err *err)
{
	const char *name =
	    ch_json_string(ch_json_get(ch_json_at(list, index), key));
	size_t first = index_of(list, index, key, name);

	if (first == index)
		return true;
	return ch_yaml_fail(err, ch_yaml_get(nodes->items[index], key),
	    CH_USAGE, "%s.%s: \"%s\" is there already, at %s:%zu", nodes->key,
	    key, name, nodes->items[first]->file, nodes->items[first]->line);
}

/* What is no key of a view is the block of its type, or nothing. */
static bool
check_own_block(const struct at *at, const char *type)
{
	for (size_t i = 0; i < ch_json_count(at->block); i++) {
		const char *key = ch_json_key_at(at->block, i);

		if (!ch_key_find("views", key) && !ch_str_equal(key, type))
			return fail(at, key,
			    "views.%s: unknown key; the repositories of this "
			    "view are of type %s",
			    key, type);
	}
	return true;
}

static bool
check_view(const struct at *at, const struct ch_json *repositories)
{
	struct at gpg = below(at, "gpg");
	const struct ch_json *ids = ch_json_get(at->block, "repos");
	size_t count = ch_json_count(repositories);
	const char *first = NULL;

	if (ch_json_count(ids) == 0)
		return fail(at, "repos", "views.repos: a view of nothing");
	for (size_t i = 0; i < ch_json_count(ids); i++) {
		const char *id = ch_json_string(ch_json_at(ids, i));
		size_t index = index_of(repositories, count, "id", id);
		const char *type;

		if (index == count)
			return fail(at, "repos",
			    "views.repos: there is no repository \"%s\"", id);
		type = ch_json_string(
		    ch_json_get(ch_json_at(repositories, index), "type"));
		if (first && !ch_str_equal(first, type))
			return fail(at, "repos",
			    "views.repos: \"%s\" is %s where others are %s: "
			    "a view has one type",
			    id, type, first);
		first = type;
		for (size_t k = 0; k < i; k++)
			if (ch_str_equal(
				ch_json_string(ch_json_at(ids, k)), id))
				return fail(at, "repos",
				    "views.repos: \"%s\" is there twice", id);
	}
	return check_own_block(at, first) && check_gpg(&gpg);
}

bool
ch_config_cross_check(
    const struct ch_json *root, const struct ch_yaml *tree, struct ch_err *err)
{
	const struct ch_json *repos = ch_json_get(root, "repositories");
	const struct ch_json *views = ch_json_get(root, "views");
	const struct ch_yaml *repo_nodes = ch_yaml_get(tree, "repositories");
	const struct ch_yaml *view_nodes = ch_yaml_get(tree, "views");
	struct at top = { root, tree, err };

	if (!check_shared(&top))
		return false;
	for (size_t i = 0; i < ch_json_count(repos); i++) {
		struct at at = { ch_json_at(repos, i), repo_nodes->items[i],
			err };

		if (!is_first(repos, repo_nodes, i, "id", err) ||
		    !check_repo(&at))
			return false;
	}
	for (size_t i = 0; i < ch_json_count(views); i++) {
		struct at at = { ch_json_at(views, i), view_nodes->items[i],
			err };

		if (!is_first(views, view_nodes, i, "name", err) ||
		    !check_view(&at, repos))
			return false;
	}
	return true;
}
