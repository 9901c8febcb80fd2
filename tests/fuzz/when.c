/* Any text as a date and as a duration; a date that is read is printed back. */

#include "lib/when.h"

#include <stdlib.h>
#include <string.h>

#include "lib/mem.h"
#include "target.h"

#include "lib/banned.h"

static void
check_round(int64_t seconds)
{
	char printed[CH_WHEN_RFC3339_SIZE];
	char mail[CH_WHEN_RFC1123_SIZE];
	struct ch_err err;
	int64_t back = 0;

	ch_when_print(seconds, printed);
	if (!ch_when_parse(printed, &back, &err) || back != seconds)
		abort();
	ch_when_print_http(seconds, mail);
	if (!ch_when_parse(mail, &back, &err) || back != seconds)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = ch_strndup((const char *)data, size);
	struct ch_err err;
	int64_t seconds = 0;
	uint64_t duration = 0;

	if (ch_when_parse(text, &seconds, &err))
		check_round(seconds);
	if (ch_duration_parse(text, &duration, &err) && duration > (uint64_t)1
								       << 53)
		abort();
	ch_free(text);
	return 0;
}
