/* The object "rpm" of a repo record, written. */

#include <inttypes.h>

#include "facts.h"
#include "lib/record.h"

#include "lib/banned.h"

/* value NULL: nothing. */
static void
put_text(struct ch_buf *out, const char *lead, const char *value)
{
	if (value == NULL)
		return;
	ch_buf_puts(out, lead);
	ch_json_quote(out, value, strlen(value));
}

static void
put_number(struct ch_buf *out, const char *key, bool is_there, uint64_t n)
{
	if (is_there)
		ch_buf_printf(out, ",\"%s\":%" PRIu64, key, n);
}

static void
put_data(struct ch_buf *out, const struct ch_rpm_data *d)
{
	put_text(out, "{\"type\":", d->type);
	put_text(out, ",\"as\":", d->as);
	put_text(out, ",\"href\":", d->href);
	put_text(out, ",\"checksum\":", d->checksum);
	put_text(out, ",\"open_checksum\":", d->open_checksum);
	put_text(out, ",\"header_checksum\":", d->header_checksum);
	put_number(out, "size", d->has_size, d->size);
	put_number(out, "open_size", d->has_open_size, d->open_size);
	put_number(out, "header_size", d->has_header_size, d->header_size);
	put_number(out, "timestamp", d->has_timestamp, d->timestamp);
	put_number(out, "database_version", d->has_version, d->version);
	ch_buf_putc(out, '}');
}

static void
put_texts(struct ch_buf *out, const char *lead, const struct ch_list *texts)
{
	ch_buf_puts(out, lead);
	ch_buf_putc(out, '[');
	for (size_t i = 0; i < texts->count; i++)
		put_text(out, i > 0 ? "," : "", texts->items[i]);
	ch_buf_putc(out, ']');
}

static void
put_tags(struct ch_buf *out, const struct ch_rpm_facts *f)
{
	put_texts(out, "\"tags\":{\"content\":", &f->content_tags);
	put_texts(out, ",\"repo\":", &f->repo_tags);
	ch_buf_puts(out, ",\"distro\":[");
	for (size_t i = 0; i < f->distro_count; i++) {
		const struct ch_rpm_distro *d = &f->distro[i];

		put_text(out, i > 0 ? ",{\"name\":" : "{\"name\":", d->name);
		put_text(out, ",\"cpeid\":", d->cpeid);
		ch_buf_putc(out, '}');
	}
	ch_buf_puts(out, "]}");
}

void
ch_rpm_facts_print(const struct ch_rpm_facts *f, struct ch_buf *out)
{
	ch_buf_putc(out, '{');
	put_tags(out, f);
	put_text(out, ",\"revision\":", f->revision);
	put_text(out, ",\"content_hash\":", f->content_hash);
	put_text(out, ",\"content_hash_type\":", f->content_hash_type);
	put_text(out, ",\"repoid\":", f->repoid);
	put_text(out, ",\"repoid_type\":", f->repoid_type);
	if (f->treeinfo.count > 0)
		put_texts(out, ",\"treeinfo\":", &f->treeinfo);
	ch_buf_puts(out, ",\"data\":[");
	for (size_t i = 0; i < f->count; i++) {
		if (i > 0)
			ch_buf_putc(out, ',');
		put_data(out, &f->data[i]);
	}
	ch_buf_puts(out, "]}");
}
