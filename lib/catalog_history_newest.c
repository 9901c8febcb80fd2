/* The end of a history: it grows by a line each run, for years. */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "catalog_history.h"
#include "io.h"
#include "sys.h"

#include "banned.h"

#define TAIL 16384

/* Its last bytes; false when there are more, or none can be read. */
static bool
read_tail(const char *path, char *tail, size_t *len_out)
{
	struct stat st;
	ssize_t n = 0;
	off_t from = 0;
	int fd;

	*len_out = 0;
	if (ch_open_read(AT_FDCWD, path, &fd) != 0)
		return false;
	if (fstat(fd, &st) == 0 && st.st_size > TAIL)
		from = st.st_size - TAIL;
	n = pread(fd, tail, TAIL, from);
	(void)close(fd);
	*len_out = n > 0 ? (size_t)n : 0;
	return from == 0 && n >= 0;
}

static bool
fits(const char *line, size_t len, ch_history_match *fn, void *ctx)
{
	struct ch_err torn;
	struct ch_json *attempt = ch_json_parse(line, len, "history", &torn);
	bool is_it =
	    ch_json_type(attempt) == CH_JSON_OBJECT && fn(ctx, attempt);

	ch_json_free(attempt);
	return is_it;
}

struct matching {
	ch_history_match *fn; /* asked of each */
	void *ctx;            /* its own */
};

/* The last one that it takes is the newest. */
static bool
offer(void *ctx, const struct ch_json *attempt, struct ch_err *err)
{
	const struct matching *m = ctx;

	(void)err;
	(void)m->fn(m->ctx, attempt);
	return true;
}

bool
ch_history_newest(const struct ch_catalog *cat, const char *repo,
    ch_history_match *fn, void *ctx, struct ch_err *err)
{
	char *path = ch_catalog_repo_path(cat, repo, "history.ndjson");
	struct matching m = { fn, ctx };
	char tail[TAIL];
	size_t end;
	bool is_all = read_tail(path, tail, &end);
	bool is_found = false;

	while (end > 0 && !is_found) {
		const char *lf = memrchr(tail, '\n', end - 1);
		size_t start = lf ? (size_t)(lf - tail) + 1 : 0;

		if (!lf && !is_all)
			break;
		is_found = fits(tail + start, end - start, fn, ctx);
		end = start;
	}
	ch_free(path);
	return is_found || is_all || ch_history_each(cat, repo, offer, &m, err);
}
