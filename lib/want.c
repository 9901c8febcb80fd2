#include "want.h"

#include <string.h>

#include "path.h"
#include "url.h"

#include "banned.h"

#define ABSENT ".absent"

/* FNV-1a; a plugin that makes its own names collide slows itself down. */
static size_t
hash(const char *s)
{
	uint64_t h = 14695981039346656037u;

	for (; *s != '\0'; s++)
		h = (h ^ (unsigned char)*s) * 1099511628211u;
	return (size_t)(h ^ h >> 32);
}

/* Where as is, or the empty slot where it belongs. */
static size_t *
slot_of(const struct ch_wants *wants, const char *as)
{
	size_t mask = wants->slot_count - 1;
	size_t at = hash(as) & mask;

	while (wants->slots[at] != 0 &&
	       !ch_str_equal(wants->items[wants->slots[at] - 1]->as, as))
		at = (at + 1) & mask;
	return &wants->slots[at];
}

static void
grow_slots(struct ch_wants *wants)
{
	ch_free(wants->slots);
	wants->slot_count = wants->slot_count == 0 ? 64 : wants->slot_count * 2;
	wants->slots = ch_calloc(wants->slot_count, sizeof(*wants->slots));
	for (size_t i = 0; i < wants->count; i++)
		*slot_of(wants, wants->items[i]->as) = i + 1;
}

static void
insert(struct ch_wants *wants, struct ch_want *want)
{
	if ((wants->count + 1) * 2 > wants->slot_count)
		grow_slots(wants);
	if (wants->count == wants->cap) {
		wants->cap = wants->cap == 0 ? 16 : wants->cap * 2;
		wants->items =
		    ch_realloc(wants->items, wants->cap, sizeof(*wants->items));
	}
	wants->items[wants->count++] = want;
	*slot_of(wants, want->as) = wants->count;
}

struct ch_want *
ch_wants_find(const struct ch_wants *wants, const char *as)
{
	size_t index;

	if (wants->slot_count == 0)
		return NULL;
	index = *slot_of(wants, as);
	return index == 0 ? NULL : wants->items[index - 1];
}

static void
free_want(struct ch_want *want)
{
	ch_list_free(&want->urls);
	ch_free(want->accept);
	ch_list_free(&want->digests);
	ch_free(want->served);
	ch_free(want->signature);
	ch_free(want->etag);
	ch_free(want->last_modified);
	ch_free(want->as);
	ch_free(want);
}

struct resolving {
	struct ch_want *want; /* gets the URLs */
	const char *feed;     /* what they are relative to */
};

static bool
add_url(void *ctx, struct ch_span key, struct ch_span value, struct ch_err *err)
{
	struct resolving *r = ctx;
	struct ch_buf ref = { 0 };
	char *url = NULL;

	(void)key;
	if (r->want->urls.count == CH_WANT_URLS_MAX)
		return ch_fail(err, CH_MALFORMED, "\"url\": more than %d",
		    CH_WANT_URLS_MAX);
	if (!ch_json_decode(value, &ref) || ref.len == 0)
		(void)ch_fail(err, CH_MALFORMED,
		    "\"url\": not a string, or an empty one");
	else
		url = ch_url_resolve(r->feed, ref.data, err);
	ch_buf_free(&ref);
	if (url == NULL)
		return false;
	ch_list_take(&r->want->urls, url);
	if (ch_url_is_file(url) && !ch_url_is_file(r->feed))
		return ch_fail(err, CH_USAGE,
		    "\"url\": %s: only a file feed leads to files", url);
	return true;
}

static bool
take_urls(struct ch_want *want, const struct ch_record *r, const char *feed,
    struct ch_err *err)
{
	struct resolving resolving = { want, feed };
	const struct ch_member *m = ch_record_find(r, "url");

	if (m == NULL)
		return ch_fail(err, CH_MALFORMED, "\"url\": missing");
	if (m->value.data[0] != '[')
		return add_url(&resolving, m->key, m->value, err);
	if (!ch_json_each(m->value, add_url, &resolving, err))
		return false;
	return want->urls.count > 0 ||
	       ch_fail(err, CH_MALFORMED, "\"url\": an empty list");
}

