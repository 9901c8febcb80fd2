#include <string.h>
#include <unistd.h>

#include "check_tree_parts.h"
#include "repomd.h"

#include "lib/banned.h"

#define TREEINFO_MAX ((size_t)16 << 20)
#define REPOMD       "repodata/repomd.xml"

static bool
is_there(const struct ch_checked_tree *c, const char *base, const char *name)
{
	char *path = ch_check_join(base, name);
	struct stat st;
	int fd = -1;
	int e = ch_open_beneath(c->tree, path, &fd, &st);

	if (fd >= 0)
		(void)close(fd);
	ch_free(path);
	return e == 0;
}

/* False with CH_OK in why: there is no such file. */
static bool
read_text(const struct ch_checked_tree *c, const char *path, size_t max,
    struct ch_buf *text, struct ch_err *why)
{
	char *full = ch_path_join(c->tree, path);
	bool ok;

	why->status = CH_OK;
	ok = access(full, F_OK) == 0 && ch_read_file(full, max, text, why);
	ch_free(full);
	return ok;
}

/* The digest that .treeinfo has of repomd.xml, "sha256:…"; the caller's. */
static char *
digest_in(const struct ch_buf *text)
{
	const char *at = text->data;
	const char *end = at + text->len;

	while (at < end) {
		const char *lf = memchr(at, '\n', (size_t)(end - at));
		const char *stop = lf == NULL ? end : lf;
		size_t name = strlen(REPOMD);

		if ((size_t)(stop - at) > name &&
		    memcmp(at, REPOMD, name) == 0) {
			at += name;
			while (at < stop && (*at == ' ' || *at == '='))
				at++;
			while (
			    stop > at && (stop[-1] == ' ' || stop[-1] == '\r'))
				stop--;
			return ch_strndup(at, (size_t)(stop - at));
		}
		at = stop + 1;
	}
	return NULL;
}

/* Installers look at it, when it is there. */
static bool
check_treeinfo(struct ch_repo_check *r, const char *name, struct ch_err *err)
{
	char *path = ch_check_join(r->base, name);
	char *repomd = ch_check_join(r->base, REPOMD);
	struct ch_buf text = { 0 };
	struct ch_err why;
	bool ok = true;

	if (read_text(r->check, path, TREEINFO_MAX, &text, &why) &&
	    text.len > 0) {
		char *digest = digest_in(&text);
		struct ch_rpm_file f = {
			.path = repomd, .listed_by = path, .checksum = digest
		};

		if (digest != NULL)
			ok = ch_rpm_check_file(r->check, &f, err);
		ch_free(digest);
	}
	ch_buf_free(&text);
	ch_free(path);
	ch_free(repomd);
	return ok;
}

/* Who publishes a key promises a signature. */
static bool
check_signature(struct ch_repo_check *r, struct ch_err *err)
{
	char *path = ch_check_join(r->base, REPOMD ".asc");
	bool ok = true;

	if (is_there(r->check, r->base, REPOMD ".key") &&
	    !is_there(r->check, r->base, REPOMD ".asc"))
		ok = ch_check_problem(r->check, path, err,
		    "it is not there, but " REPOMD ".key is: clients that "
		    "check signatures refuse the repository");
	ch_free(path);
	return ok;
}

static bool
check_repo(struct ch_repo_check *r, const char *path, struct ch_err *err)
{
	struct ch_buf text = { 0 };
	struct ch_err why;
	bool ok;

	if (!read_text(r->check, path, CH_REPOMD_MAX, &text, &why) ||
	    !ch_repomd_parse(
		&r->facts, (struct ch_span){ text.data, text.len }, path, &why))
		ok = ch_check_problem(r->check, path, err, "%s", why.text);
	else
		ok = ch_rpm_check_data(r, err) && ch_rpm_check_notes(r, err);
	ch_buf_free(&text);
	return ok && check_signature(r, err) &&
	       check_treeinfo(r, ".treeinfo", err) &&
	       check_treeinfo(r, "treeinfo", err);
}

static bool
visit(struct ch_checked_tree *c, const char *base, struct ch_err *err)
{
	struct ch_repo_check r = { .check = c, .base = base };
	char *path = ch_check_join(base, REPOMD);
	bool ok = check_repo(&r, path, err);

	ch_rpm_facts_free(&r.facts);
	ch_pkgids_free(&r.ids);
	ch_seen_free(&r.places);
	ch_nevras_free(&r.nevras);
	ch_list_free(&r.modular);
	ch_free(path);
	return ok;
}

static bool
check_all(struct ch_checked_tree *c, struct ch_err *err)
{
	struct ch_list folders = { 0 };
	size_t found = 0;
	bool ok = true;

	ch_list_add(&folders, "");
	/* Those of a folder stand behind it, so this comes to all of them. */
	for (size_t i = 0; ok && i < folders.count; i++) {
		ch_check_folders(c, folders.items[i], "repodata", &folders);
		if (!is_there(c, folders.items[i], REPOMD))
			continue;
		found++;
		ok = visit(c, folders.items[i], err);
	}
	if (ok && found == 0)
		ok = ch_check_problem(c, REPOMD, err,
		    "it is not there: no client can use the tree");
	ch_list_free(&folders);
	return ok;
}

bool
ch_rpm_check_tree(const struct ch_call *call, struct ch_err *err)
{
	struct ch_checked_tree c;
	bool ok = ch_checked_tree_open(&c, call, err) && check_all(&c, err);

	ch_checked_tree_close(&c);
	return ok;
}
