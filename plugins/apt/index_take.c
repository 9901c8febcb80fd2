#include <inttypes.h>
#include <string.h>

#include "index_parts.h"
#include "lib/element.h"
#include "lib/path.h"

#include "lib/banned.h"

#define KEYS_MEMORY ((size_t)2 << 20)

/* A member of the record's "apt"; false when it is there and is no word. */
static bool
apt_member(struct ch_record *r, const char *key, char **out, struct ch_err *err)
{
	struct ch_span raw = ch_record_lookup(r, key);
	struct ch_buf text = { 0 };

	*out = NULL;
	if (raw.data == NULL)
		return true;
	if (!ch_json_decode(raw, &text) ||
	    (text.len > 0 && memchr(text.data, '\0', text.len) != NULL)) {
		ch_buf_free(&text);
		return ch_fail(err, CH_MALFORMED, "\"%s\": is no word", key);
	}
	*out = ch_buf_take(&text);
	return true;
}

static bool
read_kind(struct ch_index_package *p, const char *kind, struct ch_err *err)
{
	if (kind == NULL)
		p->kind = ch_str_equal(p->arch, "source") ? CH_LIST_SOURCE
							  : CH_LIST_DEB;
	else if (ch_str_equal(kind, "deb"))
		p->kind = CH_LIST_DEB;
	else if (ch_str_equal(kind, "udeb"))
		p->kind = CH_LIST_UDEB;
	else if (ch_str_equal(kind, "source"))
		p->kind = CH_LIST_SOURCE;
	else
		return ch_fail(err, CH_MALFORMED,
		    "\"apt.kind\": '%s': must be deb, udeb or source", kind);
	return true;
}

/* In one folder one file lists all that can be installed. */
static void
fit_kind(struct ch_index_package *p)
{
	if (p->suite->is_flat && p->kind == CH_LIST_UDEB)
		p->kind = CH_LIST_DEB;
}

static bool
find_place(struct ch_indexer *ix, const struct ch_told_repo *repo,
    struct ch_record *r, struct ch_index_package *p, struct ch_err *err)
{
	char *suite = NULL;
	char *component = NULL;
	char *kind = NULL;
	bool is_found = apt_member(r, "apt.suite", &suite, err) &&
			apt_member(r, "apt.component", &component, err) &&
			apt_member(r, "apt.kind", &kind, err) &&
			read_kind(p, kind, err);

	if (is_found)
		p->suite = ch_index_suite_of(ix, repo, suite, err);
	if (p->suite != NULL)
		p->component =
		    ch_index_component_of(ix, p->suite, repo, component, err);
	ch_free(suite);
	ch_free(component);
	ch_free(kind);
	if (p->suite == NULL || p->component == NULL)
		return false;
	fit_kind(p);
	return ch_index_add_architecture(p->suite, p->arch, err);
}

/* It becomes a part of a sort key, and of lines of other files. */
static bool
need_word(
    struct ch_record *r, const char *key, const char **out, struct ch_err *err)
{
	if (!ch_record_need_string(r, key, out, err))
		return false;
	for (const char *p = *out; *p != '\0'; p++)
		if (*p <= ' ' || *p == 0x7f)
			return ch_fail(
			    err, CH_MALFORMED, "\"%s\": is no word", key);
	return **out != '\0' ||
	       ch_fail(err, CH_MALFORMED, "\"%s\": is empty", key);
}

static bool
read_package(
    struct ch_record *r, struct ch_index_package *p, struct ch_err *err)
{
	return need_word(r, "name", &p->name, err) &&
	       need_word(r, "version", &p->version, err) &&
	       need_word(r, "arch", &p->arch, err) &&
	       ch_record_need_string(r, "path", &p->path, err) &&
	       ch_path_check(p->path, strlen(p->path), err) &&
	       need_word(r, "sha256", &p->sha256, err) &&
	       (ch_is_sha256(p->sha256, strlen(p->sha256)) ||
		   ch_fail(err, CH_MALFORMED, "\"sha256\": is none"));
}

/*
 * Name, architecture, version: the order of catalogs, so that their lines come
 * sorted.  Half of a SHA-256 tells contents apart.
 */
static bool
add_key(struct ch_indexer *ix, const struct ch_index_package *p,
    struct ch_place place, struct ch_err *err)
{
	struct ch_index_list *l = &p->component->lists[p->kind];
	struct ch_buf *key = &ix->key;

	if (l->keys == NULL)
		l->keys = ch_sort_new(ix->scratch.path, KEYS_MEMORY);
	ch_buf_clear(key);
	ch_buf_printf(key, "%s\1%s\1%s\1%.32s\1%" PRIx64 "\1%" PRIx64, p->name,
	    p->arch, p->version, p->sha256, place.at, place.len);
	return ch_sort_add(
	    l->keys, (struct ch_span){ key->data, key->len }, err);
}

/* pool_layout: original, as the first Chantal placed packages. */
static char *
original_path(const struct ch_index_component *c, const char *path)
{
	const char *slash = strrchr(path, '/');

	return ch_format("pool/%s/%s", c->name[0] == '\0' ? "main" : c->name,
	    slash == NULL ? path : slash + 1);
}

static bool
move_element(void *ctx, struct ch_record *element, struct ch_err *err)
{
	const char *path = ch_record_string(element, "path");

	(void)err;
	if (path != NULL) {
		char *moved = original_path(ctx, path);

		ch_record_set_string(element, "path", moved);
		ch_free(moved);
	}
	return true;
}

static bool
write_moved(struct ch_indexer *ix, struct ch_record *r,
    const struct ch_index_package *p, struct ch_err *err)
{
	if (p->moved != NULL) {
		ch_record_set_string(r, "path", p->moved);
		if (!ch_record_each_element(
			r, "files", move_element, p->component, err))
			return false;
	}
	return ch_record_write(r, ix->call->out, err);
}

static bool
take(struct ch_indexer *ix, const struct ch_told_repo *repo,
    struct ch_record *r, struct ch_index_package *p, struct ch_err *err)
{
	struct ch_place place;

	ch_told_note_time(&ix->told, r);
	if (!find_place(ix, repo, r, p, err) ||
	    !ch_index_stanza_open(ix, p, r, err))
		return false;
	if (ix->settings->has_original_layout) {
		p->moved = original_path(p->component, p->path);
		p->path = p->moved;
	}
	return ch_stanza_spool_add(
		   &ix->spool, ch_index_stanza_placed(ix, p), &place, err) &&
	       add_key(ix, p, place, err) &&
	       ch_index_note_package(ix, repo, p, r, err) &&
	       write_moved(ix, r, p, err);
}

bool
ch_index_take_package(void *ctx, const struct ch_told_repo *repo,
    struct ch_record *r, struct ch_err *err)
{
	struct ch_indexer *ix = ctx;
	struct ch_index_package p = { 0 };
	bool is_taken;

	if (repo->mode == CH_MODE_MIRROR)
		return ch_record_write(r, ix->call->out, err);
	if (!read_package(r, &p, err))
		return ch_wrap(err, "%s", p.name == NULL ? "package" : p.name);
	is_taken = take(ix, repo, r, &p, err) ||
		   ch_wrap(err, "%s %s %s", p.name, p.version, p.arch);
	ch_deb822_close(&p.stanza);
	ch_free(p.moved);
	return is_taken;
}
