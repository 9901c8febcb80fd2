/* ch_record_check of record.h: each kind's own fields. */
#include <string.h>

#include "hash.h"
#include "path.h"
#include "record.h"

#include "banned.h"

static bool
bad_field(struct ch_err *err, const char *key, const char *why)
{
	return ch_fail(err, CH_MALFORMED, "\"%s\": %s", key, why);
}

/* What a member is checked for; text is that of a string, else data is NULL. */
typedef bool (*field_fn)(const char *key, const struct ch_member *m,
    struct ch_span text, struct ch_err *err);

/* A string without control bytes. */
static bool
check_text(const char *key, const struct ch_member *m, struct ch_span text,
    struct ch_err *err)
{
	bool is_plain;

	if (text.data == NULL)
		return bad_field(err, key, "is no string");
	/* What is not escaped was seen by the scanner: only DEL is left. */
	is_plain = m->has_escape ? ch_is_plain(text.data, text.len)
				 : memchr(text.data, 0x7f, text.len) == NULL;
	if (!is_plain)
		return bad_field(err, key, "holds a control byte");
	return true;
}

static bool
check_number(const char *key, const struct ch_member *m, struct ch_span text,
    struct ch_err *err)
{
	uint64_t n;

	(void)text;
	if (ch_parse_uint_span(m->value, CH_MAX_INT, &n))
		return true;
	return bad_field(err, key, "is no integer from 0 to 2^53");
}

static bool
check_sha256(const char *key, const struct ch_member *m, struct ch_span text,
    struct ch_err *err)
{
	(void)m;
	if (text.data != NULL && ch_is_sha256(text.data, text.len))
		return true;
	return bad_field(err, key, "is not 64 lower-case hex digits");
}

/* "algorithm:hex"; algorithms that only a type knows are its own affair. */
static bool
check_digest(const char *key, const struct ch_member *m, struct ch_span text,
    struct ch_err *err)
{
	const char *colon =
	    text.data == NULL ? NULL : memchr(text.data, ':', text.len);
	size_t hex_len;

	(void)m;
	if (colon == NULL || colon == text.data)
		return bad_field(err, key, "is not algorithm:hex");
	hex_len = text.len - (size_t)(colon - text.data) - 1;
	if (hex_len < 32 || hex_len > CH_HASH_HEX_MAX ||
	    !ch_is_hex(colon + 1, hex_len))
		return bad_field(err, key, "is not algorithm:hex");
	return true;
}

static bool
check_path(const char *key, const struct ch_member *m, struct ch_span text,
    struct ch_err *err)
{
	(void)m;
	if (text.data == NULL)
		return bad_field(err, key, "is no string");
	return ch_path_check(text.data, text.len, err);
}

struct field {
	const char *key; /* name of the member */
	size_t len;      /* of it */
	field_fn check;  /* for its value */
};

#define KEY(literal) literal, sizeof(literal) - 1

/* What a package, a file and an element of "files" have in common. */
static const struct field object_fields[] = {
	{ KEY("path"), check_path },
	{ KEY("as"), check_path },
	{ KEY("url"), check_text },
	{ KEY("size"), check_number },
	{ KEY("sha256"), check_sha256 },
	{ KEY("digest"), check_digest },
	{ KEY("role"), check_text },
	{ NULL, 0, NULL },
};

static const struct field package_fields[] = {
	{ KEY("name"), check_text },
	{ KEY("arch"), check_text },
	{ KEY("version"), check_text },
	{ KEY("time"), check_number },
	{ NULL, 0, NULL },
};

static const struct field repo_fields[] = {
	{ KEY("base"), check_number },
	{ KEY("upstream"), check_number },
	{ NULL, 0, NULL },
};

static struct ch_span
text_of(struct ch_record *r, const struct ch_member *m, const char *key)
{
	if (m->has_escape)
		return ch_record_span(r, key);
	return (struct ch_span){ m->value.data + 1, m->value.len - 2 };
}

