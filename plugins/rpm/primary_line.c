/* What filters may ask of a package: the object "rpm" of its record. */

#include <inttypes.h>

#include "lib/record.h"
#include "primary.h"

#include "lib/banned.h"

enum { LINKS_MAX = 256 };

/* Numbers of the modules or advisories of a package, in their file's order. */
struct links {
	uint32_t items[LINKS_MAX]; /* in use: count */
	size_t count;              /* of them */
};

void
ch_primary_text(struct ch_buf *line, const char *lead, struct ch_span value)
{
	if (value.data == NULL)
		return;
	ch_buf_puts(line, lead);
	ch_json_quote(line, value.data, value.len);
}

static bool
is_strong_pkgid(const struct ch_primary *p)
{
	return ch_str_starts(p->digest.data, "sha256:");
}

/* The join has the last one first; what is over the bound is left out. */
static void
find_links(
    const struct ch_primary *p, const struct ch_join *join, struct links *links)
{
	struct ch_nevra nevra = ch_primary_nevra(p);
	size_t at = ch_join_find(join, &nevra);

	links->count = 0;
	while (at != 0 && links->count < LINKS_MAX)
		links->items[links->count++] = ch_join_next(join, &at);
	for (size_t i = 0; i < links->count / 2; i++) {
		uint32_t swap = links->items[i];

		links->items[i] = links->items[links->count - 1 - i];
		links->items[links->count - 1 - i] = swap;
	}
}

/* "NAME:STREAM", or "NAME:STREAM@VERSION"; each text once. */
static void
put_streams(struct ch_primary *p, const struct links *links, const char *lead,
    bool has_version)
{
	struct ch_list seen = { 0 };

	for (size_t i = 0; i < links->count; i++) {
		const struct ch_module *m = &p->modules->items[links->items[i]];
		char *text = ch_format("%s:%s%s%s", m->name, m->stream,
		    has_version ? "@" : "", has_version ? m->version : "");

		if (!ch_list_has(&seen, text)) {
			ch_buf_puts(&p->line, seen.count == 0 ? lead : ",");
			ch_json_quote(&p->line, text, strlen(text));
			ch_list_add(&seen, text);
		}
		ch_free(text);
	}
	ch_buf_puts(&p->line, seen.count > 0 ? "]" : "");
	ch_list_free(&seen);
}

/*
 * A modular package of which no modules.yaml tells, as in repositories of
 * sources: its build, which is in its release, says what belongs together, but
 * not what is newer, so that all stay.
 */
static void
put_unknown_module(struct ch_primary *p)
{
	struct ch_span release = p->package.release;
	const char *mark = memmem(release.data, release.len, ".module", 7);
	char *group;
	int left;

	if (mark == NULL)
		return;
	left = (int)(release.data + release.len - mark);
	if (left < 8 || (mark[7] != '+' && mark[7] != '_'))
		return;
	group = ch_format("%.*s@", left - 1, mark + 1);
	ch_buf_puts(&p->line, ",\"latest\":[");
	ch_json_quote(&p->line, group, strlen(group));
	ch_buf_putc(&p->line, ']');
	ch_free(group);
}

static void
put_modules(struct ch_primary *p)
{
	struct links links = { .count = 0 };

	if (p->modules != NULL)
		find_links(p, &p->modules->by_nevra, &links);
	put_streams(p, &links, ",\"module\":[", false);
	put_streams(p, &links, ",\"latest\":[", true);
	if (links.count == 0)
		put_unknown_module(p);
}

enum advisory_field { FIELD_ID, FIELD_TYPE, FIELD_SEVERITY, FIELD_DATE };

static void
put_field(
    struct ch_buf *b, const struct ch_advisory *a, enum advisory_field field)
{
	int64_t date = a->updated != INT64_MIN ? a->updated : a->issued;
	const char *text = field == FIELD_ID     ? a->id
			   : field == FIELD_TYPE ? a->type
						 : a->severity;

	if (field == FIELD_DATE)
		ch_buf_printf(b, "%" PRId64, date > 0 ? date : 0);
	else
		ch_json_quote(b, text, strlen(text));
}

/* Arrays of one length: what stands at one place is of one advisory. */
static void
put_advisories(struct ch_primary *p)
{
	static const char *const leads[] = {
		[FIELD_ID] = ",\"advisory\":[",
		[FIELD_TYPE] = ",\"advisory_type\":[",
		[FIELD_SEVERITY] = ",\"advisory_severity\":[",
		[FIELD_DATE] = ",\"advisory_date\":[",
	};
	struct links links = { .count = 0 };

	if (p->advisories != NULL)
		find_links(p, &p->advisories->by_nevra, &links);
	for (size_t f = 0; links.count > 0 && f < 4; f++) {
		ch_buf_puts(&p->line, leads[f]);
		for (size_t i = 0; i < links.count; i++) {
			if (i > 0)
				ch_buf_putc(&p->line, ',');
			put_field(&p->line,
			    &p->advisories->items[links.items[i]],
			    (enum advisory_field)f);
		}
		ch_buf_putc(&p->line, ']');
	}
}

void
ch_primary_attributes(struct ch_primary *p)
{
	const struct ch_package *k = &p->package;
	struct ch_buf *b = &p->line;
	uint64_t epoch = 0;

	if (!ch_parse_uint_span(k->epoch, CH_MAX_INT, &epoch))
		epoch = 0;
	ch_buf_printf(b, ",\"rpm\":{\"epoch\":%" PRIu64, epoch);
	if (!is_strong_pkgid(p))
		ch_primary_text(b,
		    ",\"pkgid\":", ch_span_of(strchr(p->digest.data, ':') + 1));
	ch_primary_text(b, ",\"group\":", k->group);
	ch_primary_text(b, ",\"license\":", k->license);
	ch_primary_text(b, ",\"vendor\":", k->vendor);
	ch_primary_text(b, ",\"sourcerpm\":", k->sourcerpm);
	put_modules(p);
	put_advisories(p);
	ch_buf_putc(b, '}');
}
