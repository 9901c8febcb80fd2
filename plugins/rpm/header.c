#include "header.h"

#include <errno.h>
#include <inttypes.h>
#include <rpm/header.h>
#include <rpm/rpmtag.h>
#include <rpm/rpmtd.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/io.h"

#include "lib/banned.h"

/* https://rpm-software-management.github.io/rpm/manual/format_v4.html */
enum {
	LEAD_SIZE = 96,
	INTRO_SIZE = 16,
	ENTRY_SIZE = 16,
	ALIGNMENT = 8,
	FIRST_READ = 32 << 10
};

#define SIGNATURE_MAX ((uint64_t)16 << 20)
#define HEADER_MAX    ((uint64_t)64 << 20)

static const unsigned char lead_magic[] = { 0xed, 0xab, 0xee, 0xdb };
static const unsigned char header_magic[] = { 0x8e, 0xad, 0xe8, 0x01 };

struct ch_header {
	struct ch_buf bytes; /* from the lead to the header's end */
	Header main;         /* librpm's view of it */
	Header signature;    /* likewise */
	uint64_t begin;      /* of the main header */
	uint64_t end;        /* behind it */
	void **held;         /* arrays that were handed out */
	size_t held_count;   /* of them */
};

/* Where the bytes come from. */
struct source {
	struct ch_buf *bytes; /* those read so far */
	const char *name;     /* for messages */
	uint64_t size;        /* bytes that there are */
	int fd;               /* or -1: all are there */
};

static uint32_t
get_number(const char *at)
{
	const unsigned char *b = (const unsigned char *)at;

	return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 |
	       (uint32_t)b[2] << 8 | b[3];
}

/* At least len bytes are there; a little more is read at first. */
static bool
need(struct source *s, uint64_t len, struct ch_err *err)
{
	struct ch_buf *b = s->bytes;
	uint64_t wanted = len < FIRST_READ ? FIRST_READ : len;

	if (len > s->size)
		return ch_fail(err, CH_MALFORMED,
		    "%s: it ends within its header: %" PRIu64
		    " bytes of at least %" PRIu64,
		    s->name, s->size, len);
	if (wanted > s->size)
		wanted = s->size;
	while (b->len < len) {
		ssize_t n;

		if (!ch_buf_reserve(b, (size_t)wanted - b->len))
			return ch_fail(err, CH_MALFORMED,
			    "%s: its header is too large", s->name);
		n = ch_read(s->fd, b->data + b->len, (size_t)wanted - b->len);
		if (n < 0)
			return ch_fail_errno(err, errno, "%s", s->name);
		if (n == 0)
			return ch_fail(err, CH_MALFORMED,
			    "%s: it became shorter while it was read", s->name);
		b->len += (size_t)n;
	}
	return true;
}

/* Of the header at begin: where it ends. */
static bool
find_end(struct source *s, uint64_t begin, uint64_t max, uint64_t *end_out,
    struct ch_err *err)
{
	const char *intro;
	uint64_t body;

	if (!need(s, begin + INTRO_SIZE, err))
		return false;
	intro = s->bytes->data + begin;
	if (memcmp(intro, header_magic, sizeof(header_magic)) != 0)
		return ch_fail(err, CH_MALFORMED,
		    "%s: no header at byte %" PRIu64, s->name, begin);
	body = (uint64_t)get_number(intro + 8) * ENTRY_SIZE +
	       get_number(intro + 12);
	if (body > max)
		return ch_fail(err, CH_MALFORMED,
		    "%s: the header at byte %" PRIu64 " claims %" PRIu64
		    " bytes, over %" PRIu64,
		    s->name, begin, body, max);
	*end_out = begin + INTRO_SIZE + body;
	return need(s, *end_out, err);
}

static Header
import(const struct source *s, uint64_t begin, uint64_t end, struct ch_err *err)
{
	/* The numbers of entries and bytes, then these. */
	size_t len = (size_t)(end - begin) - 8;
	char *blob = s->bytes->data + begin + 8;
	Header h = headerImport(blob, (unsigned)len, HEADERIMPORT_COPY);

	if (h == NULL)
		(void)ch_fail(err, CH_MALFORMED,
		    "%s: the header at byte %" PRIu64 " is damaged", s->name,
		    begin);
	return h;
}

