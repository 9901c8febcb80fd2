/* Claims of several repositories: who wins does not depend on who came first.
 */

#include "lib/index_claims.h"

#include <string.h>

#include "tap.h"

#include "lib/banned.h"

static struct ch_claim
claim(unsigned key, unsigned bytes, uint32_t owner, int64_t time)
{
	struct ch_claim c = { .owner = owner, .rank = owner, .time = time };

	memcpy(c.key, &key, sizeof(key));
	memcpy(c.bytes, &bytes, sizeof(bytes));
	c.key[CH_CLAIM_LEN - 1] = 1;
	return c;
}

/* The owner that wins when three claim in this order. */
static uint32_t
winner(enum ch_claim_policy policy, const struct ch_claim *all,
    const unsigned order[3])
{
	struct ch_claims t = { .policy = policy };
	struct ch_claim rival;
	uint32_t owner = 99;

	for (size_t i = 0; i < 3; i++)
		if (!ch_claims_put(&t, &all[order[i]], &rival))
			printf("# refused\n");
	if (ch_claims_find(&t, all[0].key) != NULL)
		owner = ch_claims_find(&t, all[0].key)->owner;
	ch_claims_free(&t);
	return owner;
}

static bool
always_wins(
    enum ch_claim_policy policy, const struct ch_claim *all, uint32_t owner)
{
	static const unsigned orders[6][3] = { { 0, 1, 2 }, { 0, 2, 1 },
		{ 1, 0, 2 }, { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };

	for (size_t i = 0; i < 6; i++)
		if (winner(policy, all, orders[i]) != owner)
			return false;
	return true;
}

static void
test_policies(void)
{
	const struct ch_claim timed[] = { claim(7, 1, 0, 100),
		claim(7, 2, 1, 300), claim(7, 1, 2, 200) };
	const struct ch_claim tied[] = { claim(7, 1, 0, -1), claim(7, 2, 1, 50),
		claim(7, 1, 2, 50) };

	ok_if(always_wins(CH_CLAIM_FIRST, timed, 0), "first");
	ok_if(always_wins(CH_CLAIM_LAST, timed, 2), "last");
	ok_if(always_wins(CH_CLAIM_NEWEST, timed, 1), "newest");
	ok_if(always_wins(CH_CLAIM_NEWEST, tied, 1),
	    "newest, the first of equals, a time before none");
}

static void
test_refuse(void)
{
	struct ch_claims t = { .policy = CH_CLAIM_REFUSE };
	struct ch_claim a = claim(7, 1, 0, 0);
	struct ch_claim same = claim(7, 1, 1, 0);
	struct ch_claim own = claim(7, 2, 0, 0);
	struct ch_claim other = claim(7, 2, 1, 0);
	struct ch_claim rival = { .owner = 99 };

	ok_if(ch_claims_put(&t, &a, &rival) && ch_claims_put(&t, &own, &rival),
	    "what one has twice is its own affair");
	ok_if(ch_claims_put(&t, &same, &rival) && t.contested == 1,
	    "the same bytes are no conflict");
	ok_if(!ch_claims_put(&t, &other, &rival) && rival.owner == 0,
	    "other bytes are, and the rival is named");
	ch_claims_free(&t);
}

static void
test_many(void)
{
	struct ch_claims t = { .policy = CH_CLAIM_FIRST };
	struct ch_claim rival;
	unsigned found = 0;

	for (unsigned i = 0; i < 10000; i++) {
		struct ch_claim c = claim(i, i, i % 3, 0);

		found += ch_claims_put(&t, &c, &rival);
	}
	for (unsigned i = 0; i < 10000; i++) {
		struct ch_claim c = claim(i, i, 0, 0);
		const struct ch_claim *stands = ch_claims_find(&t, c.key);

		found += stands != NULL && stands->owner == i % 3 &&
			 ch_claim_is_same(stands, &c);
	}
	ok_if(found == 20000 && t.count == 10000 && t.contested == 0,
	    "all of many are found");
	ch_claims_free(&t);
}

static void
test_bytes(void)
{
	unsigned char bytes[CH_CLAIM_LEN];
	static const unsigned char none[CH_CLAIM_LEN];

	ch_claim_bytes(bytes, "0123456789abcdef0123456789abcdef"
			      "ffffffffffffffffffffffffffffffff");
	ok_if(bytes[0] == 0x01 && bytes[7] == 0xef && bytes[15] == 0xef,
	    "the start of a digest");
	ch_claim_bytes(bytes, "0123");
	ok_if(memcmp(bytes, none, sizeof(none)) == 0, "what is no digest");
	ch_claim_bytes(bytes, NULL);
	ok_if(memcmp(bytes, none, sizeof(none)) == 0, "nothing");
}

int
main(void)
{
	test_policies();
	test_refuse();
	test_many();
	test_bytes();
	return done();
}
