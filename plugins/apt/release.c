#include "release.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/path.h"

#include "lib/banned.h"

enum { FIELDS_MAX = 1000 };

static const struct {
	const char *name;       /* in Release and of by-hash folders */
	enum ch_hash_kind kind; /* its digests */
} hashes[] = {
	{ "SHA512", CH_HASH_SHA512 },
	{ "SHA256", CH_HASH_SHA256 },
	{ "SHA1", CH_HASH_SHA1 },
	{ "MD5Sum", CH_HASH_MD5 },
};

#define HASH_COUNT (sizeof(hashes) / sizeof(hashes[0]))

struct parsing {
	struct ch_release *r;      /* what is filled */
	const char *shown;         /* the file in messages */
	size_t line;               /* number of the current one */
	size_t entry_cap;          /* allocated */
	enum ch_hash_kind section; /* or CH_HASH_NONE */
	bool has_ended;            /* an empty line behind fields */
};

static bool
fail(const struct parsing *p, const char *why, struct ch_err *err)
{
	return ch_fail(
	    err, CH_MALFORMED, "%s: line %zu: %s", p->shown, p->line, why);
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static char *
skip_blanks(char *s)
{
	while (is_blank(*s))
		s++;
	return s;
}

/* Ends the word that s begins with; what is behind it. */
static char *
end_word(char *s)
{
	while (*s != '\0' && !is_blank(*s))
		s++;
	if (*s != '\0')
		*s++ = '\0';
	return skip_blanks(s);
}

static enum ch_hash_kind
section_named(const char *name)
{
	for (size_t i = 0; i < HASH_COUNT; i++)
		if (strcasecmp(hashes[i].name, name) == 0)
			return hashes[i].kind;
	return CH_HASH_NONE;
}

/* What a Release file says about itself cannot be right. */
static bool
is_self(const char *path)
{
	return ch_str_equal(path, "Release") ||
	       ch_str_equal(path, "InRelease") ||
	       ch_str_equal(path, "Release.gpg");
}

static bool
to_lower_hex(char *hex, enum ch_hash_kind kind)
{
	size_t len = strlen(hex);

	for (size_t i = 0; i < len; i++)
		if (hex[i] >= 'A' && hex[i] <= 'F')
			hex[i] = (char)(hex[i] - 'A' + 'a');
	return len == ch_hash_hex_len(kind) && ch_is_hex(hex, len);
}

/* " HEX SIZE PATH" */
static bool
take_entry(struct parsing *p, char *line, struct ch_err *err)
{
	struct ch_release *r = p->r;
	struct ch_release_entry e = { 0 };
	char *hex = skip_blanks(line);
	char *size = end_word(hex);
	char *path = end_word(size);
	struct ch_err why;

	if (!to_lower_hex(hex, p->section) ||
	    !ch_parse_uint(size, CH_MAX_INT, &e.size))
		return fail(p, "not \"digest size path\"", err);
	while (ch_str_starts(path, "./"))
		path += 2;
	if (is_self(path))
		return true;
	if (!ch_path_check(path, strlen(path), &why))
		return fail(p, why.text, err);
	e.path = path;
	e.digests[p->section] = hex;
	if (r->entry_count == p->entry_cap) {
		p->entry_cap = p->entry_cap > 0 ? p->entry_cap * 2 : 256;
		r->entries =
		    ch_realloc(r->entries, p->entry_cap, sizeof(*r->entries));
	}
	r->entries[r->entry_count++] = e;
	return true;
}

/* A line of a value: joined to it by putting the LF back. */
static bool
take_continuation(struct parsing *p, char *line, struct ch_err *err)
{
	if (p->section != CH_HASH_NONE)
		return take_entry(p, line, err);
	if (p->r->field_count == 0)
		return fail(p, "continues no field", err);
	line[-1] = '\n';
	return true;
}

static bool
is_field_name(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (s[i] <= ' ' || s[i] >= 127)
			return false;
	return len > 0 && len <= 128 && s[0] != '-' && s[0] != '#';
}

static bool
take_field(struct parsing *p, char *line, struct ch_err *err)
{
	struct ch_release *r = p->r;
	char *colon = strchr(line, ':');
	char *value;

	if (colon == NULL || !is_field_name(line, (size_t)(colon - line)))
		return fail(p, "not \"Field: value\"", err);
	*colon = '\0';
	value = skip_blanks(colon + 1);
	p->section = section_named(line);
	if (p->section != CH_HASH_NONE)
		return *value == '\0' || take_entry(p, value, err);
	if (ch_release_field(r, line) != NULL)
		return fail(p, "this field was there before", err);
	if (r->field_count == FIELDS_MAX)
		return fail(p, "too many fields", err);
	r->fields =
	    ch_realloc(r->fields, r->field_count + 1, sizeof(*r->fields));
	r->fields[r->field_count++] = (struct ch_release_field){ line, value };
	return true;
}

static bool
take_line(struct parsing *p, char *line, struct ch_err *err)
{
	p->line++;
	if (*skip_blanks(line) == '\0') {
		p->has_ended = p->has_ended || p->r->field_count > 0 ||
			       p->r->entry_count > 0;
		p->section = CH_HASH_NONE;
		return true;
	}
	if (p->has_ended)
		return fail(p, "text behind the end of the stanza", err);
	return is_blank(*line) ? take_continuation(p, line, err)
			       : take_field(p, line, err);
}

/* Without CR, each line ended by a NUL. */
static char *
copy_lines(struct ch_span text, size_t *len_out)
{
	char *copy = ch_alloc(text.len + 2);
	size_t len = 0;

	for (size_t i = 0; i < text.len; i++) {
		char c = text.data[i];

		if (c == '\r' && i + 1 < text.len && text.data[i + 1] == '\n')
			continue;
		copy[len++] = c == '\n' ? '\0' : c;
	}
	copy[len] = '\0';
	copy[len + 1] = '\0';
	*len_out = len;
	return copy;
}

static int
compare_entries(const void *a, const void *b)
{
	const struct ch_release_entry *x = a;
	const struct ch_release_entry *y = b;

	return strcmp(x->path, y->path);
}

static bool
unite(struct ch_release_entry *into, const struct ch_release_entry *from,
    const char *shown, struct ch_err *err)
{
	if (into->size != from->size)
		return ch_fail(err, CH_MALFORMED,
		    "%s: two sizes for '%s': %llu and %llu", shown, into->path,
		    (unsigned long long)into->size,
		    (unsigned long long)from->size);
	for (int i = 0; i < CH_HASH_NONE; i++) {
		if (from->digests[i] == NULL)
			continue;
		if (into->digests[i] != NULL &&
		    !ch_str_equal(into->digests[i], from->digests[i]))
			return ch_fail(err, CH_MALFORMED,
			    "%s: two %s digests for '%s'", shown,
			    ch_hash_name((enum ch_hash_kind)i), into->path);
		into->digests[i] = from->digests[i];
	}
	return true;
}

static bool
sort_entries(struct ch_release *r, const char *shown, struct ch_err *err)
{
	size_t kept = 0;

	if (r->entry_count > 1)
		qsort(r->entries, r->entry_count, sizeof(*r->entries),
		    compare_entries);
	for (size_t i = 0; i < r->entry_count; i++) {
		if (kept == 0 || !ch_str_equal(r->entries[kept - 1].path,
				     r->entries[i].path))
			r->entries[kept++] = r->entries[i];
		else if (!unite(
			     &r->entries[kept - 1], &r->entries[i], shown, err))
			return false;
	}
	r->entry_count = kept;
	return true;
}

static bool
check_strength(
    const struct ch_release *r, const char *shown, struct ch_err *err)
{
	for (size_t i = 0; i < r->entry_count; i++)
		if (ch_hash_is_strong(ch_release_strongest(&r->entries[i])))
			return true;
	return r->entry_count == 0 ||
	       ch_fail(err, CH_UNTRUSTED,
		   "%s: only MD5 and SHA1 digests: they prove nothing; the "
		   "upstream has to list SHA256",
		   shown);
}

/* Blanks at the end of values, which could not be cut before. */
static void
trim_values(struct ch_release *r)
{
	for (size_t i = 0; i < r->field_count; i++) {
		const char *value = r->fields[i].value;
		size_t len = strlen(value);
		size_t at = (size_t)(value - r->text);

		while (len > 0 &&
		       (is_blank(value[len - 1]) || value[len - 1] == '\n'))
			len--;
		r->text[at + len] = '\0';
	}
}

bool
ch_release_parse(struct ch_release *r, struct ch_span text, const char *shown,
    struct ch_err *err)
{
	struct parsing p = { .r = r, .shown = shown, .section = CH_HASH_NONE };
	size_t len;

	*r = (struct ch_release){ 0 };
	if (text.len > CH_RELEASE_MAX)
		return ch_fail(err, CH_MALFORMED, "%s: over %zu bytes", shown,
		    CH_RELEASE_MAX);
	if (text.len > 0 && memchr(text.data, '\0', text.len) != NULL)
		return ch_fail(err, CH_MALFORMED, "%s: not a text", shown);
	r->text = copy_lines(text, &len);
	for (size_t at = 0; at < len;) {
		size_t end = at + strlen(r->text + at);

		if (!take_line(&p, r->text + at, err))
			return false;
		at = end + 1;
	}
	if (r->field_count == 0 && r->entry_count == 0)
		return ch_fail(err, CH_MALFORMED,
		    "%s: no field at all: not a Release file", shown);
	trim_values(r);
	return sort_entries(r, shown, err) && check_strength(r, shown, err);
}

void
ch_release_free(struct ch_release *r)
{
	ch_free(r->text);
	ch_free(r->fields);
	ch_free(r->entries);
	*r = (struct ch_release){ 0 };
}

const struct ch_release_entry *
ch_release_find(const struct ch_release *r, const char *path)
{
	struct ch_release_entry key = { .path = path };

	if (r->entry_count == 0)
		return NULL;
	return bsearch(&key, r->entries, r->entry_count, sizeof(*r->entries),
	    compare_entries);
}

enum ch_hash_kind
ch_release_strongest(const struct ch_release_entry *e)
{
	for (size_t i = 0; i < HASH_COUNT; i++)
		if (e->digests[hashes[i].kind] != NULL)
			return hashes[i].kind;
	return CH_HASH_NONE;
}

const char *
ch_release_hash_name(enum ch_hash_kind kind)
{
	for (size_t i = 0; i < HASH_COUNT; i++)
		if (hashes[i].kind == kind)
			return hashes[i].name;
	return NULL;
}
