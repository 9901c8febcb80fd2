/*
 * The header of an .rpm: what the package says of itself, before its payload.
 *
 * ch_header_read() takes the lead, the signature header and the main header
 * from a file, and not one byte behind them; ch_header_parse() takes them from
 * memory.  Then the getters; ch_header_close() at the end, NULL is accepted.
 * librpm takes the headers apart, without its configuration, its database and
 * its policy of signatures; nothing is verified here, see verify.h.
 *
 * CH_MALFORMED: it is none, or its sizes cannot be true.  Nothing is allocated
 * for bytes that the file does not have; a signature header has at most 16
 * MiB, a main header 64 MiB.
 *
 * What getters return is borrowed until close.  A tag that is absent, or of
 * another type than asked for, is empty.
 */

#ifndef RPM_HEADER_H
#define RPM_HEADER_H

#include "lib/err.h"
#include "lib/str.h"

/* Tags of the main header, as rpm numbers them. */
enum ch_tag {
	CH_TAG_NAME = 1000,
	CH_TAG_VERSION = 1001,
	CH_TAG_RELEASE = 1002,
	CH_TAG_EPOCH = 1003,
	CH_TAG_SUMMARY = 1004,
	CH_TAG_DESCRIPTION = 1005,
	CH_TAG_BUILDTIME = 1006,
	CH_TAG_BUILDHOST = 1007,
	CH_TAG_SIZE = 1009,
	CH_TAG_VENDOR = 1011,
	CH_TAG_LICENSE = 1014,
	CH_TAG_PACKAGER = 1015,
	CH_TAG_GROUP = 1016,
	CH_TAG_URL = 1020,
	CH_TAG_ARCH = 1022,
	CH_TAG_FILEMODES = 1030,
	CH_TAG_FILEFLAGS = 1037,
	CH_TAG_SOURCERPM = 1044,
	CH_TAG_ARCHIVESIZE = 1046,
	CH_TAG_PROVIDENAME = 1047,
	CH_TAG_REQUIREFLAGS = 1048,
	CH_TAG_REQUIRENAME = 1049,
	CH_TAG_REQUIREVERSION = 1050,
	CH_TAG_CONFLICTFLAGS = 1053,
	CH_TAG_CONFLICTNAME = 1054,
	CH_TAG_CONFLICTVERSION = 1055,
	CH_TAG_CHANGELOGTIME = 1080,
	CH_TAG_CHANGELOGNAME = 1081,
	CH_TAG_CHANGELOGTEXT = 1082,
	CH_TAG_OBSOLETENAME = 1090,
	CH_TAG_SOURCEPACKAGE = 1106,
	CH_TAG_PROVIDEFLAGS = 1112,
	CH_TAG_PROVIDEVERSION = 1113,
	CH_TAG_OBSOLETEFLAGS = 1114,
	CH_TAG_OBSOLETEVERSION = 1115,
	CH_TAG_DIRINDEXES = 1116,
	CH_TAG_BASENAMES = 1117,
	CH_TAG_DIRNAMES = 1118,
	/* SUSE's, before weak dependencies had tags of their own */
	CH_TAG_OLDSUGGESTSNAME = 1156,
	CH_TAG_OLDSUGGESTSVERSION = 1157,
	CH_TAG_OLDSUGGESTSFLAGS = 1158,
	CH_TAG_OLDENHANCESNAME = 1159,
	CH_TAG_OLDENHANCESVERSION = 1160,
	CH_TAG_OLDENHANCESFLAGS = 1161,
	CH_TAG_LONGSIZE = 5009,
	CH_TAG_RECOMMENDNAME = 5046,
	CH_TAG_RECOMMENDVERSION = 5047,
	CH_TAG_RECOMMENDFLAGS = 5048,
	CH_TAG_SUGGESTNAME = 5049,
	CH_TAG_SUGGESTVERSION = 5050,
	CH_TAG_SUGGESTFLAGS = 5051,
	CH_TAG_SUPPLEMENTNAME = 5052,
	CH_TAG_SUPPLEMENTVERSION = 5053,
	CH_TAG_SUPPLEMENTFLAGS = 5054,
	CH_TAG_ENHANCENAME = 5055,
	CH_TAG_ENHANCEVERSION = 5056,
	CH_TAG_ENHANCEFLAGS = 5057,
	CH_TAG_PAYLOADDIGEST = 5092,
	CH_TAG_PAYLOADDIGESTALGO = 5093,
	CH_TAG_MODULARITYLABEL = 5096,
	CH_TAG_PAYLOADSIZEALT = 5113 /* rpm 6: of the payload, unpacked */
};

/* Tags of the signature header; of one number, other things are meant. */
enum ch_sigtag {
	CH_SIGTAG_DSAHEADER = 267,
	CH_SIGTAG_RSAHEADER = 268,
	CH_SIGTAG_SHA1 = 269,
	CH_SIGTAG_LONGARCHIVESIZE = 271,
	CH_SIGTAG_SHA256 = 273,
	CH_SIGTAG_OPENPGP = 278, /* rpm 6: base64, several */
	CH_SIGTAG_PGP = 1002,
	CH_SIGTAG_MD5 = 1004,
	CH_SIGTAG_GPG = 1005,
	CH_SIGTAG_ARCHIVESIZE = 1007
};

struct ch_header;

struct ch_strings {
	const char *const *items; /* of the header */
	size_t count;             /* of them */
};

struct ch_numbers {
	const uint32_t *items; /* 16-bit ones too */
	size_t count;          /* of them */
};

/* name is for messages. */
struct ch_header *ch_header_read(
    int fd, const char *name, struct ch_err *err) CH_MUST_CHECK;
struct ch_header *ch_header_parse(
    struct ch_span bytes, const char *name, struct ch_err *err) CH_MUST_CHECK;
void ch_header_close(struct ch_header *h);

/* Where the main header begins and ends in the file: rpm:header-range. */
uint64_t ch_header_begin(const struct ch_header *h);
uint64_t ch_header_end(const struct ch_header *h);
/* Its bytes, which are what a signature of the header is about. */
struct ch_span ch_header_bytes(const struct ch_header *h);
/* Is every tag of it in its immutable region, thus signed? */
bool ch_header_is_sealed(const struct ch_header *h);

bool ch_header_has(const struct ch_header *h, enum ch_tag tag);
/* The text, or the first of several (translations); data NULL: none. */
struct ch_span ch_header_text(const struct ch_header *h, enum ch_tag tag);
struct ch_strings ch_header_strings(struct ch_header *h, enum ch_tag tag);
struct ch_numbers ch_header_numbers(struct ch_header *h, enum ch_tag tag);
/* The number, or the first of several. */
bool ch_header_number(
    const struct ch_header *h, enum ch_tag tag, uint64_t *out);

/* Of the signature header. */
struct ch_span ch_header_sig_text(
    const struct ch_header *h, enum ch_sigtag tag);
struct ch_span ch_header_sig_bytes(
    const struct ch_header *h, enum ch_sigtag tag);
struct ch_strings ch_header_sig_strings(
    struct ch_header *h, enum ch_sigtag tag);
bool ch_header_sig_number(
    const struct ch_header *h, enum ch_sigtag tag, uint64_t *out);

#endif
