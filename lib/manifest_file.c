/* The half of manifest.h that reads and writes the file. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>

#include "io.h"
#include "manifest.h"
#include "path.h"
#include "record.h"

#include "banned.h"

#define MANIFEST_VERSION 1

struct saving {
	struct ch_atomic file; /* being written */
	struct ch_hash *hash;  /* of all bytes so far */
	struct ch_buf line;    /* the next ones */
};

static void
put_text(struct ch_buf *b, const char *name, const char *value)
{
	ch_buf_printf(b, ",\"%s\":", name);
	ch_json_quote(b, value, strlen(value));
}

static void
put_number(struct ch_buf *b, const char *name, uint64_t value)
{
	ch_buf_printf(b, ",\"%s\":%" PRIu64, name, value);
}

static void
print_head(const struct ch_manifest *m, struct ch_buf *b)
{
	ch_buf_puts(b, "{\"record\":\"tree\"");
	put_number(b, "version", MANIFEST_VERSION);
	put_text(b, "target", m->target);
	put_text(b, "repo", m->repo);
	put_text(b, "type", m->type);
	put_text(b, "key", m->key);
	put_number(b, "number", m->number);
	put_number(b, "date", m->date);
	put_number(b, "stamp", m->stamp);
	if (m->released > 0)
		put_number(b, "released", m->released);
	put_text(b, "switch", m->is_symlink ? "symlink" : "exchange");
	put_text(b, "root", m->root);
	if (m->identity != NULL) {
		ch_buf_puts(b, ",\"identity\":");
		ch_buf_puts(b, m->identity);
	}
	ch_buf_puts(b, "}\n");
}

void
ch_entry_print(const struct ch_entry *e, struct ch_buf *out)
{
	char hex[CH_SHA256_HEX + 1];

	ch_digest_to_hex(e->sha256, hex);
	ch_buf_puts(out, "{\"record\":\"entry\",\"path\":");
	ch_json_quote(out, e->path, e->path_len);
	ch_buf_puts(out, ",\"sha256\":\"");
	ch_buf_put(out, hex, CH_SHA256_HEX);
	ch_buf_printf(out,
	    "\",\"size\":%" PRIu64 ",\"role\":\"%s\",\"since\":%" PRIu64
	    ",\"mtime\":%" PRIu64,
	    e->size, ch_role_name(e->role), e->since, e->mtime);
	if (e->keep)
		ch_buf_puts(out, ",\"keep\":true");
	if (e->is_copied)
		ch_buf_puts(out, ",\"copied\":true");
	if (e->left != 0) {
		put_number(out, "left", e->left);
		put_number(out, "left_number", e->left_number);
	}
	ch_buf_puts(out, "}\n");
}

static bool
save_line(struct saving *s, struct ch_err *err)
{
	bool is_written;

	ch_hash_update(s->hash, s->line.data, s->line.len);
	is_written = ch_out_write(&s->file.out, s->line.data, s->line.len, err);
	ch_buf_clear(&s->line);
	return is_written;
}

static bool
save_all(struct saving *s, const struct ch_manifest *m, struct ch_err *err)
{
	char sum[CH_HASH_HEX_MAX + 1];

	print_head(m, &s->line);
	if (!save_line(s, err))
		return false;
	for (size_t i = 0; i < m->count; i++) {
		ch_entry_print(&m->items[i], &s->line);
		if (!save_line(s, err))
			return false;
	}
	ch_hash_finish(s->hash, sum);
	s->hash = NULL;
	return ch_out_printf(&s->file.out, err,
	    "{\"record\":\"sum\",\"entries\":%zu,\"checksum\":\"%s\"}\n",
	    m->count, sum);
}

bool
ch_manifest_save(
    const struct ch_manifest *m, const char *path, struct ch_err *err)
{
	struct saving s = { .hash = NULL };
	bool is_saved;

	if (!ch_atomic_open(&s.file, path, 0644, err))
		return false;
	ch_buf_init(&s.line, CH_LINE_MAX);
	s.hash = ch_hash_new(CH_HASH_SHA256);
	is_saved = save_all(&s, m, err);
	ch_hash_free(s.hash);
	ch_buf_free(&s.line);
	if (!is_saved) {
		ch_atomic_discard(&s.file);
		return false;
	}
	return ch_atomic_commit(&s.file, err);
}

struct loading {
	struct ch_manifest *m;   /* being filled */
	struct ch_record record; /* the current line */
	struct ch_hash *hash;    /* of all lines before the sum */
	bool has_head;           /* the first line was read */
	bool is_complete;        /* the sum was right */
};

static const char *
copy_member(struct loading *l, const char *name)
{
	struct ch_span s = ch_record_span(&l->record, name);

	return s.data == NULL ? "" : ch_manifest_text(l->m, s.data, s.len);
}

static bool
read_head(struct loading *l, struct ch_err *err)
{
	const struct ch_member *identity;
	uint64_t version = 0;
	struct ch_manifest *m = l->m;

	if (!ch_record_uint(&l->record, "version", &version) ||
	    version != MANIFEST_VERSION)
		return ch_fail(err, CH_USAGE,
		    "its version is %" PRIu64 ", this program knows %d",
		    version, MANIFEST_VERSION);
	m->target = copy_member(l, "target");
	m->repo = copy_member(l, "repo");
	m->type = copy_member(l, "type");
	m->key = copy_member(l, "key");
	m->root = copy_member(l, "root");
	m->is_symlink =
	    ch_span_is(ch_record_span(&l->record, "switch"), "symlink");
	identity = ch_record_find(&l->record, "identity");
	if (identity != NULL)
		m->identity = ch_manifest_text(
		    m, identity->value.data, identity->value.len);
	(void)ch_record_uint(&l->record, "released", &m->released);
	l->has_head = true;
	return (ch_record_uint(&l->record, "number", &m->number) &&
		   ch_record_uint(&l->record, "date", &m->date) &&
		   ch_record_uint(&l->record, "stamp", &m->stamp)) ||
	       ch_fail(err, CH_UNTRUSTED, "its first line lacks a number");
}

