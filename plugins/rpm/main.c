/*
 * The repository type rpm: repositories of dnf and zypper.  See chantal-rpm(7)
 * and, for the verbs, chantal-plugin(7).
 */

#include "settings.h"
#include "verbs.h"

#include "lib/banned.h"

static const struct ch_verb items[] = {
	{ "describe", 0, ch_rpm_describe },
	{ "list", CH_NEEDS_CONFIG | CH_NEEDS_META, ch_rpm_list },
	{ "index", CH_NEEDS_CONFIG | CH_NEEDS_META | CH_NEEDS_OUT,
	    ch_rpm_index },
	{ "inspect", CH_NEEDS_CONFIG | CH_NEEDS_OUT, ch_rpm_inspect },
	{ "check", CH_NEEDS_CONFIG, ch_rpm_check },
	{ "check-tree", CH_NEEDS_TREE, ch_rpm_check_tree },
	{ NULL, 0, NULL },
};

static bool
run(const struct ch_call *c, struct ch_err *err)
{
	struct ch_call call = *c;
	struct ch_rpm_settings s = { 0 };
	bool ok = (c->verb->needs & CH_NEEDS_CONFIG) == 0 ||
		  ch_rpm_settings_load(&s, c->config, err);

	call.settings = &s;
	ok = ok && call.verb->run(&call, err);
	ch_rpm_settings_free(&s);
	return ok;
}

static const struct ch_verbs verbs = {
	.cli = {
		.name = "rpm",
		.caption = "the repository type of RPM packages",
		.usage = "  rpm describe\n"
			 "  rpm list --config FILE --meta DIR\n"
			 "  rpm index --config FILE --meta DIR --out DIR --cache DIR"
			 " < records\n"
			 "  rpm inspect --config FILE --out DIR < files\n"
			 "  rpm check --config FILE [--cache DIR] < packages\n"
			 "  rpm check-tree DIR\n",
		.options = "  --config FILE  id, mode and the block rpm, as JSON\n"
			   "  --meta DIR     what was fetched so far\n"
			   "  --out DIR      where files are written\n"
			   "  --cache DIR    what a later run may use again\n",
	},
	.items = items,
	.run = run,
};

int
main(int argc, char **argv)
{
	return ch_verbs_main(&verbs, argc, argv);
}
