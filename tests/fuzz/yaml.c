/*
 * YAML: whatever is accepted becomes JSON, and that JSON parses again; what
 * is refused names its place.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/config_check.h"
#include "lib/yaml.h"
#include "tests/fuzz/target.h"

#include "lib/banned.h"

static void
read_back(const struct ch_yaml *docs)
{
	struct ch_json *j = ch_yaml_json(docs);
	struct ch_buf text = { 0 };
	struct ch_err err;
	struct ch_json *again;

	ch_json_print(j, false, &text);
	again = ch_json_parse(text.data, text.len, "again", &err);
	/* One level more than YAML's own: the list of documents. */
	if (!again && !strstr(err.text, "nested deeper"))
		abort();
	ch_json_free(again);
	ch_json_free(j);
	ch_buf_free(&text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ch_err err = { 0 };
	struct ch_yaml *docs =
	    ch_yaml_parse((const char *)data, size, "fuzz", &err);

	if (!docs) {
		if (strncmp(err.text, "fuzz:", 5) != 0)
			abort();
		return 0;
	}
	read_back(docs);
	for (size_t i = 0; i < docs->count; i++) {
		if (docs->items[i]->kind == CH_YAML_MAP)
			ch_json_free(
			    ch_config_check_block(docs->items[i], "", &err));
	}
	ch_yaml_free(docs);
	return 0;
}
