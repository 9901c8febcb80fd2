#include "plugin_tree.h"

#include <inttypes.h>

#include "log.h"
#include "plugin.h"
#include "plugin_run.h"
#include "record.h"

#include "banned.h"

static bool
on_problem(void *ctx, struct ch_span line, uint64_t number, struct ch_err *err)
{
	struct ch_problems *p = ctx;
	struct ch_record r = { .members = NULL };
	bool is_written = ch_record_parse(&r, line, err);

	if (is_written && r.kind != CH_KIND_PROBLEM)
		is_written = ch_fail(err, CH_MALFORMED,
		    "check-tree: line %" PRIu64 ": not a problem record",
		    number);
	else if (is_written)
		is_written = ch_record_write(&r, p->out, err);
	p->count++;
	ch_record_free(&r);
	return is_written;
}

bool
ch_plugin_check_tree(const struct ch_json *path, const char *type,
    const char *tree, struct ch_problems *problems, struct ch_err *err)
{
	const char *args[] = { "check-tree", tree, NULL };
	struct ch_plugin_run_options run = {
		.args = args, .on_line = on_problem, .ctx = problems
	};
	struct ch_plugin_path folders;
	struct ch_plugin plugin;
	struct ch_err why;
	bool is_done = true;

	ch_plugin_path_init(&folders, path);
	if (!ch_plugin_open(&plugin, &folders, type, &why))
		ch_info("%s: its format is not checked: %s", tree, why.text);
	else if (ch_plugin_can(&plugin, CH_VERB_CHECK_TREE))
		is_done = ch_plugin_call(&plugin, &run, NULL, err);
	ch_plugin_close(&plugin);
	ch_plugin_path_free(&folders);
	return is_done;
}
