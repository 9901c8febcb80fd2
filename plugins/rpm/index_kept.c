#include <stdlib.h>
#include <string.h>

#include "index_parts.h"
#include "location.h"

#include "lib/banned.h"

static const char *
text_of(const struct ch_kept *k, uint32_t number)
{
	return k->text.data + k->entries[number - 1].text;
}

/* Behind the pkgid, up to the end or to the facts. */
static struct ch_span
path_in(const char *text)
{
	const char *path = strchr(text, '\1') + 1;

	return (struct ch_span){ path, strcspn(path, "\1") };
}

static bool
add_id(struct ch_kept *k, struct ch_span pkgid, bool *is_new)
{
	*is_new = ch_pkgids_find(&k->ids, pkgid) == NULL;
	return !*is_new || ch_pkgids_add(&k->ids, pkgid);
}

/* Hex in lower case, whatever upstream wrote. */
static struct ch_span
lower(struct ch_span hex, char out[CH_HASH_HEX_MAX + 1])
{
	size_t len = 0;

	while (len < hex.len && len < CH_HASH_HEX_MAX) {
		char c = hex.data[len];

		out[len++] = c >= 'A' && c <= 'F' ? (char)(c - 'A' + 'a') : c;
	}
	out[len] = '\0';
	return (struct ch_span){ out, len };
}

bool
ch_kept_add(struct ch_kept *k, const struct ch_kept_package *p)
{
	char hex[CH_HASH_HEX_MAX + 1];
	struct ch_span key = lower(p->pkgid, hex);
	struct ch_kept_entry entry = { .text = k->text.len };
	uint64_t *head;
	bool is_new;

	if (!add_id(k, key, &is_new) || k->count == UINT32_MAX)
		return false;
	if (k->count == k->cap) {
		k->cap = k->cap == 0 ? 1024 : 2 * k->cap;
		k->entries =
		    ch_realloc(k->entries, k->cap, sizeof(*k->entries));
	}
	ch_buf_printf(&k->text, "%s\1%s\1%s", hex, p->path, p->facts);
	/* Its NUL ends it. */
	ch_buf_putc(&k->text, '\0');
	head = ch_seen_add(&k->by_id, &key, 1, &is_new);
	entry.next = (uint32_t)*head;
	k->entries[k->count++] = entry;
	*head = k->count;
	return true;
}

static int
compare_texts(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

void
ch_kept_digest(const struct ch_kept *k, char hex[CH_SHA256_HEX + 1])
{
	const char **texts = ch_calloc(k->count + 1, sizeof(*texts));
	struct ch_hash *hash = ch_hash_new(CH_HASH_SHA256);
	char digest[CH_HASH_HEX_MAX + 1];

	for (size_t i = 0; i < k->count; i++)
		texts[i] = k->text.data + k->entries[i].text;
	if (k->count > 1)
		qsort(texts, k->count, sizeof(*texts), compare_texts);
	for (size_t i = 0; i < k->count; i++)
		ch_hash_update(hash, texts[i], strlen(texts[i]) + 1);
	ch_hash_finish(hash, digest);
	memcpy(hex, digest, CH_SHA256_HEX + 1);
	ch_free(texts);
}

/* Is it there where the href says?  A place of its own says something else. */
static bool
is_in_place(struct ch_kept *k, const struct ch_package *p, const char *text)
{
	struct ch_span path = path_in(text);
	struct ch_err err;

	if (p->base.data != NULL && p->base.len > 0)
		return false;
	return ch_span_equal(p->href, path) ||
	       (ch_location_path(p->href, &k->path, &err) &&
		   ch_span_equal(
		       (struct ch_span){ k->path.data, k->path.len }, path));
}

/* Of those that are left, the one that comes first, in any order of lines. */
static uint32_t
first_left(const struct ch_kept *k, uint32_t number)
{
	uint32_t best = 0;

	for (; number != 0; number = k->entries[number - 1].next)
		if (!k->entries[number - 1].is_found &&
		    (best == 0 ||
			strcmp(text_of(k, number), text_of(k, best)) < 0))
			best = number;
	return best;
}

static bool
choose(void *ctx, const struct ch_package *p, struct ch_cut_choice *choice,
    struct ch_err *err)
{
	struct ch_kept *k = ctx;
	char hex[CH_HASH_HEX_MAX + 1];
	struct ch_span key = lower(p->pkgid, hex);
	const uint64_t *head = ch_seen_find(&k->by_id, &key, 1);
	uint32_t found = head == NULL ? 0 : (uint32_t)*head;
	bool is_same = false;

	(void)err;
	while (found != 0 && !is_same) {
		is_same = is_in_place(k, p, text_of(k, found));
		if (!is_same)
			found = k->entries[found - 1].next;
	}
	if (found == 0 && head != NULL)
		found = first_left(k, (uint32_t)*head);
	if (found == 0 || k->entries[found - 1].is_found)
		return true;
	k->entries[found - 1].is_found = true;
	choice->is_kept = true;
	if (!is_same) {
		choice->href = path_in(text_of(k, found));
		k->has_moved = true;
	}
	return true;
}

struct ch_cut_chooser
ch_kept_chooser(struct ch_kept *k)
{
	for (size_t i = 0; i < k->count; i++)
		k->entries[i].is_found = false;
	k->has_moved = false;
	return (struct ch_cut_chooser){ .choose = choose, .ctx = k };
}

const char *
ch_kept_missing(const struct ch_kept *k)
{
	for (size_t i = 0; i < k->count; i++)
		if (!k->entries[i].is_found)
			return path_in(text_of(k, (uint32_t)i + 1)).data;
	return NULL;
}

void
ch_kept_free(struct ch_kept *k)
{
	ch_pkgids_free(&k->ids);
	ch_seen_free(&k->by_id);
	ch_free(k->entries);
	ch_buf_free(&k->text);
	ch_buf_free(&k->path);
}
