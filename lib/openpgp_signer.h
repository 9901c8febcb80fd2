/*
 * Between openpgp_open.c and openpgp_sign.c; nobody else's.
 */

#ifndef CH_OPENPGP_SIGNER_H
#define CH_OPENPGP_SIGNER_H

#include "gpg.h"
#include "openpgp.h"
#include "scratch.h"

struct ch_signer {
	struct ch_scratch scratch;   /* private, in memory where possible */
	struct ch_gpg gpg;           /* how it is run */
	char *home;                  /* of gpg: own, or gnupg_home */
	char *ring;                  /* own: a file of packets */
	struct ch_buf secret;        /* the passphrase */
	char *time;                  /* "20260101T000000!", or NULL */
	struct ch_list files;        /* with secret keys, to be imported */
	struct ch_list selectors;    /* of the keys that sign, or empty */
	char *place;                 /* of the keys, for messages */
	struct ch_child reading;     /* a gpg that tells of the keys */
	struct ch_list fingerprints; /* keys that sign, when ready */
	char *public_keys;           /* file of these, in scratch */
	bool owns_home;              /* it is inside scratch */
	bool takes_all;              /* keys, without a selector */
	bool is_ready;               /* the keys are known */
	bool signs_at_once;          /* no key is as it was imported */
};

#endif
