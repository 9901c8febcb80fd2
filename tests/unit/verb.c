/* The executable of a type: its command line, and what verbs begin with. */
#include <fcntl.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/verb_check_tree.h"
#include "lib/verb_index.h"
#include "lib/verb_inspect.h"
#include "lib/verb_list.h"
#include "tap.h"

#include "lib/banned.h"

static char dir[] = "/tmp/chantal-verb-XXXXXX";
static struct ch_err err;

/* What one run of the executable did. */
static struct {
	int status;        /* its exit status */
	struct ch_buf out; /* its stdout */
	struct ch_buf log; /* its stderr */
} ran;

static bool
describe(const struct ch_call *c, struct ch_err *e)
{
	return ch_out_printf(c->out, e, "[%s]\n", c->verbs);
}

static bool
list(const struct ch_call *c, struct ch_err *e)
{
	static const char *const words[] = { "here", "absent", "not yet" };
	const struct ch_listed_file f = { "a/b", "page", "root", true };
	const struct ch_listed_file input = { "page", "page", "input", false };
	struct ch_buf text = { 0 };
	bool ok =
	    ch_fetched_read(c, "page", 100, &text, e) &&
	    ch_out_printf(c->out, e, "%s, %s, %s, %.*s\n",
		words[ch_fetched_state(c, "page")],
		words[ch_fetched_state(c, "gone")],
		words[ch_fetched_state(c, "new")], (int)text.len, text.data) &&
	    ch_listed_file_print(c, &f, e) &&
	    ch_listed_file_print(c, &input, e);

	ch_buf_free(&text);
	return ok;
}

static bool
on_repo(struct ch_told_repo *repo, const struct ch_json *json, struct ch_err *e)
{
	(void)e;
	repo->facts =
	    ch_strdup(ch_json_string_or(ch_json_get(json, "is"), "nothing"));
	return true;
}

static bool
on_plan(void *ctx, struct ch_err *e)
{
	const struct ch_told *t = ctx;

	return ch_out_printf(t->to, e, "plan of %zu\n", t->count);
}

static bool
on_line(void *ctx, const struct ch_told_repo *repo, struct ch_record *r,
    struct ch_err *e)
{
	struct ch_told *t = ctx;

	ch_told_note_time(t, r);
	return ch_out_printf(t->to, e, "%s of %s, mode %d, %s\n",
	    ch_kind_name(r->kind), repo->id, (int)repo->mode,
	    (const char *)repo->facts);
}

static bool
read_index(const struct ch_call *c, struct ch_err *e)
{
	struct ch_told t = { .type = "kind",
		.mode = CH_MODE_HOSTED,
		.to = c->out,
		.on_repo = on_repo,
		.on_plan = on_plan,
		.on_package = on_line,
		.on_file = on_line };
	bool ok;

	t.ctx = &t;
	ok = ch_told_read(&t, e) &&
	     ch_out_printf(c->out, e, "date %jd, built %jd\n", (intmax_t)t.date,
		 (intmax_t)t.built);
	for (size_t i = 0; i < t.count; i++)
		ch_free(t.repos[i].facts);
	ch_told_free(&t);
	return ok;
}

static bool
take_file(
    const struct ch_call *c, const struct ch_local_file *f, struct ch_err *e)
{
	if (f->size == 0)
		return ch_local_file_refuse(
		    c, f, "malformed", "it has \x1b[1m nothing", e);
	return ch_out_printf(c->out, e, "%s in %s\n", f->name, f->path);
}

static bool
inspect(const struct ch_call *c, struct ch_err *e)
{
	return ch_local_files_read(c, take_file, e);
}

static bool
check_tree(const struct ch_call *c, struct ch_err *e)
{
	struct ch_checked_tree t;
	struct ch_list folders = { 0 };
	bool ok = ch_checked_tree_open(&t, c, e);

	if (ok)
		ch_list_add(&folders, "");
	for (size_t i = 0; i < folders.count && ok; i++) {
		ch_check_folders(&t, folders.items[i], "skip", &folders);
		ok = ch_check_problem(&t, folders.items[i], e, "is no. %zu", i);
	}
	ch_list_free(&folders);
	ch_checked_tree_close(&t);
	return ok;
}

static bool
run(const struct ch_call *c, struct ch_err *e)
{
	struct ch_call call = *c;
	struct ch_host_config host = { .json = NULL };
	bool ok = (c->verb->needs & CH_NEEDS_CONFIG) == 0 ||
		  ch_host_config_load(&host, "kind", c->config, e);

	call.settings = &host;
	ok = ok && call.verb->run(&call, e);
	ch_json_free(host.json);
	return ok;
}

static bool
show_config(const struct ch_call *c, struct ch_err *e)
{
	const struct ch_host_config *host = c->settings;

	return ch_out_printf(c->out, e, "%s, %s, %s, %d, %s\n", host->id,
	    host->name, host->feed == NULL ? "-" : host->feed, (int)host->mode,
	    host->block == NULL ? "no block" : "a block");
}

