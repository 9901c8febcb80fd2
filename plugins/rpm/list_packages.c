/* The last step: the packages. */

#include "list.h"
#include "primary.h"

#include "lib/banned.h"

bool
ch_list_packages(struct ch_lister *l, struct ch_err *err)
{
	const struct ch_rpm_data *d = ch_rpm_facts_find(&l->facts, "primary");
	const struct ch_list *mirrors = &l->mirrors.urls;
	char *path = ch_lister_path(l, d->href);
	struct ch_primary p = { .path = path,
		.shown = d->href,
		.is_mirror = l->s->mode == CH_RPM_MIRROR,
		.base = mirrors->count > 0 ? mirrors->items[0] : NULL,
		.out = l->call->out };
	bool ok = ch_primary_print(&p, err);

	ch_primary_free(&p);
	ch_free(path);
	return ok;
}
