#include <fcntl.h>
#include <stdio.h>

#include "index_parts.h"
#include "lib/sys.h"
#include "lib/workers.h"

#include "lib/banned.h"

/* Documents that are made one after another. */
struct chain {
	struct ch_indexer *ix; /* whose */
	size_t first;          /* of docs */
	size_t end;            /* behind the last */
};

static bool
make_chain(void *ctx, struct ch_err *err)
{
	struct chain *c = ctx;

	for (size_t i = c->first; i < c->end; i++)
		if (!ch_index_make_doc(c->ix, i, err))
			return false;
	return true;
}

static uint64_t
cost_of(const struct chain *c)
{
	uint64_t cost = 0;

	for (size_t i = c->first; i < c->end; i++)
		for (size_t k = 0; k < c->ix->docs[i].count; k++)
			cost += 1 + c->ix->docs[i].inputs[k]->size;
	return cost;
}

static struct ch_work
work_of(struct chain *c)
{
	return (struct ch_work){ .run = make_chain,
		.ctx = c,
		.result = &c->ix->made[c->first],
		.result_size = (c->end - c->first) * sizeof(*c->ix->made),
		.cost = cost_of(c),
		.done = "metadata are cut" };
}

/* Behind primary, those that need to know what became of its packages. */
static size_t
chain_end(const struct ch_indexer *ix, size_t first)
{
	size_t end = first + 1;

	while (first == 0 && end < ix->doc_count &&
	       (ix->docs[end].kind == CH_RPM_KIND_MODULES ||
		   ix->docs[end].kind == CH_RPM_KIND_UPDATEINFO))
		end++;
	return end;
}

/* Once, before the processes part: the packages' metadata are read once. */
static bool
make_locals(struct chain *c, struct ch_err *err)
{
	for (size_t i = c->first; i < c->end; i++) {
		const struct ch_index_doc *doc = &c->ix->docs[i];

		for (size_t k = 0; k < doc->count; k++)
			if (doc->inputs[k]->path == NULL &&
			    !ch_index_make_local(
				c->ix, doc->inputs[k]->member, err))
				return false;
	}
	return true;
}

static bool
recall_chain(struct chain *c)
{
	size_t done = c->first;

	while (done < c->end && ch_index_recall(c->ix, done))
		done++;
	if (done == c->end)
		return true;
	while (done-- > c->first) {
		(void)!ch_sys_unlink(AT_FDCWD, c->ix->docs[done].out);
		c->ix->docs[done].is_remembered = false;
		c->ix->made[done] = (struct ch_doc_made){ .open = "" };
	}
	return false;
}

bool
ch_index_make_docs(struct ch_indexer *ix, struct ch_err *err)
{
	struct chain *chains = ch_calloc(ix->doc_count, sizeof(*chains));
	struct ch_work *works = ch_calloc(ix->doc_count, sizeof(*works));
	size_t count = 0;
	bool is_made = true;

	for (size_t i = 0; is_made && i < ix->doc_count; i = chain_end(ix, i)) {
		struct chain *c = &chains[count];

		*c = (struct chain){ ix, i, chain_end(ix, i) };
		if (recall_chain(c))
			continue;
		is_made = make_locals(c, err);
		works[count] = work_of(c);
		count++;
	}
	(void)fprintf(stderr, "debug: %zu groups of metadata to make\n", count);
	is_made = is_made && ch_work_all(works, count, err);
	ch_free(works);
	ch_free(chains);
	return is_made;
}
