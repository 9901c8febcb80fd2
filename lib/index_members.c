#include "index_members.h"

#include <string.h>

#include "when.h"

#include "banned.h"

static const char *const policies[] = { [CH_CLAIM_REFUSE] = "refuse",
	[CH_CLAIM_FIRST] = "first",
	[CH_CLAIM_LAST] = "last",
	[CH_CLAIM_NEWEST] = "newest" };

static const char *
policy_of(const struct ch_index *x)
{
	const char *word =
	    ch_json_string(ch_json_get(x->setup->block, "policy"));

	if (x->policy != NULL)
		return x->policy;
	if (word != NULL)
		return word;
	return ch_str_equal(x->type, "rpm") ? "newest" : "refuse";
}

static bool
set_policy(struct ch_members *m, enum ch_claim_policy *out, struct ch_err *err)
{
	m->policy = policy_of(m->x);
	for (size_t i = 0; i < sizeof(policies) / sizeof(policies[0]); i++) {
		if (!ch_str_equal(policies[i], m->policy))
			continue;
		*out = (enum ch_claim_policy)i;
		return true;
	}
	return ch_fail(err, CH_USAGE,
	    "policy '%s': it is one of refuse, first, last, newest", m->policy);
}

/* Its place in the view; those that are not named there come behind. */
static uint32_t
rank_of(const struct ch_index *x, size_t number)
{
	const struct ch_json *repos = ch_json_get(x->setup->block, "repos");
	size_t count = ch_json_count(repos);

	for (size_t i = 0; i < count; i++)
		if (ch_str_equal(ch_json_string(ch_json_at(repos, i)),
			x->ids.items[number]))
			return (uint32_t)i;
	return (uint32_t)(count + number);
}

uint32_t
ch_members_number(struct ch_members *m, const char *id)
{
	const struct ch_list *ids = &m->x->ids;

	if (id == NULL || ch_str_equal(ids->items[m->last], id))
		return m->last;
	for (size_t i = 0; i < ids->count; i++)
		if (ch_str_equal(ids->items[i], id))
			m->last = (uint32_t)i;
	return m->last;
}

static void
set_member(struct ch_members *m, struct ch_record *repo, bool has_index)
{
	const char *date = ch_record_string(repo, "date");
	const char *id = ch_record_string(repo, "repo");
	struct ch_view_member *one = &m->items[ch_members_number(m, id)];
	struct ch_err ignored;

	one->is_fixed =
	    has_index && ch_span_is(ch_record_span(repo, "mode"), "mirror");
	if (date != NULL && !ch_when_parse(date, &one->date, &ignored))
		one->date = -1;
}

static bool
set_all(struct ch_members *m, struct ch_err *err)
{
	const struct ch_index *x = m->x;
	bool has_index = ch_plugin_can(&x->setup->plugin, CH_VERB_INDEX);
	struct ch_record r = { 0 };
	bool is_set = true;

	m->items = ch_calloc(x->ids.count, sizeof(*m->items));
	for (size_t i = 0; i < x->ids.count; i++)
		m->items[i] =
		    (struct ch_view_member){ rank_of(x, i), -1, false };
	for (size_t i = 0; is_set && i < x->repo_lines.count; i++) {
		const char *line = x->repo_lines.items[i];

		is_set = ch_record_parse(
		    &r, (struct ch_span){ line, strcspn(line, "\n") }, err);
		if (is_set)
			set_member(m, &r, has_index);
	}
	ch_record_free(&r);
	return is_set;
}

/* Does a's count where b's is another?  As index_claims.c has it. */
static bool
is_before(const struct ch_members *m, size_t a, size_t b)
{
	const struct ch_view_member *x = &m->items[a];
	const struct ch_view_member *y = &m->items[b];

	if (ch_str_equal(m->policy, policies[CH_CLAIM_NEWEST]) &&
	    x->date != y->date)
		return x->date > y->date;
	return ch_str_equal(m->policy, policies[CH_CLAIM_LAST])
		   ? x->rank > y->rank
		   : x->rank < y->rank;
}

/* For what is inside of inputs, of which only the type knows. */
static void
tell_plugin(const struct ch_members *m)
{
	const struct ch_list *ids = &m->x->ids;
	struct ch_json *view = ch_json_make_object();
	struct ch_json *repos = ch_json_make_array();

	for (size_t place = 0; place < ids->count; place++)
		for (size_t i = 0; i < ids->count; i++) {
			size_t before = 0;

			for (size_t k = 0; k < ids->count; k++)
				before += is_before(m, k, i) ? 1 : 0;
			if (before == place)
				ch_json_append(
				    repos, ch_json_make_string(ids->items[i]));
		}
	ch_json_set(view, "policy", ch_json_make_string(m->policy));
	ch_json_set(view, "repos", repos);
	ch_json_set(m->x->setup->block, "view", view);
}

bool
ch_members_open(struct ch_members *m, const struct ch_index *x,
    enum ch_claim_policy *policy_out, struct ch_err *err)
{
	*m = (struct ch_members){ .x = x };
	if (!set_policy(m, policy_out, err) || !set_all(m, err))
		return false;
	tell_plugin(m);
	return true;
}

void
ch_members_free(struct ch_members *m)
{
	ch_free(m->items);
	*m = (struct ch_members){ 0 };
}
