#include "catalog.h"
#include "fetch.h"

#include "banned.h"

static bool
read_repo_record(
    struct ch_previous *previous, const char *path, struct ch_err *err)
{
	struct ch_generation g = { 0 };
	enum ch_next next = CH_ERROR;
	bool is_read = false;

	if (ch_generation_open(&g, path, err))
		next = ch_generation_line(&g, err);
	if (next == CH_ITEM) {
		ch_buf_put(&previous->repo_line, g.line.data, g.line.len);
		is_read = ch_record_parse(&previous->repo,
		    (struct ch_span){
			previous->repo_line.data, previous->repo_line.len },
		    err);
	}
	if (is_read && previous->repo.kind != CH_KIND_REPO)
		is_read = ch_fail(
		    err, CH_MALFORMED, "%s: no repo record at its start", path);
	ch_generation_close(&g);
	return is_read;
}

bool
ch_previous_read(struct ch_previous *previous, const char *catalog,
    const char *repo, const char *since, struct ch_err *err)
{
	struct ch_catalog *cat = ch_catalog_open(catalog, err);
	char *path = NULL;
	bool is_read;

	is_read =
	    cat != NULL && ch_catalog_current(cat, repo, &previous->base, err);
	/* The first sync has nothing to compare with. */
	if (is_read && since != NULL && previous->base > 0)
		is_read = ch_catalog_resolve(cat, since, &path, err) &&
			  read_repo_record(previous, path, err);
	ch_free(path);
	if (cat != NULL)
		ch_catalog_close(cat);
	return is_read;
}
