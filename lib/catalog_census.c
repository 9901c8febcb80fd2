#include "catalog_census.h"
#include "catalog_line.h"
#include "catalog_read.h"

#include "banned.h"

static bool
add_element(
    void *ctx, struct ch_span key, struct ch_span value, struct ch_err *err)
{
	struct ch_census *c = ctx;
	struct ch_element e;
	uint64_t size;

	(void)key;
	if (!ch_element_read(&e, value, err))
		return false;
	if (e.size.data && ch_parse_uint_span(e.size, CH_MAX_INT, &size))
		c->bytes += size;
	return true;
}

bool
ch_census_add(
    struct ch_census *c, const struct ch_record *r, struct ch_err *err)
{
	const struct ch_member *files = ch_record_find(r, "files");
	uint64_t size;

	if (r->kind == CH_KIND_PACKAGE)
		c->packages++;
	else if (r->kind == CH_KIND_FILE)
		c->files++;
	else
		return true;
	if (ch_record_uint(r, "size", &size))
		c->bytes += size;
	return !files || r->kind != CH_KIND_PACKAGE ||
	       ch_json_each(files->value, add_element, c, err);
}

bool
ch_census_file(struct ch_census *c, const char *path, struct ch_err *err)
{
	struct ch_generation g;
	enum ch_next got = CH_ERROR;
	bool ok = ch_generation_open(&g, path, err);

	*c = (struct ch_census){ 0, 0, 0 };
	while (ok && (got = ch_generation_next(&g, err)) == CH_ITEM)
		ok = ch_census_add(c, &g.record, err);
	ch_generation_close(&g);
	return ok && got == CH_END;
}
