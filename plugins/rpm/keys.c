#include "keys.h"

#include "lib/plugin_keys.h"
#include "verbs.h"

#include "lib/banned.h"

static const struct ch_plugin_key keys[] = {
	{ .name = "metalink",
	    .type = CH_PLUGIN_KEY_URL,
	    .help = "address of a metalink: mirrors, and digests of "
		    "repomd.xml; used instead of feed" },
	{ .name = "mirrorlist",
	    .type = CH_PLUGIN_KEY_URL,
	    .help = "address of a list of mirrors, a line each; used instead "
		    "of feed" },
	{ .name = "include_installer",
	    .type = CH_PLUGIN_KEY_BOOL,
	    .fallback = "true",
	    .help = "the files that .treeinfo names, where there is one" },
	{ .name = "optional_installer",
	    .type = CH_PLUGIN_KEY_BOOL,
	    .fallback = "false",
	    .help = "files that .treeinfo names may be missing upstream" },
	{ .name = "prune_groups",
	    .type = CH_PLUGIN_KEY_BOOL,
	    .fallback = "false",
	    .help = "leave what is filtered out of the package groups" },
	{ .name = "require_modules",
	    .type = CH_PLUGIN_KEY_BOOL,
	    .fallback = "true",
	    .help = "refuse packages of a module that modules.yaml does not "
		    "have" },
	{ .name = "hosted_dir",
	    .type = CH_PLUGIN_KEY_TEXT,
	    .help = "folder of uploaded packages, \".\" the root "
		    "(Packages/ and the first letter of the name)" },
	{ .name = NULL },
};

bool
ch_rpm_keys_check(const struct ch_json *block, struct ch_err *err)
{
	return ch_plugin_keys_check(keys, "rpm", block, err);
}

bool
ch_rpm_describe(const struct ch_call *c, struct ch_err *err)
{
	struct ch_buf line = { 0 };
	bool ok;

	ch_buf_printf(&line,
	    "{\"protocol\":[1],\"type\":\"rpm\",\"version\":\"%s\","
	    "\"verbs\":[%s],"
	    "\"modes\":[\"mirror\",\"filtered\",\"hosted\"],"
	    "\"version_order\":\"rpm\",\"client_key\":\"RPM-GPG-KEY-\","
	    "\"deterministic\":true,\"objects\":true,\"first_wants\":true,"
	    "\"config\":",
	    CH_VERSION, c->verbs);
	ch_plugin_keys_schema(keys, &line);
	ch_buf_puts(&line, "}\n");
	ok = ch_out_write(c->out, line.data, line.len, err);
	ch_buf_free(&line);
	return ok;
}
