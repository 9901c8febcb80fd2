#include "facts.h"

#include <string.h>
#include <strings.h>

#include "lib/record.h"
#include "settings.h"

#include "lib/banned.h"

struct ch_apt_suite *
ch_apt_facts_add(struct ch_apt_facts *f, const char *name)
{
	f->suites = ch_realloc(f->suites, f->count + 1, sizeof(*f->suites));
	f->suites[f->count] = (struct ch_apt_suite){ .name = ch_strdup(name) };
	return &f->suites[f->count++];
}

void
ch_apt_suite_set(struct ch_apt_suite *s, const char *name, const char *value)
{
	for (size_t i = 0; i < s->field_count; i++) {
		if (strcasecmp(s->fields[i].name, name) == 0) {
			ch_free(s->fields[i].value);
			s->fields[i].value = ch_strdup(value);
			return;
		}
	}
	if (s->field_count == s->field_cap) {
		s->field_cap = s->field_cap > 0 ? s->field_cap * 2 : 16;
		s->fields =
		    ch_realloc(s->fields, s->field_cap, sizeof(*s->fields));
	}
	s->fields[s->field_count++] =
	    (struct ch_apt_field){ ch_strdup(name), ch_strdup(value) };
}

const char *
ch_apt_suite_field(const struct ch_apt_suite *s, const char *name)
{
	for (size_t i = 0; i < s->field_count; i++)
		if (strcasecmp(s->fields[i].name, name) == 0)
			return s->fields[i].value;
	return NULL;
}

const struct ch_apt_suite *
ch_apt_facts_find(const struct ch_apt_facts *f, const char *name)
{
	for (size_t i = 0; i < f->count; i++)
		if (ch_str_equal(f->suites[i].name, name))
			return &f->suites[i];
	return NULL;
}

char *
ch_apt_suite_base(const struct ch_apt_facts *f, const struct ch_apt_suite *s)
{
	if (!f->is_flat)
		return ch_format("dists/%s/", s->name);
	return ch_strdup(ch_str_equal(s->name, "./") ? "" : s->name);
}

/* A suite's own name, checked again: it becomes a path. */
static bool
is_name(const struct ch_apt_facts *f, const char *name)
{
	size_t len = strlen(name);

	if (!f->is_flat)
		return ch_apt_is_words(name, len);
	return ch_str_equal(name, "./") ||
	       (ch_str_ends(name, "/") && ch_apt_is_words(name, len - 1));
}

static bool
read_words(struct ch_list *out, const struct ch_json *words, const char *what,
    struct ch_err *err)
{
	for (size_t i = 0; i < ch_json_count(words); i++) {
		const char *word = ch_json_string(ch_json_at(words, i));

		if (word == NULL || !ch_apt_is_words(word, strlen(word)))
			return ch_fail(err, CH_MALFORMED,
			    "%s: element %zu is not a plain word", what, i + 1);
		ch_list_add(out, word);
	}
	return true;
}

/* A value becomes lines of a signed file: each further one is indented. */
static bool
is_value(const char *value)
{
	for (const char *lf = strchr(value, '\n'); lf != NULL;
	     lf = strchr(lf + 1, '\n'))
		if (lf[1] != ' ' && lf[1] != '\t')
			return false;
	return strchr(value, '\r') == NULL;
}

static bool
is_field_name(const char *name)
{
	for (const char *c = name; *c != '\0'; c++)
		if (*c <= ' ' || *c >= 127 || *c == ':')
			return false;
	return *name != '\0' && *name != '-' && *name != '#';
}

static bool
read_fields(
    struct ch_apt_suite *s, const struct ch_json *release, struct ch_err *err)
{
	for (size_t i = 0; i < ch_json_count(release); i++) {
		const char *name = ch_json_key_at(release, i);
		const char *value =
		    ch_json_string(ch_json_value_at(release, i));

		if (value == NULL || !is_field_name(name) || !is_value(value))
			return ch_fail(err, CH_MALFORMED,
			    "release: '%.60s' is no field of a Release file",
			    name);
		ch_apt_suite_set(s, name, value);
	}
	return true;
}

