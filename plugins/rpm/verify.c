#include "verify.h"

#include <errno.h>
#include <fcntl.h>
#include <strings.h>
#include <unistd.h>

#include "lib/hash.h"
#include "lib/io.h"
#include "lib/sys.h"
#include "signatures.h"

#include "lib/banned.h"

enum { BLOCK = 256 << 10 };

/* The digests of one package, computed as it is read. */
struct sums {
	struct ch_hash *payload; /* of what is behind the header */
	struct ch_hash *both;    /* of header and payload */
	char payload_hex[CH_HASH_HEX_MAX + 1];
	char both_hex[CH_HASH_HEX_MAX + 1];
};

/* RFC 9580, section 9.5. */
static enum ch_hash_kind
kind_of(uint64_t algorithm)
{
	switch (algorithm) {
	case 1:
		return CH_HASH_MD5;
	case 2:
		return CH_HASH_SHA1;
	case 8:
		return CH_HASH_SHA256;
	case 9:
		return CH_HASH_SHA384;
	case 10:
		return CH_HASH_SHA512;
	case 11:
		return CH_HASH_SHA224;
	default:
		return CH_HASH_NONE;
	}
}

static enum ch_hash_kind
payload_kind(const struct ch_header *h)
{
	uint64_t algorithm = 8;

	(void)ch_header_number(h, CH_TAG_PAYLOADDIGESTALGO, &algorithm);
	return kind_of(algorithm);
}

/* A digest good enough to stand for the payload. */
static bool
has_strong_payload(const struct ch_header *h)
{
	return ch_header_text(h, CH_TAG_PAYLOADDIGEST).len > 0 &&
	       ch_hash_is_strong(payload_kind(h));
}

static bool
is_same(struct ch_span claimed, const char *hex)
{
	return claimed.len == strlen(hex) &&
	       strncasecmp(claimed.data, hex, claimed.len) == 0;
}

static bool
check_header(const struct ch_header *h, struct ch_err *err)
{
	static const struct {
		enum ch_sigtag tag;
		enum ch_hash_kind kind;
	} sums[] = {
		{ CH_SIGTAG_SHA256, CH_HASH_SHA256 },
		{ CH_SIGTAG_SHA1, CH_HASH_SHA1 },
	};
	struct ch_span bytes = ch_header_bytes(h);
	char hex[CH_HASH_HEX_MAX + 1];

	for (size_t i = 0; i < sizeof(sums) / sizeof(sums[0]); i++) {
		struct ch_span claimed = ch_header_sig_text(h, sums[i].tag);
		struct ch_hash *hash;

		if (claimed.len == 0)
			continue;
		hash = ch_hash_new(sums[i].kind);
		ch_hash_update(hash, bytes.data, bytes.len);
		ch_hash_finish(hash, hex);
		if (!is_same(claimed, hex))
			return ch_fail(err, CH_UNTRUSTED,
			    "its header is not the one that the package was "
			    "built with: another %s",
			    ch_hash_name(sums[i].kind));
	}
	return true;
}

static bool
read_payload(
    const struct ch_header *h, int fd, struct sums *s, struct ch_err *err)
{
	char *block = ch_alloc(BLOCK);
	ssize_t n = -1;

	if (lseek(fd, (off_t)ch_header_end(h), SEEK_SET) >= 0)
		while ((n = ch_read(fd, block, BLOCK)) > 0) {
			if (s->payload != NULL)
				ch_hash_update(s->payload, block, (size_t)n);
			if (s->both != NULL)
				ch_hash_update(s->both, block, (size_t)n);
		}
	if (n < 0)
		(void)ch_fail_errno(err, errno, "package");
	ch_free(block);
	if (s->payload != NULL)
		ch_hash_finish(s->payload, s->payload_hex);
	if (s->both != NULL)
		ch_hash_finish(s->both, s->both_hex);
	return n == 0;
}

static bool
compare(const struct ch_header *h, const struct sums *s, struct ch_err *err)
{
	struct ch_span payload = ch_header_text(h, CH_TAG_PAYLOADDIGEST);
	struct ch_span md5 = ch_header_sig_bytes(h, CH_SIGTAG_MD5);
	char hex[CH_HASH_HEX_MAX + 1] = "";

	if (s->payload != NULL && !is_same(payload, s->payload_hex))
		return ch_fail(err, CH_UNTRUSTED,
		    "its payload is not what its header says: another %s",
		    ch_hash_name(payload_kind(h)));
	if (s->both == NULL)
		return true;
	if (md5.len * 2 == ch_hash_hex_len(CH_HASH_MD5))
		ch_hex_encode((const unsigned char *)md5.data, md5.len, hex);
	if (is_same(ch_span_of(hex), s->both_hex))
		return true;
	return ch_fail(err, CH_UNTRUSTED,
	    "its header and payload are not what the package was built with: "
	    "another MD5");
}

/* The whole file is read once; what no digest speaks of is not. */
static bool
check_digests(const struct ch_header *h, int fd, struct ch_err *err)
{
	struct ch_span bytes = ch_header_bytes(h);
	struct sums s = { 0 };

	if (!check_header(h, err))
		return false;
	if (ch_header_text(h, CH_TAG_PAYLOADDIGEST).len > 0) {
		if (payload_kind(h) == CH_HASH_NONE)
			return ch_fail(err, CH_UNTRUSTED,
			    "its payload has a digest of an unknown kind");
		s.payload = ch_hash_new(payload_kind(h));
	} else if (ch_header_sig_bytes(h, CH_SIGTAG_MD5).len > 0) {
		s.both = ch_hash_new(CH_HASH_MD5);
		ch_hash_update(s.both, bytes.data, bytes.len);
	} else {
		return ch_fail(err, CH_UNTRUSTED,
		    "there is no digest of its payload in it");
	}
	return read_payload(h, fd, &s, err) && compare(h, &s, err);
}

