#include "stamp.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "lib/banned.h"

/*
 * Y year, m month, b month's name, d day, H hour, M minute, S second, p AM or
 * PM, a name of a day, z zone (nothing is UTC); all else stands for itself.
 */
static const char *const shapes[] = {
	"Y-m-dTH:M:Sz",     /* ISO 8601: nginx XML and Caddy */
	"a, d b Y H:M:S z", /* RFC 1123: nginx JSON */
	"Y-m-d H:M:S",      /* Apache with a format of its own */
	"Y-m-d H:M",        /* Apache */
	"Y-b-d H:M:S",      /* lighttpd */
	"d-b-Y H:M:S",      /* older nginx forks */
	"d-b-Y H:M",        /* nginx */
	"m/d/Y H:M p",      /* IIS */
	"a, b d, Y H:M p",  /* IIS, long dates */
};

static const char *const months[] = { "January", "February", "March", "April",
	"May", "June", "July", "August", "September", "October", "November",
	"December" };

struct reading {
	struct tm tm;     /* so far */
	long zone;        /* seconds east of UTC */
	const char *text; /* what is left */
};

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
read_number(const char **text, int digits, int min, int max, int *out)
{
	int n = 0;
	int seen;

	for (seen = 0; seen < digits && is_digit(**text); seen++)
		n = n * 10 + (*(*text)++ - '0');
	*out = n;
	return seen > 0 && n >= min && n <= max && !is_digit(**text);
}

/* The whole name, or its first three letters. */
static bool
read_month(struct reading *r)
{
	size_t len = 0;
	int i;

	while (is_letter(r->text[len]))
		len++;
	for (i = 0; i < 12; i++) {
		if ((len == 3 || len == strlen(months[i])) &&
		    strncasecmp(r->text, months[i], len) == 0) {
			r->tm.tm_mon = i;
			r->text += len;
			return true;
		}
	}
	return false;
}

static bool
read_noon(struct reading *r)
{
	bool is_pm = *r->text == 'P' || *r->text == 'p';

	if ((!is_pm && *r->text != 'A' && *r->text != 'a') ||
	    (r->text[1] != 'M' && r->text[1] != 'm'))
		return false;
	r->text += 2;
	r->tm.tm_hour = r->tm.tm_hour % 12 + (is_pm ? 12 : 0);
	return true;
}

/* A fraction of a second, then Z, UTC, GMT, +hh:mm or nothing. */
static bool
read_zone(struct reading *r)
{
	int hours = 0;
	int minutes = 0;
	bool is_west;

	if (*r->text == '.')
		r->text += 1 + strspn(r->text + 1, "0123456789");
	if (*r->text == 'Z')
		r->text++;
	else if (strncmp(r->text, "GMT", 3) == 0 ||
		 strncmp(r->text, "UTC", 3) == 0)
		r->text += 3;
	if (*r->text != '+' && *r->text != '-')
		return true;
	is_west = *r->text++ == '-';
	if (!read_number(&r->text, 2, 0, 23, &hours) && !is_digit(*r->text))
		return false;
	if (*r->text == ':')
		r->text++;
	if (!read_number(&r->text, 2, 0, 59, &minutes))
		return false;
	r->zone = (hours * 60L + minutes) * (is_west ? -60 : 60);
	return true;
}

static bool
read_day_name(struct reading *r)
{
	const char *begin = r->text;

	while (is_letter(*r->text))
		r->text++;
	return r->text > begin;
}

static bool
read_field(struct reading *r, char field)
{
	bool ok;

	switch (field) {
	case 'Y':
		ok = read_number(&r->text, 4, 1, 9999, &r->tm.tm_year);
		r->tm.tm_year -= 1900;
		return ok;
	case 'm':
		ok = read_number(&r->text, 2, 1, 12, &r->tm.tm_mon);
		r->tm.tm_mon--;
		return ok;
	case 'd':
		return read_number(&r->text, 2, 1, 31, &r->tm.tm_mday);
	case 'H':
		return read_number(&r->text, 2, 0, 23, &r->tm.tm_hour);
	case 'M':
		return read_number(&r->text, 2, 0, 59, &r->tm.tm_min);
	case 'S':
		return read_number(&r->text, 2, 0, 60, &r->tm.tm_sec);
	case 'b':
		return read_month(r);
	case 'p':
		return read_noon(r);
	case 'a':
		return read_day_name(r);
	case 'z':
		return read_zone(r);
	default:
		return *r->text++ == field;
	}
}

static bool
read_shape(struct reading *r, const char *shape)
{
	for (; *shape != '\0'; shape++) {
		if (*r->text == '\0' && *shape != 'z')
			return false;
		if (!read_field(r, *shape))
			return false;
		if (*shape == ' ')
			r->text += strspn(r->text, " ");
	}
	return !is_digit(*r->text) && !is_letter(*r->text);
}

bool
ch_stamp_parse(const char *text, uint64_t *time_out, const char **end_out)
{
	size_t i;

	text += strspn(text, " \t\r\n");
	for (i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		struct reading r = { .text = text };
		time_t t;

		if (!read_shape(&r, shapes[i]))
			continue;
		t = timegm(&r.tm) - r.zone;
		*time_out = t > 0 ? (uint64_t)t : 0;
		*end_out = r.text;
		return true;
	}
	return false;
}

bool
ch_stamp_find(const char *row, uint64_t *time_out, const char **end_out)
{
	while (*row != '\0') {
		if (ch_stamp_parse(row, time_out, end_out))
			return true;
		row += strcspn(row, " ");
		row += strspn(row, " ");
	}
	return false;
}
