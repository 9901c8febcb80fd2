/* What filters may ask of a package: the object "rpm" of its record. */

#include <inttypes.h>

#include "lib/record.h"
#include "primary.h"

#include "lib/banned.h"

enum { LINKS_MAX = 4096 };

void
ch_primary_text(struct ch_buf *line, const char *lead, struct ch_span value)
{
	if (value.data == NULL)
		return;
	ch_buf_puts(line, lead);
	ch_json_quote(line, value.data, value.len);
}

static bool
is_strong_pkgid(const struct ch_primary *p)
{
	return ch_str_starts(p->digest.data, "sha256:");
}

void
ch_primary_attributes(struct ch_primary *p)
{
	const struct ch_package *k = &p->package;
	struct ch_buf *b = &p->line;
	uint64_t epoch = 0;

	if (!ch_parse_uint_span(k->epoch, CH_MAX_INT, &epoch))
		epoch = 0;
	ch_buf_printf(b, ",\"rpm\":{\"epoch\":%" PRIu64, epoch);
	if (!is_strong_pkgid(p))
		ch_primary_text(b,
		    ",\"pkgid\":", ch_span_of(strchr(p->digest.data, ':') + 1));
	ch_primary_text(b, ",\"group\":", k->group);
	ch_primary_text(b, ",\"license\":", k->license);
	ch_primary_text(b, ",\"vendor\":", k->vendor);
	ch_primary_text(b, ",\"sourcerpm\":", k->sourcerpm);
	ch_buf_putc(b, '}');
}
