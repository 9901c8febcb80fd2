#include "join.h"

#include "lib/banned.h"

bool
ch_join_add(struct ch_join *join, const struct ch_nevra *nevra, uint32_t item)
{
	struct ch_span parts[5];
	uint64_t *head;

	ch_nevra_parts(nevra, parts);
	head = ch_seen_add(&join->heads, parts, 5, NULL);
	if (*head != 0 && join->links[*head - 1].item == item)
		return true;
	if (join->count == CH_JOIN_MAX)
		return false;
	if (join->count == join->cap) {
		join->cap = join->cap == 0 ? 1024 : 2 * join->cap;
		join->links =
		    ch_realloc(join->links, join->cap, sizeof(*join->links));
	}
	join->links[join->count] =
	    (struct ch_join_link){ item, (uint32_t)*head };
	*head = ++join->count;
	return true;
}

size_t
ch_join_find(const struct ch_join *join, const struct ch_nevra *nevra)
{
	struct ch_span parts[5];
	const uint64_t *head;

	ch_nevra_parts(nevra, parts);
	head = ch_seen_find(&join->heads, parts, 5);
	return head == NULL ? 0 : (size_t)*head;
}

uint32_t
ch_join_next(const struct ch_join *join, size_t *at)
{
	struct ch_join_link link = join->links[*at - 1];

	*at = link.next;
	return link.item;
}

void
ch_join_free(struct ch_join *join)
{
	ch_seen_free(&join->heads);
	ch_free(join->links);
	*join = (struct ch_join){ 0 };
}
