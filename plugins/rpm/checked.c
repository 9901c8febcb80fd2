#include <inttypes.h>
#include <string.h>

#include "check.h"
#include "lib/hash.h"
#include "lib/io.h"
#include "lib/log.h"
#include "lib/path.h"

#include "lib/banned.h"

/* More are not kept from one run to the next: 8 MiB in memory. */
enum { OLD_MAX = 1 << 18, KEYRING_MAX = 64 << 20 };

/* A change of it makes every package be looked at again. */
static const char rules[] = "chantal-rpm-checked 2 " CH_VERSION;

/* What the answer depends on, beside the package. */
static bool
identify(const struct ch_verifier *v, char hex[CH_SHA256_HEX + 1])
{
	struct ch_hash *hash = ch_hash_new(CH_HASH_SHA256);
	struct ch_buf keyring = { 0 };
	char digest[CH_HASH_HEX_MAX + 1];
	struct ch_err err;
	bool is_read = true;

	ch_hash_update(hash, rules, sizeof(rules));
	if (v->keyring != NULL) {
		is_read = ch_read_file(v->keyring, KEYRING_MAX, &keyring, &err);
		ch_hash_update(hash, keyring.data, keyring.len);
	}
	for (size_t i = 0; i < v->pins.count; i++)
		ch_hash_update(
		    hash, v->pins.items[i], strlen(v->pins.items[i]) + 1);
	ch_hash_finish(hash, digest);
	memcpy(hex, digest, CH_SHA256_HEX + 1);
	ch_buf_free(&keyring);
	return is_read;
}

/* The first line is what they were verified with. */
static bool
read_lines(struct ch_checked *c, struct ch_in *in, struct ch_err *err)
{
	struct ch_span line;
	enum ch_next next = ch_in_line(in, &line, err);
	char hex[CH_SHA256_HEX + 1];

	if (next != CH_ITEM || !ch_span_is(line, c->trust))
		return next != CH_ERROR;
	while ((next = ch_in_line(in, &line, err)) == CH_ITEM) {
		if (!ch_is_sha256(line.data, line.len))
			return ch_fail(
			    err, CH_MALFORMED, "line %" PRIu64, in->line);
		memcpy(hex, line.data, CH_SHA256_HEX);
		hex[CH_SHA256_HEX] = '\0';
		if (c->old.count < OLD_MAX)
			(void)ch_digest_set_add(&c->old, hex);
	}
	return next == CH_END;
}

void
ch_checked_open(
    struct ch_checked *c, const char *dir, const struct ch_verifier *v)
{
	struct ch_err err;
	struct ch_in in;

	*c = (struct ch_checked){ 0 };
	if (dir == NULL || !identify(v, c->trust))
		return;
	c->path = ch_path_join(dir, "checked");
	if (!ch_in_open(&in, c->path, &err))
		return;
	if (!read_lines(c, &in, &err)) {
		ch_debug("%s: %s", c->path, err.text);
		ch_digest_set_free(&c->old);
		c->old = (struct ch_digest_set){ 0 };
	}
	ch_in_close(&in);
}

bool
ch_checked_has(const struct ch_checked *c, const char *sha256)
{
	return ch_digest_set_has(&c->old, sha256) ||
	       ch_digest_set_has(&c->now, sha256);
}

void
ch_checked_add(struct ch_checked *c, const char *sha256)
{
	if (ch_digest_set_add(&c->now, sha256) &&
	    !ch_digest_set_has(&c->old, sha256))
		c->is_changed = true;
}

struct saving {
	const struct ch_checked *c; /* what is saved */
	struct ch_out *out;         /* where to */
	struct ch_err *err;         /* of the first failure */
	bool is_ok;                 /* none so far */
};

static void
put_line(void *ctx, const char *sha256)
{
	struct saving *s = ctx;

	s->is_ok = s->is_ok && ch_out_puts(s->out, sha256, s->err) &&
		   ch_out_puts(s->out, "\n", s->err);
}

static void
put_old(void *ctx, const char *sha256)
{
	struct saving *s = ctx;

	if (!ch_digest_set_has(&s->c->now, sha256))
		put_line(ctx, sha256);
}

void
ch_checked_save(const struct ch_checked *c)
{
	struct ch_err err;
	struct ch_atomic a;
	struct saving s = { c, &a.out, &err, true };
	bool is_saved = false;

	if (c->path == NULL || !c->is_changed)
		return;
	if (ch_atomic_open(&a, c->path, 0600, &err)) {
		put_line(&s, c->trust);
		ch_digest_set_each(&c->now, put_line, &s);
		if (c->old.count + c->now.count <= OLD_MAX)
			ch_digest_set_each(&c->old, put_old, &s);
		is_saved = s.is_ok && ch_atomic_commit(&a, &err);
		if (!s.is_ok)
			ch_atomic_discard(&a);
	}
	if (!is_saved)
		ch_debug("%s", err.text);
}

void
ch_checked_free(struct ch_checked *c)
{
	ch_digest_set_free(&c->old);
	ch_digest_set_free(&c->now);
	ch_free(c->path);
}
