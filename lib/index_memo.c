/*
 * What the last run printed, for a run that would print the same.
 *
 *	KEY SHA256           of the lines behind it
 *	{"record":"repo"…    as they go on
 *	{"record":"file"…    finished
 *
 * KEY is made of all that the output depends on; packages are not kept: an
 * index is remembered when it left them as they came.
 */

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "config_key.h"
#include "index_parts.h"
#include "io.h"
#include "log.h"
#include "plugin_memo.h"
#include "when.h"

#include "banned.h"

#define FORMAT   "chantal-index 1"
#define DAY_S    86400
#define TEXT_MAX ((size_t)4 << 20)
#define HEAD_LEN ((size_t)2 * CH_SHA256_HEX + 2)

static char *
path_of(const struct ch_index *x)
{
	if (x->setup->view != NULL)
		return ch_format(
		    "%s/index/views/%s.last", x->cache, x->setup->view);
	return ch_format("%s/index/%s.last", x->cache, x->setup->repo);
}

/* Keys of the command line are told apart by gpg alone. */
static bool
may_remember(const struct ch_index *x)
{
	const struct ch_plugin *p = &x->setup->plugin;

	return x->setup->is_configured && x->sign_keys.count == 0 &&
	       x->gnupg_home == NULL && ch_plugin_can(p, CH_VERB_INDEX) &&
	       ch_json_true(ch_json_get(p->describe, "deterministic"));
}

/* True for one whose signing key will be made. */
static bool
put_config(struct ch_index *x, const struct ch_json *block,
    enum ch_config_block what, struct ch_buf *text)
{
	static const struct ch_list nothing;
	char key[CH_LATE_KEY_SIZE];

	ch_config_key(x->setup->config, block, what, &nothing, key);
	ch_buf_printf(text, "%s\n", key);
	return ch_late_key_is_open(key);
}

/* False: nothing is known of it, and it may have another the next time. */
static bool
put_member(struct ch_index *x, const char *id, struct ch_buf *text)
{
	struct ch_err why;
	const struct ch_json *block =
	    ch_config_repo(x->setup->config, id, &why);

	if (block != NULL)
		(void)put_config(x, block, CH_CONFIG_REPO, text);
	return block != NULL;
}

/* False where somebody has just written to the plugin. */
static bool
make_key(struct ch_index *x)
{
	const struct ch_setup *s = x->setup;
	const char *epoch = getenv("SOURCE_DATE_EPOCH");
	char input[CH_HASH_HEX_MAX + 1];
	struct ch_buf text = { 0 };
	bool is_known;

	ch_hash_finish(x->input, input);
	x->input = NULL;
	/* A key may expire meanwhile: it is looked at every day. */
	ch_buf_printf(&text, FORMAT " %s\n%s\n%s\n%lld\n", input,
	    epoch == NULL ? "" : epoch, x->policy == NULL ? "" : x->policy,
	    (long long)(ch_when_now() / DAY_S));
	is_known = ch_plugin_identify(&s->plugin, time(NULL), &text);
	x->key_is_open = put_config(x, s->block,
	    s->view == NULL ? CH_CONFIG_REPO : CH_CONFIG_VIEW, &text);
	for (size_t i = 0; s->view != NULL && i < x->ids.count; i++)
		is_known = put_member(x, x->ids.items[i], &text) && is_known;
	if (is_known)
		ch_sha256_hex(text.data, text.len, x->key);
	ch_buf_free(&text);
	return is_known;
}

/* The lines behind a head that is right. */
static bool
read_text(const struct ch_index *x, struct ch_buf *text)
{
	char *path = path_of(x);
	char hex[CH_SHA256_HEX + 1];
	struct ch_err why;
	bool is_read = access(path, F_OK) == 0 &&
		       ch_read_file(path, TEXT_MAX, text, &why) &&
		       text->len > HEAD_LEN &&
		       memcmp(text->data, x->key, CH_SHA256_HEX) == 0;

	ch_free(path);
	if (!is_read)
		return false;
	ch_sha256_hex(text->data + HEAD_LEN, text->len - HEAD_LEN, hex);
	return memcmp(text->data + CH_SHA256_HEX + 1, hex, CH_SHA256_HEX) == 0;
}

/* Kept from gc first, then looked at. */
static bool
take_file(struct ch_index *x, struct ch_record *r, struct ch_err *err)
{
	const char *sha256 = ch_record_string(r, "sha256");
	bool is_there = false;

	return sha256 != NULL &&
	       ch_pool_hold(x->pool, sha256, &is_there, err) && is_there &&
	       ch_record_write(r, &x->finished.out, err);
}

