#include "keys.h"

#include <string.h>

#include "lib/plugin_keys.h"
#include "settings.h"
#include "verbs.h"

#include "lib/banned.h"

static const char *const layouts[] = { "upstream", "original", NULL };

static const struct ch_plugin_key keys[] = {
	{ .name = "distribution",
	    .type = CH_PLUGIN_KEY_WORDS,
	    .help =
		"suite below dists/, or several; a folder that ends in / is a "
		"flat repository, ./ the feed itself" },
	{ .name = "components",
	    .type = CH_PLUGIN_KEY_WORDS,
	    .fallback = "[\"main\"]",
	    .help = "components to take; * for all that Release lists" },
	{ .name = "architectures",
	    .type = CH_PLUGIN_KEY_WORDS,
	    .fallback = "[\"amd64\"]",
	    .help = "architectures to take; * for all that Release lists" },
	{ .name = "include_source_packages",
	    .type = CH_PLUGIN_KEY_BOOL,
	    .fallback = "false",
	    .help = "source packages too" },
	{ .name = "include_contents",
	    .type = CH_PLUGIN_KEY_BOOL,
	    .help =
		"Contents files: of a mirror unless false, of a filtered or "
		"hosted repository if true" },
	{ .name = "include_translations",
	    .type = CH_PLUGIN_KEY_BOOL,
	    .help = "Translation files, unless false: of a mirror all, of a "
		    "filtered repository those of languages" },
	{ .name = "languages",
	    .type = CH_PLUGIN_KEY_WORDS,
	    .fallback = "[\"en\"]",
	    .help = "languages of Translation files in a filtered repository" },
	{ .name = "include_udebs",
	    .type = CH_PLUGIN_KEY_BOOL,
	    .help = "packages of the Debian installer: of a mirror unless "
		    "false, of a filtered repository if true" },
	{ .name = "include_installer",
	    .type = CH_PLUGIN_KEY_BOOL,
	    .fallback = "false",
	    .help = "images of the Debian installer too" },
	{ .name = "include_pdiffs",
	    .type = CH_PLUGIN_KEY_BOOL,
	    .help = "patches of indexes (Packages.diff): of a mirror unless "
		    "false, never of the other modes" },
	{ .name = "by_hash",
	    .type = CH_PLUGIN_KEY_BOOL,
	    .help =
		"indexes by hash: fetched so if upstream has it and published "
		"so, unless false" },
	{ .name = "view_components",
	    .type = CH_PLUGIN_KEY_TEXT,
	    .help = "of a view: upstream (they stay, default), repository (one "
		    "each, named like it), or the name of one for all" },
	{ .name = "origin",
	    .type = CH_PLUGIN_KEY_TEXT,
	    .help = "Origin of Release, instead of upstream's" },
	{ .name = "label",
	    .type = CH_PLUGIN_KEY_TEXT,
	    .help = "Label of Release, instead of upstream's" },
	{ .name = "component",
	    .type = CH_PLUGIN_KEY_TEXT,
	    .help = "component of uploaded packages; the first of components "
		    "unless set" },
	{ .name = "suite",
	    .type = CH_PLUGIN_KEY_TEXT,
	    .help = "Suite of Release, instead of upstream's" },
	{ .name = "codename",
	    .type = CH_PLUGIN_KEY_TEXT,
	    .help = "Codename of Release, instead of upstream's" },
	{ .name = "version",
	    .type = CH_PLUGIN_KEY_TEXT,
	    .help = "Version of Release, instead of upstream's" },
	{ .name = "description",
	    .type = CH_PLUGIN_KEY_TEXT,
	    .help = "Description of Release, instead of upstream's" },
	{ .name = "not_automatic",
	    .type = CH_PLUGIN_KEY_BOOL,
	    .help = "NotAutomatic of Release, instead of upstream's" },
	{ .name = "but_automatic_upgrades",
	    .type = CH_PLUGIN_KEY_BOOL,
	    .help = "ButAutomaticUpgrades of Release, instead of upstream's" },
	{ .name = "valid_until_days",
	    .type = CH_PLUGIN_KEY_INT,
	    .min = 1,
	    .max = 3650,
	    .help =
		"days from Date to Valid-Until of Release; none unless set" },
	{ .name = "pool_layout",
	    .type = CH_PLUGIN_KEY_CHOICE,
	    .fallback = "\"upstream\"",
	    .words = layouts,
	    .help =
		"where packages are published: where upstream has them, or as "
		"the original Chantal did" },
	{ .name = NULL },
};

/* These become words of a Release file, or folders. */
static bool
check_names(const struct ch_json *block, struct ch_err *err)
{
	static const char *const names[] = { "view_components", "component",
		"suite", "codename" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *s = ch_json_string(ch_json_get(block, names[i]));

		if (s != NULL && !ch_apt_is_words(s, strlen(s)))
			return ch_fail(err, CH_USAGE,
			    "apt.%s: '%s': letters, digits and ._+~- only, "
			    "\"/\" between words",
			    names[i], s);
	}
	return true;
}

bool
ch_apt_keys_check(const struct ch_json *block, struct ch_err *err)
{
	return ch_plugin_keys_check(keys, "apt", block, err) &&
	       check_names(block, err);
}

bool
ch_apt_describe(const struct ch_call *c, struct ch_err *err)
{
	struct ch_buf line = { 0 };
	bool ok;

	ch_buf_printf(&line,
	    "{\"protocol\":[1],\"type\":\"apt\",\"version\":\"%s\","
	    "\"verbs\":[%s],"
	    "\"modes\":[\"mirror\",\"filtered\",\"hosted\"],"
	    "\"version_order\":\"deb\",\"key\":\"binary\","
	    "\"signed\":true,\"signing_key\":false,\"first_wants\":true,"
	    "\"deterministic\":true,",
	    CH_VERSION, c->verbs);
	ch_buf_puts(&line,
	    "\"stanza\":{\"name\":\"Package\",\"version\":\"Version\","
	    "\"arch\":\"Architecture\",\"size\":\"Size\","
	    "\"sha256\":\"SHA256\",\"by_arch\":{\"source\":"
	    "{\"name\":\"Package\",\"version\":\"Version\"}}},"
	    "\"config\":");
	ch_plugin_keys_schema(keys, &line);
	ch_buf_puts(&line, "}\n");
	ok = ch_out_write(c->out, line.data, line.len, err);
	ch_buf_free(&line);
	return ok;
}
