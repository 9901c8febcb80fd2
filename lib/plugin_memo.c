#include "plugin_memo.h"

#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io.h"
#include "log.h"

#include "banned.h"

#define FRESH_S 3 /* a file this young may still change unseen */

static bool
is_ours_alone(const char *dir)
{
	struct stat st;

	return lstat(dir, &st) == 0 && S_ISDIR(st.st_mode) &&
	       st.st_uid == geteuid() &&
	       (st.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

char *
ch_plugin_memo_place(
    const char *cache, const char *kind, const char *name, bool make)
{
	char *dir;
	char *place = NULL;
	struct ch_err why;

	if (cache == NULL || !is_ours_alone(cache))
		return NULL;
	dir = ch_path_join(cache, kind);
	if (make && !ch_make_dirs(dir, 0700, &why))
		ch_debug("%s", why.text);
	else if (is_ours_alone(dir))
		place = ch_path_join(dir, name);
	ch_free(dir);
	return place;
}

bool
ch_plugin_identify(const struct ch_plugin *p, time_t that, struct ch_buf *line)
{
	struct stat st;

	if (stat(p->path, &st) != 0)
		return false;
	ch_buf_printf(line, "%s %ju %ju %jd %jd.%09ld %jd.%09ld\n", CH_VERSION,
	    (uintmax_t)st.st_dev, (uintmax_t)st.st_ino, (intmax_t)st.st_size,
	    (intmax_t)st.st_mtim.tv_sec, st.st_mtim.tv_nsec,
	    (intmax_t)st.st_ctim.tv_sec, st.st_ctim.tv_nsec);
	ch_buf_printf(line, "%s\n", p->path);
	return st.st_ctim.tv_sec + FRESH_S < that &&
	       st.st_mtim.tv_sec + FRESH_S < that;
}

bool
ch_plugin_recall(
    const struct ch_plugin *p, const char *cache, struct ch_buf *text)
{
	char *place = ch_plugin_memo_place(cache, "describe", p->type, false);
	struct ch_buf line = { 0 };
	struct ch_buf kept = { 0 };
	struct ch_err why;
	bool is_known;

	is_known = place != NULL && ch_plugin_identify(p, time(NULL), &line) &&
		   ch_read_file(place, 2 * CH_DESCRIBE_MAX, &kept, &why) &&
		   kept.len > line.len &&
		   memcmp(kept.data, line.data, line.len) == 0 &&
		   ch_buf_add(text, kept.data + line.len, kept.len - line.len);
	ch_buf_free(&kept);
	ch_buf_free(&line);
	ch_free(place);
	return is_known;
}

void
ch_plugin_remember(const struct ch_plugin *p, const char *cache, time_t asked,
    const struct ch_buf *text)
{
	char *place = ch_plugin_memo_place(cache, "describe", p->type, true);
	struct ch_buf line = { 0 };
	struct ch_err why;

	if (place != NULL && ch_plugin_identify(p, asked, &line)) {
		ch_buf_put(&line, text->data, text->len);
		if (!ch_fleeting_write(place, line.data, line.len, 0600, &why))
			ch_debug("%s", why.text);
	}
	ch_buf_free(&line);
	ch_free(place);
}
