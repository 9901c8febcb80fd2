/* The entry that libFuzzer calls and replay.c too. */

#ifndef CH_FUZZ_TARGET_H
#define CH_FUZZ_TARGET_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
