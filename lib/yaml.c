#include "yaml.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <yaml.h>

#include "str.h"

#include "banned.h"

/* The core schema's tag for text, and the non-specific one. */
#define TAG_TEXT  "tag:yaml.org,2002:str"
#define TAG_PLAIN "!"

struct parse {
	yaml_parser_t parser;                /* libyaml's state */
	const char *name;                    /* of the file */
	struct ch_yaml *open[CH_YAML_DEPTH]; /* maps and lists around us */
	size_t depth;                        /* of open in use */
	struct ch_yaml *docs;                /* what becomes the result */
	char *key;                           /* read, value not yet */
	size_t key_line;                     /* where it was */
	size_t key_column;                   /* where it was */
	size_t nodes;                        /* made so far */
};

bool
ch_yaml_fail(struct ch_err *err, const struct ch_yaml *place,
    enum ch_status status, const char *fmt, ...)
{
	char text[sizeof err->text];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	return ch_fail(err, status, "%s:%zu:%zu: %s", place->file, place->line,
	    place->column, text);
}

static bool
fail_at(const struct parse *p, const yaml_mark_t *mark, struct ch_err *err,
    const char *why)
{
	return ch_fail(err, CH_MALFORMED, "%s:%zu:%zu: %s", p->name,
	    mark->line + 1, mark->column + 1, why);
}

static struct ch_yaml *
node_new(struct parse *p, enum ch_yaml_kind kind, const yaml_mark_t *mark)
{
	struct ch_yaml *y = ch_calloc(1, sizeof *y);

	y->kind = kind;
	y->file = p->name;
	y->line = mark->line + 1;
	y->column = mark->column + 1;
	if (p->key) {
		y->key = p->key;
		y->line = p->key_line;
		y->column = p->key_column;
		p->key = NULL;
	}
	p->nodes++;
	return y;
}

struct ch_yaml *
ch_yaml_make(enum ch_yaml_kind kind, const struct ch_yaml *place)
{
	struct ch_yaml *y = ch_calloc(1, sizeof *y);

	y->kind = kind;
	y->file = place->file;
	y->line = place->line;
	y->column = place->column;
	return y;
}

void
ch_yaml_append(struct ch_yaml *y, struct ch_yaml *child)
{
	if (y->count == y->cap) {
		y->cap = y->cap ? y->cap * 2 : 4;
		y->items =
		    ch_realloc(y->items, y->cap, sizeof(struct ch_yaml *));
	}
	y->items[y->count++] = child;
}

void
ch_yaml_free(struct ch_yaml *y)
{
	if (!y)
		return;
	for (size_t i = 0; i < y->count; i++)
		ch_yaml_free(y->items[i]);
	ch_free(y->items);
	ch_free(y->key);
	ch_free(y->text);
	ch_free(y);
}

static int
compare_keys(const void *a, const void *b)
{
	const struct ch_yaml *const *x = a;
	const struct ch_yaml *const *y = b;
	int order = strcmp((*x)->key, (*y)->key);

	if (order == 0)
		order = ((*x)->line > (*y)->line) - ((*x)->line < (*y)->line);
	return order;
}

/* Sorted, so that a map of many keys costs no square of them. */
static bool
keys_differ(const struct ch_yaml *map, struct ch_err *err)
{
	struct ch_yaml **sorted =
	    ch_alloc((map->count + 1) * sizeof(struct ch_yaml *));
	bool is_good = true;

	for (size_t i = 0; i < map->count; i++)
		sorted[i] = map->items[i];
	qsort(sorted, map->count, sizeof(struct ch_yaml *), compare_keys);
	for (size_t i = 1; is_good && i < map->count; i++) {
		if (!ch_str_equal(sorted[i - 1]->key, sorted[i]->key))
			continue;
		is_good = ch_yaml_fail(err, sorted[i], CH_MALFORMED,
		    "%s: the same key twice, first in line %zu", sorted[i]->key,
		    sorted[i - 1]->line);
	}
	ch_free(sorted);
	return is_good;
}

static struct ch_yaml *
around(struct parse *p)
{
	return p->depth > 0 ? p->open[p->depth - 1] : p->docs;
}

