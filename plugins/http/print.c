#include "print.h"

#include <string.h>

#include "lib/stream.h"
#include "version_key.h"

#include "lib/banned.h"

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

static void
set_span(struct ch_record *r, const char *key, struct ch_span s)
{
	char *text;

	if (s.data == NULL)
		return;
	text = ch_strndup(s.data, s.len);
	ch_record_set_string(r, key, text);
	ch_free(text);
}

bool
ch_print_start(struct ch_record *r, struct ch_naming *naming, const char *path,
    struct ch_err *err)
{
	struct ch_buf key = { 0 };
	struct ch_named named;

	if (!ch_naming_split(naming, base_name(path), &named, err))
		return false;
	ch_record_start(r, CH_KIND_PACKAGE);
	set_span(r, "name", named.name);
	set_span(r, "arch", named.arch);
	set_span(r, "version", named.version);
	ch_record_set_string(r, "path", path);
	if (named.version.data != NULL) {
		ch_version_key(named.version, &key);
		ch_record_set_string(r, "vkey", key.data);
		ch_buf_free(&key);
	}
	return true;
}

static char *
url_of(const struct ch_walk *w, const struct ch_entry *e)
{
	return e->url != NULL ? ch_strdup(e->url) : ch_walk_url(w, e->path);
}

/* What upstream says about the bytes; sha256 is a member of its own. */
static void
set_claims(struct ch_record *r, const struct ch_entry *e)
{
	static const enum ch_hash_kind others[] = { CH_HASH_SHA512,
		CH_HASH_SHA1, CH_HASH_MD5 };
	size_t i;

	if (e->claims[CH_HASH_SHA256] != NULL)
		ch_record_set_string(r, "sha256", e->claims[CH_HASH_SHA256]);
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		char *claim;

		if (e->claims[others[i]] == NULL)
			continue;
		claim = ch_format(
		    "%s:%s", ch_hash_name(others[i]), e->claims[others[i]]);
		ch_record_set_string(r, "digest", claim);
		ch_free(claim);
		return;
	}
}

static const char *
role_of(const struct ch_entry *e)
{
	return e->is_signature ? "signature" : "extra";
}

static void
add_member(struct ch_buf *b, const char *key, const char *value)
{
	ch_buf_printf(b, "\"%s\":", key);
	ch_json_quote(b, value, strlen(value));
	ch_buf_putc(b, ',');
}

/* The package's own sidecars are fetched, kept and dropped with it. */
static void
set_files(
    struct ch_record *r, const struct ch_walk *w, const struct ch_entry *e)
{
	struct ch_buf list = { 0 };
	size_t i;

	for (i = e->first_owned; i != CH_NO_ENTRY;
	     i = w->files.items[i].next_owned) {
		const struct ch_entry *o = &w->files.items[i];
		char *url = url_of(w, o);

		ch_buf_puts(&list, list.len == 0 ? "[{" : ",{");
		add_member(&list, "path", o->path);
		add_member(&list, "url", url);
		ch_buf_printf(&list, "\"role\":\"%s\"}", role_of(o));
		ch_free(url);
	}
	if (list.len > 0) {
		ch_buf_putc(&list, ']');
		ch_record_set_raw(r, "files", list.data);
	}
	ch_buf_free(&list);
}

static void
set_attributes(struct ch_record *r, const char *path)
{
	const char *name = base_name(path);
	size_t len = name > path ? (size_t)(name - path) - 1 : 0;
	struct ch_buf b = { 0 };

	ch_buf_puts(&b, "{\"dir\":");
	ch_json_quote(&b, path, len);
	ch_buf_puts(&b, ",\"file\":");
	ch_json_quote(&b, name, strlen(name));
	ch_buf_putc(&b, '}');
	ch_record_set_raw(r, "http", b.data);
	ch_buf_free(&b);
}

