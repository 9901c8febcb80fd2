#include "when.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "str.h"

#include "banned.h"

#define DAY           86400
#define YEAR_1        (-62135596800)
#define YEAR_9999     253402300799
#define DAYS_TO_EPOCH 719468 /* from 0000-03-01 to 1970-01-01 */

struct date {
	unsigned year;   /* 1 to 9999 */
	unsigned month;  /* 1 to 12 */
	unsigned day;    /* 1 to 31 */
	unsigned hour;   /* 0 to 23 */
	unsigned minute; /* 0 to 59 */
	unsigned second; /* 0 to 60 */
	int offset;      /* seconds east of UTC */
};

static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
static const char weekdays[] = "ThuFriSatSunMonTueWed"; /* from 1970-01-01 */

/* Years begin in March here, so that the leap day is the last of its year. */
static int64_t
days_of(const struct date *d)
{
	int64_t year = (int64_t)d->year - (d->month <= 2);
	int64_t month = ((int64_t)d->month + 9) % 12;

	return year * 365 + year / 4 - year / 100 + year / 400 +
	       (153 * month + 2) / 5 + d->day - 1 - DAYS_TO_EPOCH;
}

static void
date_of(int64_t days, struct date *d)
{
	int64_t n = days + DAYS_TO_EPOCH;
	int64_t era = n / 146097;
	int64_t in_era = n % 146097;
	int64_t year =
	    (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
	int64_t in_year = in_era - (365 * year + year / 4 - year / 100);
	int64_t month = (5 * in_year + 2) / 153;

	d->day = (unsigned)(in_year - (153 * month + 2) / 5 + 1);
	d->month = (unsigned)(month < 10 ? month + 3 : month - 9);
	d->year = (unsigned)(era * 400 + year + (d->month <= 2));
}

static bool
is_sound(const struct date *d)
{
	static const unsigned char lengths[] = { 31, 29, 31, 30, 31, 30, 31, 31,
		30, 31, 30, 31 };
	bool is_leap =
	    d->year % 4 == 0 && (d->year % 100 != 0 || d->year % 400 == 0);

	return d->year >= 1 && d->month >= 1 && d->month <= 12 && d->day >= 1 &&
	       d->day <= lengths[d->month - 1] &&
	       (d->month != 2 || d->day < 29 || is_leap) && d->hour < 24 &&
	       d->minute < 60 && d->second <= 60;
}

/* Between min and max digits, no more of them behind. */
static bool
take_number(const char **s, size_t min, size_t max, unsigned *out)
{
	size_t n = 0;

	*out = 0;
	while ((*s)[n] >= '0' && (*s)[n] <= '9') {
		if (++n > max)
			return false;
		*out = *out * 10 + (unsigned)((*s)[n - 1] - '0');
	}
	*s += n;
	return n >= min;
}

static bool
take_char(const char **s, const char *any_of)
{
	if (**s == '\0' || !strchr(any_of, **s))
		return false;
	(*s)++;
	return true;
}

static bool
take_clock(const char **s, size_t hour_digits, struct date *d)
{
	if (!take_number(s, hour_digits, 2, &d->hour) || !take_char(s, ":") ||
	    !take_number(s, 2, 2, &d->minute))
		return false;
	if (!take_char(s, ":"))
		return true;
	if (!take_number(s, 2, 2, &d->second))
		return false;
	if (!take_char(s, ".,"))
		return true;
	if (**s < '0' || **s > '9')
		return false;
	*s += strspn(*s, "0123456789");
	return true;
}

static bool
take_word(const char **s, const char *word)
{
	if (!ch_str_starts(*s, word))
		return false;
	*s += strlen(word);
	return true;
}

/* "Z", "GMT", "UTC", "+02:00", "+0200", "+02", or nothing. */
static bool
take_zone(const char **s, struct date *d)
{
	unsigned hours = 0;
	unsigned minutes = 0;
	int sign = **s == '-' ? -1 : 1;

	if (**s == '\0' || take_char(s, "Zz") || take_word(s, "GMT") ||
	    take_word(s, "UTC"))
		return true;
	if (!take_char(s, "+-"))
		return false;
	if (strspn(*s, "0123456789") == 4) {
		(void)take_number(s, 4, 4, &hours);
		minutes = hours % 100;
		hours /= 100;
	} else if (!take_number(s, 2, 2, &hours) ||
		   (take_char(s, ":") && !take_number(s, 2, 2, &minutes))) {
		return false;
	}
	d->offset = sign * (int)(hours * 3600 + minutes * 60);
	return hours < 24 && minutes < 60;
}

static bool
parse_iso(const char *s, struct date *d)
{
	if (!take_number(&s, 4, 4, &d->year) || !take_char(&s, "-") ||
	    !take_number(&s, 2, 2, &d->month) || !take_char(&s, "-") ||
	    !take_number(&s, 2, 2, &d->day))
		return false;
	if (*s == '\0')
		return true;
	if (!take_char(&s, "Tt ") || !take_clock(&s, 2, d))
		return false;
	(void)take_char(&s, " ");
	return take_zone(&s, d) && *s == '\0';
}

static bool
take_month(const char **s, struct date *d)
{
	for (unsigned i = 0; i < 12; i++) {
		if (strncmp(*s, months + (size_t)3 * i, 3) != 0)
			continue;
		*s += 3;
		d->month = i + 1;
		return true;
	}
	return false;
}

static bool
parse_mail(const char *s, struct date *d)
{
	const char *comma = strchr(s, ',');

	if (comma)
		s = comma + 1;
	s += strspn(s, " ");
	if (!take_number(&s, 1, 2, &d->day) || !take_char(&s, " -") ||
	    !take_month(&s, d) || !take_char(&s, " -") ||
	    !take_number(&s, 4, 4, &d->year) || !take_char(&s, " ") ||
	    !take_clock(&s, 1, d))
		return false;
	(void)take_char(&s, " ");
	return take_zone(&s, d) && *s == '\0';
}

static bool
in_range(int64_t seconds)
{
	return seconds >= YEAR_1 && seconds <= YEAR_9999;
}

bool
ch_when_parse(const char *text, int64_t *seconds_out, struct ch_err *err)
{
	struct date d = { 0 };
	uint64_t seconds = 0;

	if (text[0] == '@' &&
	    ch_parse_uint(text + 1, (uint64_t)YEAR_9999, &seconds)) {
		*seconds_out = (int64_t)seconds;
		return true;
	}
	if (!parse_iso(text, &d)) {
		d = (struct date){ 0 };
		if (!parse_mail(text, &d))
			d.year = 0;
	}
	*seconds_out = 0;
	if (is_sound(&d))
		*seconds_out = days_of(&d) * DAY + (int64_t)d.hour * 3600 +
			       (int64_t)d.minute * 60 + d.second - d.offset;
	if (!is_sound(&d) || !in_range(*seconds_out))
		return ch_fail(err, CH_USAGE,
		    "'%s': not a date: write 2024-05-01 or "
		    "2024-05-01T12:30:00Z",
		    text);
	return true;
}

static uint64_t
unit_seconds(char unit)
{
	switch (unit) {
	case 's':
		return 1;
	case 'm':
		return 60;
	case 'h':
		return 3600;
	case 'd':
		return DAY;
	case 'w':
		return (uint64_t)7 * DAY;
	default:
		return 0;
	}
}

bool
ch_duration_parse(const char *text, uint64_t *seconds_out, struct ch_err *err)
{
	size_t len = strlen(text);
	uint64_t unit = len > 0 ? unit_seconds(text[len - 1]) : 0;
	struct ch_span number = { text, len > 0 ? len - 1 : 0 };
	uint64_t count = 0;

	if (unit == 0 || !ch_parse_uint_span(number, CH_MAX_INT / unit, &count))
		return ch_fail(err, CH_USAGE,
		    "'%s': not a duration: write a number with s, m, h, d or "
		    "w, such as 90d",
		    text);
	*seconds_out = count * unit;
	return true;
}

bool
ch_when_parse_past(const char *text, int64_t *seconds_out, struct ch_err *err)
{
	uint64_t duration = 0;

	if (ch_when_parse(text, seconds_out, err))
		return true;
	if (!ch_duration_parse(text, &duration, err))
		return ch_fail(err, CH_USAGE,
		    "'%s': neither a date (2024-05-01, 2024-05-01T12:30:00Z) "
		    "nor a duration (90d, 24h)",
		    text);
	*seconds_out = ch_when_now() - (int64_t)duration;
	return true;
}

static void
split(int64_t seconds, struct date *d, int64_t *days)
{
	int64_t in_day;

	if (seconds < YEAR_1)
		seconds = YEAR_1;
	if (seconds > YEAR_9999)
		seconds = YEAR_9999;
	in_day = ((seconds % DAY) + DAY) % DAY;
	*days = (seconds - in_day) / DAY;
	date_of(*days, d);
	d->hour = (unsigned)(in_day / 3600);
	d->minute = (unsigned)(in_day / 60 % 60);
	d->second = (unsigned)(in_day % 60);
}

void
ch_when_print(int64_t seconds, char out[CH_WHEN_RFC3339_SIZE])
{
	struct date d = { 0 };
	int64_t days = 0;

	split(seconds, &d, &days);
	(void)snprintf(out, CH_WHEN_RFC3339_SIZE,
	    "%04u-%02u-%02uT%02u:%02u:%02uZ", d.year % 10000, d.month % 100,
	    d.day % 100, d.hour % 100, d.minute % 100, d.second % 100);
}

void
ch_when_print_http(int64_t seconds, char out[CH_WHEN_RFC1123_SIZE])
{
	struct date d = { 0 };
	int64_t days = 0;
	size_t weekday;

	split(seconds, &d, &days);
	weekday = (size_t)(((days % 7) + 7) % 7);
	(void)snprintf(out, CH_WHEN_RFC1123_SIZE,
	    "%.3s, %02u %.3s %04u %02u:%02u:%02u GMT", weekdays + 3 * weekday,
	    d.day % 100, months + (size_t)3 * (d.month - 1), d.year % 10000,
	    d.hour % 100, d.minute % 100, d.second % 100);
}

int64_t
ch_when_now(void)
{
	const char *fixed = getenv("SOURCE_DATE_EPOCH");
	uint64_t seconds = 0;

	if (fixed && ch_parse_uint(fixed, (uint64_t)YEAR_9999, &seconds))
		return (int64_t)seconds;
	return (int64_t)time(NULL);
}
