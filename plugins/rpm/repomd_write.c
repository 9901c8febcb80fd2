#include "repomd_write.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/banned.h"

static void
put_text(struct ch_buf *out, const char *text)
{
	ch_escape_html(out, text, strlen(text));
}

/* <name attr="attr_value">text</name>; attr_value may be NULL. */
struct element {
	const char *indent;     /* before it */
	const char *name;       /* of it */
	const char *attr;       /* its attribute */
	const char *attr_value; /* or NULL: it has none */
	const char *text;       /* NULL: no element at all */
};

static void
put_element(struct ch_buf *out, const struct element *e)
{
	if (e->text == NULL)
		return;
	ch_buf_printf(out, "%s<%s", e->indent, e->name);
	if (e->attr_value != NULL) {
		ch_buf_printf(out, " %s=\"", e->attr);
		put_text(out, e->attr_value);
		ch_buf_putc(out, '"');
	}
	ch_buf_putc(out, '>');
	put_text(out, e->text);
	ch_buf_printf(out, "</%s>\n", e->name);
}

static void
put_tags(struct ch_buf *out, const struct ch_rpm_facts *f)
{
	if (f->content_tags.count + f->repo_tags.count + f->distro_count == 0)
		return;
	ch_buf_puts(out, "  <tags>\n");
	for (size_t i = 0; i < f->content_tags.count; i++)
		put_element(out, &(struct element){ .indent = "    ",
				     .name = "content",
				     .text = f->content_tags.items[i] });
	for (size_t i = 0; i < f->repo_tags.count; i++)
		put_element(out, &(struct element){ .indent = "    ",
				     .name = "repo",
				     .text = f->repo_tags.items[i] });
	for (size_t i = 0; i < f->distro_count; i++)
		put_element(out, &(struct element){ .indent = "    ",
				     .name = "distro",
				     .attr = "cpeid",
				     .attr_value = f->distro[i].cpeid,
				     .text = f->distro[i].name });
	ch_buf_puts(out, "  </tags>\n");
}

/* "sha256:…" */
static void
put_digest(struct ch_buf *out, const char *name, const char *digest)
{
	const char *colon = digest == NULL ? NULL : strchr(digest, ':');
	char *type;

	if (colon == NULL)
		return;
	type = ch_strndup(digest, (size_t)(colon - digest));
	put_element(
	    out, &(struct element){ "    ", name, "type", type, colon + 1 });
	ch_free(type);
}

static void
put_number(struct ch_buf *out, const char *name, bool has_it, uint64_t value)
{
	if (has_it)
		ch_buf_printf(
		    out, "    <%s>%" PRIu64 "</%s>\n", name, value, name);
}

static void
put_data(struct ch_buf *out, const struct ch_rpm_data *d)
{
	ch_buf_puts(out, "  <data type=\"");
	put_text(out, d->type);
	ch_buf_puts(out, "\">\n");
	put_digest(out, "checksum", d->checksum);
	put_digest(out, "open-checksum", d->open_checksum);
	put_digest(out, "header-checksum", d->header_checksum);
	ch_buf_puts(out, "    <location href=\"");
	put_text(out, d->href);
	ch_buf_puts(out, "\"/>\n");
	put_number(out, "timestamp", d->has_timestamp, d->timestamp);
	put_number(out, "size", d->has_size, d->size);
	put_number(out, "open-size", d->has_open_size, d->open_size);
	put_number(out, "header-size", d->has_header_size, d->header_size);
	put_number(out, "database_version", d->has_version, d->version);
	ch_buf_puts(out, "  </data>\n");
}

static int
rank_of(const char *type)
{
	static const char *const first[] = { "primary", "filelists", "other",
		"primary_db", "filelists_db", "other_db", "primary_zck",
		"filelists_zck", "other_zck" };
	int count = (int)(sizeof(first) / sizeof(first[0]));
	int i = 0;

	while (i < count && strcmp(first[i], type) != 0)
		i++;
	return i;
}

static int
compare_data(const void *a, const void *b)
{
	const struct ch_rpm_data *x = a, *y = b;
	int order = rank_of(x->type) - rank_of(y->type);

	order = order != 0 ? order : strcmp(x->type, y->type);
	return order != 0 ? order : strcmp(x->href, y->href);
}

void
ch_repomd_print(struct ch_rpm_facts *f, struct ch_buf *out)
{
	if (f->count > 1)
		qsort(f->data, f->count, sizeof(*f->data), compare_data);
	ch_buf_puts(out,
	    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	    "<repomd xmlns=\"http://linux.duke.edu/metadata/repo\" "
	    "xmlns:rpm=\"http://linux.duke.edu/metadata/rpm\">\n");
	put_element(
	    out, &(struct element){
		     .indent = "  ", .name = "revision", .text = f->revision });
	put_element(out, &(struct element){ "  ", "repoid", "type",
			     f->repoid_type, f->repoid });
	put_element(out, &(struct element){ "  ", "contenthash", "type",
			     f->content_hash_type, f->content_hash });
	put_tags(out, f);
	for (size_t i = 0; i < f->count; i++)
		put_data(out, &f->data[i]);
	ch_buf_puts(out, "</repomd>\n");
}
