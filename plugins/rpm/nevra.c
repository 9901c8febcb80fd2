#include "nevra.h"

#include <string.h>

#include "lib/banned.h"

static struct ch_span
from_to(const char *begin, const char *end)
{
	return (struct ch_span){ begin, (size_t)(end - begin) };
}

/* The last c before end, NULL: none, or nothing behind or before it. */
static const char *
last(const char *begin, const char *end, char c)
{
	const char *p = memrchr(begin, c, (size_t)(end - begin));

	return p == NULL || p == begin || p + 1 == end ? NULL : p;
}

static bool
are_digits(struct ch_span s)
{
	size_t i;

	for (i = 0; i < s.len; i++)
		if (s.data[i] < '0' || s.data[i] > '9')
			return false;
	return s.len > 0;
}

bool
ch_nevra_parse(struct ch_span text, struct ch_nevra *out)
{
	const char *end = text.data + text.len;
	const char *dot = last(text.data, end, '.');
	const char *release = NULL;
	const char *version = NULL;
	const char *colon;

	if (dot != NULL)
		release = last(text.data, dot, '-');
	if (release != NULL)
		version = last(text.data, release, '-');
	if (version == NULL || !ch_is_plain(text.data, text.len))
		return false;
	out->name = from_to(text.data, version);
	out->release = from_to(release + 1, dot);
	out->arch = from_to(dot + 1, end);
	out->epoch = (struct ch_span){ "", 0 };
	colon = memchr(version, ':', (size_t)(release - version));
	if (colon != NULL) {
		out->epoch = from_to(version + 1, colon);
		version = colon;
		if (!are_digits(out->epoch))
			return false;
	}
	out->version = from_to(version + 1, release);
	return out->version.len > 0;
}

void
ch_nevra_parts(const struct ch_nevra *nevra, struct ch_span parts[5])
{
	struct ch_span epoch = nevra->epoch;

	while (epoch.len > 0 && epoch.data[0] == '0') {
		epoch.data++;
		epoch.len--;
	}
	parts[0] = nevra->name;
	parts[1] = epoch;
	parts[2] = nevra->version;
	parts[3] = nevra->release;
	parts[4] = nevra->arch;
}

void
ch_nevras_mark(struct ch_nevras *all, const struct ch_nevra *nevra,
    enum ch_nevra_state state)
{
	struct ch_span parts[5];
	uint64_t *value;

	ch_nevra_parts(nevra, parts);
	value = ch_seen_add(&all->seen, parts, 5, NULL);
	if (*value < (uint64_t)state)
		*value = (uint64_t)state;
}

enum ch_nevra_state
ch_nevras_state(const struct ch_nevras *all, const struct ch_nevra *nevra)
{
	struct ch_span parts[5];
	const uint64_t *value;

	ch_nevra_parts(nevra, parts);
	value = ch_seen_find(&all->seen, parts, 5);
	return value == NULL ? CH_NEVRA_UNKNOWN : (enum ch_nevra_state) * value;
}

void
ch_nevras_free(struct ch_nevras *all)
{
	ch_seen_free(&all->seen);
}
