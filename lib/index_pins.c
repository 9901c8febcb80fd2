/* What clients pin: index says what it wrote, list only what upstream has. */
#include <string.h>

#include "index_parts.h"

#include "banned.h"

bool
ch_index_take_pins(
    struct ch_index *x, const struct ch_record *r, struct ch_err *err)
{
	const struct ch_member *m = ch_record_find(r, "identity");
	const struct ch_member *repo = ch_record_find(r, "repo");

	if (m == NULL)
		return true;
	if (m->value.data[0] != '{')
		return ch_fail(err, CH_MALFORMED,
		    "repo: \"identity\": not an object of what clients pin");
	/* An id needs no escapes: its raw text is it, with the quotes. */
	ch_list_take(&x->pins,
	    ch_format("%.*s\t%.*s", (int)repo->value.len - 2,
		repo->value.data + 1, (int)m->value.len, m->value.data));
	return true;
}

/* The last word on a repository counts; NULL: there is none. */
static const char *
pins_of(const struct ch_index *x, const char *id)
{
	const char *found = NULL;
	size_t len = strlen(id);

	for (size_t i = 0; i < x->pins.count; i++) {
		const char *item = x->pins.items[i];

		if (ch_str_starts(item, id) && item[len] == '\t')
			found = item + len + 1;
	}
	return found;
}

static bool
set_pins(struct ch_index *x, size_t i, struct ch_err *err)
{
	const char *line = x->repo_lines.items[i];
	struct ch_record r = { 0 };
	struct ch_buf out = { 0 };
	const char *pins;
	bool is_set = ch_record_parse(
	    &r, (struct ch_span){ line, strlen(line) - 1 }, err);

	if (is_set) {
		pins = pins_of(x, ch_record_string(&r, "repo"));
		if (pins != NULL)
			ch_record_set_raw(&r, "identity", pins);
		else
			ch_record_remove(&r, "identity");
		ch_record_print(&r, &out);
		ch_free(x->repo_lines.items[i]);
		x->repo_lines.items[i] = ch_buf_take(&out);
	}
	ch_record_free(&r);
	return is_set;
}

bool
ch_index_set_pins(struct ch_index *x, struct ch_err *err)
{
	for (size_t i = 0; x->pins.count > 0 && i < x->repo_lines.count; i++)
		if (!set_pins(x, i, err))
			return false;
	return true;
}
