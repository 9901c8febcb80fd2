/* The keys that clients are given: the one that signs, and upstream's. */

#include <string.h>

#include "element.h"
#include "index_parts.h"
#include "io.h"
#include "path.h"

#include "banned.h"

enum { KEYS_MAX = 4 << 20 };

static bool
is_binary(const struct ch_index *x, const char *name)
{
	const char *form = ch_json_string_or(
	    ch_json_get(x->setup->plugin.describe, "key"), "armored");

	return ch_str_equal(form, "binary") && ch_str_ends(name, ".gpg");
}

/* apt takes a key that is named .gpg only without armor. */
static bool
dearmor(struct ch_index *x, const char *name, const char **file, char **made,
    struct ch_err *err)
{
	struct ch_list files = { 0 };
	bool is_made;

	if (!is_binary(x, name))
		return true;
	*made = ch_path_join(x->meta, "signing-key.gpg");
	ch_list_add(&files, *file);
	is_made = ch_keyring_make(*made, &files, NULL, err);
	*file = *made;
	ch_list_free(&files);
	return is_made;
}

static bool
print_key(
    struct ch_index *x, const char *path, const char *file, struct ch_err *err)
{
	struct ch_put_facts facts;
	struct ch_record r = { 0 };
	bool ok;

	ch_record_start(&r, CH_KIND_FILE);
	ok = ch_pool_import_file(x->pool, file, 0, &facts, err);
	if (ok) {
		ch_record_set_string(&r, "repo", x->ids.items[0]);
		ch_record_set_string(&r, "path", path);
		ch_record_set_string(&r, "role", "key");
		ch_record_set_string(&r, "sha256", facts.sha256);
		ch_record_set_uint(&r, "size", facts.size);
		ok = ch_record_write(&r, &x->finished.out, err);
	}
	ch_record_free(&r);
	return ok;
}

static bool
add_signing_key(struct ch_index *x, struct ch_err *err)
{
	const struct ch_json *gpg = ch_json_get(x->setup->block, "gpg");
	const char *file = ch_json_string(ch_json_get(gpg, "public_key_file"));
	const char *path =
	    ch_json_string_or(ch_json_get(gpg, "public_key_name"), "key.gpg");
	char *exported, *made = NULL;
	bool is_added;

	if (x->signed_files == 0 || path[0] == '\0')
		return true;
	if (!ch_path_check(path, strlen(path), err)) {
		err->status = CH_USAGE;
		return ch_wrap(err, "gpg.public_key_name");
	}
	exported = ch_path_join(x->meta, "signing-key.asc");
	if (file == NULL)
		file = exported;
	is_added = dearmor(x, path, &file, &made, err) &&
		   print_key(x, path, file, err);
	ch_free(made);
	ch_free(exported);
	return is_added;
}

static void
add_texts(struct ch_list *l, const struct ch_json *all)
{
	for (size_t i = 0; i < ch_json_count(all); i++)
		ch_list_add(l, ch_json_string(ch_json_at(all, i)));
}

/* Clients of most types import text only. */
static bool
join_armored(const struct ch_list *files, const struct ch_list *texts,
    struct ch_buf *out, struct ch_err *err)
{
	for (size_t i = 0; i < files->count; i++) {
		struct ch_buf key = { 0 };
		bool ok = ch_read_file(files->items[i], KEYS_MAX, &key, err);

		if (ok &&
		    memmem(key.data, key.len, "-----BEGIN PGP", 14) == NULL)
			ok = ch_fail(err, CH_USAGE,
			    "%s: a key without armor, which clients do not "
			    "import: make it text with gpg --enarmor",
			    files->items[i]);
		if (ok)
			ch_buf_printf(out, "%.*s\n", (int)key.len, key.data);
		ch_buf_free(&key);
		if (!ok)
			return false;
	}
	for (size_t i = 0; i < texts->count; i++)
		ch_buf_printf(out, "%s\n", texts->items[i]);
	return true;
}

static bool
write_keys(struct ch_index *x, const char *name, const char *to,
    const struct ch_json *verify, struct ch_err *err)
{
	struct ch_list files = { 0 };
	struct ch_list texts = { 0 };
	struct ch_buf joined = { 0 };
	bool ok;

	add_texts(&files, ch_json_get(verify, "key_files"));
	add_texts(&texts, ch_json_get(verify, "keys"));
	if (is_binary(x, name))
		ok = ch_keyring_make(to, &files, &texts, err);
	else
		ok = join_armored(&files, &texts, &joined, err) &&
		     ch_atomic_write(to, joined.data, joined.len, 0444, err);
	ch_buf_free(&joined);
	ch_list_free(&texts);
	ch_list_free(&files);
	return ok || ch_wrap(err, "verify.client_key_name");
}

/* The keys that upstream's metadata and packages were verified with. */
static bool
add_client_key(struct ch_index *x, struct ch_err *err)
{
	const struct ch_json *verify = ch_json_get(x->setup->block, "verify");
	const char *name =
	    ch_json_string_or(ch_json_get(verify, "client_key_name"), "");
	char *file;
	bool ok;

	if (name[0] == '\0' || !ch_json_true(ch_json_get(verify, "enabled")))
		return true;
	file = ch_path_join(x->meta, "client-key");
	ok = ch_path_check(name, strlen(name), err) &&
	     write_keys(x, name, file, verify, err) &&
	     print_key(x, name, file, err);
	ch_free(file);
	return ok;
}

bool
ch_index_add_keys(struct ch_index *x, struct ch_err *err)
{
	return add_signing_key(x, err) && add_client_key(x, err);
}