static bool
read_headers(struct ch_header *h, struct source *s, struct ch_err *err)
{
	uint64_t end = 0;

	if (!need(s, LEAD_SIZE, err))
		return false;
	if (memcmp(s->bytes->data, lead_magic, sizeof(lead_magic)) != 0)
		return ch_fail(
		    err, CH_MALFORMED, "%s: not an RPM package", s->name);
	if (!find_end(s, LEAD_SIZE, SIGNATURE_MAX, &end, err))
		return false;
	h->begin = (end + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	if (!find_end(s, h->begin, HEADER_MAX, &h->end, err))
		return false;
	h->signature = import(s, LEAD_SIZE, end, err);
	if (h->signature == NULL)
		return false;
	h->main = import(s, h->begin, h->end, err);
	if (h->main == NULL)
		return false;
	/* Of rpm before 4: whole paths instead of folders and names. */
	if (!headerIsEntry(h->main, RPMTAG_HEADERIMMUTABLE) ||
	    headerIsEntry(h->main, RPMTAG_OLDFILENAMES))
		(void)headerConvert(h->main, HEADERCONV_RETROFIT_V3);
	return true;
}

static struct ch_header *
make_header(struct ch_header *h, struct source *s, struct ch_err *err)
{
	if (read_headers(h, s, err))
		return h;
	ch_header_close(h);
	return NULL;
}

struct ch_header *
ch_header_read(int fd, const char *name, struct ch_err *err)
{
	struct ch_header *h = ch_calloc(1, sizeof(*h));
	struct source s = { .bytes = &h->bytes, .name = name, .fd = fd };
	struct stat st;

	if (fstat(fd, &st) == 0) {
		s.size = st.st_size < 0 ? 0 : (uint64_t)st.st_size;
		return make_header(h, &s, err);
	}
	(void)ch_fail_errno(err, errno, "%s", name);
	ch_header_close(h);
	return NULL;
}

struct ch_header *
ch_header_parse(struct ch_span bytes, const char *name, struct ch_err *err)
{
	struct ch_header *h = ch_calloc(1, sizeof(*h));
	struct source s = {
		.bytes = &h->bytes, .name = name, .size = bytes.len, .fd = -1
	};

	ch_buf_put(&h->bytes, bytes.data, bytes.len);
	return make_header(h, &s, err);
}

void
ch_header_close(struct ch_header *h)
{
	if (h == NULL)
		return;
	for (size_t i = 0; i < h->held_count; i++)
		ch_free(h->held[i]);
	ch_free(h->held);
	headerFree(h->main);
	headerFree(h->signature);
	ch_buf_free(&h->bytes);
	ch_free(h);
}

uint64_t
ch_header_begin(const struct ch_header *h)
{
	return h->begin;
}

uint64_t
ch_header_end(const struct ch_header *h)
{
	return h->end;
}

struct ch_span
ch_header_bytes(const struct ch_header *h)
{
	return (struct ch_span){ h->bytes.data + h->begin,
		(size_t)(h->end - h->begin) };
}

bool
ch_header_is_sealed(const struct ch_header *h)
{
	const char *intro = h->bytes.data + h->begin;
	const char *first = intro + INTRO_SIZE;
	uint32_t entries = get_number(intro + 8);
	uint32_t data = get_number(intro + 12);
	uint32_t trailer;

	/* The region's first entry points to a copy of itself at its end. */
	if (entries == 0 || get_number(first) != RPMTAG_HEADERIMMUTABLE)
		return false;
	trailer = get_number(first + 8);
	if (data < ENTRY_SIZE || trailer != data - ENTRY_SIZE)
		return false;
	first += (uint64_t)entries * ENTRY_SIZE + trailer;
	return get_number(first + 8) == (uint32_t) - (entries * ENTRY_SIZE);
}

bool
ch_header_has(const struct ch_header *h, enum ch_tag tag)
{
	return headerIsEntry(h->main, (rpmTagVal)tag) != 0;
}

static bool
get(Header from, unsigned tag, struct rpmtd_s *td)
{
	return headerGet(from, (rpmTagVal)tag, td,
		   HEADERGET_MINMEM | HEADERGET_RAW) != 0;
}

static struct ch_span
get_text(Header from, unsigned tag)
{
	struct ch_span text = { NULL, 0 };
	struct rpmtd_s td;

	if (!get(from, tag, &td))
		return text;
	if (td.type == RPM_STRING_TYPE)
		text = ch_span_of(td.data);
	else if ((td.type == RPM_STRING_ARRAY_TYPE ||
		     td.type == RPM_I18NSTRING_TYPE) &&
		 td.count > 0)
		text = ch_span_of(((const char *const *)td.data)[0]);
	rpmtdFreeData(&td);
	return text;
}

static bool
get_number_of(Header from, unsigned tag, uint64_t *out)
{
	struct rpmtd_s td;
	bool is_there;

	if (!get(from, tag, &td))
		return false;
	is_there = td.count > 0 && rpmtdClass(&td) == RPM_NUMERIC_CLASS;
	if (is_there)
		*out = rpmtdGetNumber(&td);
	rpmtdFreeData(&td);
	return is_there;
}

struct ch_span
ch_header_text(const struct ch_header *h, enum ch_tag tag)
{
	return get_text(h->main, tag);
}

bool
ch_header_number(const struct ch_header *h, enum ch_tag tag, uint64_t *out)
{
	return get_number_of(h->main, tag, out);
}

struct ch_span
ch_header_sig_text(const struct ch_header *h, enum ch_sigtag tag)
{
	return get_text(h->signature, tag);
}

bool
ch_header_sig_number(
    const struct ch_header *h, enum ch_sigtag tag, uint64_t *out)
{
	return get_number_of(h->signature, tag, out);
}

struct ch_span
ch_header_sig_bytes(const struct ch_header *h, enum ch_sigtag tag)
{
	struct ch_span bytes = { NULL, 0 };
	struct rpmtd_s td;

	if (!get(h->signature, tag, &td))
		return bytes;
	if (td.type == RPM_BIN_TYPE)
		bytes = (struct ch_span){ td.data, td.count };
	rpmtdFreeData(&td);
	return bytes;
}

static void *
hold(struct ch_header *h, size_t count, size_t size)
{
	void *array = ch_calloc(count, size);

	h->held = ch_realloc(h->held, h->held_count + 1, sizeof(h->held[0]));
	h->held[h->held_count++] = array;
	return array;
}

static struct ch_strings
get_strings(struct ch_header *h, Header from, unsigned tag)
{
	struct ch_strings strings = { NULL, 0 };
	struct rpmtd_s td;

	if (!get(from, tag, &td))
		return strings;
	if (td.count > 0 && (td.type == RPM_STRING_ARRAY_TYPE ||
				td.type == RPM_I18NSTRING_TYPE)) {
		const char **items = hold(h, td.count, sizeof(*items));

		memcpy(items, td.data, td.count * sizeof(*items));
		strings = (struct ch_strings){ items, td.count };
	} else if (td.type == RPM_STRING_TYPE) {
		const char **items = hold(h, 1, sizeof(*items));

		items[0] = td.data;
		strings = (struct ch_strings){ items, 1 };
	}
	rpmtdFreeData(&td);
	return strings;
}

struct ch_strings
ch_header_strings(struct ch_header *h, enum ch_tag tag)
{
	return get_strings(h, h->main, tag);
}

struct ch_strings
ch_header_sig_strings(struct ch_header *h, enum ch_sigtag tag)
{
	return get_strings(h, h->signature, tag);
}

struct ch_numbers
ch_header_numbers(struct ch_header *h, enum ch_tag tag)
{
	struct ch_numbers numbers = { NULL, 0 };
	struct rpmtd_s td;

	if (!get(h->main, tag, &td))
		return numbers;
	if (td.count > 0 &&
	    (td.type == RPM_INT32_TYPE || td.type == RPM_INT16_TYPE)) {
		uint32_t *items = hold(h, td.count, sizeof(*items));

		if (td.type == RPM_INT32_TYPE)
			memcpy(items, td.data, td.count * sizeof(*items));
		else
			for (size_t i = 0; i < td.count; i++)
				items[i] = ((const uint16_t *)td.data)[i];
		numbers = (struct ch_numbers){ items, td.count };
	}
	rpmtdFreeData(&td);
	return numbers;
}
