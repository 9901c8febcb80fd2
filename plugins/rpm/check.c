#include "check.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/log.h"
#include "lib/path.h"
#include "lib/record.h"
#include "settings.h"

#include "lib/banned.h"

enum policy { POLICY_FAIL, POLICY_WARN, POLICY_SKIP };

struct checking {
	const struct ch_call *call;  /* of the verb */
	struct ch_verifier verifier; /* keys, pins */
	enum policy on_missing;      /* of what is not signed */
	enum policy on_invalid;      /* of what is not well */
	struct ch_checked checked;   /* seen before */
	struct ch_record record;     /* of the current line */
	struct ch_span raw;          /* the same, as it came */
	struct ch_buf file;          /* where its bytes are */
};

static enum policy
read_policy(const struct ch_json *signatures, const char *key)
{
	const char *word =
	    ch_json_string_or(ch_json_get(signatures, key), "fail");

	if (ch_str_equal(word, "warn"))
		return POLICY_WARN;
	return ch_str_equal(word, "skip") ? POLICY_SKIP : POLICY_FAIL;
}

static bool
read_settings(struct checking *c, struct ch_err *err)
{
	const struct ch_rpm_settings *s = c->call->settings;
	const struct ch_json *signatures = ch_json_get(s->json, "signatures");
	const struct ch_json *pins =
	    ch_json_get(signatures, "trusted_fingerprints");
	const char *temp = getenv("TMPDIR");

	c->verifier.work_dir = temp != NULL ? temp : "/tmp";
	c->verifier.keyring =
	    ch_json_string(ch_json_get(signatures, "keyring"));
	if (signatures != NULL && c->verifier.keyring == NULL)
		return ch_fail(
		    err, CH_USAGE, "signatures: there is no \"keyring\"");
	for (size_t i = 0; i < ch_json_count(pins); i++)
		ch_list_add(&c->verifier.pins,
		    ch_json_string_or(ch_json_at(pins, i), ""));
	c->on_missing = read_policy(signatures, "on_missing_signature");
	c->on_invalid = read_policy(signatures, "on_invalid_signature");
	return ch_pins_check(&c->verifier.pins, err);
}

static bool
pass(struct checking *c, struct ch_err *err)
{
	return ch_out_write(c->call->out, c->raw.data, c->raw.len, err) &&
	       ch_out_write(c->call->out, "\n", 1, err);
}

static void
put_member(struct ch_buf *line, struct ch_record *r, const char *key, bool *any)
{
	struct ch_span value = ch_record_span(r, key);

	if (value.data == NULL)
		return;
	ch_buf_printf(line, "%s\"%s\":", *any ? "," : "", key);
	ch_json_quote(line, value.data, value.len);
	*any = true;
}

static bool
reject(struct checking *c, const char *code, const struct ch_err *why,
    struct ch_err *err)
{
	static const char *const keys[] = { "name", "arch", "version", "path",
		"url" };
	struct ch_buf shown = { 0 };
	struct ch_buf line = { 0 };
	bool any = false;
	bool ok;

	ch_escape_text(&shown, why->text, strlen(why->text));
	ch_buf_printf(
	    &line, "{\"record\":\"reject\",\"code\":\"%s\",\"message\":", code);
	ch_json_quote(&line, shown.data, shown.len);
	ch_buf_puts(&line, ",\"retry\":false,\"ref\":{");
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		put_member(&line, &c->record, keys[i], &any);
	ch_buf_puts(&line, "}}\n");
	ok = ch_out_write(c->call->out, line.data, line.len, err);
	ch_buf_free(&line);
	ch_buf_free(&shown);
	return ok;
}

/* What is not good, in every way that there is. */
static bool
judge(struct checking *c, enum ch_verdict verdict, struct ch_err *why,
    struct ch_err *err)
{
	const char *path = ch_record_string(&c->record, "path");
	enum policy policy =
	    verdict == CH_VERDICT_UNSIGNED ? c->on_missing : c->on_invalid;

	if (path == NULL)
		path = c->file.data;
	if (verdict == CH_VERDICT_FAILED ||
	    (c->verifier.keyring != NULL && policy == POLICY_FAIL)) {
		*err = *why;
		if (verdict != CH_VERDICT_FAILED)
			err->status = CH_UNTRUSTED;
		return ch_wrap(err, "%s", path);
	}
	if (verdict == CH_VERDICT_BROKEN)
		return reject(c,
		    why->status == CH_MALFORMED ? "malformed"
						: "digest-mismatch",
		    why, err);
	if (policy == POLICY_SKIP)
		return reject(c, "signature", why, err);
	ch_warn("%s: %s: used all the same, as configured", path, why->text);
	return pass(c, err);
}

static bool
check_package(struct checking *c, struct ch_err *err)
{
	const char *sha256 = ch_record_string(&c->record, "sha256");
	enum ch_verdict verdict = CH_VERDICT_GOOD;
	struct ch_err why;
	int fd;
	int e;

	if (sha256 == NULL || !ch_checked_has(&c->checked, sha256)) {
		e = ch_open_read(AT_FDCWD, c->file.data, &fd);
		if (e != 0)
			return ch_fail_errno(err, e, "%s", c->file.data);
		verdict = ch_verify(&c->verifier, fd, &why);
		(void)close(fd);
	}
	if (verdict != CH_VERDICT_GOOD)
		return judge(c, verdict, &why, err);
	if (sha256 != NULL)
		ch_checked_add(&c->checked, sha256);
	return pass(c, err);
}

static bool
take_member(
    void *ctx, struct ch_span key, struct ch_span value, struct ch_err *err)
{
	struct checking *c = ctx;

	(void)err;
	if (ch_span_is(key, "record"))
		c->raw = value;
	else if (ch_span_is(key, "file") && !ch_json_decode(value, &c->file))
		ch_buf_clear(&c->file);
	return true;
}

static bool
take_line(struct checking *c, struct ch_span line, struct ch_err *err)
{
	c->raw = (struct ch_span){ NULL, 0 };
	ch_buf_clear(&c->file);
	if (!ch_json_check(line, err) ||
	    !ch_json_each(line, take_member, c, err))
		return false;
	if (c->raw.data == NULL || c->file.len == 0 || c->file.data[0] != '/' ||
	    memchr(c->file.data, '\0', c->file.len) != NULL)
		return ch_fail(
		    err, CH_MALFORMED, "a line without file and record");
	return ch_record_parse(&c->record, c->raw, err) &&
	       check_package(c, err);
}

static bool
check_all(struct checking *c, struct ch_err *err)
{
	struct ch_in in;
	struct ch_span line;
	enum ch_next next;
	bool ok = true;

	ch_in_init(&in, STDIN_FILENO, "stdin");
	/* A record, and a file's name beside it. */
	in.line_max = CH_LINE_MAX + (64 << 10);
	while (ok && (next = ch_in_line(&in, &line, err)) != CH_END)
		ok = next == CH_ITEM &&
		     (line.len == 0 || take_line(c, line, err));
	ch_in_close(&in);
	return ok;
}

bool
ch_rpm_check(const struct ch_call *call, struct ch_err *err)
{
	struct checking c = { .call = call };
	bool ok = read_settings(&c, err);

	if (ok) {
		ch_checked_open(&c.checked, call->cache, &c.verifier);
		ok = check_all(&c, err);
		/* Those that were good are so whatever came behind them. */
		ch_checked_save(&c.checked);
	}
	ch_checked_free(&c.checked);
	ch_list_free(&c.verifier.pins);
	ch_record_free(&c.record);
	ch_buf_free(&c.file);
	return ok;
}
