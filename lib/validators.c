#include "validators.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "io.h"
#include "json.h"
#include "path.h"
#include "str.h"
#include "sys.h"

#include "banned.h"

#define ENTRY_MAX ((size_t)8192)

static char *
entry_path(const struct ch_validator_key *key)
{
	const char *accept = key->accept == NULL ? "" : key->accept;
	char hex[CH_SHA256_HEX + 1];
	struct ch_buf text = { 0 };

	ch_buf_put(&text, key->repo, strlen(key->repo) + 1);
	ch_buf_put(&text, key->url, strlen(key->url) + 1);
	ch_buf_put(&text, accept, strlen(accept) + 1);
	ch_sha256_hex(text.data, text.len, hex);
	ch_buf_free(&text);
	return ch_format("%s/http/%.2s/%s", key->cache, hex, hex + 2);
}

static char *
copy_text(const struct ch_json *value)
{
	const char *s = ch_json_string(value);

	return s == NULL ? NULL : ch_strdup(s);
}

static bool
parse(const struct ch_buf *text, struct ch_validator *out)
{
	struct ch_err err = { 0 };
	struct ch_json *doc =
	    ch_json_parse(text->data, text->len, "validators", &err);
	const char *sha256 = ch_json_string(ch_json_get(doc, "sha256"));
	int64_t size = -1;
	bool ok = sha256 != NULL && ch_is_sha256(sha256, strlen(sha256)) &&
		  ch_json_int(ch_json_get(doc, "size"), &size) && size >= 0;

	if (ok) {
		out->etag = copy_text(ch_json_get(doc, "etag"));
		out->last_modified =
		    copy_text(ch_json_get(doc, "last_modified"));
		memcpy(out->sha256, sha256, CH_SHA256_HEX + 1);
		out->size = (uint64_t)size;
	}
	ch_json_free(doc);
	return ok;
}

bool
ch_validator_get(const struct ch_validator_key *key, struct ch_validator *out)
{
	char *path = entry_path(key);
	struct ch_err err = { 0 };
	struct ch_buf text;
	bool ok;

	memset(out, 0, sizeof(*out));
	ch_buf_init(&text, ENTRY_MAX);
	ok = ch_read_file(path, ENTRY_MAX, &text, &err) && text.len > 0 &&
	     parse(&text, out);
	ch_buf_free(&text);
	ch_free(path);
	return ok;
}

static void
print(const struct ch_validator *v, struct ch_buf *out)
{
	struct ch_json *doc = ch_json_make_object();

	if (v->etag != NULL)
		ch_json_set(doc, "etag", ch_json_make_string(v->etag));
	if (v->last_modified != NULL)
		ch_json_set(doc, "last_modified",
		    ch_json_make_string(v->last_modified));
	ch_json_set(doc, "sha256", ch_json_make_string(v->sha256));
	ch_json_set(doc, "size", ch_json_make_int((int64_t)v->size));
	ch_json_print(doc, false, out);
	ch_buf_putc(out, '\n');
	ch_json_free(doc);
}

static int
write_file(const char *path, int flags, const struct ch_buf *text)
{
	int errnum;
	int late;
	int fd = -1;

	errnum =
	    ch_sys_open(AT_FDCWD, path, O_WRONLY | O_CREAT | flags, 0600, &fd);
	if (errnum != 0)
		return errnum;
	errnum = ch_sys_write(fd, text->data, text->len);
	late = ch_sys_close(fd);
	if (errnum == 0)
		errnum = late;
	if (errnum != 0)
		(void)!ch_sys_unlink(AT_FDCWD, path);
	return errnum;
}

static int
replace(const char *path, const struct ch_buf *text)
{
	char *temp = ch_format("%s.%ld", path, (long)getpid());
	int errnum = write_file(temp, O_TRUNC, text);

	if (errnum == 0) {
		errnum = ch_sys_rename(AT_FDCWD, temp, AT_FDCWD, path);
		if (errnum != 0)
			(void)!ch_sys_unlink(AT_FDCWD, temp);
	}
	ch_free(temp);
	return errnum;
}

/*
 * Not durable: a sync for each entry would cost more than the request it
 * saves, and an entry that is not whole counts as absent.  So a new one needs
 * no other name first.
 */
static bool
write_entry(const char *path, const struct ch_buf *text, struct ch_err *err)
{
	int errnum = write_file(path, O_EXCL, text);

	if (errnum == ENOENT) {
		if (!ch_make_parents(path, 0755, err))
			return false;
		errnum = write_file(path, O_EXCL, text);
	}
	if (errnum == EEXIST)
		errnum = replace(path, text);
	return errnum == 0 || ch_fail_errno(err, errnum, "%s", path);
}

static bool
is_text(const char *s)
{
	return s == NULL || ch_utf8_valid(s, strlen(s));
}

bool
ch_validator_put(const struct ch_validator_key *key,
    const struct ch_validator *v, struct ch_err *err)
{
	char *path = entry_path(key);
	struct ch_buf text = { 0 };
	bool ok = true;

	if ((v->etag == NULL && v->last_modified == NULL) ||
	    !is_text(v->etag) || !is_text(v->last_modified)) {
		int errnum = ch_sys_unlink(AT_FDCWD, path);

		if (errnum != 0 && errnum != ENOENT)
			ok = ch_fail_errno(err, errnum, "%s", path);
	} else {
		print(v, &text);
		ok = write_entry(path, &text, err);
	}
	ch_buf_free(&text);
	ch_free(path);
	return ok;
}

void
ch_validator_free(struct ch_validator *v)
{
	ch_free(v->etag);
	ch_free(v->last_modified);
	memset(v, 0, sizeof(*v));
}
