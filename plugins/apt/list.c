#include "list.h"

#include <string.h>

#include "lib/log.h"
#include "lib/record.h"
#include "lib/url.h"
#include "lib/when.h"

#include "lib/banned.h"

/* What clients pin, and refuse to see changed. */
static const char *const identity[] = { "Origin", "Label", "Codename",
	"NotAutomatic", "ButAutomaticUpgrades" };

static void
put_url(struct ch_buf *b, const char *path)
{
	char *url = ch_url_encode_path(path);

	ch_json_quote(b, url, strlen(url));
	ch_free(url);
}

/* Names by hash, the strongest first: what an older server may not have. */
static void
put_hash_urls(struct ch_buf *b, const struct ch_apt_want *want)
{
	static const enum ch_hash_kind kinds[] = { CH_HASH_SHA512,
		CH_HASH_SHA256 };
	const char *slash = strrchr(want->path, '/');
	int dir = slash != NULL ? (int)(slash - want->path) + 1 : 0;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const char *hex = want->entry->digests[kinds[i]];
		char *path;

		if (hex == NULL)
			continue;
		path = ch_format("%.*sby-hash/%s/%s", dir, want->path,
		    ch_release_hash_name(kinds[i]), hex);
		put_url(b, path);
		ch_buf_putc(b, ',');
		ch_free(path);
	}
}

static void
put_claims(struct ch_buf *b, const struct ch_apt_want *want)
{
	const struct ch_release_entry *e = want->entry;

	if (want->sha256 != NULL)
		ch_line_member(b, "sha256", want->sha256);
	if (e == NULL) {
		ch_buf_printf(
		    b, ",\"max\":%llu", (unsigned long long)want->max);
		return;
	}
	ch_buf_printf(b, ",\"max\":%llu,\"size\":%llu",
	    (unsigned long long)e->size, (unsigned long long)e->size);
	if (e->digests[CH_HASH_SHA256] != NULL)
		ch_line_member(b, "sha256", e->digests[CH_HASH_SHA256]);
	else
		ch_buf_printf(b, ",\"digest\":\"%s:%s\"",
		    ch_hash_name(ch_release_strongest(e)),
		    e->digests[ch_release_strongest(e)]);
}

void
ch_lister_want(struct ch_lister *l, const struct ch_apt_want *want)
{
	struct ch_buf *b = &l->wants;

	ch_buf_puts(b, "{\"record\":\"want\",\"url\":[");
	if (want->by_hash && want->entry != NULL)
		put_hash_urls(b, want);
	put_url(b, want->path);
	ch_buf_putc(b, ']');
	ch_line_member(b, "as", want->as != NULL ? want->as : want->path);
	put_claims(b, want);
	if (want->verify != NULL)
		ch_line_member(b, "verify", want->verify);
	if (want->signature != NULL)
		ch_line_member(b, "signature", want->signature);
	if (want->is_root)
		ch_buf_puts(b, ",\"root\":true");
	ch_buf_puts(
	    b, want->is_probe ? ",\"probe\":true}\n" : ",\"optional\":true}\n");
}

bool
ch_lister_print_file(struct ch_lister *l, const char *path, const char *from,
    const char *role, struct ch_err *err)
{
	bool keep = strstr(path, "/by-hash/") != NULL ||
		    ch_str_starts(path, "by-hash/");

	return ch_listed_file_print(
	    l->call, &(struct ch_listed_file){ path, from, role, keep }, err);
}

bool
ch_lister_print_remote(struct ch_lister *l, const struct ch_upstream *u,
    const struct ch_remote *file, struct ch_err *err)
{
	char *whole = ch_upstream_path(u, file->path);
	struct ch_buf b = { 0 };
	bool ok;

	ch_buf_puts(&b, "{\"record\":\"file\"");
	ch_line_member(&b, "path", whole);
	ch_buf_puts(&b, ",\"url\":");
	put_url(&b, whole);
	ch_buf_puts(&b, ",\"sha256\":");
	ch_json_quote(&b, file->sha256.data, file->sha256.len);
	if (file->has_size)
		ch_buf_printf(
		    &b, ",\"size\":%llu", (unsigned long long)file->size);
	ch_line_member(&b, "role", file->role);
	ch_buf_puts(&b, file->is_optional ? ",\"optional\":true}\n" : "}\n");
	ok = ch_out_write(l->call->out, b.data, b.len, err);
	ch_buf_free(&b);
	ch_free(whole);
	return ok;
}

