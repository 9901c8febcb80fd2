/*
 * One page of a listing, whatever server made it.
 *
 * ch_listing_parse() looks at the bytes and reads HTML (Apache, nginx,
 * lighttpd, Caddy, Python, IIS and their like), JSON (nginx, Caddy) or XML
 * (nginx, S3).  Names come from the addresses, never from what is shown;
 * they are decoded once.  What is not of the folder (other hosts, parents,
 * deeper levels, links with a query) is passed over; a name that could do
 * harm is refused.
 */

#ifndef HTTP_LISTING_H
#define HTTP_LISTING_H

#include "entry.h"

enum ch_format {
	CH_FORMAT_AUTO, /* by the first byte */
	CH_FORMAT_HTML,
	CH_FORMAT_JSON,
	CH_FORMAT_XML,
	CH_FORMAT_S3,  /* a bucket: continued listings */
	CH_FORMAT_LIST /* the feed is a list of files */
};

struct ch_listing {
	/* set by the caller */
	const char *name;           /* for messages */
	const char *url;            /* of the page, ends in "/" */
	const char *prefix;         /* S3: left off each key */
	enum ch_format format;      /* what it has to be */
	bool takes_hidden;          /* dotfiles too */
	struct ch_entries *entries; /* filled */
	/* of S3, filled */
	bool is_s3;        /* it was a bucket's listing */
	bool is_truncated; /* there is more */
	char *token;       /* how to go on, or NULL; owned */
	char *last_key;    /* the last one seen, or NULL; owned */
};

bool ch_listing_parse(struct ch_listing *l, const char *text, size_t len,
    struct ch_err *err) CH_MUST_CHECK;
void ch_listing_clear(struct ch_listing *l); /* what is owned */

/*
 * For the formats: adds a decoded name.  *out is NULL when it is hidden or
 * was refused.
 */
bool ch_listing_add(struct ch_listing *l, struct ch_span name, bool is_dir,
    struct ch_entry **out, struct ch_err *err) CH_MUST_CHECK;

bool ch_listing_html(struct ch_listing *l, const char *text, size_t len,
    struct ch_err *err) CH_MUST_CHECK;
bool ch_listing_json(struct ch_listing *l, const char *text, size_t len,
    struct ch_err *err) CH_MUST_CHECK;
bool ch_listing_xml(struct ch_listing *l, const char *text, size_t len,
    struct ch_err *err) CH_MUST_CHECK;

#endif
