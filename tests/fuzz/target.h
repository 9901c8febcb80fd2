/*
 * The entry that libFuzzer calls and replay.c too, and how a target says that
 * something has to be so.
 */

#ifndef CH_FUZZ_TARGET_H
#define CH_FUZZ_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void
need(bool is_so)
{
	if (!is_so)
		abort();
}

#endif
