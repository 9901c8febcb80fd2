#include <errno.h>
#include <string.h>

#include "check_parts.h"
#include "lib/openpgp.h"
#include "verbs.h"

#include "lib/banned.h"

/* CH_END: there is no such file. */
static enum ch_next
read_text(struct ch_checked_tree *c, const char *path, struct ch_buf *text,
    struct ch_err *err)
{
	struct stat st;
	char *full;
	int errnum = ch_check_stat(c, path, &st);
	bool ok;

	ch_buf_clear(text);
	if (errnum == ENOENT || errnum == ENOTDIR)
		return CH_END;
	if (errnum != 0)
		return ch_check_problem(
			   c, path, err, "cannot be read: %s", strerror(errnum))
			   ? CH_END
			   : CH_ERROR;
	full = ch_path_join(c->tree, path);
	ok = ch_read_file(full, CH_RELEASE_MAX, text, err);
	ch_free(full);
	return ok ? CH_ITEM : CH_ERROR;
}

/* Trailing line ends are no part of what a clear signature covers. */
static struct ch_span
without_end(const struct ch_buf *b)
{
	struct ch_span s = { b->data, b->len };

	while (s.len > 0 && s.data[s.len - 1] == '\n')
		s.len--;
	return s;
}

/* The two texts of a suite and which of them are there. */
struct texts {
	struct ch_buf clear;   /* InRelease without its armour */
	struct ch_buf release; /* Release */
	bool has_clear;        /* there is an InRelease */
	bool has_release;      /* there is a Release */
	bool has_signature;    /* there is a Release.gpg */
};

static bool
read_texts(struct ch_checked_tree *c, const char *base, struct texts *t,
    struct ch_err *err)
{
	char *clear = ch_check_join(base, "InRelease");
	char *release = ch_check_join(base, "Release");
	char *signature = ch_check_join(base, "Release.gpg");
	struct ch_buf armored = { 0 };
	struct stat st;
	enum ch_next in = read_text(c, clear, &armored, err);
	enum ch_next plain = CH_ERROR;
	bool ok;

	*t = (struct texts){ .has_clear = in == CH_ITEM };
	if (in != CH_ERROR)
		plain = read_text(c, release, &t->release, err);
	t->has_release = plain == CH_ITEM;
	t->has_signature = ch_check_stat(c, signature, &st) == 0;
	ok = in != CH_ERROR && plain != CH_ERROR;
	if (ok && t->has_clear &&
	    (armored.len == 0 || !ch_openpgp_text(&armored, &t->clear)))
		ok = ch_check_problem(
		    c, clear, err, "it is not signed as a clear text");
	ch_buf_free(&armored);
	ch_free(clear);
	ch_free(release);
	ch_free(signature);
	return ok;
}

static bool
compare_texts(struct ch_checked_tree *c, const char *base,
    const struct texts *t, struct ch_err *err)
{
	char *clear = ch_check_join(base, "InRelease");
	char *signature = ch_check_join(base, "Release.gpg");
	bool ok = true;

	if (t->has_clear && t->has_release && t->clear.len > 0 &&
	    !ch_span_equal(without_end(&t->clear), without_end(&t->release)))
		ok = ch_check_problem(c, clear, err,
		    "it says something else than Release: one of them is left "
		    "over");
	if (ok && t->has_signature && !t->has_release)
		ok = ch_check_problem(
		    c, signature, err, "there is no Release that it signs");
	ch_free(clear);
	ch_free(signature);
	return ok;
}

static bool
is_below(const char *path, const char *base)
{
	size_t len = strlen(base);

	return len == 0 || (strncmp(path, base, len) == 0 && path[len] == '/');
}

static bool
is_there(struct ch_checked_tree *c, const char *base, const char *name)
{
	char *path = ch_check_join(base, name);
	struct stat st;
	int errnum = ch_check_stat(c, path, &st);

	ch_free(path);
	return errnum != ENOENT && errnum != ENOTDIR;
}

static bool
is_below_one(const struct ch_list *suites, const char *base)
{
	for (size_t i = 0; i < suites->count; i++)
		if (is_below(base, suites->items[i]))
			return true;
	return false;
}

/*
 * A folder with a Release is a suite, but for those below one whose Release
 * lists nothing: it tells about the indexes of that folder.
 */