static bool
print_package(struct ch_walk *w, const struct ch_entry *e, struct ch_out *out,
    struct ch_err *err)
{
	struct ch_record r = { 0 };
	char *url = url_of(w, e);
	bool ok = ch_print_start(&r, &w->settings->naming, e->path, err);

	if (ok) {
		ch_record_set_string(&r, "url", url);
		if (e->has_size)
			ch_record_set_uint(&r, "size", e->size);
		set_claims(&r, e);
		if (e->has_time)
			ch_record_set_uint(&r, "time", e->time);
		set_files(&r, w, e);
		set_attributes(&r, e->path);
		ok = ch_record_write(&r, out, err);
	}
	ch_free(url);
	ch_record_free(&r);
	return ok;
}

/* Checksums and signatures of a whole folder. */
static bool
print_file(struct ch_walk *w, const struct ch_entry *e, struct ch_out *out,
    struct ch_err *err)
{
	struct ch_record r = { 0 };
	char *url = url_of(w, e);
	char *as = ch_walk_as("sums", e->path);
	bool ok;

	ch_record_start(&r, CH_KIND_FILE);
	ch_record_set_string(&r, "path", e->path);
	ch_record_set_string(&r, "role", role_of(e));
	if (e->is_fetched)
		ch_record_set_string(&r, "from", as);
	else
		ch_record_set_string(&r, "url", url);
	ok = ch_record_write(&r, out, err);
	ch_record_free(&r);
	ch_free(as);
	ch_free(url);
	return ok;
}

bool
ch_print_reject(
    struct ch_out *out, const struct ch_refusal *refusal, struct ch_err *err)
{
	struct ch_record of = { 0 };
	struct ch_record r = { 0 };
	bool ok;

	ch_record_start(&of, CH_KIND_PACKAGE);
	ch_record_set_string(&of, "path", refusal->path);
	ch_reject_make(&r, &of,
	    &(struct ch_reason){ .code = refusal->code,
		.message = refusal->message,
		.retry = refusal->retry });
	ok = ch_record_write(&r, out, err);
	ch_record_free(&r);
	ch_record_free(&of);
	return ok;
}

static bool
print_conflict(const struct ch_entry *e, struct ch_out *out, struct ch_err *err)
{
	return ch_print_reject(out,
	    &(struct ch_refusal){ .path = e->path,
		.code = e->conflict_code,
		.message = e->conflict },
	    err);
}

static bool
print_entry(
    struct ch_walk *w, size_t index, struct ch_out *out, struct ch_err *err)
{
	const struct ch_entry *e = &w->files.items[index];

	if (e->owner != CH_NO_ENTRY)
		return true;
	if (e->conflict != NULL)
		return print_conflict(e, out, err);
	if (e->is_sums || e->is_signature)
		return print_file(w, e, out, err);
	return print_package(w, e, out, err);
}

/*
 * A listing that does not tell a changed file from an unchanged one expires
 * at once, so that fetch --since looks at the files again.
 */
static bool
print_repo(const struct ch_walk *w, struct ch_out *out, struct ch_err *err)
{
	struct ch_record r = { 0 };
	bool ok;

	ch_record_start(&r, CH_KIND_REPO);
	ch_record_set_uint(&r, "v", 1);
	if (!w->is_pinned)
		ch_record_set_string(&r, "expires", "1970-01-01T00:00:00Z");
	ch_record_set_uint(&r, "upstream", w->files.count);
	ok = ch_record_write(&r, out, err);
	ch_record_free(&r);
	return ok;
}

bool
ch_print_walk(struct ch_walk *w, struct ch_out *out, struct ch_err *err)
{
	size_t i;

	if (!print_repo(w, out, err))
		return false;
	for (i = 0; i < w->files.refused; i++)
		if (!ch_print_reject(out, &w->files.refusals[i], err))
			return false;
	for (i = 0; i < w->files.count; i++)
		if (!print_entry(w, i, out, err))
			return false;
	return true;
}
