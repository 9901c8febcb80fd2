/* Links of any page: their strings are whole, and bounded where they say. */
#include <stdlib.h>
#include <string.h>

#include "lib/html.h"
#include "tests/fuzz/target.h"

#include "lib/banned.h"

static bool
on_base(void *ctx, const char *href, struct ch_err *err)
{
	(void)err;
	*(size_t *)ctx += strlen(href);
	return true;
}

static bool
on_link(void *ctx, const struct ch_html_link *link, struct ch_err *err)
{
	(void)err;
	if (strlen(link->row) > 4096 || strlen(link->text) > 4096 ||
	    strlen(link->after) > strlen(link->row))
		abort();
	*(size_t *)ctx += strlen(link->href);
	return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t seen = 0;
	struct ch_html_handler handler = {
		.on_base = on_base, .on_link = on_link, .ctx = &seen
	};
	struct ch_err err = { 0 };
	bool ok =
	    ch_html_parse((const char *)data, size, "page", &handler, &err);

	if (!ok && err.text[0] == '\0')
		abort();
	return 0;
}
