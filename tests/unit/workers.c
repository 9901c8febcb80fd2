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

static void
check_team(void)
{
	struct piece pieces[] = { { .number = 3 }, { .number = 5 },
		{ .number = -1 }, { .number = 9 } };
	struct ch_team *t = ch_team_new();
	struct ch_err err = { .text = "" };
	struct ch_work work;

	for (int i = 0; i < 2; i++) {
		work = work_of(&pieces[i]);
		ok_if(ch_team_begin(t, &work, 1, &err), "%d begins",
		    pieces[i].number);
	}
	work = (struct ch_work){ 0 };
	ok_if(ch_team_wait(t, &err) && pieces[0].squared == 9 &&
		  pieces[1].squared == 25,
	    "what began in turn is there after waiting");
	work = work_of(&pieces[2]);
	ok_if(ch_team_begin(t, &work, 1, &err) && !ch_team_wait(t, &err) &&
		  strcmp(err.text, "-1: is negative") == 0,
	    "a failure is told by waiting: %s", err.text);
	ch_team_free(t);
	t = ch_team_new();
	work = work_of(&pieces[3]);
	ok_if(ch_team_begin(t, &work, 1, &err), "one more begins");
	ch_team_free(t);
	ok_if(pieces[3].squared == 81, "an end without waiting waits");
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
	check_team();
	return done();
}
