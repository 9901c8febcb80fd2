/* Packages of modules that were uploaded need a modules.yaml, too. */

#include <string.h>

#include "index_parts.h"

#include "lib/banned.h"

const char ch_index_lost_module[] =
    "is part of a module, but no modules.yaml of its repository says so, and "
    "dnf installs none of these: filter it out, sync from an upstream that has "
    "modules.yaml, upload one, or accept it with rpm: { require_modules: "
    "false }";

bool
ch_index_note_modular(
    struct ch_indexer *ix, struct ch_record *r, struct ch_err *err)
{
	struct ch_span name = ch_record_span(r, "name");
	struct ch_span version = ch_record_span(r, "version");
	struct ch_span arch = ch_record_span(r, "arch");
	const char *epoch =
	    memchr(version.data, ':', version.len) == NULL ? "0:" : "";
	struct ch_nevra nevra;
	char *text;

	/* Sources need none. */
	if (ch_span_is(arch, "src"))
		return true;
	text = ch_format("%.*s-%s%.*s.%.*s", (int)name.len, name.data, epoch,
	    (int)version.len, version.data, (int)arch.len, arch.data);
	ch_list_take(&ix->modular, text);
	return ch_nevra_parse(ch_span_of(text), &nevra) ||
	       ch_fail(err, CH_MALFORMED, "'%s': is no NEVRA", text);
}

static bool
load_all(
    const struct ch_indexer *ix, struct ch_modules *all, struct ch_err *err)
{
	for (size_t i = 0; i < ix->doc_count; i++) {
		const struct ch_index_doc *doc = &ix->docs[i];

		if (doc->kind != CH_RPM_KIND_MODULES)
			continue;
		for (size_t k = 0; k < doc->count; k++) {
			const struct ch_modules_file file = {
				.path = doc->inputs[k]->path,
				.shown = doc->inputs[k]->shown,
				.max = CH_INDEX_INPUT_MAX
			};

			if (!ch_modules_load(all, &file, err))
				return false;
		}
	}
	return true;
}

bool
ch_index_check_modular(const struct ch_indexer *ix, struct ch_err *err)
{
	struct ch_modules all = { 0 };
	bool ok = ix->modular.count == 0 || load_all(ix, &all, err);

	for (size_t i = 0; ok && i < ix->modular.count; i++) {
		const char *text = ix->modular.items[i];
		struct ch_nevra nevra;

		ok = (ch_nevra_parse(ch_span_of(text), &nevra) &&
			 ch_join_find(&all.by_nevra, &nevra) != 0) ||
		     ch_fail(err, CH_MALFORMED, "%s %s", text,
			 ch_index_lost_module);
	}
	ch_modules_free(&all);
	return ok;
}
