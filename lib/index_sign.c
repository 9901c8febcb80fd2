#include <string.h>

#include "element.h"
#include "index_parts.h"
#include "io.h"
#include "log.h"
#include "path.h"

#include "banned.h"

static const char *
setting(const struct ch_json *gpg, const char *key)
{
	return ch_json_string(ch_json_get(gpg, key));
}

static void
add_settings(struct ch_list *l, const struct ch_json *gpg, const char *key)
{
	const struct ch_json *all = ch_json_get(gpg, key);

	for (size_t i = 0; i < ch_json_count(all); i++)
		ch_list_add(l, ch_json_string(ch_json_at(all, i)));
}

static bool
is_asked(const struct ch_index *x)
{
	return x->sign_keys.count > 0 || x->gnupg_home != NULL;
}

/* The configured keys unless the command line named others. */
static struct ch_signer_options
signer_options(const struct ch_index *x, const struct ch_json *gpg,
    struct ch_list *keys, struct ch_list *files)
{
	struct ch_signer_options o = {
		.key_file = is_asked(x) ? NULL : setting(gpg, "key_file"),
		.files = files,
		.gnupg_home = x->gnupg_home != NULL
				  ? x->gnupg_home
				  : setting(gpg, "gnupg_home"),
		.keys = keys,
		.passphrase = setting(gpg, "passphrase"),
		.passphrase_file = setting(gpg, "passphrase_file"),
		.generates = ch_json_true(ch_json_get(gpg, "generate_key")),
		.key_name = setting(gpg, "key_name"),
		.key_email = setting(gpg, "key_email")
	};

	for (size_t i = 0; i < x->sign_keys.count; i++)
		ch_list_add(keys, x->sign_keys.items[i]);
	if (is_asked(x))
		return o;
	add_settings(files, gpg, "key_files");
	add_settings(keys, gpg, "key_ids");
	if (setting(gpg, "key_id") != NULL)
		ch_list_add(keys, setting(gpg, "key_id"));
	return o;
}

/* Its keys are read meanwhile.  Without a key, x->signer stays NULL. */
static bool
open_signer(struct ch_index *x, struct ch_err *err)
{
	const struct ch_json *gpg = ch_json_get(x->setup->block, "gpg");
	struct ch_list keys = { 0 }, files = { 0 };
	struct ch_signer_options o = signer_options(x, gpg, &keys, &files);
	char *keys_dir =
	    ch_path_join(ch_config_path(x->setup->config, "base"), "keys");
	bool is_open = true;

	o.keys_dir = keys_dir;
	if (is_asked(x) ||
	    (gpg != NULL &&
		ch_json_bool_or(ch_json_get(gpg, "enabled"), true) &&
		(o.key_file != NULL || o.gnupg_home != NULL || o.generates ||
		    keys.count > 0 || files.count > 0))) {
		x->signer = ch_signer_open(&o, err);
		is_open = x->signer != NULL;
	}
	ch_free(keys_dir);
	ch_list_free(&files);
	ch_list_free(&keys);
	return is_open;
}

bool
ch_index_open_signer(struct ch_index *x, struct ch_err *err)
{
	bool is_upstreams = x->setup->view == NULL && x->mode != NULL &&
			    ch_str_equal(x->mode, "mirror") &&
			    ch_plugin_can(&x->setup->plugin, CH_VERB_INDEX);

	/* What upstream signed needs no key; one is made for nothing. */
	return is_upstreams || open_signer(x, err);
}

/* A plugin that does not look for the key need not wait for it. */
bool
ch_index_show_key(struct ch_index *x, struct ch_err *err)
{
	const struct ch_json *looks =
	    ch_json_get(x->setup->plugin.describe, "signing_key");
	char *path;
	bool is_shown;

	if (x->signer == NULL || !ch_json_bool_or(looks, true))
		return true;
	path = ch_path_join(x->meta, CH_INDEX_KEY);
	is_shown = ch_signer_export(x->signer, path, err);
	ch_free(path);
	return is_shown;
}

/* The signatures of one file. */
struct signing {
	struct ch_index *x;                /* whose signer */
	const char *repo;                  /* id of the file */
	const char *path;                  /* of the signed file */
	char *file;                        /* the same, where it was written */
	struct ch_list to;                 /* paths of the signatures */
	struct ch_list names;              /* of their files in scratch */
	struct ch_list outs;               /* the same as paths */
	struct ch_signature_order *orders; /* as many, owned */
};

static void
add_order(struct signing *s, const char *to, bool is_clear)
{
	size_t count = s->to.count;
	char *name = ch_format(
	    "signature-%llu", (unsigned long long)++s->x->signed_files);
	char *out = ch_path_join(s->x->scratch.path, name);

	ch_list_take(&s->names, name);
	ch_list_take(&s->outs, out);
	ch_list_add(&s->to, to);
	s->orders = ch_realloc(s->orders, count + 1, sizeof(*s->orders));
	s->orders[count] = (struct ch_signature_order){
		.file = s->file, .out = out, .is_clear = is_clear
	};
}

