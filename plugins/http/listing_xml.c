/*
 * nginx: <list><file mtime size>name</file><directory mtime>name</directory>.
 * S3: <ListBucketResult><Contents><Key>… of any depth, a page of 1,000.
 */

#include <string.h>

#include "lib/mem.h"
#include "lib/path.h"
#include "lib/url.h"
#include "lib/xml.h"
#include "listing.h"
#include "stamp.h"

#include "lib/banned.h"

struct object {
	char *key;     /* as written */
	uint64_t size; /* when has_size */
	uint64_t time; /* when has_time */
	bool has_size; /* it had a Size */
	bool has_time; /* it had a LastModified */
};

struct reading {
	struct ch_listing *listing; /* where entries go */
	unsigned depth;             /* open elements */
	struct object next;         /* attributes or children so far */
	struct object *objects;     /* of S3: EncodingType may come last */
	size_t count;               /* objects in use */
	size_t cap;                 /* objects allocated */
	bool is_encoded;            /* keys are URL-encoded */
	bool is_in_contents;        /* inside an object */
};

static void
set_time(struct object *o, const char *text)
{
	const char *end;

	o->has_time = text != NULL && ch_stamp_parse(text, &o->time, &end);
}

static void
set_size(struct object *o, struct ch_span text)
{
	o->has_size = ch_parse_uint_span(text, CH_MAX_INT, &o->size);
}

static void
take_facts(struct ch_entry *e, const struct object *o)
{
	e->has_time = o->has_time;
	e->time = o->time;
	e->has_size = o->has_size && !e->is_dir;
	e->size = o->size;
}

static bool
start_root(struct reading *r, const char *name, struct ch_err *err)
{
	if (strcmp(name, "ListBucketResult") == 0)
		r->listing->is_s3 = true;
	else if (strcmp(name, "list") != 0)
		return ch_fail(err, CH_MALFORMED,
		    "%s: a listing does not begin with <%.60s>",
		    r->listing->name, name);
	if (r->listing->format == CH_FORMAT_S3 && !r->listing->is_s3)
		return ch_fail(err, CH_MALFORMED,
		    "%s: not a ListBucketResult, which http.format: s3 wants",
		    r->listing->name);
	return true;
}

static bool
on_start(void *ctx, const char *name, const struct ch_xml_attrs *attrs,
    struct ch_err *err)
{
	struct reading *r = ctx;
	const char *size = ch_xml_attr(attrs, "size");

	if (++r->depth == 1)
		return start_root(r, name, err);
	if (r->depth > 2)
		return true;
	ch_free(r->next.key);
	r->next = (struct object){ 0 };
	r->is_in_contents = strcmp(name, "Contents") == 0;
	set_time(&r->next, ch_xml_attr(attrs, "mtime"));
	if (size != NULL)
		set_size(&r->next, ch_span_of(size));
	return true;
}

static bool
take_nginx(struct reading *r, const char *name, struct ch_span text,
    struct ch_err *err)
{
	bool is_dir = strcmp(name, "directory") == 0;
	struct ch_entry *e = NULL;

	if (!is_dir && strcmp(name, "file") != 0)
		return true;
	if (!ch_listing_add(r->listing, text, is_dir, &e, err))
		return false;
	if (e != NULL)
		take_facts(e, &r->next);
	return true;
}

static bool
keep_object(struct reading *r, struct ch_err *err)
{
	struct ch_listing *l = r->listing;

	if (r->next.key == NULL)
		return ch_fail(err, CH_MALFORMED,
		    "%s: <Contents> without a <Key>", l->name);
	if (r->count == l->entries->max)
		return ch_fail(err, CH_MALFORMED, "%s: more than %zu objects",
		    l->name, l->entries->max);
	if (r->count == r->cap) {
		r->cap = r->cap > 0 ? r->cap * 2 : 1024;
		r->objects =
		    ch_realloc(r->objects, r->cap, sizeof(*r->objects));
	}
	r->objects[r->count++] = r->next;
	r->next = (struct object){ 0 };
	return true;
}

static void
replace(char **slot, struct ch_span text)
{
	ch_free(*slot);
	*slot = ch_strndup(text.data, text.len);
}

