/*
 * The repository type apt: Debian's repositories.  See chantal-apt(7) and, for
 * the verbs, chantal-plugin(7).
 */

#include "settings.h"
#include "verbs.h"

#include "lib/banned.h"

static const struct ch_verb items[] = {
	{ "describe", 0, ch_apt_describe },
	{ "list", CH_NEEDS_CONFIG | CH_NEEDS_META, ch_apt_list },
	{ "index", CH_NEEDS_CONFIG | CH_NEEDS_META | CH_NEEDS_OUT,
	    ch_apt_index },
	{ "inspect", CH_NEEDS_CONFIG | CH_NEEDS_OUT, ch_apt_inspect },
	{ "check-tree", CH_NEEDS_TREE, ch_apt_check_tree },
	{ NULL, 0, NULL },
};

static bool
run(const struct ch_call *c, struct ch_err *err)
{
	struct ch_call call = *c;
	struct ch_apt_settings s = { 0 };
	bool needs_suite = c->verb->run == ch_apt_list;
	bool ok = (c->verb->needs & CH_NEEDS_CONFIG) == 0 ||
		  ch_apt_settings_load(&s, c->config, needs_suite, err);

	call.settings = &s;
	ok = ok && call.verb->run(&call, err);
	ch_apt_settings_free(&s);
	return ok;
}

static const struct ch_verbs verbs = {
	.cli = {
		.name = "apt",
		.caption = "the repository type of Debian's packages",
		.usage = "  apt describe\n"
			 "  apt list --config FILE --meta DIR\n"
			 "  apt index --config FILE --meta DIR --out DIR --cache DIR"
			 " < records\n"
			 "  apt inspect --config FILE --out DIR < files\n"
			 "  apt check-tree DIR\n",
		.options = "  --config FILE  id, mode and the block apt, as JSON\n"
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
