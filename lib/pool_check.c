#include "pool_check.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "digest_set.h"
#include "home.h"
#include "io.h"
#include "mem.h"
#include "package_trust.h"
#include "plugin_line.h"
#include "plugin_run.h"
#include "scratch.h"

#include "banned.h"

/* The check verb of one repository's type. */
struct run {
	struct run *next;             /* started before */
	struct ch_stage *stage;       /* where answers go */
	char *repo;                   /* its id */
	struct ch_list repos;         /* the same, for lines */
	struct ch_plugin plugin;      /* of its type */
	struct ch_plugin_lines lines; /* what it may print */
	struct ch_plugin_run *child;  /* NULL: it has no check verb */
	struct ch_digest_set asked;   /* packages it was given */
	struct ch_digest_set passed;  /* of them: came back */
	uint64_t rejected;            /* of them: did not */
	struct ch_record answer;      /* the line being read */
	const char *args[6];          /* of the verb */
	char *file;                   /* its configuration */
	char *cache;                  /* its folder between runs */
	struct ch_plugin_run_options options;
};

struct ch_pool_check {
	char *pool_dir;              /* absolute: plugins run elsewhere */
	const struct ch_config *cfg; /* blocks of repositories */
	const char *cache_dir;       /* the cache: work is in it */
	bool wants_all;              /* not only what has to be signed */
	struct ch_scratch scratch;   /* configuration files */
	struct ch_plugin_path path;  /* where plugins are */
	bool is_open;                /* scratch and path are set */
	struct run *runs;            /* by repository and type */
	size_t run_count;            /* of them */
};

struct ch_pool_check *
ch_pool_check_new(const struct ch_pool *pool, const struct ch_config *cfg,
    const char *cache_dir, bool wants_all)
{
	struct ch_pool_check *check = ch_calloc(1, sizeof(*check));
	char *dir = realpath(ch_pool_dir(pool), NULL);

	check->pool_dir = ch_strdup(dir == NULL ? ch_pool_dir(pool) : dir);
	free(dir);
	check->cfg = cfg;
	check->cache_dir = cache_dir;
	check->wants_all = wants_all;
	return check;
}

static void
free_run(struct run *run)
{
	ch_plugin_abort(run->child);
	ch_plugin_close(&run->plugin);
	ch_digest_set_free(&run->asked);
	ch_digest_set_free(&run->passed);
	ch_record_free(&run->answer);
	ch_list_free(&run->repos);
	ch_free(run->file);
	ch_free(run->cache);
	ch_free(run->repo);
	ch_free(run);
}

void
ch_pool_check_free(struct ch_pool_check *check)
{
	if (check == NULL)
		return;
	while (check->runs != NULL) {
		struct run *run = check->runs;

		check->runs = run->next;
		free_run(run);
	}
	if (check->is_open)
		ch_plugin_path_free(&check->path);
	ch_scratch_close(&check->scratch);
	ch_free(check->pool_dir);
	ch_free(check);
}

/* By what a plugin may not change. */
static void
identify(struct ch_record *r, char key[CH_SHA256_HEX + 1])
{
	static const char *const names[] = { "name", "arch", "version", "path",
		"url", "sha256", "size" };
	struct ch_hash *hash = ch_hash_new(CH_HASH_SHA256);
	char hex[CH_HASH_HEX_MAX + 1];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct ch_span text = ch_record_span(r, names[i]);

		if (text.data == NULL && ch_record_find(r, names[i]) != NULL)
			text = ch_record_find(r, names[i])->value;
		ch_hash_update(hash, text.data, text.len);
		ch_hash_update(hash, "", 1);
	}
	ch_hash_finish(hash, hex);
	memcpy(key, hex, CH_SHA256_HEX);
	key[CH_SHA256_HEX] = '\0';
}

static bool
take_package(struct run *run, uint64_t number, struct ch_err *err)
{
	char key[CH_SHA256_HEX + 1];

	if (!ch_record_check(&run->answer, err))
		return ch_wrap(
		    err, "%s: line %" PRIu64, run->plugin.type, number);
	identify(&run->answer, key);
	if (!ch_digest_set_has(&run->asked, key) ||
	    !ch_digest_set_add(&run->passed, key))
		return ch_fail(err, CH_MALFORMED,
		    "%s: line %" PRIu64
		    ": check answers for a package it was not given, "
		    "or changed one",
		    run->plugin.type, number);
	return ch_record_write(&run->answer, &run->stage->out, err);
}

static bool
on_line(void *ctx, struct ch_span line, uint64_t number, struct ch_err *err)
{
	struct run *run = ctx;

	if (!ch_plugin_line_take(&run->lines, &run->answer, line, number, err))
		return false;
	if (run->answer.kind == CH_KIND_PACKAGE)
		return take_package(run, number, err);
	run->rejected++;
	return ch_marks_see(&run->stage->own, &run->answer, err) &&
	       ch_record_write(&run->answer, &run->stage->out, err);
}

static bool
open_check(struct ch_pool_check *check, struct ch_err *err)
{
	if (check->is_open)
		return true;
	if (!ch_home_enter(check->cache_dir, err) ||
	    !ch_scratch_open(&check->scratch, check->cache_dir, "check", err))
		return false;
	ch_plugin_path_init(&check->path,
	    ch_json_get(ch_config_root(check->cfg), "plugin_path"));
	check->is_open = true;
	return true;
}

static const struct ch_json *
find_block(const struct ch_pool_check *check, const struct run *run)
{
	struct ch_err unknown;

	return ch_config_repo(check->cfg, run->repo, &unknown);
}