static bool
read_suite(
    struct ch_apt_facts *f, const struct ch_json *json, struct ch_err *err)
{
	const char *name = ch_json_string(ch_json_get(json, "name"));
	struct ch_apt_suite *s;

	if (name == NULL || !is_name(f, name))
		return ch_fail(err, CH_MALFORMED,
		    "name: missing, or not a plain name of a suite");
	if (ch_apt_facts_find(f, name) != NULL)
		return ch_fail(err, CH_MALFORMED, "'%s' is there twice", name);
	s = ch_apt_facts_add(f, name);
	s->by_hash = ch_json_true(ch_json_get(json, "by_hash"));
	return read_words(&s->components, ch_json_get(json, "components"),
		   "components", err) &&
	       read_words(&s->architectures, ch_json_get(json, "architectures"),
		   "architectures", err) &&
	       read_fields(s, ch_json_get(json, "release"), err);
}

bool
ch_apt_facts_read(
    struct ch_apt_facts *f, const struct ch_json *json, struct ch_err *err)
{
	const struct ch_json *suites = ch_json_get(json, "suites");
	const char *layout =
	    ch_json_string_or(ch_json_get(json, "layout"), "suites");

	*f = (struct ch_apt_facts){ .is_flat = ch_str_equal(layout, "flat") };
	for (size_t i = 0; i < ch_json_count(suites); i++)
		if (!read_suite(f, ch_json_at(suites, i), err))
			return ch_wrap(err, "apt: suites: %zu", i + 1);
	return true;
}

static void
print_words(struct ch_buf *out, const char *key, const struct ch_list *words)
{
	ch_buf_printf(out, ",\"%s\":[", key);
	for (size_t i = 0; i < words->count; i++) {
		if (i > 0)
			ch_buf_putc(out, ',');
		ch_json_quote(out, words->items[i], strlen(words->items[i]));
	}
	ch_buf_putc(out, ']');
}

static void
print_suite(struct ch_buf *out, const struct ch_apt_suite *s)
{
	ch_buf_puts(out, "{\"name\":");
	ch_json_quote(out, s->name, strlen(s->name));
	print_words(out, "components", &s->components);
	print_words(out, "architectures", &s->architectures);
	ch_buf_printf(out, ",\"by_hash\":%s,\"release\":{",
	    s->by_hash ? "true" : "false");
	for (size_t i = 0; i < s->field_count; i++) {
		const struct ch_apt_field *f = &s->fields[i];

		if (i > 0)
			ch_buf_putc(out, ',');
		ch_json_quote(out, f->name, strlen(f->name));
		ch_buf_putc(out, ':');
		ch_json_quote(out, f->value, strlen(f->value));
	}
	ch_buf_puts(out, "}}");
}

void
ch_apt_facts_print(const struct ch_apt_facts *f, struct ch_buf *out)
{
	ch_buf_printf(out, "{\"layout\":\"%s\",\"suites\":[",
	    f->is_flat ? "flat" : "suites");
	for (size_t i = 0; i < f->count; i++) {
		if (i > 0)
			ch_buf_putc(out, ',');
		print_suite(out, &f->suites[i]);
	}
	ch_buf_puts(out, "]}");
}

void
ch_apt_facts_free(struct ch_apt_facts *f)
{
	for (size_t i = 0; i < f->count; i++) {
		struct ch_apt_suite *s = &f->suites[i];

		for (size_t k = 0; k < s->field_count; k++) {
			ch_free(s->fields[k].name);
			ch_free(s->fields[k].value);
		}
		ch_free(s->fields);
		ch_list_free(&s->components);
		ch_list_free(&s->architectures);
		ch_free(s->name);
	}
	ch_free(f->suites);
	*f = (struct ch_apt_facts){ 0 };
}
