#include "metalink.h"

#include <ctype.h>
#include <stdlib.h>

#include "lib/hash.h"
#include "lib/url.h"
#include "lib/xml.h"

#include "lib/banned.h"

enum { TEXT_MAX = 8192, ALTERNATES_MAX = 64 };

static const char repomd[] = "repodata/repomd.xml";

struct found {
	char *url;         /* folder, ends in "/" */
	uint64_t distance; /* the smaller the better */
	size_t index;      /* in the file */
};

struct parser {
	struct ch_mirrors *mirrors; /* gets digests */
	struct found *found;        /* owned */
	size_t count;               /* in use */
	size_t cap;                 /* allocated */
	char *hash_type;            /* of the open hash element */
	uint64_t distance;          /* of the open url element */
	char *digest;               /* strongest of this file so far */
	enum ch_hash_kind kind;     /* of it */
};

/* The name behind a prefix. */
static const char *
local(const char *name)
{
	const char *colon = strchr(name, ':');

	return colon != NULL ? colon + 1 : name;
}

static bool
is_web(const char *url)
{
	return ch_str_starts(url, "https://") || ch_str_starts(url, "http://");
}

static void
add_url(struct parser *p, struct ch_span text, uint64_t distance)
{
	struct ch_err why;
	char *raw = ch_format("%.*s", (int)text.len, text.data);
	char *url = ch_url_normalize(raw, &why);

	ch_free(raw);
	if (url == NULL || !is_web(url) || ch_url_has_userinfo(url) ||
	    strpbrk(url, "?$") != NULL) {
		ch_free(url);
		return;
	}
	if (ch_str_ends(url, repomd))
		url[strlen(url) - strlen(repomd)] = '\0';
	if (!ch_str_ends(url, "/")) {
		raw = ch_format("%s/", url);
		ch_free(url);
		url = raw;
	}
	if (p->count == p->cap) {
		p->cap = p->cap > 0 ? p->cap * 2 : 64;
		p->found = ch_realloc(p->found, p->cap, sizeof(*p->found));
	}
	p->found[p->count] = (struct found){ url, distance, p->count };
	p->count++;
}

static void
begin_url(struct parser *p, const struct ch_xml_attrs *attrs)
{
	const char *preference = ch_xml_attr(attrs, "preference");
	const char *priority = ch_xml_attr(attrs, "priority");
	uint64_t n;

	p->distance = 1000000;
	if (preference != NULL && ch_parse_uint(preference, 100, &n))
		p->distance = 100 - n;
	else if (priority != NULL && ch_parse_uint(priority, 999999, &n))
		p->distance = n;
}

static bool
on_start(void *ctx, const char *name, const struct ch_xml_attrs *attrs,
    struct ch_err *err)
{
	struct parser *p = ctx;
	const char *type = ch_xml_attr(attrs, "type");

	(void)err;
	name = local(name);
	if (ch_str_equal(name, "url")) {
		begin_url(p, attrs);
	} else if (ch_str_equal(name, "hash")) {
		ch_free(p->hash_type);
		p->hash_type = ch_strdup(type != NULL ? type : "");
	} else if (ch_str_equal(name, "file") ||
		   ch_str_equal(name, "alternate")) {
		ch_free(p->digest);
		p->digest = NULL;
	}
	return true;
}

/* "sha256", "sha-256" */
static enum ch_hash_kind
kind_of(const char *type)
{
	size_t len = strlen(type);
	char word[16];
	size_t n = 0;

	for (size_t i = 0; i < len && n < sizeof(word); i++)
		if (type[i] != '-')
			word[n++] = type[i];
	return ch_hash_named(word, n);
}

static void
take_hash(struct parser *p, struct ch_span hex)
{
	enum ch_hash_kind kind =
	    p->hash_type != NULL ? kind_of(p->hash_type) : CH_HASH_NONE;
	struct ch_buf digest = { 0 };

	if (kind == CH_HASH_NONE || kind == CH_HASH_MD5 ||
	    hex.len != ch_hash_hex_len(kind) ||
	    (p->digest != NULL && p->kind >= kind))
		return;
	ch_buf_printf(&digest, "%s:", ch_hash_name(kind));
	for (size_t i = 0; i < hex.len; i++)
		ch_buf_putc(&digest, (char)tolower((unsigned char)hex.data[i]));
	if (ch_is_hex(digest.data + digest.len - hex.len, hex.len)) {
		ch_free(p->digest);
		p->digest = ch_strdup(digest.data);
		p->kind = kind;
	}
	ch_buf_free(&digest);
}

