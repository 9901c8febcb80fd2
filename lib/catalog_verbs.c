#include "catalog_verbs.h"
#include "catalog_snapshot.h"
#include "command.h"
#include "mem.h"
#include "pool.h"

#include "banned.h"

bool
ch_verb_save(const struct ch_save_verb *v, const struct ch_save *s,
    int *status_out, struct ch_err *err)
{
	struct ch_save save = *s;
	const char *pool = v->pool;
	const struct ch_json *block = NULL;
	struct ch_list codes = { 0 };
	struct ch_save_report report;
	struct ch_err unknown;
	bool ok;

	if (v->cfg)
		block = ch_config_repo(v->cfg, s->repo, &unknown);
	if (v->cfg && !pool)
		pool = ch_config_path(v->cfg, "pool");
	ok = ch_save_codes(&codes, v->codes, block, err);
	if (ok && pool) {
		save.pool = ch_pool_open(pool, err);
		ok = save.pool != NULL;
	}
	save.accept = &codes;
	ok = ok && ch_save_run(&save, &report, err);
	if (ok)
		*status_out = (int)report.status;
	ch_pool_close(save.pool);
	ch_list_free(&codes);
	return ok;
}

bool
ch_verb_rm(const struct ch_rm_verb *v, struct ch_err *err)
{
	const struct ch_referrers where = {
		v->cfg ? ch_config_path(v->cfg, "trees") : NULL,
		v->cfg ? ch_config_path(v->cfg, "views") : NULL,
	};
	char *question = ch_format("remove %s%s%s", v->repo,
	    v->snapshot ? "@" : " with its snapshots",
	    v->snapshot ? v->snapshot : "");
	bool ok = (v->is_forced || ch_catalog_check_unused(
				       &where, v->repo, v->snapshot, err)) &&
		  ch_command_confirm(question, v->is_yes, err) &&
		  ch_catalog_remove(v->cat, v->repo, v->snapshot, err);

	ch_free(question);
	return ok;
}