/* Signatures, or what they are over: the next package's take its place. */
struct object {
	struct ch_span first; /* bytes of it */
	struct ch_span then;  /* likewise, behind */
	int from;             /* the rest, from where it stands; -1: none */
};

static bool
write_object(const char *path, const struct object *o, struct ch_err *err)
{
	struct ch_out out;
	int fd;
	int e = ch_sys_open(
	    AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, 0600, &fd);
	bool ok;

	if (e != 0)
		return ch_fail_errno(err, e, "%s", path);
	ch_out_init(&out, fd, path);
	ok = ch_out_write(&out, o->first.data, o->first.len, err) &&
	     ch_out_write(&out, o->then.data, o->then.len, err) &&
	     ch_out_flush(&out, err) &&
	     (o->from < 0 || ch_copy_fd(o->from, fd, "package", err));
	ch_out_free(&out);
	e = ch_sys_close(fd);
	return ok && (e == 0 || ch_fail_errno(err, e, "%s", path));
}

/* One set of signatures over one part of the file. */
struct part {
	struct ch_span first; /* packets */
	struct ch_span then;  /* likewise */
	bool with_payload;    /* they are over header and payload */
};

static bool
write_part(const struct part *part, const struct ch_header *h, int fd,
    const char *const paths[2], struct ch_err *err)
{
	const struct object signatures = { part->first, part->then, -1 };
	const struct object object = { ch_header_bytes(h), { "", 0 },
		part->with_payload ? fd : -1 };

	if (lseek(fd, (off_t)ch_header_end(h), SEEK_SET) < 0)
		return ch_fail_errno(err, errno, "package");
	return write_object(paths[0], &object, err) &&
	       write_object(paths[1], &signatures, err);
}

static enum ch_signature
verify_part(const struct ch_verifier *v, const struct ch_header *h, int fd,
    const struct part *part, struct ch_err *err)
{
	char *object = ch_path_join(v->work_dir, "object");
	char *signature = ch_path_join(v->work_dir, "signature");
	const char *const paths[2] = { object, signature };
	enum ch_signature answer = CH_SIGNATURE_INVALID;

	if (write_part(part, h, fd, paths, err))
		answer = ch_openpgp_verify_detached(
		    v->keyring, &v->pins, object, signature, err);
	/* The file of ours that gpgv read says nothing to people. */
	if (answer != CH_SIGNATURE_GOOD && ch_str_starts(err->text, object)) {
		struct ch_err why = *err;

		(void)ch_fail(err, why.status, "%s",
		    why.text + strlen(object) + strlen(": "));
	}
	ch_free(signature);
	ch_free(object);
	return answer;
}

static enum ch_signature
refuse(struct ch_err *err, const char *why)
{
	(void)ch_fail(err, CH_UNTRUSTED, "%s", why);
	return CH_SIGNATURE_INVALID;
}

/* Where the header has a digest of the payload, they are of the whole. */
static enum ch_signature
verify_header(const struct ch_verifier *v, const struct ch_header *h, int fd,
    const struct ch_signatures *s, struct ch_err *err)
{
	const struct part part = { .first = {
				       s->packets.data, s->packets.len } };

	if (!ch_header_is_sealed(h))
		return refuse(err,
		    "there are tags outside of what is signed in its header");
	if (s->packets.len == 0)
		return refuse(err,
		    "all its signatures are of OpenPGP's version 6, which gpgv "
		    "does not read");
	return verify_part(v, h, fd, &part, err);
}

static enum ch_signature
verify_signatures(const struct ch_verifier *v, struct ch_header *h, int fd,
    struct ch_err *err)
{
	const struct part whole = {
		.first = ch_header_sig_bytes(h, CH_SIGTAG_PGP),
		.then = ch_header_sig_bytes(h, CH_SIGTAG_GPG),
		.with_payload = true,
	};
	bool has_whole = whole.first.len + whole.then.len > 0;
	struct ch_signatures s = { 0 };
	enum ch_signature answer = CH_SIGNATURE_INVALID;

	if (!ch_signatures_collect(&s, h, err)) {
		/* err says why */
	} else if (!s.is_there && !has_whole) {
		(void)ch_fail(err, CH_UNTRUSTED, "not signed");
		answer = CH_SIGNATURE_MISSING;
	} else if (s.is_there && has_strong_payload(h)) {
		answer = verify_header(v, h, fd, &s, err);
	} else if (has_whole) {
		answer = verify_part(v, h, fd, &whole, err);
	} else {
		answer = refuse(err,
		    "its signature is of the header alone, and the header has "
		    "no SHA-256 of the payload");
	}
	ch_signatures_free(&s);
	return answer;
}

enum ch_verdict
ch_verify(const struct ch_verifier *v, int fd, struct ch_err *err)
{
	struct ch_header *h = ch_header_read(fd, "package", err);
	bool is_whole = h != NULL && check_digests(h, fd, err);
	enum ch_signature answer = CH_SIGNATURE_GOOD;

	if (is_whole && v->keyring != NULL)
		answer = verify_signatures(v, h, fd, err);
	ch_header_close(h);
	if (is_whole && answer == CH_SIGNATURE_GOOD)
		return CH_VERDICT_GOOD;
	if (err->status != CH_UNTRUSTED && err->status != CH_MALFORMED)
		return CH_VERDICT_FAILED;
	if (!is_whole)
		return CH_VERDICT_BROKEN;
	return answer == CH_SIGNATURE_MISSING ? CH_VERDICT_UNSIGNED
					      : CH_VERDICT_UNTRUSTED;
}
