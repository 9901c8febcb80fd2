/* lib/pool: what the disk refused once is never said to be safe. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/io.h"
#include "lib/pool.h"
#include "tests/unit/tap.h"

/* The calls of this program can be made to fail. */
#ifndef CH_FAULTS
#define CH_FAULTS
#endif
#include "lib/sys.c"

static char dir[] = "/tmp/chantal-unit-lost-XXXXXX";

/* A flush that fails at this call of the system, and what comes behind it. */
static void
test_fault(const char *fault, const char *content, const char *name)
{
	struct ch_put_facts facts;
	struct ch_err err = { 0 };
	struct ch_err again = { 0 };
	struct ch_pool *pool = ch_pool_open(dir, &err);
	struct ch_pool *other = ch_pool_open(dir, &err);

	if (pool == NULL || other == NULL) {
		ok_if(false, "%s", name);
		return;
	}
	ch_pool_set_durability(
	    pool, strstr(fault, "fsync") ? CH_DURABLE_FILES : CH_DURABLE_BATCH);
	ok_if(
	    ch_pool_import_data(pool, content, strlen(content), &facts, &err) &&
		setenv("CHANTAL_FAULT", fault, 1) == 0 &&
		!ch_pool_flush(pool, &err) && unsetenv("CHANTAL_FAULT") == 0,
	    "%s", name);
	ok_if(!ch_pool_flush(pool, &again) && again.status == err.status &&
		  ch_str_equal(again.text, err.text) &&
		  !ch_pool_turn(pool, &again),
	    "the next one fails for the same reason");
	ok_if(ch_pool_import_data(pool, "more", 4, &facts, &again) &&
		  !ch_pool_flush(pool, &again) &&
		  ch_str_equal(again.text, err.text),
	    "so does one of what came later");
	ok_if(ch_pool_import_data(
		  other, content, strlen(content), &facts, &again) &&
		  ch_pool_flush(other, &again),
	    "another run can add it");
	ch_pool_close(pool);
	ch_pool_close(other);
}

int
main(void)
{
	struct ch_err err;

	if (mkdtemp(dir) == NULL)
		return 1;
	/* Each number counts on from the fault before. */
	test_fault("syncfs:1=EIO", "a", "a barrier that fails fails the flush");
	test_fault("syncfs:3=EIO", "b", "so does the second, behind the names");
	test_fault("rename_noreplace:4=ENOSPC", "c", "so does a name");
	test_fault("fsync:5=EIO", "d", "so does the folder of one");
	ok_if(ch_remove_tree(AT_FDCWD, dir, &err), "cleaned up");
	return done();
}
