/*
 * The key of a published tree, which the signing key is a part of before it is
 * made.
 *
 * With gpg.generate_key the first index makes the key that signs.  Until then
 * the key of the tree is open: a digest with '+' behind it.
 * ch_late_key_settle() completes it, behind the run that made it as before any
 * other.
 */

#ifndef CH_LATE_KEY_H
#define CH_LATE_KEY_H

#include <stdbool.h>

#include "hash.h"

#define CH_LATE_KEY_SIZE (CH_SHA256_HEX + 2)

/* Opens the key, a digest. */
void ch_late_key_open(char key[CH_LATE_KEY_SIZE]);
bool ch_late_key_is_open(const char *key);
/* home: of the store.  Without a key that signs it stays open. */
void ch_late_key_settle(const char *home, char key[CH_LATE_KEY_SIZE]);

#endif
