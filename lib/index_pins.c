/* What clients see of a tree: index says what it wrote, list what upstream has.
 */
#include <string.h>
#include <time.h>

#include "index_parts.h"
#include "ref.h"
#include "tree.h"
#include "when.h"

#include "banned.h"

/* Members of a repo line that are index's to say. */
static const char *const keys[] = { "identity", "date" };

#define KEYS (sizeof(keys) / sizeof(keys[0]))

static bool
check(struct ch_index *x, struct ch_record *r, size_t key, struct ch_err *err)
{
	const char *date;
	int64_t when;

	if (key == 0)
		return ch_record_find(r, keys[key])->value.data[0] == '{' ||
		       ch_fail(err, CH_MALFORMED,
			   "repo: \"identity\": not an object of what clients "
			   "pin");
	date = ch_record_string(r, keys[key]);
	if (date == NULL || !ch_ref_time(date, &when))
		return ch_fail(err, CH_MALFORMED, "repo: \"date\": not a date");
	if (when > x->dated)
		x->dated = when;
	return true;
}

bool
ch_index_take_pins(struct ch_index *x, struct ch_record *r, struct ch_err *err)
{
	const char *id = ch_record_string(r, "repo");

	for (size_t i = 0; i < KEYS; i++) {
		const struct ch_member *m = ch_record_find(r, keys[i]);

		if (m == NULL)
			continue;
		if (!check(x, r, i, err))
			return false;
		ch_list_take(
		    &x->pins[i], ch_format("%s\t%.*s", id, (int)m->value.len,
				     m->value.data));
	}
	return true;
}

/* The last word on a repository counts; NULL: there is none. */
static const char *
pin_of(const struct ch_list *pins, const char *id)
{
	const char *found = NULL;
	size_t len = strlen(id);

	for (size_t i = 0; i < pins->count; i++) {
		const char *item = pins->items[i];

		if (ch_str_starts(item, id) && item[len] == '\t')
			found = item + len + 1;
	}
	return found;
}

static void
set_pins(struct ch_index *x, struct ch_record *r)
{
	char *id = ch_strdup(ch_record_string(r, "repo"));

	for (size_t i = 0; i < KEYS; i++) {
		const char *pin = pin_of(&x->pins[i], id);

		if (pin != NULL)
			ch_record_set_raw(r, keys[i], pin);
		else if (x->pins[i].count > 0)
			ch_record_remove(r, keys[i]);
	}
	ch_free(id);
}

bool
ch_index_set_pins(struct ch_index *x, struct ch_err *err)
{
	bool is_set = true;

	for (size_t i = 0; is_set && i < x->repo_lines.count; i++) {
		const char *line = x->repo_lines.items[i];
		struct ch_record r = { 0 };
		struct ch_buf out = { 0 };

		is_set = ch_record_parse(
		    &r, (struct ch_span){ line, strlen(line) - 1 }, err);
		if (is_set) {
			set_pins(x, &r);
			ch_record_print(&r, &out);
			ch_free(x->repo_lines.items[i]);
			x->repo_lines.items[i] = ch_buf_take(&out);
		}
		ch_record_free(&r);
	}
	return is_set;
}

bool
ch_index_date(struct ch_index *x, struct ch_err *err)
{
	const char *trees = ch_config_path(x->setup->config, "trees");
	struct ch_target t;
	uint64_t released = 0;
	bool is_read;

	if (x->target == NULL)
		return true;
	is_read = ch_target_open(&t, x->target, trees, err) &&
		  ch_tree_released(&t, &released, err);
	ch_target_close(&t);
	if (!is_read || released == 0)
		return is_read;
	/* Of many publishes in one second none may lead into the future. */
	if ((int64_t)released < ch_when_now())
		released++;
	ch_json_set(
	    x->setup->block, "not_before", ch_json_make_int((int64_t)released));
	return true;
}