static bool
take_line(struct ch_index *x, struct ch_record *r, struct ch_span line,
    struct ch_list *repos, struct ch_err *err)
{
	if (!ch_record_parse(r, line, err))
		return false;
	if (r->kind == CH_KIND_FILE)
		return take_file(x, r, err);
	ch_list_take(repos, ch_format("%.*s\n", (int)line.len, line.data));
	return r->kind == CH_KIND_REPO;
}

static bool
take_text(struct ch_index *x, const struct ch_buf *text, struct ch_list *repos)
{
	const char *at = text->data + HEAD_LEN;
	const char *end = text->data + text->len;
	struct ch_record r = { 0 };
	struct ch_err why;
	bool is_taken =
	    ch_spool_open(&x->finished, x->scratch.path, "finished", &why);

	while (is_taken && at < end) {
		const char *lf = memchr(at, '\n', (size_t)(end - at));
		struct ch_span line = { at,
			lf == NULL ? 0 : (size_t)(lf - at) };

		is_taken = lf != NULL && take_line(x, &r, line, repos, &why);
		at += line.len + 1;
	}
	ch_record_free(&r);
	return is_taken;
}

bool
ch_index_memo_find(struct ch_index *x)
{
	struct ch_list repos = { 0 };
	struct ch_buf text = { 0 };

	if (!may_remember(x) || !make_key(x)) {
		x->key[0] = '\0';
		return false;
	}
	x->is_recalled = read_text(x, &text) && take_text(x, &text, &repos);
	if (x->is_recalled) {
		ch_list_free(&x->repo_lines);
		ch_list_move(&x->repo_lines, &repos);
	}
	ch_list_free(&repos);
	ch_buf_free(&text);
	return x->is_recalled;
}

static bool
hash_package(void *ctx, struct ch_record *r, struct ch_err *err)
{
	struct ch_hash *hash = ctx;

	(void)err;
	if (r->kind == CH_KIND_PACKAGE) {
		ch_hash_update(hash, r->line.data, r->line.len);
		ch_hash_update(hash, "\n", 1);
	}
	return true;
}

/* Are the packages what was fed, in this order? */
static bool
is_as_fed(struct ch_index *x, struct ch_err *err)
{
	struct ch_hash *hash = ch_hash_new(CH_HASH_SHA256);
	char fed[CH_HASH_HEX_MAX + 1];
	char printed[CH_SHA256_HEX + 1] = "";
	bool is_read = ch_spool_each(&x->fed, hash_package, hash, err);
	int fd;

	ch_hash_finish(hash, fed);
	if (!is_read || ch_open_read(AT_FDCWD, x->packages.path, &fd) != 0)
		return false;
	is_read = ch_sha256_fd(fd, x->packages.path, printed, NULL, err);
	(void)close(fd);
	return is_read && ch_str_equal(fed, printed);
}

static bool
save(struct ch_index *x, struct ch_err *err)
{
	struct ch_buf text = { .max = TEXT_MAX };
	struct ch_buf files = { 0 };
	char hex[CH_SHA256_HEX + 1];
	char *path = path_of(x);
	bool is_saved = ch_read_file(x->finished.path, TEXT_MAX, &files, err);

	ch_buf_printf(&text, "%s %0*d\n", x->key, CH_SHA256_HEX, 0);
	for (size_t i = 0; i < x->repo_lines.count; i++) {
		const char *line = x->repo_lines.items[i];

		is_saved = is_saved && ch_buf_add(&text, line, strlen(line));
	}
	is_saved = is_saved && ch_buf_add(&text, files.data, files.len);
	ch_sha256_hex(text.data + HEAD_LEN, text.len - HEAD_LEN, hex);
	memcpy(text.data + CH_SHA256_HEX + 1, hex, CH_SHA256_HEX);
	is_saved =
	    is_saved && ch_fleeting_write(path, text.data, text.len, 0600, err);
	ch_free(path);
	ch_buf_free(&files);
	ch_buf_free(&text);
	return is_saved;
}

void
ch_index_memo_save(struct ch_index *x)
{
	struct ch_err why = { .text = "" };

	/* What says that it is of now will say so again, of another now. */
	if (x->key[0] == '\0' || x->rejects > 0 || x->dated >= x->began)
		return;
	/* It has signed with a key that its own key does not know. */
	if (x->key_is_open && x->signer != NULL)
		return;
	if (!ch_out_flush(&x->packages.out, &why) ||
	    !ch_out_flush(&x->finished.out, &why) ||
	    !(x->echo.is_going || is_as_fed(x, &why)) || !save(x, &why))
		ch_debug("not remembered: %s", why.text);
}
