#include "regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdint.h>
#include <string.h>

#include "mem.h"
#include "regex_words.h"

#include "banned.h"

/*
 * Steps before a search is given up: PCRE2 takes some 10 ms for them, and no
 * sane pattern needs a hundredth on a name.
 */
#define STEPS_MAX 1000000
#define HEAP_KIB  4096

struct ch_regex {
	char *pattern;                /* as given */
	const char *prefix;           /* all it asks for, in pattern, or NULL */
	size_t prefix_len;            /* bytes of it */
	struct ch_regex_words words;  /* all that match, if it lists them */
	bool is_used;                 /* something was searched */
	bool is_fast;                 /* compiled to machine code */
	pcre2_code *code;             /* compiled */
	pcre2_match_data *match;      /* of the last search */
	pcre2_match_context *context; /* the limits */
	PCRE2_SPTR subject;           /* of the last search, borrowed */
};

static bool
fail_at(struct ch_err *err, const char *pattern, int code, PCRE2_SIZE offset)
{
	PCRE2_UCHAR reason[256];

	if (pcre2_get_error_message(code, reason, sizeof(reason)) < 0)
		reason[0] = '\0';
	return ch_fail(err, CH_USAGE,
	    "pattern '%s': at offset %zu: %s (a literal + . ( or [ needs a "
	    "backslash)",
	    pattern, (size_t)offset, (const char *)reason);
}

/*
 * In PCRE2 "g++" is a g that is repeated, possessively; who writes it means
 * the compiler.  Returns the offset of the second sign, or 0.
 */
static size_t
find_possessive(const char *pattern)
{
	bool in_class = false;

	for (size_t i = 0; pattern[i] != '\0'; i++) {
		char c = pattern[i];

		if (c == '\\' && pattern[i + 1] != '\0')
			i++;
		else if (c == '[')
			in_class = true;
		else if (c == ']')
			in_class = false;
		else if (!in_class && (c == '+' || c == '*') &&
			 pattern[i + 1] == '+')
			return i + 1;
	}
	return 0;
}

/* "^lib": such a pattern needs no engine. */
static void
find_prefix(struct ch_regex *re)
{
	static const char literal[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
	const char *rest = re->pattern + 1;

	if (re->pattern[0] != '^' || rest[strspn(rest, literal)] != '\0')
		return;
	re->prefix = rest;
	re->prefix_len = strlen(rest);
}

struct ch_regex *
ch_regex_new(const char *pattern, struct ch_err *err)
{
	struct ch_regex *re = ch_calloc(1, sizeof(*re));
	uint32_t options = PCRE2_UTF | PCRE2_UCP | PCRE2_MATCH_INVALID_UTF |
			   PCRE2_NEVER_BACKSLASH_C;
	PCRE2_SIZE offset = 0;
	int code = 0;

	re->pattern = ch_strdup(pattern);
	offset = find_possessive(pattern);
	if (offset > 0) {
		(void)ch_fail(err, CH_USAGE,
		    "pattern '%s': at offset %zu: nothing to repeat: write "
		    "\\+ for a plus",
		    pattern, offset);
		goto fail;
	}
	re->code = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED,
	    options, &code, &offset, NULL);
	if (!re->code) {
		(void)fail_at(err, pattern, code, offset);
		goto fail;
	}
	find_prefix(re);
	(void)ch_regex_words_read(&re->words, pattern);
	re->match = pcre2_match_data_create_from_pattern(re->code, NULL);
	re->context = pcre2_match_context_create(NULL);
	if (!re->match || !re->context) {
		(void)ch_fail(
		    err, CH_TEMPORARY, "pattern '%s': out of memory", pattern);
		goto fail;
	}
	pcre2_set_match_limit(re->context, STEPS_MAX);
	pcre2_set_heap_limit(re->context, HEAP_KIB);
	return re;
fail:
	ch_regex_free(re);
	return NULL;
}

/* Machine code, which takes the longest, is made for what is searched with. */
static void
prepare(struct ch_regex *re)
{
	if (re->is_used)
		return;
	re->is_used = true;
	/* Where the processor has no JIT, the interpreter does it. */
	re->is_fast = pcre2_jit_compile(re->code, PCRE2_JIT_COMPLETE) == 0;
}

bool
ch_regex_find(struct ch_regex *re, struct ch_span subject, bool *found,
    struct ch_err *err)
{
	PCRE2_SPTR text = (PCRE2_SPTR)(subject.data ? subject.data : "");
	PCRE2_UCHAR reason[256];
	int code;

	if (re->prefix) {
		*found = subject.len >= re->prefix_len &&
			 memcmp(text, re->prefix, re->prefix_len) == 0;
		return true;
	}
	if (re->words.count > 0) {
		*found = ch_regex_words_find(&re->words, subject);
		return true;
	}
	prepare(re);
	re->subject = text;
	code = (re->is_fast ? pcre2_jit_match : pcre2_match)(
	    re->code, text, subject.len, 0, 0, re->match, re->context);
	/* The stack of compiled code is small: the interpreter has a heap. */
	if (code == PCRE2_ERROR_JIT_STACKLIMIT)
		code = pcre2_match(re->code, text, subject.len, 0, PCRE2_NO_JIT,
		    re->match, re->context);
	*found = code >= 0;
	if (code >= 0 || code == PCRE2_ERROR_NOMATCH)
		return true;
	if (pcre2_get_error_message(code, reason, sizeof(reason)) < 0)
		reason[0] = '\0';
	return ch_fail(err, CH_USAGE,
	    "pattern '%s': gave up on '%.*s': %s; write it with less "
	    "repetition inside repetition",
	    re->pattern, subject.len < 80 ? (int)subject.len : 80, text,
	    (const char *)reason);
}

bool
ch_regex_has_group(const struct ch_regex *re, const char *name)
{
	return pcre2_substring_number_from_name(re->code, (PCRE2_SPTR)name) > 0;
}

struct ch_span
ch_regex_group(const struct ch_regex *re, const char *name)
{
	struct ch_span out = { NULL, 0 };
	int group =
	    pcre2_substring_number_from_name(re->code, (PCRE2_SPTR)name);
	PCRE2_SIZE *ends = pcre2_get_ovector_pointer(re->match);
	size_t at = 2 * (size_t)(group > 0 ? group : 0);

	if (group > 0 && ends[at] != PCRE2_UNSET) {
		out.data = (const char *)re->subject + ends[at];
		out.len = ends[at + 1] - ends[at];
	}
	return out;
}

size_t
ch_regex_reach(const struct ch_regex *re)
{
	return re->prefix ? re->prefix_len : SIZE_MAX;
}

const char *
ch_regex_pattern(const struct ch_regex *re)
{
	return re->pattern;
}

void
ch_regex_free(struct ch_regex *re)
{
	if (!re)
		return;
	pcre2_match_context_free(re->context);
	pcre2_match_data_free(re->match);
	pcre2_code_free(re->code);
	ch_regex_words_free(&re->words);
	ch_free(re->pattern);
	ch_free(re);
}
