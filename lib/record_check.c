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

/* A string without control bytes; absent is fine. */
static bool
check_text(struct ch_record *r, const char *key, struct ch_err *err)
{
	const struct ch_member *m = ch_record_find(r, key);
	struct ch_span text;

	if (m == NULL)
		return true;
	text = ch_record_span(r, key);
	if (text.data == NULL)
		return bad_field(err, key, "is no string");
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.data[i];

		if (c < 0x20 || c == 0x7f)
			return bad_field(err, key, "holds a control byte");
	}
	return true;
}

static bool
check_number(const struct ch_record *r, const char *key, struct ch_err *err)
{
	uint64_t n;

	if (ch_record_find(r, key) == NULL || ch_record_uint(r, key, &n))
		return true;
	return bad_field(err, key, "is no integer from 0 to 2^53");
}

static bool
check_sha256(struct ch_record *r, struct ch_err *err)
{
	struct ch_span text;

	if (ch_record_find(r, "sha256") == NULL)
		return true;
	text = ch_record_span(r, "sha256");
	if (text.data != NULL && ch_is_sha256(text.data, text.len))
		return true;
	return bad_field(err, "sha256", "is not 64 lower-case hex digits");
}

/* "algorithm:hex"; algorithms that only a type knows are its own affair. */
static bool
check_digest(struct ch_record *r, struct ch_err *err)
{
	struct ch_span text;
	const char *colon;
	size_t hex_len;

	if (ch_record_find(r, "digest") == NULL)
		return true;
	text = ch_record_span(r, "digest");
	colon = text.data == NULL ? NULL : memchr(text.data, ':', text.len);
	if (colon == NULL || colon == text.data)
		return bad_field(err, "digest", "is not algorithm:hex");
	hex_len = text.len - (size_t)(colon - text.data) - 1;
	if (hex_len < 32 || hex_len > CH_HASH_HEX_MAX ||
	    !ch_is_hex(colon + 1, hex_len))
		return bad_field(err, "digest", "is not algorithm:hex");
	return true;
}

static bool
check_path(struct ch_record *r, const char *key, struct ch_err *err)
{
	struct ch_span text;

	if (ch_record_find(r, key) == NULL)
		return true;
	text = ch_record_span(r, key);
	if (text.data == NULL)
		return bad_field(err, key, "is no string");
	return ch_path_check(text.data, text.len, err);
}

/* What a package, a file and an element of "files" have in common. */
static bool
check_object(struct ch_record *r, struct ch_err *err)
{
	return check_path(r, "path", err) && check_path(r, "as", err) &&
	       check_text(r, "url", err) && check_number(r, "size", err) &&
	       check_sha256(r, err) && check_digest(r, err) &&
	       check_text(r, "role", err);
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
check_package(struct ch_record *r, struct ch_err *err)
{
	const char *name;
	const char *path;

	return ch_record_need_string(r, "name", &name, err) &&
	       ch_record_need_string(r, "path", &path, err) &&
	       check_text(r, "name", err) && check_text(r, "arch", err) &&
	       check_text(r, "version", err) && check_number(r, "time", err) &&
	       check_object(r, err) && check_files(r, err);
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
	return check_number(r, "base", err) && check_number(r, "upstream", err);
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