/* A repository that is not configured has a block with its id alone. */
static bool
write_config(struct ch_pool_check *check, struct run *run, struct ch_err *err)
{
	const struct ch_json *found = find_block(check, run);
	struct ch_json *block =
	    found != NULL ? ch_json_copy(found) : ch_json_make_object();
	char *keyring = ch_format(
	    "%s/keyring-%zu.gpg", check->scratch.path, check->run_count);
	bool ok = true;

	if (found == NULL)
		ch_json_set(block, "id", ch_json_make_string(run->repo));
	if (ch_package_trust_is_on(block))
		ok = ch_package_trust_set(block, keyring, err);
	ok = ok &&
	     ch_plugin_config_write(&run->plugin, block,
		 ch_json_string(ch_json_get(block, "feed")), run->file, err);
	ch_free(keyring);
	ch_json_free(block);
	return ok;
}

static bool
start_verb(struct ch_pool_check *check, struct run *run, struct ch_err *err)
{
	run->file = ch_format(
	    "%s/config-%zu.json", check->scratch.path, check->run_count);
	run->cache = ch_format("%s/check/%s", check->cache_dir, run->repo);
	if (!write_config(check, run, err) ||
	    !ch_make_dirs(run->cache, 0755, err))
		return false;
	ch_list_add(&run->repos, run->repo);
	run->lines = (struct ch_plugin_lines){ run->plugin.type, &run->repos,
		1U << CH_KIND_PACKAGE | 1U << CH_KIND_REJECT };
	run->args[0] = ch_verb_name(CH_VERB_CHECK);
	run->args[1] = "--config";
	run->args[2] = run->file;
	run->args[3] = "--cache";
	run->args[4] = run->cache;
	run->options = (struct ch_plugin_run_options){ .args = run->args,
		.scratch = check->scratch.path,
		.on_line = on_line,
		.ctx = run };
	run->child = ch_plugin_start(&run->plugin, &run->options, err);
	return run->child != NULL;
}

static bool
start(struct ch_pool_check *check, struct run *run, const char *type,
    struct ch_err *err)
{
	if (!check->wants_all &&
	    !ch_package_trust_is_on(find_block(check, run))) {
		/* For the search of the next package. */
		run->plugin.type = ch_strdup(type);
		return true;
	}
	return open_check(check, err) &&
	       ch_plugin_open(&run->plugin, &check->path, type, err) &&
	       (!ch_plugin_can(&run->plugin, CH_VERB_CHECK) ||
		   start_verb(check, run, err));
}

static struct run *
find_run(struct ch_pool_check *check, struct ch_stage *stage, const char *repo,
    const char *type, struct ch_err *err)
{
	struct run *run = check->runs;

	while (run != NULL && (!ch_str_equal(run->repo, repo) ||
				  !ch_str_equal(run->plugin.type, type)))
		run = run->next;
	if (run != NULL)
		return run;
	run = ch_calloc(1, sizeof(*run));
	run->repo = ch_strdup(repo);
	run->stage = stage;
	run->next = check->runs;
	check->runs = run;
	check->run_count++;
	return start(check, run, type, err) ? run : NULL;
}

static bool
give(struct ch_pool_check *check, struct run *run, struct ch_record *r,
    struct ch_err *err)
{
	const char *sha256 = ch_record_string(r, "sha256");
	struct ch_buf line = { 0 };
	char *file = ch_format("%s/%.2s/%s", check->pool_dir, sha256, sha256);
	bool ok;

	ch_buf_puts(&line, "{\"file\":");
	ch_json_quote(&line, file, strlen(file));
	ch_buf_puts(&line, ",\"record\":");
	ch_record_print(r, &line);
	line.data[line.len - 1] = '}';
	ch_buf_putc(&line, '\n');
	ok = ch_plugin_feed(run->child, line.data, line.len, err);
	ch_buf_free(&line);
	ch_free(file);
	return ok;
}

bool
ch_pool_check_package(
    void *ctx, struct ch_stage *stage, struct ch_record *r, struct ch_err *err)
{
	struct ch_pool_check *check = ctx;
	char key[CH_SHA256_HEX + 1];
	const char *repo;
	const char *type;
	struct run *run;

	if (!ch_record_need_string(r, "repo", &repo, err) ||
	    !ch_record_need_string(r, "type", &type, err))
		return false;
	run = find_run(check, stage, repo, type, err);
	if (run == NULL)
		return false;
	if (run->child == NULL)
		return ch_record_write(r, &stage->out, err);
	identify(r, key);
	/* Twice the same in one stream leaves once. */
	if (!ch_digest_set_add(&run->asked, key))
		return true;
	return give(check, run, r, err);
}

static bool
finish(struct run *run, struct ch_err *err)
{
	struct ch_plugin_run *child = run->child;

	if (child == NULL)
		return true;
	run->child = NULL;
	if (!ch_plugin_finish(child, err))
		return false;
	if (run->passed.count + run->rejected == run->asked.count)
		return true;
	return ch_fail(err, CH_MALFORMED,
	    "%s: check answered %zu of %zu packages of %s", run->plugin.type,
	    run->passed.count + (size_t)run->rejected, run->asked.count,
	    run->repo);
}

bool
ch_pool_check_end(void *ctx, struct ch_stage *stage, struct ch_err *err)
{
	struct ch_pool_check *check = ctx;
	bool ok = true;

	(void)stage;
	for (struct run *run = check->runs; ok && run != NULL; run = run->next)
		ok = finish(run, err);
	return ok;
}
