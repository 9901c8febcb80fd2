#include <stdlib.h>
#include <string.h>

#include "catalog_parts.h"
#include "mem.h"

#include "banned.h"

static const struct ch_reason conflict = {
	.code = "conflict",
	.message = "other bytes are there under this name, version and "
		   "architecture: give it another version, or say --force to "
		   "replace them",
};

/* One line of an identity: one name, architecture and version. */
struct member {
	char *text;                     /* without LF, owned */
	size_t len;                     /* bytes of text */
	bool is_old;                    /* in the current generation */
	bool is_new;                    /* in the stream */
	bool is_dropped;                /* will not be written */
	char sha256[CH_SHA256_HEX + 1]; /* or "" */
	char *path;                     /* or NULL; owned */
};

struct join {
	struct ch_saving *s;       /* where to */
	struct ch_generation old;  /* the current generation */
	bool has_old;              /* old is open */
	struct ch_line old_line;   /* its next line, text.data NULL: none */
	struct ch_line new_line;   /* the stream's, likewise */
	struct ch_line key;        /* of the group, in its first member */
	struct member *members;    /* the group */
	size_t count;              /* members in use */
	size_t cap;                /* members allocated */
	struct ch_record record;   /* scratch */
	struct ch_record rejected; /* scratch */
};

static bool
set_line(struct ch_line *l, struct ch_span text, struct ch_err *err)
{
	if (!ch_line_split(l, text))
		return ch_fail(err, CH_MALFORMED,
		    "a line is not in canonical form: %.60s", text.data);
	ch_line_names(l);
	return true;
}

/* Lines of old that take part: uploads only, unless it is a merge. */
static bool
takes_part(struct join *j, bool *takes_out, struct ch_err *err)
{
	static const char local[] = "\"local\":true";

	const struct ch_save *o = j->s->o;
	bool is_local;

	*takes_out = o->is_merge;
	if ((*takes_out && !o->leaves_out) || o->drops_local ||
	    !memmem(
		j->old.line.data, j->old.line.len, local, sizeof(local) - 1))
		return true;
	if (!ch_record_parse(&j->record, j->old.line, err))
		return false;
	is_local = (j->record.kind == CH_KIND_PACKAGE ||
		       j->record.kind == CH_KIND_FILE) &&
		   ch_record_true(&j->record, "local");
	if (!o->leaves_out) {
		*takes_out = is_local;
		return true;
	}
	if (!is_local)
		return true;
	if (!o->leaves_out(o->ctx, &j->record, &is_local, err))
		return false;
	*takes_out = !is_local;
	return true;
}

static bool
next_old(struct join *j, struct ch_err *err)
{
	enum ch_next got = CH_END;
	bool takes = false;

	j->old_line.text.data = NULL;
	while (j->has_old && !takes &&
	       (got = ch_generation_line(&j->old, err)) == CH_ITEM) {
		if (!set_line(&j->old_line, j->old.line, err))
			return false;
		if (!ch_span_is(j->old_line.kind, "\"repo\"") &&
		    !ch_span_is(j->old_line.kind, "\"end\"") &&
		    !takes_part(j, &takes, err))
			return false;
	}
	if (!takes)
		j->old_line.text.data = NULL;
	return got != CH_ERROR;
}

static bool
next_new(struct join *j, struct ch_err *err)
{
	struct ch_span text;
	enum ch_next got = ch_sort_next(j->s->lines, &text, err);

	j->new_line.text.data = NULL;
	if (got == CH_ITEM)
		return set_line(&j->new_line, text, err);
	return got == CH_END;
}

static void
group_add(struct join *j, const struct ch_line *l, bool is_old, bool is_new)
{
	struct member *m;

	if (j->count == j->cap) {
		j->cap = j->cap ? 2 * j->cap : 16;
		j->members = ch_realloc(j->members, j->cap, sizeof(*m));
	}
	m = &j->members[j->count++];
	*m = (struct member){ .is_old = is_old, .is_new = is_new };
	m->text = ch_strndup(l->text.data, l->text.len);
	m->len = l->text.len;
	if (j->count == 1) {
		(void)ch_line_split(
		    &j->key, (struct ch_span){ m->text, m->len });
		ch_line_names(&j->key);
	}
}

static void
group_clear(struct join *j)
{
	size_t i;

	for (i = 0; i < j->count; i++) {
		ch_free(j->members[i].text);
		ch_free(j->members[i].path);
	}
	j->count = 0;
}

static bool
read_member(struct join *j, struct member *m, struct ch_err *err)
{
	const char *sha256;
	const char *path;

	if (!ch_record_parse(
		&j->record, (struct ch_span){ m->text, m->len }, err))
		return false;
	sha256 = ch_record_string(&j->record, "sha256");
	if (sha256 && strlen(sha256) == CH_SHA256_HEX)
		memcpy(m->sha256, sha256, sizeof(m->sha256));
	path = ch_record_string(&j->record, "path");
	if (!path)
		path = ch_record_string(&j->record, "as");
	if (path && !m->path)
		m->path = ch_strdup(path);
	return true;
}

static bool
same_bytes(const struct member *a, const struct member *b)
{
	return strcmp(a->sha256, b->sha256) == 0;
}

/* The same package in two places is two: one in each component. */
static bool
same_place(const struct member *a, const struct member *b)
{
	return a->path && b->path && ch_str_equal(a->path, b->path);
}

