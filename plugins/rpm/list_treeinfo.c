/* Kickstart trees: .treeinfo, and the installer's files that it names. */

#include <ctype.h>
#include <string.h>

#include "lib/hash.h"
#include "lib/log.h"
#include "lib/path.h"
#include "lib/record.h"
#include "list.h"
#include "location.h"
#include "treeinfo.h"

#include "lib/banned.h"

const char *const ch_treeinfo_names[] = { ".treeinfo", "treeinfo", NULL };

bool
ch_lister_reject(struct ch_lister *l, const char *path, const char *code,
    const char *why, struct ch_err *err)
{
	struct ch_buf b = { 0 };
	bool ok;

	ch_buf_printf(
	    &b, "{\"record\":\"reject\",\"code\":\"%s\",\"message\":", code);
	ch_json_quote(&b, why, strlen(why));
	ch_buf_puts(&b, ",\"retry\":false,\"ref\":{\"path\":");
	ch_json_quote(&b, path, strlen(path));
	ch_buf_puts(&b, "}}\n");
	ok = ch_out_write(l->call->out, b.data, b.len, err);
	ch_buf_free(&b);
	return ok;
}

bool
ch_lister_put_digest(struct ch_buf *b, const char *digest)
{
	const char *colon = strchr(digest, ':');
	enum ch_hash_kind kind = CH_HASH_NONE;
	struct ch_buf hex = { 0 };
	bool ok;

	if (colon != NULL)
		kind = ch_hash_named(digest, (size_t)(colon - digest));
	for (const char *c = colon == NULL ? "" : colon + 1; *c != '\0'; c++)
		ch_buf_putc(&hex, (char)tolower((unsigned char)*c));
	ok = kind != CH_HASH_NONE && hex.len == ch_hash_hex_len(kind) &&
	     ch_is_hex(hex.data, hex.len);
	if (ok && kind == CH_HASH_SHA256)
		ch_buf_printf(b, ",\"sha256\":\"%s\"", hex.data);
	else if (ok)
		ch_buf_printf(
		    b, ",\"digest\":\"%s:%s\"", ch_hash_name(kind), hex.data);
	ch_buf_free(&hex);
	return ok;
}

static bool
print_image(struct ch_lister *l, const struct ch_treeinfo_file *file,
    struct ch_err *err)
{
	const struct ch_list *mirrors = &l->mirrors.urls;
	struct ch_buf url = { 0 };
	struct ch_buf b = { 0 };
	bool ok;

	if (mirrors->count > 0)
		ch_buf_puts(&url, mirrors->items[0]);
	ch_location_url(ch_span_of(file->path), &url);
	ch_buf_puts(&b, "{\"record\":\"file\",\"path\":");
	ch_json_quote(&b, file->path, strlen(file->path));
	ch_buf_puts(&b, ",\"url\":");
	ch_json_quote(&b, url.data, url.len);
	if (file->digest != NULL && !ch_lister_put_digest(&b, file->digest))
		ch_warn("%s: its checksum '%.80s' in .treeinfo is none, so it "
			"is not verified",
		    file->path, file->digest);
	ch_buf_puts(&b, ",\"role\":\"installer\"");
	if (l->s->may_lack_installer)
		ch_buf_puts(&b, ",\"optional\":true");
	ch_buf_puts(&b, "}\n");
	ok = ch_out_write(l->call->out, b.data, b.len, err);
	ch_buf_free(&b);
	ch_buf_free(&url);
	return ok;
}

static bool
print_images(struct ch_lister *l, const struct ch_treeinfo *t,
    struct ch_list *seen, struct ch_err *err)
{
	struct ch_err why;
	bool ok = true;

	for (size_t i = 0; ok && i < t->count; i++) {
		const char *path = t->files[i].path;

		if (ch_list_has(seen, path))
			continue;
		ch_list_add(seen, path);
		if (!ch_path_check(path, strlen(path), &why))
			ok = ch_lister_reject(
			    l, path, "unsafe-path", why.text, err);
		else
			ok = print_image(l, &t->files[i], err);
	}
	return ok;
}

static bool
print_tree(struct ch_lister *l, const char *name, struct ch_list *seen,
    struct ch_err *err)
{
	const char *role = l->s->mode == CH_MODE_MIRROR ? "root" : "input";
	struct ch_treeinfo t = { 0 };
	struct ch_buf text;
	bool ok;

	if (ch_fetched_state(l->call, name) != CH_FETCHED_HERE)
		return true;
	ch_buf_init(&text, CH_TREEINFO_MAX);
	ok = ch_fetched_read(l->call, name, CH_TREEINFO_MAX, &text, err) &&
	     ch_treeinfo_parse(&t,
		 (struct ch_span){
		     text.data != NULL ? text.data : "", text.len },
		 name, err) &&
	     ch_lister_print_file(l, name, role, false, err) &&
	     print_images(l, &t, seen, err);
	for (size_t i = 0; ok && i < t.variants.count; i++)
		ch_info("%s: the variant in %s is a repository of its own: "
			"clients look for it beside this one",
		    name, t.variants.items[i]);
	ch_treeinfo_free(&t);
	ch_buf_free(&text);
	return ok;
}

void
ch_list_treeinfo_take(struct ch_lister *l)
{
	for (size_t i = 0; ch_treeinfo_names[i] != NULL; i++) {
		const char *name = ch_treeinfo_names[i];

		if (l->s->has_installer && l->s->mode != CH_MODE_MIRROR &&
		    ch_fetched_state(l->call, name) == CH_FETCHED_HERE)
			ch_list_add(&l->facts.treeinfo, name);
	}
}

bool
ch_list_treeinfo(struct ch_lister *l, struct ch_err *err)
{
	struct ch_list seen = { 0 };
	bool ok = true;

	for (size_t i = 0;
	     ok && l->s->has_installer && ch_treeinfo_names[i] != NULL; i++)
		ok = print_tree(l, ch_treeinfo_names[i], &seen, err);
	ch_list_free(&seen);
	return ok;
}
