#include <string.h>
#include <unistd.h>

#include "fragment.h"
#include "index_parts.h"

#include "lib/banned.h"

#define KEYS_MEMORY ((size_t)2 << 20)

/* Name, architecture, version: the order of catalogs. */
bool
ch_index_add_fragment(struct ch_indexer *ix, struct ch_index_member *m,
    struct ch_record *r, const char *as, struct ch_err *err)
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
	ch_buf_printf(&line, "%s/%s/%s", ix->call->meta, m->repo->id, as);
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

static struct ch_span
piece_of(const struct ch_fragment *f, const char *type)
{
	return ch_str_equal(type, "primary")     ? f->primary
	       : ch_str_equal(type, "filelists") ? f->filelists
						 : f->other;
}

static bool
write_pieces(struct ch_in *list, const char *type, struct ch_out *out,
    struct ch_err *err)
{
	struct ch_fragment f = { .bytes = { 0 } };
	struct ch_span line;
	enum ch_next next;

	while ((next = ch_in_line(list, &line, err)) == CH_ITEM) {
		char *path = ch_strndup(line.data, line.len);
		bool is_written = ch_fragment_read(&f, path, err);
		struct ch_span piece = piece_of(&f, type);

		is_written =
		    is_written && ch_out_write(out, piece.data, piece.len, err);
		ch_free(path);
		if (!is_written) {
			next = CH_ERROR;
			break;
		}
	}
	ch_fragment_free(&f);
	return next == CH_END;
}

static bool
write_document(
    const struct ch_index_input *in, struct ch_out *out, struct ch_err *err)
{
	const struct ch_index_member *m = in->member;
	const char *foot = ch_index_foot(in->type);
	struct ch_buf head = { 0 };
	struct ch_in list;
	bool is_written;

	ch_index_print_head(in->type,
	    in->kind == CH_RPM_KIND_PRIMARY ? m->kept.count : m->kept.ids.count,
	    &head);
	is_written = ch_out_write(out, head.data, head.len, err) &&
		     ch_in_open(&list, m->fragment_list, err);
	ch_buf_free(&head);
	if (!is_written)
		return false;
	is_written = write_pieces(&list, in->type, out, err) &&
		     ch_out_puts(out, foot, err);
	ch_in_close(&list);
	return is_written;
}

bool
ch_index_make_local(
    struct ch_indexer *ix, struct ch_index_input *in, struct ch_err *err)
{
	struct ch_out out;

	if (in->path != NULL)
		return true;
	in->path = ch_format(
	    "%s/%s-of-%s", ix->scratch.path, in->type, in->member->repo->id);
	return ch_out_create(&out, in->path, err) &&
	       ch_out_close(&out, write_document(in, &out, err), err);
}