static bool
check_fields(
    struct ch_record *r, const struct field *fields, struct ch_err *err)
{
	for (const struct field *f = fields; f->key != NULL; f++) {
		const struct ch_member *m =
		    ch_record_member(r, (struct ch_span){ f->key, f->len });
		struct ch_span text = { NULL, 0 };

		if (m == NULL)
			continue;
		if (m->value.data[0] == '"')
			text = text_of(r, m, f->key);
		if (!f->check(f->key, m, text, err))
			return false;
	}
	return true;
}

static bool
check_object(struct ch_record *r, struct ch_err *err)
{
	return check_fields(r, object_fields, err);
}

static bool
check_member_file(
    void *ctx, struct ch_span key, struct ch_span value, struct ch_err *err)
{
	struct ch_record *r = ctx;
	struct ch_buf line = { 0 };
	bool is_good;

	(void)key;
	if (value.len < 2 || value.data[0] != '{')
		return bad_field(
		    err, "files", "holds something else than objects");
	/* The element as a record of its own, to use the same checks. */
	ch_buf_puts(&line, "{\"record\":\"file\"");
	if (value.data[1] != '}')
		ch_buf_putc(&line, ',');
	ch_buf_put(&line, value.data + 1, value.len - 1);
	is_good =
	    ch_record_parse(r, (struct ch_span){ line.data, line.len }, err) &&
	    check_object(r, err);
	if (is_good && ch_record_find(r, "path") == NULL &&
	    ch_record_find(r, "as") == NULL)
		is_good = bad_field(err, "files", "an element has no \"path\"");
	ch_buf_free(&line);
	return is_good;
}

static bool
check_files(struct ch_record *r, struct ch_err *err)
{
	const struct ch_member *m = ch_record_find(r, "files");
	struct ch_record element = { 0 };
	bool is_good;

	if (m == NULL)
		return true;
	if (m->value.data[0] != '[')
		return bad_field(err, "files", "is no array");
	is_good = ch_json_each(m->value, check_member_file, &element, err);
	ch_record_free(&element);
	return is_good;
}

static bool
need_text(struct ch_record *r, const char *key, struct ch_err *err)
{
	if (ch_record_span(r, key).len > 0)
		return true;
	return ch_fail(err, CH_MALFORMED, "%s record: no \"%s\"",
	    ch_kind_name(r->kind), key);
}

static bool
check_package(struct ch_record *r, struct ch_err *err)
{
	return need_text(r, "name", err) && need_text(r, "path", err) &&
	       check_fields(r, package_fields, err) && check_object(r, err) &&
	       check_files(r, err);
}

static bool
check_file(struct ch_record *r, struct ch_err *err)
{
	if (ch_record_find(r, "path") == NULL &&
	    ch_record_find(r, "as") == NULL)
		return ch_fail(err, CH_MALFORMED, "file record: no \"path\"");
	return check_object(r, err);
}

static bool
check_repo(struct ch_record *r, struct ch_err *err)
{
	const char *id;
	const char *type;
	uint64_t v = 1;

	if (!ch_record_need_string(r, "repo", &id, err) ||
	    !ch_record_need_string(r, "type", &type, err))
		return false;
	if (!ch_name_check(id, "repository id", err) ||
	    !ch_name_check(type, "type", err)) {
		err->status = CH_MALFORMED;
		return false;
	}
	if (ch_record_find(r, "v") != NULL &&
	    (!ch_record_uint(r, "v", &v) || v != 1))
		return ch_fail(err, CH_MALFORMED,
		    "repo record: \"v\" is not 1: written by a newer program");
	return check_fields(r, repo_fields, err);
}

bool
ch_record_check(struct ch_record *r, struct ch_err *err)
{
	switch (r->kind) {
	case CH_KIND_PACKAGE:
		return check_package(r, err);
	case CH_KIND_FILE:
		return check_file(r, err);
	case CH_KIND_REPO:
		return check_repo(r, err);
	case CH_KIND_OTHER:
	case CH_KIND_REJECT:
	case CH_KIND_END:
	case CH_KIND_WANT:
	case CH_KIND_PROBLEM:
		break;
	}
	return true;
}
