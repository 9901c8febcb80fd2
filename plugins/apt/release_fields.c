#include <string.h>
#include <strings.h>

#include "lib/when.h"
#include "release.h"

#include "lib/banned.h"

const char *
ch_release_field(const struct ch_release *r, const char *name)
{
	for (size_t i = 0; i < r->field_count; i++)
		if (strcasecmp(r->fields[i].name, name) == 0)
			return r->fields[i].value;
	return NULL;
}

bool
ch_release_is_yes(const struct ch_release *r, const char *name)
{
	const char *value = ch_release_field(r, name);

	return value != NULL && strcasecmp(value, "yes") == 0;
}

void
ch_release_words(
    const struct ch_release *r, const char *name, struct ch_list *out)
{
	const char *s = ch_release_field(r, name);
	size_t len;

	for (; s != NULL && *s != '\0'; s += len) {
		s += strspn(s, " \t\n");
		len = strcspn(s, " \t\n");
		if (len > 0)
			ch_list_take(out, ch_strndup(s, len));
	}
}

bool
ch_release_time(const struct ch_release *r, const char *name, int64_t *out,
    struct ch_err *err)
{
	static const char *const zones[] = { " UTC", " GMT", " Z", " +0000",
		" -0000" };
	const char *value = ch_release_field(r, name);
	bool is_utc = false;
	struct ch_err why;

	if (value == NULL)
		return ch_fail(err, CH_MALFORMED, "%s: is missing", name);
	for (size_t i = 0; i < sizeof(zones) / sizeof(zones[0]); i++)
		is_utc = is_utc || ch_str_ends(value, zones[i]);
	if (is_utc && ch_when_parse(value, out, &why))
		return true;
	return ch_fail(err, CH_MALFORMED,
	    "%s: '%.60s': not a date in UTC, as in Sat, 01 Jun 2024 12:00:00 "
	    "UTC",
	    name, value);
}