static bool
take_name(struct ch_want *want, struct ch_record *r, struct ch_err *err)
{
	const char *as;

	if (!ch_record_need_string(r, "as", &as, err))
		return false;
	want->as = ch_strdup(as);
	if (!ch_path_check(as, strlen(as), err))
		return ch_wrap(err, "\"as\"");
	if (ch_str_ends(as, ABSENT))
		return ch_fail(err, CH_MALFORMED,
		    "\"as\": '%s': this ending marks what is absent", as);
	return true;
}

/* It becomes a header: printable ASCII only. */
static bool
take_accept(struct ch_want *want, struct ch_record *r, struct ch_err *err)
{
	const char *accept = ch_record_string(r, "accept");
	const char *p = accept;

	if (ch_record_find(r, "accept") == NULL)
		return true;
	while (p != NULL && *p >= ' ' && *p <= '~')
		p++;
	if (p == NULL || *p != '\0' || p == accept || p - accept > 200)
		return ch_fail(err, CH_MALFORMED,
		    "\"accept\": not 1 to 200 printable characters");
	want->accept = ch_strdup(accept);
	return true;
}

static bool
take_verify(struct ch_want *want, struct ch_record *r, struct ch_err *err)
{
	const char *how = ch_record_string(r, "verify");
	const char *signature;

	if (ch_record_find(r, "verify") == NULL)
		return true;
	if (how != NULL && ch_str_equal(how, "openpgp-clear")) {
		want->verify = CH_VERIFY_CLEAR;
		return true;
	}
	if (how != NULL && ch_str_equal(how, "none")) {
		want->verify = CH_VERIFY_NEVER;
		return true;
	}
	if (how == NULL || !ch_str_equal(how, "openpgp-detached"))
		return ch_fail(err, CH_MALFORMED,
		    "\"verify\": none of openpgp-clear, openpgp-detached, "
		    "none");
	want->verify = CH_VERIFY_DETACHED;
	if (!ch_record_need_string(r, "signature", &signature, err))
		return false;
	want->signature = ch_strdup(signature);
	return true;
}

static bool
take_number(const struct ch_record *r, const char *key, bool *is_there_out,
    uint64_t *out, struct ch_err *err)
{
	*is_there_out = ch_record_find(r, key) != NULL;
	if (!*is_there_out || ch_record_uint(r, key, out))
		return true;
	return ch_fail(
	    err, CH_MALFORMED, "\"%s\": not an integer from 0 to 2^53", key);
}

static bool
add_digest(
    void *ctx, struct ch_span key, struct ch_span value, struct ch_err *err)
{
	struct ch_want *want = ctx;
	struct ch_buf digest = { 0 };
	enum ch_hash_kind kind;
	const char *hex;
	bool ok;

	(void)key;
	ok = want->digests.count < CH_WANT_DIGESTS_MAX &&
	     ch_json_decode(value, &digest) && digest.len > 0 &&
	     ch_digest_parse(digest.data, digest.len, &kind, &hex);
	if (ok)
		ch_list_add(&want->digests, digest.data);
	else
		(void)ch_fail(err, CH_MALFORMED,
		    "\"digest\": not such as \"sha512:\" and its lower-case "
		    "hex digits, nor a list of at most %d of these",
		    CH_WANT_DIGESTS_MAX);
	ch_buf_free(&digest);
	return ok;
}

static bool
take_digest(struct ch_want *want, struct ch_record *r, struct ch_err *err)
{
	const struct ch_member *m = ch_record_find(r, "digest");
	enum ch_hash_kind kind;
	const char *hex;

	if (m == NULL)
		return true;
	if (m->value.data[0] == '['
		? !ch_json_each(m->value, add_digest, want, err)
		: !add_digest(want, m->key, m->value, err))
		return false;
	/* One that is certain is looked for in the pool. */
	if (want->digests.count == 1 && want->sha256[0] == '\0' &&
	    ch_digest_parse(want->digests.items[0],
		strlen(want->digests.items[0]), &kind, &hex) &&
	    kind == CH_HASH_SHA256)
		memcpy(want->sha256, hex, sizeof(want->sha256));
	return true;
}

