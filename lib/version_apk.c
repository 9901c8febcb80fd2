/*
 * The order of apk-tools 3: apk-package(5), section PACKAGE VERSION.
 *
 *   number{.number}…[letter]{_suffix[number]}…[~hash][-rN]
 *
 * A version is a row of tokens.  Where two versions stop to have the same
 * kind of token, the kinds decide, in the order of enum token_kind.  Numbers
 * are 64 bits wide in apk and wrap; here they are as long as they are.
 */

#include "version_parts.h"

#include "banned.h"

enum token_kind {
	TOK_PRE, /* _alpha … _rc: below a version that ends here */
	TOK_END,
	TOK_REVISION,
	TOK_HASH,
	TOK_SUFFIX_NUMBER,
	TOK_POST, /* _cvs … _p */
	TOK_LETTER,
	TOK_NUMBER,
	TOK_FIRST_NUMBER,
	TOK_INVALID
};

struct token {
	enum token_kind kind;
	struct ch_span text; /* digits, letter or hash */
	int suffix;          /* rank of a suffix */
};

static const struct {
	const char *name;
	enum token_kind kind;
} suffixes[] = {
	{ "alpha", TOK_PRE },
	{ "beta", TOK_PRE },
	{ "pre", TOK_PRE },
	{ "rc", TOK_PRE },
	{ "cvs", TOK_POST },
	{ "svn", TOK_POST },
	{ "git", TOK_POST },
	{ "hg", TOK_POST },
	{ "p", TOK_POST },
};

static struct token
of_kind(enum token_kind kind, struct ch_span text)
{
	return (struct token){ kind, text, 0 };
}

static struct token
of_digits(enum token_kind kind, struct ch_span *rest)
{
	struct ch_span digits = ch_take_digits(rest);

	return of_kind(digits.len > 0 ? kind : TOK_INVALID, digits);
}

static struct token
of_suffix(struct ch_span *rest)
{
	struct ch_span name = ch_take_letters(rest);

	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++)
		if (ch_span_is(name, suffixes[i].name))
			return (struct token){ suffixes[i].kind, name, (int)i };
	return of_kind(TOK_INVALID, name);
}

static struct token
of_hash(struct ch_span *rest)
{
	size_t n = 0;

	while (n < rest->len &&
	       (ch_is_digit(rest->data[n]) ||
		   (rest->data[n] >= 'a' && rest->data[n] <= 'f')))
		n++;
	return of_kind(n > 0 ? TOK_HASH : TOK_INVALID, ch_take(rest, n));
}

static bool
is_number(enum token_kind kind)
{
	return kind == TOK_FIRST_NUMBER || kind == TOK_NUMBER;
}

/* The token after one of kind last; the first is asked for with TOK_INVALID. */
static struct token
next_token(struct ch_span *rest, enum token_kind last)
{
	bool after_suffix = last == TOK_PRE || last == TOK_POST;
	bool after_core = is_number(last) || last == TOK_LETTER ||
			  after_suffix || last == TOK_SUFFIX_NUMBER;

	if (last == TOK_INVALID)
		return of_digits(TOK_FIRST_NUMBER, rest);
	if (rest->len == 0)
		return of_kind(TOK_END, *rest);
	if (after_suffix && ch_is_digit(rest->data[0]))
		return of_digits(TOK_SUFFIX_NUMBER, rest);
	if (is_number(last) && ch_take_byte(rest, '.'))
		return of_digits(TOK_NUMBER, rest);
	if (is_number(last) && rest->data[0] >= 'a' && rest->data[0] <= 'z')
		return of_kind(TOK_LETTER, ch_take(rest, 1));
	if (after_core && ch_take_byte(rest, '_'))
		return of_suffix(rest);
	if (after_core && ch_take_byte(rest, '~'))
		return of_hash(rest);
	if (last != TOK_REVISION && ch_take_byte(rest, '-') &&
	    ch_take_byte(rest, 'r'))
		return of_digits(TOK_REVISION, rest);
	return of_kind(TOK_INVALID, *rest);
}

static bool
apk_is_valid(struct ch_span version)
{
	struct token t = { TOK_INVALID, { NULL, 0 }, 0 };

	do
		t = next_token(&version, t.kind);
	while (t.kind != TOK_END && t.kind != TOK_INVALID);
	return t.kind == TOK_END;
}

static int
compare_tokens(const struct token *a, const struct token *b)
{
	bool as_text = a->kind == TOK_HASH || a->kind == TOK_LETTER;

	if (a->kind == TOK_PRE || a->kind == TOK_POST)
		return a->suffix - b->suffix;
	/* A leading zero makes a later component a decimal fraction. */
	if (a->kind == TOK_NUMBER)
		as_text = a->text.data[0] == '0' || b->text.data[0] == '0';
	return as_text ? ch_span_compare(a->text, b->text)
		       : ch_digits_compare(a->text, b->text);
}

static int
apk_compare(struct ch_span a, struct ch_span b)
{
	struct token left = { TOK_INVALID, { NULL, 0 }, 0 };
	struct token right = left;
	int diff = 0;

	do {
		left = next_token(&a, left.kind);
		right = next_token(&b, right.kind);
		if (left.kind != right.kind)
			return left.kind < right.kind ? -1 : 1;
		if (left.kind == TOK_END)
			return 0;
		diff = compare_tokens(&left, &right);
	} while (diff == 0);
	return diff;
}

const struct ch_order ch_order_apk = { "apk", apk_is_valid, apk_compare };