bool
ch_lister_reject(struct ch_lister *l, const char *code, const char *why,
    struct ch_span what, struct ch_err *err)
{
	struct ch_buf b = { 0 };
	bool ok;

	ch_buf_puts(&b, "{\"record\":\"reject\"");
	ch_line_member(&b, "code", code);
	ch_line_member(&b, "message", why);
	ch_buf_puts(&b, ",\"retry\":false,\"ref\":{\"path\":");
	ch_json_quote(&b, what.data, what.len < 1024 ? what.len : 1024);
	ch_buf_puts(&b, "}}\n");
	ok = ch_out_write(l->call->out, b.data, b.len, err);
	ch_buf_free(&b);
	return ok;
}

static void
add_facts(struct ch_apt_facts *f, const struct ch_upstream *u)
{
	struct ch_apt_suite *s = ch_apt_facts_add(f, u->name);

	for (size_t i = 0; i < u->sel.components.count; i++)
		ch_list_add(&s->components, u->sel.components.items[i]);
	for (size_t i = 0; i < u->sel.architectures.count; i++)
		ch_list_add(&s->architectures, u->sel.architectures.items[i]);
	s->by_hash = ch_release_is_yes(&u->parsed, "Acquire-By-Hash");
	for (size_t i = 0; i < u->parsed.field_count; i++)
		ch_apt_suite_set(
		    s, u->parsed.fields[i].name, u->parsed.fields[i].value);
}

static void
put_identity(struct ch_buf *b, const struct ch_upstream *u)
{
	bool is_first = true;

	ch_json_quote(b, u->name, strlen(u->name));
	ch_buf_puts(b, ":{");
	for (size_t i = 0; i < sizeof(identity) / sizeof(identity[0]); i++) {
		const char *value = ch_release_field(&u->parsed, identity[i]);

		if (value == NULL)
			continue;
		ch_buf_printf(b, "%s\"%s\":", is_first ? "" : ",", identity[i]);
		ch_json_quote(b, value, strlen(value));
		is_first = false;
	}
	ch_buf_putc(b, '}');
}

struct times {
	int64_t date;     /* the newest */
	int64_t expires;  /* the earliest */
	bool has_date;    /* one was there */
	bool has_expires; /* one was there */
};

static bool
note_times(struct times *t, const struct ch_upstream *u, struct ch_err *err)
{
	int64_t when = 0;
	struct ch_err why;

	if (u->is_bare)
		return true;
	if (!ch_release_time(&u->parsed, "Date", &when, &why)) {
		ch_warn("%s: %s: whether this is older than what was there "
			"before cannot be told",
		    u->root, why.text);
	} else if (!t->has_date || when > t->date) {
		t->date = when;
		t->has_date = true;
	}
	if (ch_release_field(&u->parsed, "Valid-Until") == NULL)
		return true;
	if (!ch_release_time(&u->parsed, "Valid-Until", &when, err))
		return ch_wrap(err, "%s", u->root);
	if (!t->has_expires || when < t->expires)
		t->expires = when;
	t->has_expires = true;
	return true;
}

static void
put_time(struct ch_buf *b, const char *key, int64_t when)
{
	char text[CH_WHEN_RFC3339_SIZE];

	ch_when_print(when, text);
	ch_line_member(b, key, text);
}

