/* ch_record_check of record.h: each kind's own fields. */
#include <string.h>

#include "hash.h"
#include "path.h"
#include "record_parts.h"

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

static bool check_files(const char *key, const struct ch_member *m,
    struct ch_span text, struct ch_err *err);

#define PACKAGE 1u
#define FILE    2u
#define REPO    4u
#define END     8u
#define OBJECT  (PACKAGE | FILE)

#define KEY(literal)                                                           \
	{                                                                      \
		literal, sizeof(literal) - 1                                   \
	}

/* What members are checked for; the first two are what a package needs. */
static const struct field {
	struct ch_span key; /* name of the member */
	unsigned kinds;     /* of the records where it means this */
	field_fn check;     /* for its value */
} fields[] = {
	{ KEY("name"), PACKAGE, check_text },
	{ KEY("path"), OBJECT, check_path },
	{ KEY("as"), OBJECT, check_path },
	{ KEY("url"), OBJECT, check_text },
	{ KEY("size"), OBJECT, check_number },
	{ KEY("sha256"), OBJECT, check_sha256 },
	{ KEY("digest"), OBJECT, check_digest },
	{ KEY("role"), OBJECT, check_text },
	{ KEY("arch"), PACKAGE, check_text },
	{ KEY("version"), PACKAGE, check_text },
	{ KEY("time"), PACKAGE, check_number },
	{ KEY("files"), PACKAGE, check_files },
	{ KEY("base"), REPO, check_number },
	{ KEY("upstream"), REPO | END, check_number },
};

#define FIELD_COUNT (sizeof(fields) / sizeof(fields[0]))
#define NEEDED      2 /* the first ones */

/* From 1; one more than there are for a member that is none. */
static unsigned char
field_of(struct ch_span key)
{
	unsigned char i = 0;

	while (i < FIELD_COUNT && !ch_span_equal(fields[i].key, key))
		i++;
	return (unsigned char)(i + 1);
}

/* *seen_out has a bit for each text that is not empty. */
static bool
check_fields(
    struct ch_record *r, unsigned kinds, unsigned *seen_out, struct ch_err *err)
{
	*seen_out = 0;
	for (size_t i = 0; i < r->count; i++) {
		struct ch_member *m = &r->members[i];
		const struct field *f;
		struct ch_span text;

		if (m->field == 0)
			m->field = field_of(m->key);
		f = &fields[m->field - 1];
		if (m->field > FIELD_COUNT || (f->kinds & kinds) == 0)
			continue;
		text = ch_record_text(r, m);
		if (!f->check(f->key.data, m, text, err))
			return false;
		if (text.len > 0)
			*seen_out |= 1u << (m->field - 1);
	}
	return true;
}

static bool
check_member_file(
    void *ctx, struct ch_span key, struct ch_span value, struct ch_err *err)
{
	struct ch_record *r = ctx;
	struct ch_buf line = { 0 };
	unsigned seen;
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
	    check_fields(r, FILE, &seen, err);
	if (is_good && ch_record_find(r, "path") == NULL &&
	    ch_record_find(r, "as") == NULL)
		is_good = bad_field(err, "files", "an element has no \"path\"");
	ch_buf_free(&line);
	return is_good;
}

static bool
check_files(const char *key, const struct ch_member *m, struct ch_span text,
    struct ch_err *err)
{
	struct ch_record element = { 0 };
	bool is_good;

	(void)text;
	if (m->value.data[0] != '[')
		return bad_field(err, key, "is no array");
	is_good = ch_json_each(m->value, check_member_file, &element, err);
	ch_record_free(&element);
	return is_good;
}

static bool
check_package(struct ch_record *r, struct ch_err *err)
{
	unsigned seen;

	if (!check_fields(r, PACKAGE, &seen, err))
		return false;
	for (size_t i = 0; i < NEEDED; i++) {
		if ((seen >> i & 1) == 0)
			return ch_fail(err, CH_MALFORMED,
			    "package record: no \"%s\"", fields[i].key.data);
	}
	return true;
}

static bool
check_file(struct ch_record *r, struct ch_err *err)
{
	unsigned seen;

	if (ch_record_find(r, "path") == NULL &&
	    ch_record_find(r, "as") == NULL)
		return ch_fail(err, CH_MALFORMED, "file record: no \"path\"");
	return check_fields(r, FILE, &seen, err);
}

static bool
check_repo(struct ch_record *r, struct ch_err *err)
{
	const char *id;
	const char *type;
	uint64_t v = 1;
	unsigned seen;

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
	return check_fields(r, REPO, &seen, err);
}

static bool
check_end(struct ch_record *r, struct ch_err *err)
{
	unsigned seen;

	return check_fields(r, END, &seen, err);
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
	case CH_KIND_END:
		return check_end(r, err);
	case CH_KIND_OTHER:
	case CH_KIND_REJECT:
	case CH_KIND_WANT:
	case CH_KIND_PROBLEM:
		break;
	}
	return true;
}
