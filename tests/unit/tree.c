#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/io.h"
#include "lib/mem.h"
#include "lib/tree_parts.h"
#include "tests/unit/tap.h"

#define DAY ((uint64_t)24 * 3600)

static char base[] = "/tmp/chantal-tree.XXXXXX";

static struct ch_entry *
add(struct ch_manifest *m, const char *path, enum ch_role role)
{
	struct ch_entry *e = ch_manifest_add(m, path, strlen(path));

	e->role = role;
	return e;
}

static bool
is_sound(const char *type, const char *const *paths, bool refuse_twins)
{
	struct ch_manifest m;
	struct ch_err err;
	bool is_fine;

	ch_manifest_init(&m);
	m.type = type;
	for (size_t i = 0; paths[i] != NULL; i++)
		(void)add(&m, paths[i], CH_ROLE_PACKAGE);
	ch_manifest_sort(&m);
	is_fine = ch_plan_check(&m, refuse_twins, &err);
	ch_manifest_free(&m);
	return is_fine;
}

#define PATHS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void
test_names(void)
{
	char deep[2 * (CH_TREE_DEPTH + 2) + 2] = "";

	ok_if(is_sound("http", PATHS("a", "a-b", "a.c", "b/a"), false),
	    "names that begin alike are no folders");
	ok_if(!is_sound("http", PATHS("a", "a-b", "a.c", "a/b"), false),
	    "a file is no folder, whatever sorts between");
	ok_if(!is_sound("http", PATHS("a/b", "a/b/c/d", "a/b-c"), false),
	    "nor deeper down");
	ok_if(!is_sound("apt", PATHS("dists/x"), false) &&
		  is_sound("apt", PATHS("dists-old/x"), false) &&
		  is_sound("http", PATHS("dists/x"), false),
	    "dists/ is apt's");
	ok_if(!is_sound("apk", PATHS("v3/x86_64/APKINDEX.tar.gz"), false),
	    "APKINDEX.tar.gz is apk's wherever it is");
	ok_if(!is_sound("http", PATHS("a/.htaccess"), false),
	    "nothing configures the web server");
	ok_if(is_sound("http", PATHS("a/X", "A/x"), false) &&
		  !is_sound("http", PATHS("a/X", "A/x"), true),
	    "case twins only on demand");
	for (size_t i = 0; i < CH_TREE_DEPTH; i++)
		memcpy(deep + 2 * i, "d/", 3);
	memcpy(deep + (size_t)2 * CH_TREE_DEPTH, "f", 2);
	ok_if(is_sound("http", PATHS(deep), false), "deep is fine");
	memcpy(deep + (size_t)2 * CH_TREE_DEPTH, "d/f", 4);
	ok_if(!is_sound("http", PATHS(deep), false), "deeper is refused");
}

static void
test_due(void)
{
	struct ch_entry e = { .left = 0 };

	ok_if(!ch_entry_is_due(&e, 99 * DAY, 99, DAY),
	    "what is named is never due");
	e.left = DAY;
	e.left_number = 5;
	ok_if(!ch_entry_is_due(&e, 2 * DAY - 1, 99, DAY) &&
		  ch_entry_is_due(&e, 2 * DAY, 6, DAY),
	    "a package is due behind its grace");
	e.keep = true;
	ok_if(!ch_entry_is_due(&e, 99 * DAY, 7, 0) &&
		  !ch_entry_is_due(&e, 2 * DAY - 1, 99, 0) &&
		  ch_entry_is_due(&e, 2 * DAY, 8, 0),
	    "kept metadata behind a day and three publishes");
}

static void
test_keep(void)
{
	struct ch_manifest old;
	struct ch_manifest plan;

	ch_manifest_init(&old);
	ch_manifest_init(&plan);
	(void)add(&old, "a", CH_ROLE_PACKAGE);
	(void)add(&old, "b", CH_ROLE_METADATA);
	add(&old, "c", CH_ROLE_METADATA)->keep = true;
	(void)add(&old, "d", CH_ROLE_PACKAGE);
	(void)add(&old, "e/f", CH_ROLE_PACKAGE);
	(void)add(&old, "g", CH_ROLE_PACKAGE);
	(void)add(&plan, "a", CH_ROLE_PACKAGE);
	(void)add(&plan, "e", CH_ROLE_PACKAGE);
	(void)add(&plan, "g/h", CH_ROLE_PACKAGE);
	plan.number = 4;
	plan.date = 10 * DAY;
	ch_plan_keep(&plan, &old, DAY);
	ok_if(plan.count == 5 && ch_manifest_find(&plan, "c", 1) != NULL &&
		  ch_manifest_find(&plan, "d", 1) != NULL,
	    "packages and content-named metadata stay, others go");
	ok_if(ch_manifest_find(&plan, "d", 1)->left == 10 * DAY &&
		  ch_manifest_find(&plan, "d", 1)->left_number == 4,
	    "with the date they left");
	ok_if(ch_manifest_find(&plan, "e/f", 3) == NULL &&
		  ch_manifest_find(&plan, "g", 1) == NULL,
	    "not where a new file needs the place");
	ch_manifest_free(&old);
	ch_manifest_free(&plan);
}

