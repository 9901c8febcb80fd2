#include "settings.h"

#include <string.h>

#include "keys.h"

#include "lib/banned.h"

enum { FILE_MAX = 16 << 20, WORD_MAX = 128, WORDS_MAX = 256 };

bool
ch_apt_is_word(const char *s, size_t len)
{
	static const char first[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz0123456789";
	size_t i;

	if (len == 0 || len > WORD_MAX || s[0] == '\0' ||
	    strchr(first, s[0]) == NULL)
		return false;
	for (i = 1; i < len; i++)
		if (s[i] == '\0' || (strchr(first, s[i]) == NULL &&
					strchr("._+~-", s[i]) == NULL))
			return false;
	return true;
}

bool
ch_apt_is_words(const char *s, size_t len)
{
	const char *slash;

	if (len > WORDS_MAX)
		return false;
	while ((slash = memchr(s, '/', len)) != NULL) {
		size_t part = (size_t)(slash - s);

		if (!ch_apt_is_word(s, part))
			return false;
		s += part + 1;
		len -= part + 1;
	}
	return ch_apt_is_word(s, len);
}

void
ch_apt_drop_strange(
    struct ch_list *words, const char *where, struct ch_list *warnings)
{
	struct ch_list plain = { 0 };

	for (size_t i = 0; i < words->count; i++) {
		const char *word = words->items[i];

		if (ch_apt_is_words(word, strlen(word)))
			ch_list_add(&plain, word);
		else
			ch_list_take(warnings,
			    ch_format("%s: '%s' is not a plain word: left out",
				where, word));
	}
	ch_list_free(words);
	*words = plain;
}

char *
ch_apt_join_words(const struct ch_list *words)
{
	struct ch_buf b = { 0 };

	for (size_t i = 0; i < words->count; i++)
		ch_buf_printf(&b, "%s%s", i > 0 ? ", " : "", words->items[i]);
	if (b.len == 0)
		ch_buf_puts(&b, "none");
	return ch_buf_take(&b);
}

bool
ch_apt_wants(const struct ch_apt_settings *s, enum ch_apt_switch is)
{
	return is == CH_APT_YES ||
	       (is == CH_APT_UPSTREAM && s->mode == CH_MODE_MIRROR);
}

struct words {
	const char *key;                            /* below apt */
	bool (*is_good)(const char *s, size_t len); /* accepts one */
	const char *const *all;                     /* words for all */
	bool *takes_all;                            /* one was there */
};

static bool
add_word(const struct words *w, const char *word, struct ch_list *out,
    struct ch_err *err)
{
	for (size_t i = 0; w->all != NULL && w->all[i] != NULL; i++) {
		if (ch_str_equal(w->all[i], word)) {
			*w->takes_all = true;
			return true;
		}
	}
	if (!w->is_good(word, strlen(word)))
		return ch_fail(err, CH_USAGE,
		    "apt.%s: '%s': letters, digits and ._+~- only, a letter "
		    "or digit first",
		    w->key, word);
	if (!ch_list_has(out, word))
		ch_list_add(out, word);
	return true;
}

/* A word, or several in a list or with blanks between them. */
static bool
read_words(const struct ch_json *block, const struct words *w,
    const char *fallback, struct ch_list *out, struct ch_err *err)
{
	const struct ch_json *value = ch_json_get(block, w->key);
	size_t i;

	if (value == NULL)
		return fallback == NULL || add_word(w, fallback, out, err);
	if (ch_json_string(value) != NULL)
		return add_word(w, ch_json_string(value), out, err);
	for (i = 0; i < ch_json_count(value); i++)
		if (!add_word(
			w, ch_json_string(ch_json_at(value, i)), out, err))
			return false;
	return true;
}

/* "main", "bookworm/updates"; "./", "/", "sub/", "./sub/" are folders. */
static bool
is_distribution(const char *s, size_t len)
{
	if (len == 0 || s[len - 1] != '/')
		return ch_apt_is_words(s, len);
	if (len >= 2 && s[0] == '.' && s[1] == '/') {
		s += 2;
		len -= 2;
	}
	return len == 0 || (len == 1 && s[0] == '/') ||
	       ch_apt_is_words(s, len - 1);
}

/* Folders in one spelling: "./", "sub/". */
static bool
read_suites(
    struct ch_apt_settings *s, const struct ch_json *block, struct ch_err *err)
{
	const struct words w = { .key = "distribution",
		.is_good = is_distribution };
	struct ch_list found = { 0 };
	size_t folders = 0;
	bool ok = read_words(block, &w, NULL, &found, err);

	for (size_t i = 0; ok && i < found.count; i++) {
		const char *word = found.items[i];
		bool is_folder = ch_str_ends(word, "/");

		folders += is_folder ? 1 : 0;
		if (is_folder && ch_str_starts(word, "./"))
			word += 2;
		if (is_folder && (*word == '\0' || ch_str_equal(word, "/")))
			word = "./";
		if (!ch_list_has(&s->suites, word))
			ch_list_add(&s->suites, word);
	}
	s->is_flat = folders > 0;
	if (ok && folders > 0 && folders < found.count)
		ok = ch_fail(err, CH_USAGE,
		    "apt.distribution: suites and folders (with / at the end) "
		    "cannot be in one repository");
	ch_list_free(&found);
	return ok;
}

/* "all" comes with every architecture; "source" is a switch here. */
static bool
read_architectures(
    struct ch_apt_settings *s, const struct ch_json *block, struct ch_err *err)
{
	static const char *const all[] = { "*", "any", NULL };
	const struct words w = { .key = "architectures",
		.is_good = ch_apt_is_word,
		.all = all,
		.takes_all = &s->takes_all_architectures };
	struct ch_list found = { 0 };
	bool ok = read_words(block, &w, "amd64", &found, err);

	for (size_t i = 0; ok && i < found.count; i++) {
		if (ch_str_equal(found.items[i], "source"))
			s->has_sources = true;
		else if (!ch_str_equal(found.items[i], "all"))
			ch_list_add(&s->architectures, found.items[i]);
	}
	ch_list_free(&found);
	return ok;
}

static enum ch_apt_switch
read_switch(const struct ch_json *block, const char *key)
{
	const struct ch_json *value = ch_json_get(block, key);

	if (value == NULL)
		return CH_APT_UPSTREAM;
	return ch_json_true(value) ? CH_APT_YES : CH_APT_NO;
}

static void
read_rest(struct ch_apt_settings *s, const struct ch_json *block)
{
	const struct ch_json *days = ch_json_get(block, "valid_until_days");

	if (ch_json_true(ch_json_get(block, "include_source_packages")))
		s->has_sources = true;
	s->has_installer =
	    ch_json_true(ch_json_get(block, "include_installer"));
	s->contents = read_switch(block, "include_contents");
	s->translations = read_switch(block, "include_translations");
	s->udebs = read_switch(block, "include_udebs");
	s->pdiffs = read_switch(block, "include_pdiffs");
	s->by_hash = read_switch(block, "by_hash");
	s->not_auto = read_switch(block, "not_automatic");
	s->but_upgrade = read_switch(block, "but_automatic_upgrades");
	s->origin = ch_json_string(ch_json_get(block, "origin"));
	s->label = ch_json_string(ch_json_get(block, "label"));
	s->suite = ch_json_string(ch_json_get(block, "suite"));
	s->codename = ch_json_string(ch_json_get(block, "codename"));
	s->version = ch_json_string(ch_json_get(block, "version"));
	s->description = ch_json_string(ch_json_get(block, "description"));
	s->component = ch_json_string(ch_json_get(block, "component"));
	s->valid_days = (unsigned)ch_json_int_or(days, 0);
	s->has_original_layout = ch_str_equal(
	    ch_json_string_or(ch_json_get(block, "pool_layout"), ""),
	    "original");
}

static bool
read_block(
    struct ch_apt_settings *s, const struct ch_json *block, struct ch_err *err)
{
	static const char *const all[] = { "*", "all", NULL };
	const struct words components = { .key = "components",
		.is_good = ch_apt_is_words,
		.all = all,
		.takes_all = &s->takes_all_components };
	const struct words languages = { .key = "languages",
		.is_good = ch_apt_is_word };

	read_rest(s, block);
	if (s->but_upgrade == CH_APT_YES && s->not_auto == CH_APT_NO)
		return ch_fail(err, CH_USAGE,
		    "apt.but_automatic_upgrades: needs apt.not_automatic: "
		    "true");
	if (!read_suites(s, block, err) ||
	    !read_words(block, &components, "main", &s->components, err))
		return false;
	if (s->component == NULL)
		s->component =
		    s->components.count > 0 ? s->components.items[0] : "main";
	return read_architectures(s, block, err) &&
	       read_words(block, &languages, "en", &s->languages, err);
}

static bool
add_form(struct ch_apt_settings *s, const char *word, struct ch_err *err)
{
	static const struct {
		const char *word;
		unsigned forms;
	} known[] = {
		{ "auto", CH_APT_GZIP | CH_APT_XZ },
		{ "none", CH_APT_PLAIN },
		{ "gzip", CH_APT_GZIP },
		{ "xz", CH_APT_XZ },
		{ "zstandard", CH_APT_ZSTD },
		{ "bzip2", CH_APT_BZIP2 },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (ch_str_equal(known[i].word, word)) {
			s->forms |= known[i].forms;
			return true;
		}
	}
	return ch_fail(err, CH_USAGE,
	    "metadata.compression: '%s': must be auto, gzip, xz, zstandard, "
	    "bzip2 or none",
	    word);
}

static bool
read_forms(struct ch_apt_settings *s, struct ch_err *err)
{
	const struct ch_json *value =
	    ch_json_path(s->json, "metadata.compression");

	if (ch_json_type(value) != CH_JSON_ARRAY || ch_json_count(value) == 0)
		return add_form(s, ch_json_string_or(value, "auto"), err);
	for (size_t i = 0; i < ch_json_count(value); i++)
		if (!add_form(
			s, ch_json_string_or(ch_json_at(value, i), ""), err))
			return false;
	return true;
}

bool
ch_apt_settings_load(struct ch_apt_settings *s, const char *file,
    bool needs_suite, struct ch_err *err)
{
	struct ch_host_config host;
	const struct ch_json *block;

	*s = (struct ch_apt_settings){ 0 };
	if (!ch_host_config_load(&host, "apt", file, err))
		return false;
	block = host.block;
	s->json = host.json;
	s->id = host.id;
	s->name = host.name;
	s->mode = host.mode;
	if (!ch_apt_keys_check(block, err) || !read_block(s, block, err) ||
	    !read_forms(s, err))
		return false;
	if (needs_suite && s->suites.count == 0)
		return ch_fail(err, CH_USAGE,
		    "apt.distribution: is missing: name the suite, as in "
		    "distribution: bookworm");
	return true;
}

void
ch_apt_settings_free(struct ch_apt_settings *s)
{
	ch_list_free(&s->suites);
	ch_list_free(&s->components);
	ch_list_free(&s->architectures);
	ch_list_free(&s->languages);
	ch_json_free(s->json);
	*s = (struct ch_apt_settings){ 0 };
}
