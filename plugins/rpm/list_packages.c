/* The last step: the packages. */

#include "lib/log.h"
#include "list.h"
#include "primary.h"

#include "lib/banned.h"

/* Decompressed bytes of one of these files. */
#define PLAIN_MAX ((uint64_t)1 << 30)

/* What tells about packages. */
struct known {
	struct ch_modules modules;       /* streams they belong to */
	struct ch_advisories advisories; /* that name them */
};

static bool
load(struct ch_lister *l, const struct ch_rpm_data *d, struct known *known,
    struct ch_err *err)
{
	char *path = ch_fetched_path(l->call, d->href);
	struct ch_opened_claim claim = ch_opened_claim_of(d, true);
	const struct ch_modules_file modules = { path, d->href, PLAIN_MAX,
		claim };
	const struct ch_updateinfo_file updates = { path, d->href, PLAIN_MAX,
		claim };
	bool ok = true;

	if (ch_str_equal(d->type, "modules"))
		ok = ch_modules_load(&known->modules, &modules, err);
	else if (ch_str_equal(d->type, "updateinfo"))
		ok = ch_advisories_load(&known->advisories, &updates, err);
	ch_free(path);
	/* Nothing that is published depends on it there. */
	if (!ok && l->s->mode == CH_MODE_MIRROR) {
		ch_warn(
		    "%s: packages are listed without what it says", err->text);
		return true;
	}
	return ok;
}

static bool
print(struct ch_lister *l, const struct known *known, struct ch_err *err)
{
	const struct ch_rpm_data *d = ch_rpm_facts_find(&l->facts, "primary");
	const struct ch_list *mirrors = &l->mirrors.urls;
	char *path = ch_fetched_path(l->call, d->href);
	struct ch_primary p = { .path = path,
		.shown = d->href,
		.claim = ch_opened_claim_of(d, true),
		.is_mirror = l->s->mode == CH_MODE_MIRROR,
		.base = mirrors->count > 0 ? mirrors->items[0] : NULL,
		.feed = l->s->feed,
		.modules = &known->modules,
		.advisories = &known->advisories,
		.out = l->call->out };
	bool ok = ch_primary_print(&p, err);

	ch_primary_free(&p);
	ch_free(path);
	return ok;
}

bool
ch_list_packages(struct ch_lister *l, struct ch_err *err)
{
	struct known known = { 0 };
	bool ok = true;

	for (size_t i = 0; ok && i < l->facts.count; i++)
		ok = load(l, &l->facts.data[i], &known, err);
	ok = ok && print(l, &known, err);
	ch_modules_free(&known.modules);
	ch_advisories_free(&known.advisories);
	return ok;
}