static bool
add_text(struct parse *p, const yaml_event_t *e, struct ch_err *err)
{
	const char *text = (const char *)e->data.scalar.value;
	const char *tag = (const char *)e->data.scalar.tag;
	size_t len = e->data.scalar.length;
	struct ch_yaml *parent = around(p);
	struct ch_yaml *y;

	if (len > CH_YAML_SCALAR)
		return fail_at(p, &e->start_mark, err, "a value over 1 MiB");
	if (strlen(text) != len)
		return fail_at(p, &e->start_mark, err, "a NUL in a value");
	if (parent->kind == CH_YAML_MAP && !p->key) {
		if (ch_str_equal(text, "<<"))
			return fail_at(p, &e->start_mark, err,
			    "merge keys (<<) are not supported: write the "
			    "keys out");
		p->key = ch_strndup(text, len);
		p->key_line = e->start_mark.line + 1;
		p->key_column = e->start_mark.column + 1;
		return true;
	}
	y = node_new(p, CH_YAML_TEXT, &e->start_mark);
	y->text = ch_strndup(text, len);
	y->is_plain = e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
		      !(tag && (ch_str_equal(tag, TAG_TEXT) ||
				   ch_str_equal(tag, TAG_PLAIN)));
	ch_yaml_append(parent, y);
	return true;
}

static bool
begin(struct parse *p, enum ch_yaml_kind kind, const yaml_event_t *e,
    struct ch_err *err)
{
	struct ch_yaml *parent = around(p);
	struct ch_yaml *y;

	if (p->depth == CH_YAML_DEPTH)
		return fail_at(p, &e->start_mark, err, "more than 64 levels");
	if (parent->kind == CH_YAML_MAP && !p->key)
		return fail_at(
		    p, &e->start_mark, err, "a key that is a map or a list");
	y = node_new(p, kind, &e->start_mark);
	ch_yaml_append(parent, y);
	p->open[p->depth++] = y;
	return true;
}

static bool
has_anchor(const yaml_event_t *e)
{
	if (e->type == YAML_ALIAS_EVENT)
		return true;
	if (e->type == YAML_SCALAR_EVENT)
		return e->data.scalar.anchor != NULL;
	if (e->type == YAML_SEQUENCE_START_EVENT)
		return e->data.sequence_start.anchor != NULL;
	if (e->type == YAML_MAPPING_START_EVENT)
		return e->data.mapping_start.anchor != NULL;
	return false;
}

static bool
take_event(struct parse *p, const yaml_event_t *e, struct ch_err *err)
{
	if (has_anchor(e))
		return fail_at(p, &e->start_mark, err,
		    "anchors and aliases (& and *) are not supported: write "
		    "the value out");
	if (p->nodes >= CH_YAML_NODES)
		return fail_at(p, &e->start_mark, err, "too many values");
	if (e->type == YAML_SCALAR_EVENT)
		return add_text(p, e, err);
	if (e->type == YAML_SEQUENCE_START_EVENT)
		return begin(p, CH_YAML_LIST, e, err);
	if (e->type == YAML_MAPPING_START_EVENT)
		return begin(p, CH_YAML_MAP, e, err);
	if (e->type == YAML_SEQUENCE_END_EVENT)
		p->depth--;
	if (e->type == YAML_MAPPING_END_EVENT)
		return keys_differ(p->open[--p->depth], err);
	return true;
}

static bool
syntax_error(const struct parse *p, struct ch_err *err)
{
	const yaml_parser_t *y = &p->parser;
	const char *why = y->problem ? y->problem : "not YAML";

	if (y->error == YAML_READER_ERROR)
		return ch_fail(err, CH_MALFORMED, "%s: at byte %zu: %s",
		    p->name, y->problem_offset, why);
	return fail_at(p, &y->problem_mark, err, why);
}

