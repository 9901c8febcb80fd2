/*
 * repomd.xml: which metadata there are.
 *
 * ch_repomd_parse() fills a zeroed struct ch_rpm_facts in; free that in any
 * case.  It holds every data element, in upstream's order.
 *
 * CH_MALFORMED: no repomd, a namespace prefix before its name (clients load
 * nothing of that), a data element without type, checksum or location, a
 * checksum that is not of its kind or of an unknown one.  CH_UNTRUSTED: md5.
 */

#ifndef RPM_REPOMD_H
#define RPM_REPOMD_H

#include "facts.h"

enum {
	CH_REPOMD_MAX = 16 << 20,      /* bytes of a repomd.xml */
	CH_REPOMD_DATA_MAX = 1000,     /* data elements */
	CH_RPM_SIGNATURE_MAX = 1 << 20 /* bytes of .asc and .key */
};

/* shown is its name, for messages. */
bool ch_repomd_parse(struct ch_rpm_facts *f, struct ch_span text,
    const char *shown, struct ch_err *err) CH_MUST_CHECK;

/*
 * Appends "sha256:…" for a type and its hex as upstreams write them: sha is
 * sha1, hex may be in upper case.  CH_UNTRUSTED for md5.
 */
bool ch_rpm_digest(struct ch_span type, struct ch_span hex, struct ch_buf *out,
    struct ch_err *err) CH_MUST_CHECK;
/* When the metadata were made, as far as they tell. */
bool ch_repomd_date(const struct ch_rpm_facts *f, int64_t *when_out);

#endif