static bool
is_suite(const struct ch_suite_check *s, const char *base)
{
	struct ch_checked_tree *c = s->check;
	struct ch_release r = { .text = NULL };
	struct ch_buf text = { 0 };
	struct ch_err why;
	char *path;
	char *full;
	bool is_one = true;

	if (is_there(c, base, "InRelease") || is_there(c, base, "Release.gpg"))
		return true;
	if (!is_there(c, base, "Release"))
		return false;
	path = ch_check_join(base, "Release");
	full = ch_path_join(c->tree, path);
	if (is_below_one(s->suites, base) &&
	    ch_read_file(full, CH_RELEASE_MAX, &text, &why) && text.len > 0) {
		is_one =
		    !ch_release_parse(&r,
			(struct ch_span){ text.data, text.len }, path, &why) ||
		    r.entry_count > 0;
		ch_release_free(&r);
	}
	ch_buf_free(&text);
	ch_free(path);
	ch_free(full);
	return is_one;
}

static bool
visit_suite(struct ch_suite_check *s, struct ch_err *err)
{
	struct ch_checked_tree *c = s->check;
	const struct ch_buf *text;
	struct ch_err why;
	struct texts t;
	char *path;
	bool ok = read_texts(c, s->base, &t, err) &&
		  compare_texts(c, s->base, &t, err);

	text = t.clear.len > 0 ? &t.clear : &t.release;
	path =
	    ch_check_join(s->base, t.clear.len > 0 ? "InRelease" : "Release");
	if (!ch_release_parse(&s->release,
		(struct ch_span){
		    text->data != NULL ? text->data : "", text->len },
		path, &why))
		ok = ok && ch_check_problem(c, path, err, "%s", why.text);
	else if (s->release.entry_count == 0)
		ok = ok && ch_check_problem(c, path, err,
			       "it lists no file: clients refuse it");
	else
		ok = ok && ch_check_release(s, err);
	ch_release_free(&s->release);
	ch_buf_free(&t.clear);
	ch_buf_free(&t.release);
	ch_free(path);
	return ok;
}

/* A flat repository may have a Packages file and nothing else. */
static bool
check_bare(struct ch_suite_check *s, bool *is_one, struct ch_err *err)
{
	static const char *const names[] = { "Packages", "Packages.gz",
		"Packages.xz", "Packages.bz2", "Packages.zst" };
	bool ok = true;
	size_t i;

	for (i = 0; ok && i < sizeof(names) / sizeof(names[0]); i++) {
		char *path = ch_check_join(s->base, names[i]);

		if (is_there(s->check, s->base, names[i])) {
			*is_one = true;
			ok = ch_check_index(s, path, err);
			i = sizeof(names) / sizeof(names[0]);
		}
		ch_free(path);
	}
	return ok;
}

static bool
check_without_release(
    struct ch_suite_check *s, const struct ch_list *folders, struct ch_err *err)
{
	bool has_one = false;
	bool ok = true;
	size_t i;

	for (i = 0; ok && i < folders->count; i++) {
		s->base = folders->items[i];
		ok = check_bare(s, &has_one, err);
	}
	if (ok && !has_one)
		ok = ch_check_problem(s->check, "", err,
		    "there is no Release and no Packages file: no client can "
		    "use it");
	return ok;
}

static bool
check_all(struct ch_suite_check *s, struct ch_list *suites, struct ch_err *err)
{
	struct ch_list folders = { 0 };
	bool ok = true;
	size_t i;

	ch_list_add(&folders, "");
	/* Those of a folder stand behind it, so this comes to all of them. */
	for (i = 0; i < folders.count; i++) {
		if (is_suite(s, folders.items[i]))
			ch_list_add(suites, folders.items[i]);
		/* by-hash folders hold nothing of their own. */
		ch_check_folders(
		    s->check, folders.items[i], "by-hash", &folders);
	}
	if (suites->count == 0)
		ok = check_without_release(s, &folders, err);
	ch_list_sort(suites);
	for (i = 0; ok && i < suites->count; i++) {
		s->base = suites->items[i];
		ok = visit_suite(s, err);
	}
	ch_list_free(&folders);
	return ok;
}

bool
ch_apt_check_tree(const struct ch_call *call, struct ch_err *err)
{
	struct ch_checked_tree t;
	struct ch_list suites = { 0 };
	struct ch_packages names = { .out = NULL };
	struct ch_suite_check s = {
		.check = &t, .suites = &suites, .names = &names
	};
	bool ok =
	    ch_checked_tree_open(&t, call, err) && check_all(&s, &suites, err);

	ch_list_free(&suites);
	ch_packages_free(&names);
	ch_checked_tree_close(&t);
	return ok;
}