static bool
take_claims(struct ch_want *want, struct ch_record *r, struct ch_err *err)
{
	struct ch_span sha256 = ch_record_span(r, "sha256");
	bool has_max;

	want->max = CH_WANT_MAX_DEFAULT;
	want->is_root = ch_record_true(r, "root");
	want->is_probe = ch_record_true(r, "probe");
	want->is_optional = want->is_probe || ch_record_true(r, "optional");
	if (!take_number(r, "max", &has_max, &want->max, err) ||
	    !take_number(r, "size", &want->has_size, &want->size, err))
		return false;
	/* What has a size needs no other bound, unless it is given one. */
	if (want->has_size && (!has_max || want->max > want->size))
		want->max = has_max ? want->max : want->size;
	if (ch_record_find(r, "sha256") == NULL)
		return take_digest(want, r, err);
	if (sha256.data == NULL || !ch_is_sha256(sha256.data, sha256.len))
		return ch_fail(err, CH_MALFORMED,
		    "\"sha256\": not 64 lower-case hex digits");
	memcpy(want->sha256, sha256.data, sha256.len);
	return take_digest(want, r, err);
}

static bool
is_same_list(const struct ch_list *a, const struct ch_list *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (!ch_str_equal(a->items[i], b->items[i]))
			return false;
	return true;
}

static bool
is_same(const struct ch_want *a, const struct ch_want *b)
{
	return is_same_list(&a->urls, &b->urls) &&
	       (b->digests.count == 0 ||
		   is_same_list(&a->digests, &b->digests)) &&
	       (b->sha256[0] == '\0' || ch_str_equal(a->sha256, b->sha256));
}

/* A folder of its name must not be a file of another want. */
static bool
check_folders(const struct ch_wants *wants, const struct ch_want *want,
    struct ch_err *err)
{
	char *folder = ch_strdup(want->as);
	bool is_free = true;

	for (char *slash = strrchr(folder, '/'); slash != NULL && is_free;
	     slash = strrchr(folder, '/')) {
		*slash = '\0';
		if (ch_wants_find(wants, folder) != NULL)
			is_free = ch_fail(err, CH_MALFORMED,
			    "\"as\": '%s': '%s' is wanted as a file", want->as,
			    folder);
	}
	ch_free(folder);
	return is_free;
}

bool
ch_wants_add(struct ch_wants *wants, struct ch_record *r, const char *feed,
    struct ch_err *err)
{
	struct ch_want *want = ch_calloc(1, sizeof(*want));
	const struct ch_want *known;

	if (!take_name(want, r, err) || !take_urls(want, r, feed, err) ||
	    !take_accept(want, r, err) || !take_claims(want, r, err) ||
	    !take_verify(want, r, err) || !check_folders(wants, want, err))
		goto refuse;
	known = ch_wants_find(wants, want->as);
	if (known != NULL && !is_same(known, want)) {
		(void)ch_fail(err, CH_MALFORMED,
		    "\"as\": '%s' was wanted before, from another url or with "
		    "another digest",
		    want->as);
		goto refuse;
	}
	if (known != NULL) {
		free_want(want);
		return true;
	}
	if (wants->count == CH_WANTS_MAX) {
		(void)ch_fail(
		    err, CH_MALFORMED, "more than %zu wants", CH_WANTS_MAX);
		goto refuse;
	}
	insert(wants, want);
	return true;
refuse:
	free_want(want);
	return ch_wrap(err, "want");
}

bool
ch_wants_revision(const struct ch_wants *wants, char hex[CH_SHA256_HEX + 1])
{
	struct ch_list lines = { 0 };
	struct ch_buf text = { 0 };
	bool has_roots;

	for (size_t i = 0; i < wants->count; i++) {
		const struct ch_want *want = wants->items[i];

		if (want->is_root && want->is_tried)
			ch_list_take(
			    &lines, ch_format("%s %s\n", want->as,
					want->is_absent ? "-" : want->sha256));
	}
	ch_list_sort(&lines);
	for (size_t i = 0; i < lines.count; i++)
		ch_buf_puts(&text, lines.items[i]);
	ch_sha256_hex(text.data == NULL ? "" : text.data, text.len, hex);
	has_roots = lines.count > 0;
	ch_buf_free(&text);
	ch_list_free(&lines);
	return has_roots;
}

void
ch_wants_free(struct ch_wants *wants)
{
	for (size_t i = 0; i < wants->count; i++)
		free_want(wants->items[i]);
	ch_free(wants->items);
	ch_free(wants->slots);
	*wants = (struct ch_wants){ 0 };
}
