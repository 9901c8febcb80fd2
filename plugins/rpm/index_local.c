#include <string.h>
#include <unistd.h>

#include "fragment.h"
#include "index_parts.h"

#include "lib/banned.h"

#define KEYS_MEMORY ((size_t)2 << 20)

/* Name, architecture, version: the order of catalogs. */
bool
ch_index_add_fragment(struct ch_indexer *ix, struct ch_index_member *m,
    struct ch_record *r, const char *path, struct ch_err *err)
{
	static const char *const keys[] = { "name", "arch", "version", "path" };
	struct ch_buf line = { 0 };
	bool is_added;

	if (m->fragments == NULL)
		m->fragments = ch_sort_new(ix->scratch.path, KEYS_MEMORY);
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		struct ch_span part = ch_record_span(r, keys[i]);

		if (!ch_is_plain(part.data, part.len)) {
			ch_buf_free(&line);
			return ch_fail(err, CH_MALFORMED,
			    "\"%s\": has a control byte", keys[i]);
		}
		ch_buf_put(&line, part.data, part.len);
		ch_buf_putc(&line, '\1');
	}
	ch_buf_puts(&line, path);
	is_added = ch_sort_add(
	    m->fragments, (struct ch_span){ line.data, line.len }, err);
	ch_buf_free(&line);
	return is_added;
}

static bool
write_paths(struct ch_sort *sort, struct ch_out *out, struct ch_err *err)
{
	struct ch_span line;
	enum ch_next next;

	if (!ch_sort_finish(sort, err))
		return false;
	while ((next = ch_sort_next(sort, &line, err)) == CH_ITEM) {
		const char *path =
		    (const char *)memrchr(line.data, '\1', line.len) + 1;
		size_t len = line.len - (size_t)(path - line.data);

		if (!ch_out_write(out, path, len, err) ||
		    !ch_out_write(out, "\n", 1, err))
			return false;
	}
	return next == CH_END;
}

bool
ch_index_sort_fragments(
    struct ch_indexer *ix, struct ch_index_member *m, struct ch_err *err)
{
	struct ch_out out;
	bool is_written;

	m->fragment_list = ch_index_scratch(ix, "fragments");
	if (!ch_out_create(&out, m->fragment_list, err))
		return false;
	is_written =
	    m->fragments == NULL || write_paths(m->fragments, &out, err);
	ch_sort_free(m->fragments);
	m->fragments = NULL;
	return ch_out_close(&out, is_written, err);
}

/* primary, filelists and other of a member, which are written side by side. */
struct documents {
	struct ch_out outs[CH_INDEX_LOCAL]; /* in the order of its inputs */
	size_t open;                        /* of these */
};

static bool
open_documents(struct ch_indexer *ix, const struct ch_index_member *m,
    struct documents *d, struct ch_err *err)
{
	struct ch_buf head = { 0 };
	bool is_open = true;

	while (is_open && d->open < CH_INDEX_LOCAL) {
		struct ch_index_input *in = &m->inputs[d->open];
		struct ch_out *out = &d->outs[d->open];

		in->path = ch_index_scratch(ix, in->type);
		if (!ch_out_create(out, in->path, err))
			return false;
		d->open++;
		ch_buf_clear(&head);
		ch_index_print_head(in->type,
		    in->kind == CH_RPM_KIND_PRIMARY ? m->kept.count
						    : m->kept.ids.count,
		    &head);
		is_open = ch_out_write(out, head.data, head.len, err);
	}
	ch_buf_free(&head);
	return is_open;
}

static bool
close_documents(const struct ch_index_member *m, struct documents *d,
    bool is_good, struct ch_err *err)
{
	for (size_t i = 0; i < d->open; i++) {
		struct ch_index_input *in = &m->inputs[i];

		is_good = is_good && ch_out_puts(&d->outs[i],
					 ch_index_foot(in->type), err);
		in->size = d->outs[i].bytes;
		is_good = ch_out_close(&d->outs[i], is_good, err);
	}
	return is_good;
}

static bool
write_pieces(
    const struct ch_fragment *f, struct documents *d, struct ch_err *err)
{
	const struct ch_span pieces[CH_INDEX_LOCAL] = { f->primary,
		f->filelists, f->other };

	for (size_t i = 0; i < CH_INDEX_LOCAL; i++)
		if (!ch_out_write(
			&d->outs[i], pieces[i].data, pieces[i].len, err))
			return false;
	return true;
}

static bool
write_all(const char *fragments, struct documents *d, struct ch_err *err)
{
	struct ch_fragment f = { .bytes = { 0 } };
	bool is_written = true;
	enum ch_next next = CH_END;
	struct ch_span line;
	struct ch_in list;

	if (!ch_in_open(&list, fragments, err))
		return false;
	while (
	    is_written && (next = ch_in_line(&list, &line, err)) == CH_ITEM) {
		char *path = ch_strndup(line.data, line.len);

		is_written =
		    ch_fragment_read(&f, path, err) && write_pieces(&f, d, err);
		ch_free(path);
	}
	ch_fragment_free(&f);
	ch_in_close(&list);
	return is_written && next == CH_END;
}

bool
ch_index_make_local(
    struct ch_indexer *ix, struct ch_index_member *m, struct ch_err *err)
{
	struct documents d = { .open = 0 };
	bool is_written = open_documents(ix, m, &d, err) &&
			  write_all(m->fragment_list, &d, err);

	return close_documents(m, &d, is_written, err);
}