/* The new one is written as an upload from now on, so that it stays. */
static bool
make_local(struct join *j, struct member *m, struct ch_err *err)
{
	struct ch_buf text = { 0 };

	if (!read_member(j, m, err))
		return false;
	ch_record_set_raw(&j->record, "local", "true");
	ch_record_print_canonical(&j->record, &text);
	ch_free(m->text);
	m->len = text.len - 1;
	m->text = ch_buf_take(&text);
	return true;
}

/* Upstream has an uploaded package now, at the same place: one line. */
static bool
settle_local(struct join *j, struct member *old, struct ch_err *err)
{
	size_t i;

	for (i = 0; i < j->count; i++) {
		struct member *m = &j->members[i];

		if (m->is_old || !same_bytes(m, old) || !same_place(m, old))
			continue;
		old->is_dropped = true;
		return make_local(j, m, err);
	}
	return true;
}

static bool
reject_member(struct join *j, struct member *m, const struct ch_reason *why,
    struct ch_err *err)
{
	m->is_dropped = true;
	if (!read_member(j, m, err))
		return false;
	ch_reject_make(&j->rejected, &j->record, why);
	return ch_intake_reject(j->s, &j->rejected, err);
}

/* Of a merge: a path can be of one package only. */
static bool
settle_path(struct join *j, struct member *m, struct ch_err *err)
{
	struct ch_reason why = { .code = "conflict" };
	const char *who;
	char *message;
	bool ok;

	if (!read_member(j, m, err) ||
	    !ch_paths_rivals(j->s, &j->record, &who, err))
		return false;
	if (!who)
		return true;
	message = ch_format("%s would lie at one path with other bytes: give "
			    "one another version or name",
	    who);
	why.message = message;
	ok = reject_member(j, m, &why, err);
	ch_free(message);
	return ok;
}

/* An upload against what is there, and against the uploads before it. */
static bool
settle_upload(struct join *j, struct member *m, struct ch_err *err)
{
	bool is_refused = false;
	size_t i;

	for (i = 0; i < j->count && !m->is_dropped; i++) {
		const struct member *other = &j->members[i];

		if (other == m || (!other->is_old && other > m))
			continue;
		if (same_bytes(other, m))
			m->is_dropped =
			    !other->is_dropped && same_place(other, m);
		else if (other->is_new || !j->s->o->is_forced)
			is_refused = is_refused || !other->is_dropped;
	}
	if (m->is_dropped)
		return true;
	if (is_refused)
		return reject_member(j, m, &conflict, err);
	for (i = 0; i < j->count; i++)
		if (j->members[i].is_old && !same_bytes(&j->members[i], m))
			j->members[i].is_dropped = true;
	return true;
}

static bool
settle(struct join *j, struct ch_err *err)
{
	size_t i;
	bool ok = true;

	for (i = 0; ok && j->s->contested_count > 0 && i < j->count; i++)
		if (!j->members[i].is_old)
			ok = settle_path(j, &j->members[i], err);
	if (j->count < 2)
		return ok;
	for (i = 0; ok && i < j->count; i++)
		ok = read_member(j, &j->members[i], err);
	for (i = 0; ok && i < j->count; i++) {
		struct member *m = &j->members[i];

		if (j->s->o->is_merge && !m->is_old && !m->is_dropped)
			ok = settle_upload(j, m, err);
		else if (!j->s->o->is_merge && !m->is_new)
			ok = settle_local(j, m, err);
	}
	return ok;
}

static int
compare_members(const void *a, const void *b)
{
	const struct member *x = a, *y = b;

	return ch_span_compare((struct ch_span){ x->text, x->len },
	    (struct ch_span){ y->text, y->len });
}

static bool
group_write(struct join *j, struct ch_err *err)
{
	bool ok = settle(j, err);
	size_t i;

	if (ok && j->count > 1)
		qsort(
		    j->members, j->count, sizeof(*j->members), compare_members);
	for (i = 0; ok && i < j->count; i++) {
		const struct member *m = &j->members[i];

		if (!m->is_dropped)
			ok = ch_write_line(
			    j->s, (struct ch_span){ m->text, m->len }, err);
	}
	group_clear(j);
	return ok;
}

/* The smaller of the two next lines goes into its group. */
static bool
step(struct join *j, struct ch_err *err)
{
	bool has_old = j->old_line.text.data != NULL;
	bool has_new = j->new_line.text.data != NULL;
	int c = !has_old   ? 1
		: !has_new ? -1
			   : ch_line_compare(&j->old_line, &j->new_line);
	const struct ch_line *l = c <= 0 ? &j->old_line : &j->new_line;

	if (j->count > 0 && !ch_line_same_identity(&j->key, l) &&
	    !group_write(j, err))
		return false;
	group_add(j, l, c <= 0, c >= 0);
	return (c > 0 || next_old(j, err)) && (c < 0 || next_new(j, err));
}

bool
ch_join_run(struct ch_saving *s, struct ch_err *err)
{
	struct join j = { .s = s };
	bool ok = true;

	if (s->current_path) {
		ok = ch_generation_open(&j.old, s->current_path, err);
		j.has_old = ok;
	}
	ok = ok && next_old(&j, err) && next_new(&j, err);
	while (ok && (j.old_line.text.data || j.new_line.text.data))
		ok = step(&j, err);
	ok = ok && group_write(&j, err);
	group_clear(&j);
	if (s->current_path)
		ch_generation_close(&j.old);
	ch_record_free(&j.record);
	ch_record_free(&j.rejected);
	ch_free(j.members);
	return ok;
}
