#include "modules.h"

#include <string.h>

#include "modules_parts.h"

#include "lib/banned.h"

/* Documents of all files of one repository. */
#define MODULES_MAX ((size_t)1 << 20)

/* Marks of a stream. */
enum { KEPT = 1, DROPPED = 2 };

static const char *
next_text(char **at, const char *text)
{
	size_t size = strlen(text) + 1;
	const char *copy = memcpy(*at, text, size);

	*at += size;
	return copy;
}

/* A copy whose strings are one piece of memory. */
static void
keep(struct ch_modules *all, const struct ch_module *m)
{
	size_t size = strlen(m->name) + strlen(m->stream) + strlen(m->version) +
		      strlen(m->context) + strlen(m->arch) + 5;
	char *text = ch_alloc(size);
	char *at = text;
	struct ch_module *copy;

	if (all->count == all->cap) {
		all->cap = all->cap == 0 ? 64 : 2 * all->cap;
		all->items =
		    ch_realloc(all->items, all->cap, sizeof(*all->items));
	}
	copy = &all->items[all->count++];
	copy->name = next_text(&at, m->name);
	copy->stream = next_text(&at, m->stream);
	copy->version = next_text(&at, m->version);
	copy->context = next_text(&at, m->context);
	copy->arch = next_text(&at, m->arch);
	ch_list_take(&all->strings, text);
}

static bool
load_doc(struct ch_modules *all, const struct ch_doc *doc, struct ch_err *err)
{
	size_t i;

	if (doc->kind != CH_DOC_STREAM)
		return true;
	if (all->count == MODULES_MAX)
		return ch_fail(
		    err, CH_MALFORMED, "%s: too many documents", doc->name);
	keep(all, &doc->module);
	for (i = 0; doc->artifacts != NULL && i < doc->artifacts->count; i++) {
		const struct ch_yaml *y = doc->artifacts->items[i];
		struct ch_nevra nevra;

		if (y->kind != CH_YAML_TEXT ||
		    !ch_nevra_parse(ch_span_of(y->text), &nevra))
			continue;
		if (!ch_join_add(
			&all->by_nevra, &nevra, (uint32_t)all->count - 1))
			return ch_yaml_fail(
			    err, y, CH_MALFORMED, "too many artifacts");
	}
	return true;
}

bool
ch_modules_load(struct ch_modules *all, const struct ch_modules_file *file,
    struct ch_err *err)
{
	struct ch_docs d;
	struct ch_doc doc;
	enum ch_next next = CH_ERROR;
	bool ok = ch_docs_open(&d, file, err);

	while (ok && (next = ch_docs_next(&d, err)) == CH_ITEM) {
		ok = ch_doc_parse(&doc, &d, d.bytes, err) &&
		     load_doc(all, &doc, err);
		ch_doc_free(&doc);
	}
	ch_docs_close(&d);
	return ok && next == CH_END;
}

void
ch_modules_free(struct ch_modules *all)
{
	ch_free(all->items);
	ch_join_free(&all->by_nevra);
	ch_list_free(&all->strings);
	*all = (struct ch_modules){ 0 };
}

void
ch_streams_note(
    struct ch_streams *streams, const struct ch_module *m, bool is_kept)
{
	struct ch_span nsvca[5] = { ch_span_of(m->name), ch_span_of(m->stream),
		ch_span_of(m->version), ch_span_of(m->context),
		ch_span_of(m->arch) };
	static const size_t lengths[] = { 1, 2, 5 };
	size_t i;

	for (i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++)
		*ch_seen_add(&streams->seen, nsvca, lengths[i], NULL) |=
		    is_kept ? KEPT : DROPPED;
}

/* Known and nothing of it kept. */
static bool
is_lost(const uint64_t *marks)
{
	return marks != NULL && (*marks & KEPT) == 0;
}

bool
ch_streams_is_gone(
    const struct ch_streams *streams, const struct ch_span nsvca[5])
{
	const uint64_t *exact = ch_seen_find(&streams->seen, nsvca, 5);

	return is_lost(
	    exact != NULL ? exact : ch_seen_find(&streams->seen, nsvca, 2));
}

bool
ch_streams_module_is_gone(const struct ch_streams *streams, const char *name)
{
	struct ch_span key = ch_span_of(name);

	return is_lost(ch_seen_find(&streams->seen, &key, 1));
}

void
ch_streams_free(struct ch_streams *streams)
{
	ch_seen_free(&streams->seen);
}