/* The hashes of one state of repomd.xml have been seen. */
static void
end_verification(struct parser *p)
{
	struct ch_list *digests = &p->mirrors->digests;

	if (p->digest != NULL && digests->count < ALTERNATES_MAX &&
	    !ch_list_has(digests, p->digest))
		ch_list_add(digests, p->digest);
	ch_free(p->digest);
	p->digest = NULL;
}

static bool
on_end(void *ctx, const char *name, struct ch_span text, struct ch_err *err)
{
	struct parser *p = ctx;

	(void)err;
	name = local(name);
	text = ch_span_trim(text, CH_BLANKS);
	if (ch_str_equal(name, "url"))
		add_url(p, text, p->distance);
	else if (ch_str_equal(name, "hash"))
		take_hash(p, text);
	else if (ch_str_equal(name, "verification") ||
		 ch_str_equal(name, "file"))
		end_verification(p);
	return true;
}

static void
parse_lines(struct parser *p, struct ch_span text)
{
	while (text.len > 0) {
		const char *lf = memchr(text.data, '\n', text.len);
		size_t len = lf != NULL ? (size_t)(lf - text.data) : text.len;
		struct ch_span line =
		    ch_span_trim((struct ch_span){ text.data, len }, CH_BLANKS);

		if (line.len > 0 && line.data[0] != '#')
			add_url(p, line, 0);
		len += lf != NULL ? 1 : 0;
		text.data += len;
		text.len -= len;
	}
}

static int
compare(const void *a, const void *b)
{
	const struct found *x = a;
	const struct found *y = b;

	if (x->distance != y->distance)
		return x->distance < y->distance ? -1 : 1;
	return x->index < y->index ? -1 : x->index > y->index;
}

/* Without a digest only https says that it is the mirror. */
static void
choose(struct parser *p)
{
	struct ch_mirrors *m = p->mirrors;
	bool has_https = false;

	if (p->count > 1)
		qsort(p->found, p->count, sizeof(*p->found), compare);
	for (size_t i = 0; i < p->count; i++)
		has_https |= ch_url_is_https(p->found[i].url);
	for (size_t i = 0; i < p->count && m->urls.count < CH_MIRRORS_MAX;
	     i++) {
		const char *url = p->found[i].url;

		if ((ch_url_is_https(url) || !has_https ||
			m->digests.count > 0) &&
		    !ch_list_has(&m->urls, url))
			ch_list_add(&m->urls, url);
	}
}

bool
ch_mirrors_parse(struct ch_mirrors *m, struct ch_span text, const char *shown,
    struct ch_err *err)
{
	struct parser p = { .mirrors = m };
	const struct ch_xml_handler handler = { .on_start = on_start,
		.on_end = on_end,
		.ctx = &p,
		.text_max = TEXT_MAX };
	struct ch_span rest = ch_span_trim(text, CH_BLANKS);
	bool is_xml = rest.len > 0 && rest.data[0] == '<';
	bool ok = true;

	if (is_xml)
		ok = ch_xml_parse(rest.data, rest.len, shown, &handler, err);
	else
		parse_lines(&p, rest);
	if (ok && is_xml && m->digests.count == 0)
		ok = ch_fail(err, CH_MALFORMED,
		    "%s: it has no digest of repomd.xml that proves anything",
		    shown);
	choose(&p);
	if (ok && m->urls.count == 0)
		ok = ch_fail(err, CH_MALFORMED,
		    "%s: there is no http or https mirror in it", shown);
	for (size_t i = 0; i < p.count; i++)
		ch_free(p.found[i].url);
	ch_free(p.found);
	ch_free(p.hash_type);
	ch_free(p.digest);
	return ok;
}

void
ch_mirrors_prefer(struct ch_mirrors *m, struct ch_span url)
{
	for (size_t i = 0; i < m->urls.count; i++) {
		char *mirror = m->urls.items[i];
		size_t len = strlen(mirror);

		if (url.len < len || memcmp(mirror, url.data, len) != 0)
			continue;
		memmove(m->urls.items + 1, m->urls.items, i * sizeof(mirror));
		m->urls.items[0] = mirror;
		return;
	}
}

void
ch_mirrors_free(struct ch_mirrors *m)
{
	ch_list_free(&m->urls);
	ch_list_free(&m->digests);
}
