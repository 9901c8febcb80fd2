/* Dates: every accepted spelling, what is refused, and the way there and back.
 */

#include "lib/when.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tap.h"

#include "lib/banned.h"

static const struct {
	const char *text;
	int64_t seconds;
} good[] = {
	{ "1970-01-01", 0 },
	{ "1970-01-01T00:00:00Z", 0 },
	{ "1969-12-31T23:59:59Z", -1 },
	{ "2024-02-29", 1709164800 },
	{ "2024-02-29 12:30", 1709209800 },
	{ "2024-02-29 12:30:15", 1709209815 },
	{ "2024-02-29T12:30:15.999Z", 1709209815 },
	{ "2024-02-29T12:30:15,5", 1709209815 },
	{ "2024-02-29t12:30:15z", 1709209815 },
	{ "2024-02-29T12:30:15+02:00", 1709202615 },
	{ "2024-02-29T12:30:15-0530", 1709229615 },
	{ "2024-02-29T12:30:15+0010", 1709209215 },
	{ "2024-02-29T12:30:15+01", 1709206215 },
	{ "2024-02-29 12:30 +02:00", 1709202600 },
	{ "2016-12-31T23:59:60Z", 1483228800 },
	{ "2000-02-29", 951782400 },
	{ "0001-01-01", -62135596800 },
	{ "9999-12-31T23:59:59Z", 253402300799 },
	{ "Sun, 06 Nov 1994 08:49:37 GMT", 784111777 },
	{ "Sat, 10 Jun 2023 08:53:53 UTC", 1686387233 },
	{ "Sun,  6 Nov 1994 08:49:37 GMT", 784111777 },
	{ "Sun, 6 Nov 1994 8:49:37 GMT", 784111777 },
	{ "6 Nov 1994 08:49:37 +0100", 784108177 },
	{ "Sunday, 06-Nov-1994 08:49 GMT", 784111740 },
	{ "@1700000000", 1700000000 },
};

static const char *const bad[] = { "", "now", "2024", "2024-1-1", "2024-13-01",
	"2024-00-10", "2024-02-30", "2023-02-29", "1900-02-29", "2024-01-00",
	"0000-01-01", "2024-01-01T", "2024-01-01T24:00:00",
	"2024-01-01T8:00:00", "2024-01-01T12", "2024-01-01T12:60",
	"2024-01-01T12:00:61", "2024-01-01T12:00:00.", "2024-01-01T12:00:00+",
	"2024-01-01 12:00x", "2024-01-01T12:00:00+24:00",
	"2024-01-01T12:00:00+05:60", "2024-01-01T12:00:00+053",
	"2024-01-01T12:00:00+05:3", "20240101", "02024-01-01", "-2024-01-01",
	"99999999999-01-01", "2024-01-01ZZ", "Sun, 06 Foo 1994 08:49:37 GMT",
	"Sun, 06 Nov 94 08:49:37 GMT", "Sun, 31 Feb 1994 08:49:37 GMT",
	"06 Nov 1994", ",", "@", "@-1", "@253402300800",
	"0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00" };

static void
test_parse(void)
{
	struct ch_err err;
	int64_t seconds = 0;
	bool all = true;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		bool right = ch_when_parse(good[i].text, &seconds, &err) &&
			     seconds == good[i].seconds;

		if (!right)
			printf(
			    "# %s: %lld\n", good[i].text, (long long)seconds);
		all &= right;
	}
	ok_if(all, "dates are read in every spelling");
	all = true;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		bool taken = ch_when_parse(bad[i], &seconds, &err);

		if (taken || err.status != CH_USAGE)
			printf("# %s: %lld\n", bad[i], (long long)seconds);
		all &= !taken && err.status == CH_USAGE;
	}
	ok_if(all, "what is no date is refused");
}

static void
test_print(void)
{
	char text[CH_WHEN_RFC3339_SIZE];
	char mail[CH_WHEN_RFC1123_SIZE];
	struct ch_err err;
	bool same = true;

	ch_when_print(1709209815, text);
	ok_if(strcmp(text, "2024-02-29T12:30:15Z") == 0, "RFC 3339 is printed");
	ch_when_print_http(784111777, mail);
	ok_if(strcmp(mail, "Sun, 06 Nov 1994 08:49:37 GMT") == 0,
	    "HTTP dates are printed");
	ch_when_print(INT64_MAX, text);
	ok_if(strcmp(text, "9999-12-31T23:59:59Z") == 0, "late is the end");
	ch_when_print(INT64_MIN, text);
	ok_if(strcmp(text, "0001-01-01T00:00:00Z") == 0, "early is the start");
	for (int64_t t = -62135596800; t <= 253402300799; t += 86399LL * 97) {
		int64_t back = 0;
		int64_t mail_back = 0;

		ch_when_print(t, text);
		ch_when_print_http(t, mail);
		same &= ch_when_parse(text, &back, &err) && back == t;
		same &= ch_when_parse(mail, &mail_back, &err) && mail_back == t;
	}
	ok_if(same, "what is printed is read back, in ten thousand years");
}

static void
test_duration(void)
{
	static const char *const wrong[] = { "", "d", "90", "-1d", "1.5h",
		"9 d", "90D", "1y", "99999999999999999999d",
		"9007199254740993s" };
	struct ch_err err;
	uint64_t s = 0;
	bool refused = true;

	ok_if(ch_duration_parse("90d", &s, &err) && s == 7776000, "90d");
	ok_if(ch_duration_parse("24h", &s, &err) && s == 86400, "24h");
	ok_if(ch_duration_parse("30m", &s, &err) && s == 1800, "30m");
	ok_if(ch_duration_parse("2w", &s, &err) && s == 1209600, "2w");
	ok_if(ch_duration_parse("0s", &s, &err) && s == 0, "0s");
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		refused &= !ch_duration_parse(wrong[i], &s, &err);
	ok_if(refused, "what is no duration is refused");
}

static void
test_now(void)
{
	struct ch_err err;
	int64_t t = 0;

	setenv("SOURCE_DATE_EPOCH", "1700000000", 1);
	ok_if(ch_when_now() == 1700000000, "SOURCE_DATE_EPOCH is now");
	ok_if(ch_when_parse_past("1d", &t, &err) && t == 1699913600,
	    "a duration counts back from now");
	ok_if(ch_when_parse_past("2024-01-01", &t, &err) && t == 1704067200,
	    "a date is itself");
	ok_if(!ch_when_parse_past("soon", &t, &err), "soon is neither");
	setenv("SOURCE_DATE_EPOCH", "yesterday", 1);
	ok_if(ch_when_now() > 1700000000, "else the clock is asked");
	setenv("TZ", "America/New_York", 1);
	ok_if(ch_when_parse("2024-02-29", &t, &err) && t == 1709164800,
	    "the machine's zone does not matter");
}

int
main(void)
{
	test_parse();
	test_print();
	test_duration();
	test_now();
	return done();
}