static const struct ch_verb items[] = {
	{ "describe", 0, describe },
	{ "show", CH_NEEDS_CONFIG, show_config },
	{ "list", CH_NEEDS_META, list },
	{ "index", CH_NEEDS_OUT, read_index },
	{ "inspect", 0, inspect },
	{ "check-tree", CH_NEEDS_TREE, check_tree },
	{ NULL, 0, NULL },
};

static const struct ch_verbs verbs = {
	.cli = { "kind", "a type", "  kind VERB\n", "  --meta DIR\n", false },
	.items = items,
	.run = run,
};

static char *
path_of(const char *name)
{
	return ch_path_join(dir, name);
}

static void
put(const char *name, const char *text)
{
	char *path = path_of(name);

	ok_if(ch_make_parents(path, 0755, &err) &&
		  ch_atomic_write(path, text, strlen(text), 0644, &err),
	    "%s is written", name);
	ch_free(path);
}

static void
redirect(const char *name, int flags, int to)
{
	char *path = path_of(name);
	int fd = open(path, flags | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0 || dup2(fd, to) < 0)
		_exit(99);
	(void)close(fd);
	ch_free(path);
}

static void
slurp(const char *name, struct ch_buf *text)
{
	char *path = path_of(name);

	ok_if(ch_read_file(path, 1 << 16, text, &err), "%s is read", name);
	ch_buf_putc(text, '\0');
	ch_free(path);
}

/* The words behind the program's name, NULL ends. */
static void
run_main(const char *in, const char *const *words)
{
	char *argv[8] = { ch_strdup("kind") };
	int argc = 1;
	int status = 0;
	pid_t pid;

	for (; words[argc - 1] != NULL; argc++)
		argv[argc] = ch_strdup(words[argc - 1]);
	put("in", in);
	(void)fflush(stdout);
	pid = fork();
	if (pid == 0) {
		redirect("in", O_RDONLY, STDIN_FILENO);
		redirect("out", O_WRONLY | O_TRUNC, STDOUT_FILENO);
		redirect("log", O_WRONLY | O_TRUNC, STDERR_FILENO);
		optind = 1;
		exit(ch_verbs_main(&verbs, argc, argv));
	}
	ok_if(pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status),
	    "it ends");
	ran.status = WEXITSTATUS(status);
	slurp("out", &ran.out);
	slurp("log", &ran.log);
	for (int i = 0; i < argc; i++)
		ch_free(argv[i]);
}

#define RUN(in, ...) run_main(in, (const char *const[]){ __VA_ARGS__, NULL })

static void
command_line(void)
{
	RUN("", "describe");
	ok_if(ran.status == CH_OK &&
		  ch_str_equal(ran.out.data,
		      "[\"describe\",\"show\",\"list\",\"index\",\"inspect\","
		      "\"check-tree\"]\n"),
	    "describe gets the names of all verbs");
	RUN("", "-h");
	ok_if(ran.status == CH_OK && strstr(ran.out.data, "kind VERB") != NULL,
	    "-h is the help");
	RUN("", "sing");
	ok_if(ran.status == CH_USAGE &&
		  strstr(ran.log.data, "sing: unknown verb") != NULL,
	    "an unknown verb is named");
	RUN("", "show");
	ok_if(ran.status == CH_USAGE &&
		  strstr(ran.log.data, "show: --config FILE is missing"),
	    "a missing option is named");
	RUN("", "describe", "more");
	ok_if(ran.status == CH_USAGE &&
		  strstr(ran.log.data, "describe: one word too many"),
	    "a word too many is refused");
	RUN("", "--nonsense", "describe");
	ok_if(ran.status == CH_USAGE, "an unknown option is refused");
}

static void
config(void)
{
	char *file = path_of("config");

	put("config", "{\"id\":\"a\",\"mode\":\"mirror\",\"kind\":{}}");
	RUN("", "show", "--config", file);
	ok_if(ch_str_equal(ran.out.data, "a, a, -, 0, a block\n"),
	    "the host's file is read; the name is the id");
	put("config", "{\"id\":\"a\",\"name\":\"A\",\"feed\":\"http://x/\"}");
	RUN("", "show", "--config", file);
	ok_if(ch_str_equal(ran.out.data, "a, A, http://x/, 1, no block\n"),
	    "a mode is filtered unless said");
	put("config", "{");
	RUN("", "show", "--config", file);
	ok_if(ran.status == CH_USAGE && strstr(ran.log.data, file) != NULL,
	    "a broken file is named");
	ch_free(file);
}

