/* What is to be against what is. */
#include <string.h>

#include "hash.h"
#include "mem.h"
#include "tree_parts.h"

#include "banned.h"

const char *
ch_plan_key(struct ch_manifest *plan)
{
	struct ch_hash *hash = ch_hash_new(CH_HASH_SHA256);
	char hex[CH_HASH_HEX_MAX + 1];

	for (size_t i = 0; i < plan->count; i++) {
		const struct ch_entry *e = &plan->items[i];
		unsigned char how[2] = { (unsigned char)e->role,
			(unsigned char)e->keep };

		if (e->left != 0)
			continue;
		ch_hash_update(hash, e->path, (size_t)e->path_len + 1);
		ch_hash_update(hash, e->sha256, sizeof(e->sha256));
		ch_hash_update(hash, how, sizeof(how));
	}
	ch_hash_finish(hash, hex);
	return ch_manifest_text(plan, hex, strlen(hex));
}

static bool
is_same_file(const struct ch_entry *a, const struct ch_entry *b)
{
	return a->role == b->role && a->keep == b->keep &&
	       memcmp(a->sha256, b->sha256, CH_DIGEST_BYTES) == 0;
}

/* The count that a difference belongs to and its name; NULL for none. */
static uint64_t *
classify(struct ch_publish_report *r, const struct ch_entry *a,
    const struct ch_entry *b, const char **op_out)
{
	if (a == NULL) {
		*op_out = "remove";
		return &r->removed;
	}
	if (b == NULL || (a->left == 0 && b->left != 0)) {
		*op_out = "add";
		return &r->added;
	}
	if (a->left != 0 && b->left == 0) {
		*op_out = "leave";
		return &r->leaving;
	}
	*op_out = "replace";
	return is_same_file(a, b) ? NULL : &r->replaced;
}

static bool
say(struct ch_out *out, const char *op, const struct ch_entry *e,
    struct ch_err *err)
{
	struct ch_buf b = { .max = CH_BUF_MAX };
	bool is_written;

	if (out == NULL)
		return true;
	ch_buf_printf(&b, "{\"op\":\"%s\",\"path\":", op);
	ch_json_quote(&b, e->path, e->path_len);
	ch_buf_puts(&b, "}\n");
	is_written = ch_out_write(out, b.data, b.len, err);
	ch_buf_free(&b);
	return is_written;
}

/* a is to be, b is; one of them may be NULL. */
static bool
note(struct ch_publish_report *r, const struct ch_entry *a,
    const struct ch_entry *b, struct ch_out *out, struct ch_err *err)
{
	const struct ch_entry *shown = a == NULL ? b : a;
	const char *op;
	uint64_t *count = classify(r, a, b, &op);

	if (a != NULL && a->left != 0)
		r->kept++;
	if (count == NULL || shown == NULL)
		return true;
	(*count)++;
	return say(out, op, shown, err);
}

bool
ch_plan_compare(const struct ch_manifest *plan, const struct ch_manifest *old,
    struct ch_publish_report *report, struct ch_out *out, struct ch_err *err)
{
	size_t i = 0;
	size_t j = 0;

	while (i < plan->count || j < old->count) {
		const struct ch_entry *a =
		    i < plan->count ? &plan->items[i] : NULL;
		const struct ch_entry *b =
		    j < old->count ? &old->items[j] : NULL;
		int c = 0;

		if (a != NULL && b != NULL)
			c = strcmp(a->path, b->path);
		if (b == NULL || c < 0) {
			b = NULL;
			i++;
		} else if (a == NULL || c > 0) {
			a = NULL;
			j++;
		} else {
			i++;
			j++;
		}
		if (!note(report, a, b, out, err))
			return false;
	}
	return true;
}

void
ch_plan_date(struct ch_manifest *plan, const struct ch_manifest *old)
{
	for (size_t i = 0; i < plan->count; i++) {
		struct ch_entry *e = &plan->items[i];
		const struct ch_entry *before =
		    ch_manifest_find(old, e->path, e->path_len);
		bool is_same = before != NULL && is_same_file(before, e);

		e->since = is_same ? before->since : plan->date;
	}
}