/* Facts of the whole page. */
static void
take_page_fact(struct reading *r, const char *name, struct ch_span text)
{
	struct ch_listing *l = r->listing;

	if (strcmp(name, "IsTruncated") == 0)
		l->is_truncated = ch_span_is(text, "true");
	else if (strcmp(name, "NextContinuationToken") == 0)
		replace(&l->token, text);
	else if (strcmp(name, "EncodingType") == 0)
		r->is_encoded = ch_span_is(text, "url");
}

static void
take_object_fact(struct reading *r, const char *name, struct ch_span text)
{
	char *time;

	if (strcmp(name, "Key") == 0) {
		replace(&r->next.key, text);
	} else if (strcmp(name, "Size") == 0) {
		set_size(&r->next, text);
	} else if (strcmp(name, "LastModified") == 0) {
		time = ch_strndup(text.data, text.len);
		set_time(&r->next, time);
		ch_free(time);
	}
}

static bool
on_end(void *ctx, const char *name, struct ch_span text, struct ch_err *err)
{
	struct reading *r = ctx;
	unsigned depth = r->depth--;

	if (!r->listing->is_s3)
		return depth == 2 ? take_nginx(r, name, text, err) : true;
	if (depth == 3 && r->is_in_contents)
		take_object_fact(r, name, text);
	else if (depth == 2 && r->is_in_contents)
		return keep_object(r, err);
	else if (depth == 2)
		take_page_fact(r, name, text);
	return true;
}

/* S3 writes a blank as "+" where it encodes; NULL: not encoded rightly. */
static char *
decode_key(const struct reading *r, const char *key)
{
	char *plain = ch_strdup(key);
	char *decoded;
	char *p;

	if (!r->is_encoded)
		return plain;
	for (p = plain; *p != '\0'; p++)
		if (*p == '+')
			*p = ' ';
	decoded = ch_url_decode(plain, strlen(plain));
	ch_free(plain);
	return decoded;
}

static bool
is_hidden(const char *path)
{
	return path[0] == '.' || strstr(path, "/.") != NULL;
}

/* One object: folders are only in its key; a key that ends in "/" is none. */
static bool
take_key(struct reading *r, const struct object *o, const char *key,
    struct ch_err *err)
{
	struct ch_listing *l = r->listing;
	size_t skip = l->prefix != NULL ? strlen(l->prefix) : 0;
	struct ch_entry *e = NULL;
	size_t len = strlen(key);
	struct ch_err why;
	char *encoded;

	if (l->prefix != NULL && strncmp(key, l->prefix, skip) != 0)
		return true;
	if (len == skip || key[len - 1] == '/')
		return true;
	if (!l->takes_hidden && is_hidden(key + skip) &&
	    ch_path_check(key + skip, len - skip, &why))
		return true;
	if (!ch_entries_add(l->entries, key + skip, len - skip, &e, err))
		return false;
	if (e == NULL)
		return true;
	encoded = ch_url_encode_path(key);
	e->url = ch_format("%s%s", l->url, encoded);
	ch_free(encoded);
	take_facts(e, o);
	return true;
}

static bool
take_objects(struct reading *r, struct ch_err *err)
{
	struct ch_listing *l = r->listing;
	bool ok = true;
	size_t i;

	for (i = 0; ok && i < r->count; i++) {
		char *key = decode_key(r, r->objects[i].key);

		if (key == NULL) {
			ok = ch_entries_refuse(l->entries,
			    ch_span_of(r->objects[i].key), "unsafe-path",
			    "no name: percent-encoding", err);
			continue;
		}
		ok = take_key(r, &r->objects[i], key, err);
		ch_free(l->last_key);
		l->last_key = key;
	}
	return ok;
}

bool
ch_listing_xml(
    struct ch_listing *l, const char *text, size_t len, struct ch_err *err)
{
	struct reading r = { .listing = l };
	struct ch_xml_handler handler = { .on_start = on_start,
		.on_end = on_end,
		.ctx = &r,
		.text_max = 16 << 10 };
	bool ok = ch_xml_parse(text, len, l->name, &handler, err) &&
		  take_objects(&r, err);
	size_t i;

	for (i = 0; i < r.count; i++)
		ch_free(r.objects[i].key);
	ch_free(r.objects);
	ch_free(r.next.key);
	return ok;
}
