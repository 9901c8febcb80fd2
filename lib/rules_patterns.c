#include <string.h>

#include "rules_parts.h"

#include "banned.h"

bool
ch_patterns_add(struct ch_patterns *all, const char *value, struct ch_err *err)
{
	bool name_only = ch_str_starts(value, "name:");
	bool full_only = ch_str_starts(value, "full:");
	struct ch_regex *re =
	    ch_regex_new(value + (name_only || full_only ? 5 : 0), err);

	if (!re)
		return false;
	all->items =
	    ch_realloc(all->items, all->count + 1, sizeof(*all->items));
	all->items[all->count++] =
	    (struct ch_pattern){ re, !full_only, !name_only, ch_strdup(value) };
	return true;
}

/* name-version.arch, without what the record lacks and without an epoch. */
static struct ch_span
full_name(struct ch_rules *rules, struct ch_record *r, struct ch_span name)
{
	struct ch_span version = ch_record_span(r, "version");
	struct ch_span arch = ch_record_span(r, "arch");
	size_t digits = 0;

	while (digits < version.len && version.data[digits] >= '0' &&
	       version.data[digits] <= '9')
		digits++;
	if (digits < version.len && version.data[digits] == ':') {
		version.data += digits + 1;
		version.len -= digits + 1;
	}
	ch_buf_clear(&rules->full);
	ch_buf_put(&rules->full, name.data, name.len);
	if (version.data) {
		ch_buf_putc(&rules->full, '-');
		ch_buf_put(&rules->full, version.data, version.len);
	}
	if (arch.data) {
		ch_buf_putc(&rules->full, '.');
		ch_buf_put(&rules->full, arch.data, arch.len);
	}
	return (struct ch_span){ rules->full.data, rules->full.len };
}

/* *match_out is the first pattern that matches, or NULL. */
static bool
find_match(struct ch_rules *rules, const struct ch_patterns *all,
    struct ch_record *r, const struct ch_pattern **match_out,
    struct ch_err *err)
{
	struct ch_span name = ch_record_span(r, "name");
	struct ch_span full = { NULL, 0 };
	bool found = false;

	if (!name.data)
		name = CH_SPAN("");
	for (size_t i = 0; !found && i < all->count; i++) {
		const struct ch_pattern *p = &all->items[i];

		*match_out = p;
		if (p->in_name && !ch_regex_find(p->re, name, &found, err))
			return false;
		/* The longer form begins with the name. */
		if (found || !p->in_full ||
		    (p->in_name && ch_regex_reach(p->re) <= name.len))
			continue;
		if (!full.data)
			full = full_name(rules, r, name);
		if (!ch_regex_find(p->re, full, &found, err))
			return false;
	}
	if (!found)
		*match_out = NULL;
	return true;
}

bool
ch_rules_check_patterns(
    struct ch_rules *rules, struct ch_record *r, struct ch_err *err)
{
	const struct ch_pattern *match = NULL;

	if (rules->include.count > 0) {
		if (!find_match(rules, &rules->include, r, &match, err))
			return false;
		if (!match)
			ch_buf_puts(&rules->why,
			    "include: no pattern matches its name or "
			    "name-version.arch");
	}
	if (rules->why.len == 0 && rules->exclude.count > 0) {
		if (!find_match(rules, &rules->exclude, r, &match, err))
			return false;
		if (match)
			ch_buf_printf(&rules->why, "exclude %s", match->text);
	}
	return true;
}

void
ch_patterns_free(struct ch_patterns *all)
{
	for (size_t i = 0; i < all->count; i++) {
		ch_regex_free(all->items[i].re);
		ch_free(all->items[i].text);
	}
	ch_free(all->items);
}
