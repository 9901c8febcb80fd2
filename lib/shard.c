#include "shard.h"

#include <stdio.h>
#include <string.h>

#include "banned.h"

#define PARTS_MAX 1000

bool
ch_shard_parse(struct ch_shard *s, const char *text, struct ch_err *err)
{
	const char *slash = strchr(text, '/');
	struct ch_span left = { text, slash ? (size_t)(slash - text) : 0 };
	uint64_t part = 0;
	uint64_t count = 0;

	if (!slash || !ch_parse_uint_span(left, PARTS_MAX, &part) ||
	    !ch_parse_uint(slash + 1, PARTS_MAX, &count) || part == 0 ||
	    part > count)
		return ch_fail(err, CH_USAGE,
		    "'%s': write I/N with I from 1 to N, N at most %d", text,
		    PARTS_MAX);
	s->part = (unsigned)part;
	s->count = (unsigned)count;
	(void)snprintf(s->text, sizeof(s->text), "%u/%u", s->part, s->count);
	return true;
}

static uint64_t
hash_of(struct ch_span text)
{
	uint64_t hash = 0xcbf29ce484222325U;

	for (size_t i = 0; i < text.len; i++)
		hash = (hash ^ (unsigned char)text.data[i]) * 0x100000001b3U;
	/* The low bits alone depend on few bits of the text. */
	return (hash ^ hash >> 29) * 0x9e3779b97f4a7c15U >> 32;
}

bool
ch_shard_has(const struct ch_shard *s, struct ch_record *r)
{
	if (s->count == 0)
		return true;
	if (r->kind != CH_KIND_PACKAGE)
		return s->part == 1;
	return hash_of(ch_record_span(r, "name")) % s->count == s->part - 1;
}

bool
ch_shard_stamp(
    const struct ch_shard *s, struct ch_record *mark, struct ch_err *err)
{
	const char *stamp = ch_record_string(mark, "shard");

	if (s->count == 0 || (stamp && ch_str_equal(stamp, s->text)))
		return true;
	if (stamp)
		return ch_fail(err, CH_USAGE,
		    "shard %s: the stream is part %s already: divide it once",
		    s->text, stamp);
	ch_record_set_string(mark, "shard", s->text);
	return true;
}
