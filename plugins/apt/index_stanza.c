#include <string.h>

#include "index_parts.h"
#include "lib/stanza.h"

#include "lib/banned.h"

/* What stands in the record must be one entry: it is printed as one. */
static bool
check_whole(struct ch_index_package *p, struct ch_span text, struct ch_err *err)
{
	struct ch_deb822 *d = &p->stanza;
	enum ch_next next = ch_deb822_next(d, err);

	if (next == CH_ERROR)
		return false;
	if (next == CH_END)
		return ch_fail(err, CH_MALFORMED, "its stanza is empty");
	if (d->fault != NULL)
		return ch_fail(err, CH_MALFORMED, "its stanza: %s", d->fault);
	if (d->has_comment)
		return ch_fail(err, CH_MALFORMED,
		    "its stanza: a comment, which apt cannot read");
	if (d->stanza.len < text.len || text.data[0] == '\n')
		return ch_fail(err, CH_MALFORMED,
		    "its stanza is followed by something else");
	return true;
}

bool
ch_index_stanza_open(struct ch_indexer *ix, struct ch_index_package *p,
    struct ch_record *r, struct ch_err *err)
{
	struct ch_span text;

	ch_buf_clear(&ix->decoded);
	if (!ch_stanza_text(r, &ix->decoded, &text, err))
		return err->status != CH_OK ||
		       ch_fail(err, CH_MALFORMED,
			   "has no stanza: sync it again in mode filtered");
	ch_deb822_init(&p->stanza, text, p->name);
	return check_whole(p, text, err);
}

/* "./pool//x" and "pool/x" are one place. */
static bool
is_same_path(const char *path, struct ch_span said)
{
	const char *p = said.data;
	const char *end = p + said.len;

	while (p < end) {
		size_t len;
		const char *slash = memchr(p, '/', (size_t)(end - p));

		len = (size_t)((slash == NULL ? end : slash) - p);
		if (len > 0 && !(len == 1 && *p == '.')) {
			if (strncmp(path, p, len) != 0)
				return false;
			path += len;
			if (*path == '/')
				path++;
			else if (*path != '\0')
				return false;
		}
		p += slash == NULL ? len : len + 1;
	}
	return *path == '\0';
}

/* A Filename may be meant from the root or from the folder of the index. */
static bool
is_in_place(
    const struct ch_index_package *p, const char *path, struct ch_span said)
{
	size_t base = strlen(p->suite->base);

	if (said.data == NULL)
		return false;
	return is_same_path(path, said) ||
	       (p->suite->is_flat && base > 0 &&
		   strncmp(path, p->suite->base, base) == 0 &&
		   is_same_path(path + base, said));
}

static struct ch_span
replace(struct ch_indexer *ix, const struct ch_index_package *p,
    const char *field, struct ch_span said, const char *path)
{
	struct ch_span whole = p->stanza.stanza;
	struct ch_buf *out = &ix->edited;

	ch_buf_clear(out);
	if (said.data == NULL) {
		ch_buf_put(out, whole.data, whole.len);
		ch_buf_printf(out, "%s: %s\n", field, path);
	} else {
		size_t at = (size_t)(said.data - whole.data);

		ch_buf_put(out, whole.data, at);
		ch_buf_puts(out, path);
		ch_buf_put(
		    out, said.data + said.len, whole.len - at - said.len);
	}
	return (struct ch_span){ out->data, out->len };
}

struct ch_span
ch_index_stanza_placed(struct ch_indexer *ix, const struct ch_index_package *p)
{
	bool is_source = p->kind == CH_LIST_SOURCE;
	const char *field = is_source ? "Directory" : "Filename";
	struct ch_span said = ch_deb822_get(&p->stanza, field);
	struct ch_span stanza = p->stanza.stanza;
	const char *slash = strrchr(p->path, '/');
	char *place = ch_strdup(p->path);

	/* A source is a folder; the root of the repository is ".". */
	if (is_source)
		place[slash == NULL ? 0 : slash - p->path] = '\0';
	if (!is_in_place(p, place, said))
		stanza =
		    replace(ix, p, field, said, *place == '\0' ? "." : place);
	ch_free(place);
	return stanza;
}
