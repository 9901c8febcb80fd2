#include <string.h>
#include <time.h>

#include "mem.h"
#include "path.h"
#include "ref.h"
#include "str.h"

#include "banned.h"

#define NUMBER_MAX    99999999u
#define MINUTE        60
#define HOUR          3600
#define SELECTOR_WORD "a snapshot's name, a generation's number or a date"

bool
ch_ref_parse(struct ch_ref *ref, const char *text, struct ch_err *err)
{
	const char *at = strchr(text, '@');

	*ref = (struct ch_ref){ NULL, NULL };
	ref->repo =
	    at ? ch_strndup(text, (size_t)(at - text)) : ch_strdup(text);
	if (at)
		ref->selector = ch_strdup(at + 1);
	if (!ch_name_check(ref->repo, "repository id", err)) {
		err->status = CH_USAGE;
		return false;
	}
	if (at && at[1] == '\0')
		return ch_fail(err, CH_USAGE, "%s: nothing behind the @: %s",
		    text, "want " SELECTOR_WORD);
	if (at && strchr(at + 1, '/'))
		return ch_fail(err, CH_USAGE, "%s: a slash behind the @: %s",
		    text, "want " SELECTOR_WORD);
	return true;
}

void
ch_ref_free(struct ch_ref *ref)
{
	ch_free(ref->repo);
	ch_free(ref->selector);
	*ref = (struct ch_ref){ NULL, NULL };
}

bool
ch_ref_number(const struct ch_ref *ref, uint64_t *number_out)
{
	return ref->selector &&
	       ch_parse_uint(ref->selector, NUMBER_MAX, number_out) &&
	       *number_out > 0;
}

/* Digits of a date: exactly width of them, from min to max. */
static bool
take_number(const char **p, size_t width, int min, int max, int *out)
{
	int n = 0;
	size_t i;

	for (i = 0; i < width; i++) {
		if ((*p)[i] < '0' || (*p)[i] > '9')
			return false;
		n = n * 10 + ((*p)[i] - '0');
	}
	*p += width;
	*out = n;
	return n >= min && n <= max;
}

static bool
take_byte(const char **p, char c)
{
	if (**p != c)
		return false;
	(*p)++;
	return true;
}

static int
days_of(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30,
		31 };
	bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return month == 2 && is_leap ? 29 : days[month - 1];
}

static bool
take_date(const char **p, struct tm *tm)
{
	int year, month;

	if (!take_number(p, 4, 1970, 9999, &year) || !take_byte(p, '-') ||
	    !take_number(p, 2, 1, 12, &month) || !take_byte(p, '-') ||
	    !take_number(p, 2, 1, days_of(year, month), &tm->tm_mday))
		return false;
	tm->tm_year = year - 1900;
	tm->tm_mon = month - 1;
	return true;
}

/* "10:00", "10:00:05", "10:00:05.250": fractions are dropped. */
static bool
take_clock(const char **p, struct tm *tm)
{
	if (!take_number(p, 2, 0, 23, &tm->tm_hour) || !take_byte(p, ':') ||
	    !take_number(p, 2, 0, 59, &tm->tm_min))
		return false;
	if (!take_byte(p, ':'))
		return true;
	if (!take_number(p, 2, 0, 60, &tm->tm_sec))
		return false;
	if (take_byte(p, '.')) {
		size_t digits = strspn(*p, "0123456789");

		*p += digits;
		return digits > 0;
	}
	return true;
}

/* "", "Z", "+02:00": seconds to take off. */
static bool
take_zone(const char **p, int *offset)
{
	int hours, minutes;
	bool is_west = **p == '-';

	*offset = 0;
	if (**p == '\0' || take_byte(p, 'Z') || take_byte(p, 'z'))
		return **p == '\0';
	if (!take_byte(p, '+') && !take_byte(p, '-'))
		return false;
	if (!take_number(p, 2, 0, 23, &hours))
		return false;
	(void)take_byte(p, ':');
	if (!take_number(p, 2, 0, 59, &minutes))
		return false;
	*offset = (hours * HOUR + minutes * MINUTE) * (is_west ? -1 : 1);
	return **p == '\0';
}

bool
ch_ref_time(const char *text, int64_t *seconds_out)
{
	struct tm tm = { 0 };
	const char *p = text;
	int offset = 0;

	if (!take_date(&p, &tm))
		return false;
	if (*p == '\0') {
		tm.tm_hour = 23;
		tm.tm_min = tm.tm_sec = 59;
	} else {
		if (!take_byte(&p, 'T') && !take_byte(&p, 't') &&
		    !take_byte(&p, ' '))
			return false;
		if (!take_clock(&p, &tm) || !take_zone(&p, &offset))
			return false;
	}
	*seconds_out = (int64_t)timegm(&tm) - offset;
	return true;
}