static void
test_cap(void)
{
	struct ch_manifest old;
	struct ch_manifest plan;
	char path[16];

	ch_manifest_init(&old);
	ch_manifest_init(&plan);
	for (int i = 0; i < 10005; i++) {
		(void)snprintf(path, sizeof(path), "p%05d", i);
		add(&old, path, CH_ROLE_PACKAGE)->left = 1;
		old.items[i].left_number = i < 10 ? 1 : 2;
	}
	plan.date = 2;
	plan.number = 3;
	ch_plan_keep(&plan, &old, DAY);
	ok_if(plan.count == 10000, "at most 10,000 files stay");
	ok_if(ch_manifest_find(&plan, "p00009", 6) == NULL &&
		  ch_manifest_find(&plan, "p00010", 6) != NULL,
	    "the oldest go first");
	ch_manifest_free(&old);
	ch_manifest_free(&plan);
}

static void
test_walk(void)
{
	struct ch_manifest m;
	struct ch_walk w;
	const char *name;
	unsigned failed = 0;
	int root = open(base, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int dir = -1;

	ch_manifest_init(&m);
	(void)add(&m, "a/b/c", CH_ROLE_PACKAGE);
	(void)add(&m, "a/b-c/d", CH_ROLE_PACKAGE);
	(void)add(&m, "a/b.txt", CH_ROLE_PACKAGE);
	(void)add(&m, "z", CH_ROLE_PACKAGE);
	ch_manifest_sort(&m);
	ch_walk_init(&w, root, true);
	for (size_t i = 0; i < m.count; i++) {
		int fd = -1;

		if (ch_walk_to(&w, &m.items[i], &dir, &name) == 0)
			fd = openat(
			    dir, name, O_WRONLY | O_CREAT | O_EXCL, 0644);
		failed += fd < 0 || close(fd) != 0;
	}
	ok_if(failed == 0 && faccessat(root, "a/b/c", F_OK, 0) == 0 &&
		  faccessat(root, "a/b-c/d", F_OK, 0) == 0 &&
		  faccessat(root, "a/b.txt", F_OK, 0) == 0 &&
		  faccessat(root, "z", F_OK, 0) == 0,
	    "folders are made as paths need them");
	ch_walk_free(&w);
	ok_if(symlinkat("b", root, "a/link") == 0, "a link to a folder");
	(void)add(&m, "a/link/c", CH_ROLE_PACKAGE);
	ch_walk_init(&w, root, false);
	ok_if(ch_walk_to(&w, &m.items[m.count - 1], &dir, &name) != 0,
	    "is not followed");
	ch_walk_free(&w);
	ch_manifest_free(&m);
	(void)close(root);
}

static char *
state_of(const char *path)
{
	struct ch_target t;
	struct ch_err err;
	char *state = NULL;

	if (ch_target_open(&t, path, "/trees", &err))
		state = ch_strdup(t.state);
	ch_target_close(&t);
	return state;
}

static void
test_target(void)
{
	char *inside = ch_path_join(base, "nowhere/../new/t/");
	char *link = ch_path_join(base, "link-to-base");
	char *through = ch_path_join(link, "t");
	char *direct = ch_path_join(base, "t");
	char *one;
	char *two;
	char long_path[600];

	ok_if(symlink(base, link) == 0, "a link above a target");
	one = state_of(through);
	two = state_of(direct);
	ok_if(one != NULL && two != NULL && strcmp(one, two) == 0,
	    "two names of one target have one manifest");
	ch_free(one);
	ch_free(two);
	ok_if(state_of(inside) == NULL,
	    "a folder that is not there cannot be left by ..");
	ok_if(state_of("/") == NULL && state_of("x/..") == NULL &&
		  state_of("") == NULL && state_of(".") == NULL,
	    "a target has a name");
	one = state_of("/no-such-folder/a b");
	ok_if(
	    one != NULL && strcmp(one, "/trees/%2Fno-such-folder%2Fa%20b") == 0,
	    "the name of its state is the path, escaped");
	ch_free(one);
	memset(long_path, 'a', sizeof(long_path) - 1);
	long_path[sizeof(long_path) - 1] = '\0';
	for (size_t i = 0; i < sizeof(long_path) - 1; i += 100)
		long_path[i] = '/';
	one = state_of(long_path);
	ok_if(one != NULL && strlen(one) < 255, "or shortened with a digest");
	ch_free(one);
	ch_free(inside);
	ch_free(link);
	ch_free(through);
	ch_free(direct);
}

int
main(void)
{
	struct ch_err err;
	int status;

	if (mkdtemp(base) == NULL)
		return 1;
	test_names();
	test_due();
	test_keep();
	test_cap();
	test_walk();
	test_target();
	status = done();
	return ch_remove_tree(AT_FDCWD, base, &err) ? status : 1;
}
