#include <inttypes.h>
#include <string.h>

#include "check_tree_parts.h"
#include "comps.h"
#include "lib/log.h"
#include "location.h"
#include "updateinfo.h"

#include "lib/banned.h"

/* Where the first file of a type is; the caller's, or NULL. */
static char *
path_of(const struct ch_repo_check *r, const char *type)
{
	const struct ch_rpm_data *d = ch_rpm_facts_find(&r->facts, type);
	struct ch_buf below = { 0 };
	struct ch_err why;
	char *path = NULL;

	if (d != NULL && d->base == NULL &&
	    ch_location_path(ch_span_of(d->href), &below, &why))
		path = ch_check_join(r->base, below.data);
	ch_buf_free(&below);
	return path;
}

/*
 * Upstreams keep advisories about packages of other architectures, so what a
 * mirror has is no fault; a filtered repository has none of these.
 */
static bool
check_updateinfo(struct ch_repo_check *r, struct ch_err *err)
{
	char *path = path_of(r, "updateinfo");
	char *full = path == NULL ? NULL : ch_path_join(r->check->tree, path);
	struct ch_sink nowhere;
	struct ch_updateinfo_job job = { .file = { full, path,
					     CH_CHECK_OPEN_MAX },
		.sink = &nowhere,
		.nevras = &r->nevras };
	struct ch_updateinfo_result result = { 0 };
	struct ch_err why;
	bool ok = true;

	ch_sink_init(&nowhere, NULL, NULL);
	if (full == NULL)
		ok = true;
	else if (!ch_updateinfo_cut(&job, &result, &why))
		ok = ch_check_problem(r->check, path, err, "%s", why.text);
	else if (result.dropped > 0 || result.entries > 0)
		ch_info("%s: %" PRIu64 " advisories and %" PRIu64
			" entries of others are about packages that the "
			"repository does not have",
		    path, result.dropped, result.entries);
	ch_sink_free(&nowhere);
	ch_free(full);
	ch_free(path);
	return ok;
}

/* Without its stream, dnf refuses to install a package of a module. */
static bool
check_streams(struct ch_repo_check *r, const struct ch_modules *modules,
    struct ch_err *err)
{
	char *path = ch_check_join(r->base, "repodata/repomd.xml");
	bool ok = true;

	for (size_t i = 0; i < r->modular.count && ok; i++) {
		struct ch_nevra nevra;

		if (ch_nevra_parse(ch_span_of(r->modular.items[i]), &nevra) &&
		    ch_join_find(&modules->by_nevra, &nevra) == 0)
			ok = ch_check_problem(r->check, path, err,
			    "%s is part of a module, but no modules.yaml has "
			    "it: dnf refuses to install it",
			    r->modular.items[i]);
	}
	ch_free(path);
	return ok;
}

static bool
check_modules(struct ch_repo_check *r, struct ch_err *err)
{
	struct ch_modules modules = { .items = NULL };
	char *path = path_of(r, "modules");
	char *full = path == NULL ? NULL : ch_path_join(r->check->tree, path);
	struct ch_modules_file file = {
		.path = full, .shown = path, .max = CH_CHECK_OPEN_MAX
	};
	struct ch_err why;
	bool ok;

	if (full != NULL && !ch_modules_load(&modules, &file, &why))
		ok = ch_check_problem(r->check, path, err, "%s", why.text);
	else
		ok = check_streams(r, &modules, err);
	ch_modules_free(&modules);
	ch_free(full);
	ch_free(path);
	return ok;
}

static bool
check_comps(struct ch_repo_check *r, struct ch_err *err)
{
	char *path = path_of(r, "group");
	char *full = path == NULL ? NULL : ch_path_join(r->check->tree, path);
	struct ch_sink nowhere;
	struct ch_comps_job job = {
		.path = full, .shown = path, .sink = &nowhere
	};
	struct ch_comps_result result = { 0 };
	struct ch_err why;
	bool ok = true;

	ch_sink_init(&nowhere, NULL, NULL);
	if (full != NULL && !ch_comps_cut(&job, &result, &why))
		ok = ch_check_problem(r->check, path, err, "%s", why.text);
	ch_sink_free(&nowhere);
	ch_free(full);
	ch_free(path);
	return ok;
}

/* What cannot be read was told with its digest. */
bool
ch_rpm_check_notes(struct ch_repo_check *r, struct ch_err *err)
{
	if (!r->has_primary)
		return true;
	return check_modules(r, err) && check_updateinfo(r, err) &&
	       check_comps(r, err);
}