static void
lists(void)
{
	char *meta = path_of("meta");

	put("meta/page", "text");
	put("meta/gone.absent", "");
	RUN("", "list", "--meta", meta);
	ok_if(ch_str_equal(ran.out.data,
		  "here, absent, not yet, text\n"
		  "{\"record\":\"file\",\"path\":\"a/b\",\"from\":\"page\","
		  "\"role\":\"root\",\"keep\":true}\n"
		  "{\"record\":\"file\",\"as\":\"page\",\"from\":\"page\","
		  "\"role\":\"input\"}\n"),
	    "what is in DIR is known, and told");
	ch_free(meta);
}

#define REPO(id, more) "{\"record\":\"repo\",\"repo\":\"" id "\"" more "}\n"
#define PACKAGE(id, more)                                                      \
	"{\"record\":\"package\",\"repo\":\"" id "\",\"name\":\"n\"" more "}"  \
	"\n"

static void
indexes(void)
{
	RUN(REPO("a", ",\"mode\":\"mirror\",\"kind\":{\"is\":\"good\"}")
		REPO("b", ",\"date\":\"2024-05-01T00:00:00Z\"") REPO("a", "")
		    PACKAGE("b", ",\"time\":7") PACKAGE("a",
			",\"time\":5") "{\"record\":\"file\",\"repo\":\"a\"}\n",
	    "index", "--out", dir);
	ok_if(ran.status == CH_OK &&
		  ch_str_equal(ran.out.data,
		      "plan of 2\npackage of b, mode 2, nothing\n"
		      "package of a, mode 0, good\nfile of a, mode 0, good\n"
		      "date 1714521600, built 7\n"),
	    "each line comes with its repository");
	RUN(REPO("a", ""), "index", "--out", dir);
	ok_if(strncmp(ran.out.data, "plan of 1\n", 10) == 0,
	    "without packages there is a plan, too");
	RUN(REPO("a", "") PACKAGE("c", ""), "index", "--out", dir);
	ok_if(ran.status == CH_MALFORMED &&
		  strstr(ran.log.data, "line 2: package: of repository 'c'"),
	    "a package of no repository is refused");
	RUN(REPO("a", "") PACKAGE("a", "") REPO("b", ""), "index", "--out",
	    dir);
	ok_if(ran.status == CH_MALFORMED &&
		  strstr(ran.log.data, "line 3: repo: comes behind"),
	    "a repo line that comes late is refused");
	RUN(REPO("a", ",\"date\":\"yesterday\""), "index", "--out", dir);
	ok_if(ran.status == CH_MALFORMED && strstr(ran.log.data, "\"date\""),
	    "a date that is none is refused");
	RUN(REPO("../a", ""), "index", "--out", dir);
	ok_if(ran.status == CH_MALFORMED, "an id that is none is refused");
}

#define SUM "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define LOCAL(file, size)                                                      \
	"{\"file\":\"" file "\",\"sha256\":\"" SUM "\",\"size\":" size "}\n"

static void
inspects(void)
{
	RUN(LOCAL("/x/y", "3") "\n" LOCAL("/x/z", "0"), "inspect");
	ok_if(ran.status == CH_OK &&
		  ch_str_equal(ran.out.data,
		      "y in /x/y\n{\"record\":\"reject\",\"code\":"
		      "\"malformed\",\"file\":\"/x/z\",\"message\":"
		      "\"it has \\\\x1b[1m nothing\",\"retry\":false,"
		      "\"ref\":{\"path\":\"z\"}}\n"),
	    "files are taken in turn");
	RUN(LOCAL("y", "3"), "inspect");
	ok_if(ran.status == CH_MALFORMED &&
		  strstr(ran.log.data, "line 1: a line without file"),
	    "a path that is not absolute is refused");
}

static void
trees(void)
{
	char *tree = path_of("tree");

	put("tree/b/c/file", "");
	put("tree/a/skip/file", "");
	put("tree/.hidden/file", "");
	RUN("", "check-tree", tree);
	ok_if(ran.status == CH_OK &&
		  ch_str_equal(ran.out.data,
		      "{\"record\":\"problem\",\"path\":\"\",\"message\":"
		      "\"is no. 0\"}\n"
		      "{\"record\":\"problem\",\"path\":\"a\",\"message\":"
		      "\"is no. 1\"}\n"
		      "{\"record\":\"problem\",\"path\":\"b\",\"message\":"
		      "\"is no. 2\"}\n"
		      "{\"record\":\"problem\",\"path\":\"b/c\",\"message\":"
		      "\"is no. 3\"}\n"),
	    "folders are found in order");
	RUN("", "check-tree", "/nonexistent");
	ok_if(ran.status == CH_USAGE &&
		  strstr(ran.log.data, "there is no such folder"),
	    "a tree that is not there is refused");
	ch_free(tree);
}

int
main(void)
{
	if (mkdtemp(dir) == NULL)
		return 1;
	command_line();
	config();
	lists();
	indexes();
	inspects();
	trees();
	ok_if(ch_remove_tree(AT_FDCWD, dir, &err), "all is removed");
	ch_buf_free(&ran.out);
	ch_buf_free(&ran.log);
	return done();
}
