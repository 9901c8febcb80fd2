/*
 * Any bytes as a keyring: the key that is looked for is the first in it, as
 * far as there is one, so that all of the walk is reached.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/hash.h"
#include "lib/openpgp_weak.h"
#include "target.h"

#include "lib/banned.h"

/* The fingerprint of an old packet's key with two bytes of length. */
static void
name_first(const uint8_t *data, size_t size, char hex[CH_HASH_HEX_MAX + 1])
{
	struct ch_hash *hash = ch_hash_new(CH_HASH_SHA1);
	size_t len = size < 3 ? 0 : (size_t)(data[1] << 8 | data[2]);

	if (size >= 3 && data[0] == 0x99 && len <= size - 3)
		ch_hash_update(hash, data, 3 + len);
	ch_hash_finish(hash, hex);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ch_span keyring = { (const char *)data, size };
	char hex[CH_HASH_HEX_MAX + 1];
	const char *flaw;

	name_first(data, size, hex);
	flaw = ch_openpgp_weakness(keyring, hex, hex);
	if (flaw != NULL && flaw[0] == '\0')
		abort();
	return 0;
}
