/*
 * Any two byte strings under every order: no crash, and the comparison turned
 * round is the reverse.  The first byte says where the second string starts.
 */

#include "lib/version.h"

#include <stdint.h>
#include <stdlib.h>

#include "lib/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const names[] = { "rpm", "deb", "apk", "semver", "pep440",
	"vkey", "none" };

static void
check(const struct ch_order *order, struct ch_span a, struct ch_span b)
{
	int forth = ch_version_compare(order, a, b);

	if (forth != -ch_version_compare(order, b, a))
		abort();
	if (ch_version_compare(order, a, a) != 0)
		abort();
	if (ch_version_valid(order, a) && !ch_version_valid(order, b) &&
	    forth != 1)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ch_span a;
	struct ch_span b;

	if (size == 0)
		return 0;
	a.data = (const char *)data + 1;
	a.len = data[0] < size ? data[0] : size - 1;
	b.data = a.data + a.len;
	b.len = size - 1 - a.len;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		check(ch_order_named(names[i]), a, b);
	return 0;
}
