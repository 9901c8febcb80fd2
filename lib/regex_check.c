/*
 * All that a pattern is made of: if each of its parts is one of these, it
 * compiles, and PCRE2, which takes a millisecond for a long one, need not be
 * asked.  Of any other nothing is known.
 */
#include <string.h>

#include "regex.h"

#include "banned.h"

#define DEPTH_MAX 100u  /* of groups; PCRE2 has 250 */
#define CODE_MAX  50000 /* bytes of compiled code; PCRE2 has 65536 */
#define CODE_CHAR 4u    /* of a character, a sign, half a group, at most */
#define CODE_SET  34u   /* of a set */

struct plain {
	const char *at; /* what is looked at */
	size_t depth;   /* groups around it */
	size_t code;    /* bytes so far, at most */
	bool is_atom;   /* what is before may be repeated */
};

static bool
is_one_of(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

/* Of ASCII. */
static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9');
}

/* "[a-z0-9+_]", "[^a]", "[.]"; not "[.x.]", which is an error. */
static bool
take_set(struct plain *p)
{
	const char *at = p->at + 1;
	bool may_end = false;

	if (at[0] == '.' && at[1] != ']')
		return false;
	at += at[0] == '^' ? 1 : 0;
	for (; *at != ']' || !may_end; at++) {
		if (!is_letter(*at) && !is_one_of(*at, "+._~"))
			return false;
		if (at[1] == '-' && at[2] != ']') {
			if (!is_letter(*at) || !is_letter(at[2]) ||
			    at[2] < at[0])
				return false;
			at += 2;
		} else if (at[1] == '-') {
			at++;
		}
		may_end = true;
	}
	p->at = at + 1;
	p->code += CODE_SET;
	p->is_atom = true;
	return true;
}

static bool
take_part(struct plain *p)
{
	char c = *p->at;
	bool is_atom = is_letter(c) || is_one_of(c, ".-_:~");

	if (c == '[')
		return take_set(p);
	if (c == '\\' && is_one_of(p->at[1], ".+-*?()[]{}^$|\\")) {
		p->at++;
		is_atom = true;
	} else if (is_one_of(c, "*+?")) {
		if (!p->is_atom)
			return false;
	} else if (c == '(') {
		if (++p->depth > DEPTH_MAX)
			return false;
	} else if (c == ')') {
		if (p->depth-- == 0)
			return false;
		is_atom = true;
	} else if (!is_atom && !is_one_of(c, "^$|")) {
		return false;
	}
	p->at++;
	p->code += CODE_CHAR;
	p->is_atom = is_atom;
	return true;
}

static bool
is_plain(const char *pattern)
{
	struct plain p = { .at = pattern };

	while (*p.at != '\0')
		if (p.code > CODE_MAX || !take_part(&p))
			return false;
	return p.depth == 0;
}

bool
ch_regex_check(const char *pattern, struct ch_err *err)
{
	struct ch_regex *re;

	if (is_plain(pattern))
		return true;
	re = ch_regex_new(pattern, err);
	ch_regex_free(re);
	return re != NULL;
}