struct ch_yaml *
ch_yaml_parse(
    const char *text, size_t len, const char *name, struct ch_err *err)
{
	struct parse p = { .name = name };
	struct ch_yaml *docs;
	bool is_good = true;
	bool is_over = false;
	yaml_event_t e;

	if (!yaml_parser_initialize(&p.parser)) {
		ch_fail(err, CH_TEMPORARY, "%s: out of memory", name);
		return NULL;
	}
	yaml_parser_set_input_string(
	    &p.parser, (const unsigned char *)text, len);
	docs = node_new(&p, CH_YAML_LIST, &(yaml_mark_t){ 0 });
	p.docs = docs;
	while (is_good && !is_over) {
		if (!yaml_parser_parse(&p.parser, &e)) {
			is_good = syntax_error(&p, err);
			break;
		}
		is_over = e.type == YAML_STREAM_END_EVENT;
		is_good = take_event(&p, &e, err);
		yaml_event_delete(&e);
	}
	yaml_parser_delete(&p.parser);
	ch_free(p.key);
	if (!is_good) {
		ch_yaml_free(docs);
		docs = NULL;
	}
	return docs;
}

struct ch_yaml *
ch_yaml_get(const struct ch_yaml *y, const char *key)
{
	if (!y || y->kind != CH_YAML_MAP)
		return NULL;
	for (size_t i = 0; i < y->count; i++) {
		if (ch_str_equal(y->items[i]->key, key))
			return y->items[i];
	}
	return NULL;
}

bool
ch_yaml_is_null(const struct ch_yaml *y)
{
	static const char *const words[] = { "", "~", "null", "Null", "NULL" };

	if (y->kind != CH_YAML_TEXT || !y->is_plain)
		return false;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (ch_str_equal(y->text, words[i]))
			return true;
	}
	return false;
}

bool
ch_yaml_bool(const struct ch_yaml *y, bool *out)
{
	static const struct {
		const char *word; /* as it is written */
		bool value;       /* what it means */
	} words[] = { { "true", true }, { "false", false }, { "yes", true },
		{ "no", false }, { "on", true }, { "off", false } };

	if (y->kind != CH_YAML_TEXT || !y->is_plain)
		return false;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (strcasecmp(y->text, words[i].word) == 0) {
			*out = words[i].value;
			return true;
		}
	}
	return false;
}

bool
ch_yaml_int(const struct ch_yaml *y, int64_t *out)
{
	bool is_negative;
	const char *digits;
	uint64_t n;

	if (y->kind != CH_YAML_TEXT || !y->is_plain)
		return false;
	is_negative = y->text[0] == '-';
	digits = y->text + is_negative;
	if (digits[0] == '0' && digits[1] != '\0')
		return false; /* 010 is eight to some and text to others */
	if (!ch_parse_uint(digits, CH_MAX_INT, &n))
		return false;
	*out = is_negative ? -(int64_t)n : (int64_t)n;
	return true;
}

const char *
ch_yaml_word(const struct ch_yaml *y)
{
	bool is_true;
	int64_t n;

	if (y->kind == CH_YAML_LIST)
		return "a list";
	if (y->kind == CH_YAML_MAP)
		return "a map";
	if (ch_yaml_is_null(y))
		return "nothing";
	if (ch_yaml_int(y, &n))
		return "a number";
	if (ch_yaml_bool(y, &is_true))
		return "a truth value";
	return "text";
}

struct ch_json *
ch_yaml_json(const struct ch_yaml *y)
{
	struct ch_json *j;
	bool is_true;
	int64_t n;

	if (y->kind == CH_YAML_LIST) {
		j = ch_json_make_array();
		for (size_t i = 0; i < y->count; i++)
			ch_json_append(j, ch_yaml_json(y->items[i]));
		return j;
	}
	if (y->kind == CH_YAML_MAP) {
		j = ch_json_make_object();
		for (size_t i = 0; i < y->count; i++)
			ch_json_set(
			    j, y->items[i]->key, ch_yaml_json(y->items[i]));
		return j;
	}
	if (ch_yaml_is_null(y))
		return ch_json_make_null();
	if (ch_yaml_int(y, &n))
		return ch_json_make_int(n);
	if (strlen(y->text) > 3 && ch_yaml_bool(y, &is_true))
		return ch_json_make_bool(is_true); /* not yes, no, on, off */
	return ch_json_make_string(y->text);
}