static bool
order_one(
    struct signing *s, const char *how, const char *to, struct ch_err *err)
{
	bool is_clear = how != NULL && ch_str_equal(how, "openpgp-clear");
	char *name;
	bool is_ordered;

	if (!is_clear &&
	    (how == NULL || !ch_str_equal(how, "openpgp-detached")))
		return ch_fail(err, CH_MALFORMED,
		    "\"sign\": '%s': neither openpgp-clear nor "
		    "openpgp-detached",
		    how == NULL ? "" : how);
	if (is_clear && to == NULL)
		return ch_fail(err, CH_MALFORMED,
		    "\"sign\": openpgp-clear without \"to\"");
	name = to == NULL ? ch_format("%s.asc", s->path) : ch_strdup(to);
	is_ordered = ch_path_check(name, strlen(name), err);
	if (is_ordered)
		add_order(s, name, is_clear);
	ch_free(name);
	return is_ordered;
}

/* An element {"how":…,"to":…} of a list of signatures. */
static bool
order_element(void *ctx, struct ch_record *element, struct ch_err *err)
{
	return order_one(ctx, ch_record_string(element, "how"),
	    ch_record_string(element, "to"), err);
}

static bool
write_signature(struct signing *s, size_t i, struct ch_err *err)
{
	struct ch_record r = { 0 };
	bool is_written;

	ch_record_start(&r, CH_KIND_FILE);
	ch_record_set_string(&r, "repo", s->repo);
	ch_record_set_string(&r, "path", s->to.items[i]);
	ch_record_set_string(
	    &r, "role", s->orders[i].is_clear ? "root" : "signature");
	is_written = ch_index_import_file(s->x, &r, s->x->scratch.path,
			 s->names.items[i], err) &&
		     ch_record_write(&r, &s->x->finished.out, err);
	ch_record_free(&r);
	return is_written;
}

static bool
write_signatures(struct signing *s, struct ch_err *err)
{
	bool is_written =
	    ch_signer_sign(s->x->signer, s->orders, s->to.count, err);

	for (size_t i = 0; is_written && i < s->to.count; i++)
		is_written = write_signature(s, i, err);
	return is_written;
}

static void
free_signing(struct signing *s)
{
	ch_free(s->orders);
	ch_list_free(&s->outs);
	ch_list_free(&s->names);
	ch_list_free(&s->to);
	ch_free(s->file);
}

static bool
sign(struct ch_index *x, struct ch_record *r, const struct ch_member *m,
    struct ch_err *err)
{
	char *path = ch_strdup(ch_record_string(r, "path"));
	char *repo = ch_strdup(ch_record_string(r, "repo"));
	struct signing s = { .x = x, .repo = repo, .path = path };
	bool is_signed;

	s.file = ch_path_join(x->staged, path);
	if (!ch_span_is(ch_record_span(r, "role"), "root"))
		is_signed = ch_fail(err, CH_MALFORMED,
		    "\"sign\": only files of role root are signed");
	else if (m->value.data[0] == '[')
		is_signed =
		    ch_record_each_element(r, "sign", order_element, &s, err);
	else
		is_signed = order_one(&s, ch_record_string(r, "sign"),
		    ch_record_string(r, "to"), err);
	is_signed = is_signed && write_signatures(&s, err);
	free_signing(&s);
	ch_free(repo);
	ch_free(path);
	return is_signed;
}

/* Unsigned is what clients refuse: it has to be said where it can be. */
static bool
leave_unsigned(struct ch_index *x, const char *path, struct ch_err *err)
{
	const struct ch_json *gpg = ch_json_get(x->setup->block, "gpg");
	bool is_said =
	    !ch_json_bool_or(ch_json_get(gpg, "enabled"), true) ||
	    !ch_json_bool_or(
		ch_json_get(x->setup->plugin.describe, "signed"), false);

	if (is_said)
		ch_debug("%s: unsigned: no signing key is configured", path);
	else if (x->setup->is_configured)
		return ch_fail(err, CH_USAGE,
		    "%s: there is no key to sign it with, and clients refuse "
		    "what is not signed: name one in gpg (key_file, key_id, "
		    "generate_key), or say gpg: {enabled: false}",
		    path);
	else
		ch_warn("%s: unsigned, which clients refuse: --sign-key KEY, "
			"--gnupg-home DIR",
		    path);
	return true;
}

bool
ch_index_sign(struct ch_index *x, struct ch_record *r, struct ch_err *err)
{
	const struct ch_member *m = ch_record_find(r, "sign");

	if (m != NULL && x->signer == NULL && !open_signer(x, err))
		return false;
	if (m != NULL && x->signer == NULL) {
		if (!leave_unsigned(x, ch_record_string(r, "path"), err))
			return false;
	} else if (m != NULL && !sign(x, r, m, err))
		return ch_wrap(err, "file '%s'", ch_record_string(r, "path"));
	ch_record_remove(r, "sign");
	ch_record_remove(r, "to");
	return ch_record_write(r, &x->finished.out, err);
}
