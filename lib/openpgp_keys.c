#include "openpgp_keys.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "log.h"

#include "banned.h"

#define SOON_S ((uint64_t)30 * 86400)

/* A field of a --with-colons line, from 1 as gnupg's doc/DETAILS counts. */
static struct ch_span
field(const char *line, unsigned n)
{
	while (--n > 0) {
		line += strcspn(line, ":");
		if (*line == ':')
			line++;
	}
	return (struct ch_span){ line, strcspn(line, ":") };
}

static void
copy_field(char *out, size_t room, struct ch_span value)
{
	size_t len = value.len < room ? value.len : room - 1;

	memcpy(out, value.data, len);
	out[len] = '\0';
}

static uint64_t
number(struct ch_span value)
{
	uint64_t n;

	return ch_parse_uint_span(value, CH_MAX_INT, &n) ? n : 0;
}

static void
add_key(struct ch_keys *keys, const char *line)
{
	struct ch_span caps = field(line, 12);
	struct ch_key *key;

	if (keys->count == keys->cap) {
		keys->cap = keys->cap == 0 ? 4 : keys->cap * 2;
		keys->items =
		    ch_realloc(keys->items, keys->cap, sizeof(*keys->items));
	}
	key = &keys->items[keys->count++];
	*key = (struct ch_key){ 0 };
	key->validity = field(line, 2).len > 0 ? field(line, 2).data[0] : '-';
	key->created = number(field(line, 6));
	key->expires = number(field(line, 7));
	/* Capital letters tell what the key with its subkeys can do. */
	key->can_sign = memchr(caps.data, 'S', caps.len) != NULL;
}

static bool
names_fingerprint(const char *selector, const char *fingerprint)
{
	size_t len;
	size_t all = strlen(fingerprint);

	if (selector[0] == '0' && (selector[1] == 'x' || selector[1] == 'X'))
		selector += 2;
	len = strlen(selector);
	return len >= 8 && len <= all &&
	       strcasecmp(fingerprint + all - len, selector) == 0;
}

/* The last key of keys, by one thing that it is called. */
static void
select_key(struct ch_keys *keys, const struct ch_list *selectors,
    struct ch_span fingerprint, struct ch_span user_id)
{
	struct ch_key *key = &keys->items[keys->count - 1];
	char *fpr = ch_strndup(fingerprint.data, fingerprint.len);
	char *uid = ch_strndup(user_id.data, user_id.len);

	for (size_t i = 0; i < selectors->count; i++)
		if (names_fingerprint(selectors->items[i], fpr) ||
		    (uid[0] != '\0' &&
			strstr(uid, selectors->items[i]) != NULL))
			key->is_wanted = keys->is_named[i] = true;
	ch_free(fpr);
	ch_free(uid);
}

static void
set_fingerprint(struct ch_keys *keys, struct ch_span fingerprint)
{
	struct ch_key *key = &keys->items[keys->count - 1];

	copy_field(key->fingerprint, sizeof(key->fingerprint), fingerprint);
	for (size_t i = 0; i + 1 < keys->count; i++)
		if (ch_str_equal(keys->items[i].fingerprint, key->fingerprint))
			keys->has_twins = true;
}

/* *is_secret: what follows belongs to the last key of keys. */
static void
see_key_line(struct ch_keys *keys, const char *line,
    const struct ch_list *selectors, bool *is_secret)
{
	static const struct ch_span none = { "", 0 };
	struct ch_span kind = field(line, 1);

	if (ch_span_is(kind, "sec")) {
		*is_secret = true;
		add_key(keys, line);
		select_key(keys, selectors, field(line, 5), none);
	} else if (ch_span_is(kind, "pub")) {
		*is_secret = false;
	} else if (*is_secret && ch_span_is(kind, "fpr")) {
		if (keys->items[keys->count - 1].fingerprint[0] == '\0')
			set_fingerprint(keys, field(line, 10));
		select_key(keys, selectors, field(line, 10), none);
	} else if (*is_secret && ch_span_is(kind, "uid")) {
		select_key(keys, selectors, none, field(line, 10));
	}
}

void
ch_keys_read(
    struct ch_keys *keys, struct ch_buf *text, const struct ch_list *selectors)
{
	char *at = text->data;
	char *line;
	bool is_secret = false;

	*keys = (struct ch_keys){ 0 };
	keys->is_named =
	    ch_calloc(selectors->count + 1, sizeof(*keys->is_named));
	while ((line = ch_gpg_line(&at)) != NULL)
		see_key_line(keys, line, selectors, &is_secret);
}

bool
ch_keys_list(struct ch_keys *keys, const struct ch_gpg *gpg,
    const struct ch_list *selectors, struct ch_err *err)
{
	const char *const args[] = { "--with-colons", "--list-secret-keys",
		NULL };
	struct ch_buf text;
	bool is_listed = ch_gpg_run(gpg, args, &text, err);

	*keys = (struct ch_keys){ 0 };
	if (is_listed)
		ch_keys_read(keys, &text, selectors);
	ch_buf_free(&text);
	return is_listed;
}

void
ch_keys_free(struct ch_keys *keys)
{
	ch_free(keys->items);
	ch_free(keys->is_named);
	*keys = (struct ch_keys){ 0 };
}

bool
ch_key_check(const struct ch_key *key, struct ch_err *err)
{
	uint64_t now = (uint64_t)time(NULL);

	if (key->validity == 'e' || (key->expires != 0 && key->expires <= now))
		return ch_fail(err, CH_USAGE,
		    "signing key %s: it has expired: extend it or name another",
		    key->fingerprint);
	if (key->validity == 'r')
		return ch_fail(err, CH_USAGE,
		    "signing key %s: it was revoked: name another",
		    key->fingerprint);
	if (!key->can_sign)
		return ch_fail(err, CH_USAGE, "signing key %s: it cannot sign",
		    key->fingerprint);
	if (key->expires != 0 && key->expires - now < SOON_S)
		ch_warn("signing key %s: expires in %llu days",
		    key->fingerprint,
		    (unsigned long long)((key->expires - now) / 86400));
	return true;
}
