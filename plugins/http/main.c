/*
 * The repository type http: files of a web server's folders, of a bucket or
 * of a list.  See chantal-http(7) and, for the verbs, chantal-plugin(7).
 */

#include "checksums.h"
#include "inspect.h"
#include "print.h"

#include "lib/banned.h"

static bool
describe(const struct ch_call *c, struct ch_err *err)
{
	return ch_out_printf(c->out, err, "%s\n", ch_settings_describe());
}

static bool
list(const struct ch_call *c, struct ch_err *err)
{
	struct ch_walk w = { .settings = c->settings, .call = c };
	bool ok = ch_walk_files(&w, err);

	if (ok && w.wants.len == 0)
		ok = ch_sums_apply(&w, err);
	if (ok && w.wants.len > 0)
		ok = ch_out_write(c->out, w.wants.data, w.wants.len, err);
	else if (ok)
		ok = ch_print_walk(&w, c->out, err);
	ch_walk_free(&w);
	return ok;
}

static const struct ch_verb items[] = {
	{ "describe", 0, describe },
	{ "list", CH_NEEDS_CONFIG | CH_NEEDS_META, list },
	{ "inspect", CH_NEEDS_CONFIG, ch_http_inspect },
	{ NULL, 0, NULL },
};

static bool
run(const struct ch_call *c, struct ch_err *err)
{
	struct ch_call call = *c;
	struct ch_settings s = { .json = NULL };
	bool is_list = c->verb->run == list;
	bool ok = (c->verb->needs & CH_NEEDS_CONFIG) == 0 ||
		  ch_settings_load(&s, c->config, is_list, err);

	call.settings = &s;
	ok = ok && call.verb->run(&call, err);
	ch_settings_free(&s);
	return ok;
}

static const struct ch_verbs verbs = {
	.cli = {
		.name = "http",
		.caption = "the repository type of plain files on web servers",
		.usage = "  http describe\n"
			 "  http list --config FILE --meta DIR\n"
			 "  http inspect --config FILE --out DIR < files\n",
		.options =
		    "  --config FILE  id, mode, feed and the block http, as JSON\n"
		    "  --meta DIR     what was fetched so far\n"
		    "  --out DIR      accepted, not used\n",
	},
	.items = items,
	.run = run,
};

int
main(int argc, char **argv)
{
	return ch_verbs_main(&verbs, argc, argv);
}
