/* Pieces of work in processes of their own. */
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "lib/workers.h"
#include "tap.h"

#include "lib/banned.h"

struct piece {
	int number;  /* given */
	int squared; /* answered */
};

static bool
square(void *ctx, struct ch_err *err)
{
	struct piece *p = ctx;

	if (p->number < 0)
		return ch_fail(err, CH_MALFORMED, "%d: is negative", p->number);
	if (p->number == 1000)
		(void)raise(SIGKILL);
	p->squared = p->number * p->number;
	return true;
}

static struct ch_work
work_of(struct piece *p)
{
	return (struct ch_work){ .run = square,
		.ctx = p,
		.result = p,
		.result_size = sizeof(*p),
		.is_small = p->number % 2 == 0 && p->number < 100,
		.cost = (uint64_t)(p->number < 0 ? 0 : p->number) };
}

int
main(void)
{
	struct piece pieces[20];
	struct ch_work works[20];
	struct ch_err err = { .text = "" };
	bool is_right = true;

	for (int i = 0; i < 20; i++) {
		pieces[i] = (struct piece){ .number = i };
		works[i] = work_of(&pieces[i]);
	}
	ok_if(ch_work_all(works, 20, &err), "twenty pieces are done");
	for (int i = 0; i < 20; i++)
		is_right = is_right && pieces[i].squared == i * i;
	ok_if(is_right, "each result is where it was asked for");
	ok_if(ch_work_all(works, 0, &err), "no pieces are done at once");

	pieces[7].number = -7;
	works[0] = work_of(&pieces[7]);
	ok_if(!ch_work_all(works, 1, &err) && err.status == CH_MALFORMED &&
		  strcmp(err.text, "-7: is negative") == 0,
	    "its own words come back: %s", err.text);
	pieces[8].number = 1000;
	works[0] = work_of(&pieces[8]);
	ok_if(!ch_work_all(works, 1, &err) && err.status == CH_TEMPORARY,
	    "one that dies is told: %s", err.text);
	return done();
}