/* Where a number of an entry goes, or NULL. */
static uint64_t *
number_member(struct ch_entry *e, struct ch_span key)
{
	if (ch_span_is(key, "size"))
		return &e->size;
	if (ch_span_is(key, "mtime"))
		return &e->mtime;
	if (ch_span_is(key, "since"))
		return &e->since;
	if (ch_span_is(key, "left"))
		return &e->left;
	if (ch_span_is(key, "left_number"))
		return &e->left_number;
	return NULL;
}

/* A raw string without its quotes; what we write here is never escaped. */
static struct ch_span
unquoted(struct ch_span value)
{
	return (struct ch_span){ value.data + 1, value.len - 2 };
}

static enum ch_role
role_of(struct ch_span name)
{
	char text[16] = "";

	if (name.len < sizeof(text))
		memcpy(text, name.data, name.len);
	return ch_role_named(text);
}

static bool
read_member(struct ch_entry *e, const struct ch_member *m)
{
	struct ch_span key = m->key;
	uint64_t *number = number_member(e, key);

	if (number != NULL)
		return ch_parse_uint_span(m->value, CH_MAX_INT, number);
	if (ch_span_is(key, "keep"))
		e->keep = ch_span_is(m->value, "true");
	else if (ch_span_is(key, "copied"))
		e->is_copied = ch_span_is(m->value, "true");
	else if (m->value.len < 2)
		return false;
	else if (ch_span_is(key, "sha256"))
		return ch_digest_from_hex(unquoted(m->value), e->sha256);
	else if (ch_span_is(key, "role"))
		e->role = role_of(unquoted(m->value));
	return true;
}

/* One pass over the members: a tree has tens of thousands of entries. */
static bool
read_entry(struct loading *l, struct ch_err *err)
{
	struct ch_span path = ch_record_span(&l->record, "path");
	struct ch_entry *e;

	if (path.data == NULL || l->record.count < 7)
		return ch_fail(err, CH_UNTRUSTED, "an entry lacks a member");
	if (!ch_path_check(path.data, path.len, err))
		return ch_wrap(err, "a path of it");
	e = ch_manifest_add(l->m, path.data, path.len);
	for (size_t i = 0; i < l->record.count; i++) {
		if (!read_member(e, &l->record.members[i]))
			return ch_fail(err, CH_UNTRUSTED,
			    "the entry of %s has a member that is none",
			    e->path);
	}
	return true;
}

static bool
read_sum(struct loading *l, struct ch_err *err)
{
	char sum[CH_HASH_HEX_MAX + 1];
	uint64_t entries = 0;

	ch_hash_finish(l->hash, sum);
	l->hash = NULL;
	l->is_complete =
	    ch_span_is(ch_record_span(&l->record, "checksum"), sum) &&
	    ch_record_uint(&l->record, "entries", &entries) &&
	    entries == l->m->count;
	return l->is_complete ||
	       ch_fail(err, CH_UNTRUSTED, "its checksum does not hold");
}

static bool
read_line(struct loading *l, struct ch_span line, struct ch_err *err)
{
	struct ch_span kind;

	if (l->is_complete)
		return ch_fail(err, CH_UNTRUSTED, "lines behind its checksum");
	if (!ch_record_parse(&l->record, line, err))
		return false;
	kind = ch_record_span(&l->record, "record");
	if (ch_span_is(kind, "sum"))
		return read_sum(l, err);
	ch_hash_update(l->hash, line.data, line.len);
	ch_hash_update(l->hash, "\n", 1);
	return l->has_head ? read_entry(l, err) : read_head(l, err);
}

static bool
read_lines(struct loading *l, struct ch_in *in, struct ch_err *err)
{
	struct ch_span line;
	enum ch_next next;

	while ((next = ch_in_line(in, &line, err)) == CH_ITEM) {
		if (!read_line(l, line, err))
			return false;
	}
	if (next == CH_ERROR)
		return false;
	return l->is_complete ||
	       ch_fail(err, CH_UNTRUSTED, "it ends before its checksum");
}

bool
ch_manifest_load(struct ch_manifest *m, const char *path, bool *is_there_out,
    struct ch_err *err)
{
	struct loading l = { .m = m };
	struct ch_in in;
	int fd;
	int e = ch_open_read(AT_FDCWD, path, &fd);
	bool is_read;

	*is_there_out = e != ENOENT;
	if (e == ENOENT)
		return true;
	if (e != 0)
		return ch_fail_errno(err, e, "%s: cannot open", path);
	ch_in_init(&in, fd, path);
	l.hash = ch_hash_new(CH_HASH_SHA256);
	is_read = read_lines(&l, &in, err);
	ch_hash_free(l.hash);
	ch_record_free(&l.record);
	ch_in_close(&in);
	if (is_read)
		return true;
	ch_manifest_free(m);
	if (err->status == CH_MALFORMED)
		err->status = CH_UNTRUSTED;
	return ch_wrap(err, "%s: the manifest is damaged", path);
}