static bool
print_repo(struct ch_lister *l, struct ch_err *err)
{
	struct ch_apt_facts facts = { .is_flat = l->s->is_flat };
	struct times t = { 0 };
	struct ch_buf b = { 0 };
	bool ok = true;

	for (size_t i = 0; ok && i < l->count; i++) {
		ok = note_times(&t, &l->suites[i], err);
		add_facts(&facts, &l->suites[i]);
	}
	ch_buf_puts(&b, "{\"record\":\"repo\",\"v\":1");
	if (t.has_date)
		put_time(&b, "date", t.date);
	if (t.has_expires)
		put_time(&b, "expires", t.expires);
	ch_buf_puts(&b, ",\"identity\":{");
	for (size_t i = 0; i < l->count; i++) {
		if (i > 0)
			ch_buf_putc(&b, ',');
		put_identity(&b, &l->suites[i]);
	}
	ch_buf_puts(&b, "},\"apt\":");
	ch_apt_facts_print(&facts, &b);
	ch_buf_puts(&b, "}\n");
	ok = ok && ch_out_write(l->call->out, b.data, b.len, err);
	ch_buf_free(&b);
	ch_apt_facts_free(&facts);
	return ok;
}

static bool
print_suite(struct ch_lister *l, struct ch_upstream *u, struct ch_err *err)
{
	for (size_t i = 0; i < u->sel.warnings.count; i++)
		ch_warn("%s", u->sel.warnings.items[i]);
	return u->is_bare ? ch_flat_print(l, u, err) : ch_list_print(l, u, err);
}

static bool
step(struct ch_lister *l, struct ch_upstream *u, struct ch_err *err)
{
	if (!ch_list_release(l, u, err))
		return false;
	if (u->is_bare)
		return ch_flat_indexes(l, u, err);
	if (u->root == NULL)
		return true;
	return ch_list_twins(l, u, err) &&
	       ch_select(&u->sel, l->s, &u->parsed, u->name, err) &&
	       ch_list_indexes(l, u, err);
}

static void
open_suites(struct ch_lister *l)
{
	const struct ch_list *names = &l->s->suites;

	l->suites = ch_calloc(names->count, sizeof(*l->suites));
	l->count = names->count;
	for (size_t i = 0; i < names->count; i++) {
		struct ch_upstream *u = &l->suites[i];
		const char *name = names->items[i];

		u->name = name;
		u->base = !l->s->is_flat
			      ? ch_format("dists/%s/", name)
			      : ch_strdup(strcmp(name, "./") == 0 ? "" : name);
		u->in_release = ch_upstream_path(u, "InRelease");
		u->release = ch_upstream_path(u, "Release");
		u->signature = ch_upstream_path(u, "Release.gpg");
		u->checked = ch_format("checked/%s", u->release);
	}
}

static void
close_suites(struct ch_lister *l)
{
	for (size_t i = 0; i < l->count; i++) {
		struct ch_upstream *u = &l->suites[i];

		ch_selection_free(&u->sel);
		ch_release_free(&u->parsed);
		ch_free(u->base);
		ch_free(u->in_release);
		ch_free(u->release);
		ch_free(u->signature);
		ch_free(u->checked);
	}
	ch_free(l->suites);
}

char *
ch_upstream_path(const struct ch_upstream *u, const char *path)
{
	return ch_format("%s%s", u->base, path);
}

bool
ch_apt_list(const struct ch_call *c, struct ch_err *err)
{
	struct ch_lister l = {
		.call = c, .s = c->settings, .packages = { .out = c->out }
	};
	bool ok = true;

	open_suites(&l);
	for (size_t i = 0; ok && i < l.count; i++)
		ok = step(&l, &l.suites[i], err);
	if (ok && l.wants.len > 0) {
		ok = ch_out_write(c->out, l.wants.data, l.wants.len, err);
	} else if (ok) {
		ok = print_repo(&l, err);
		for (size_t i = 0; ok && i < l.count; i++)
			ok = print_suite(&l, &l.suites[i], err);
	}
	ch_packages_free(&l.packages);
	ch_buf_free(&l.wants);
	close_suites(&l);
	return ok;
}
