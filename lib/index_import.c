#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "index_parts.h"
#include "io.h"

#include "banned.h"

bool
ch_index_import_file(struct ch_index *x, struct ch_record *r,
    const char *folder, const char *name, struct ch_err *err)
{
	struct ch_span claimed = ch_record_span(r, "sha256");
	struct ch_put_facts facts;
	struct stat st;
	bool is_imported;
	int fd;
	int e = ch_open_beneath(folder, name, &fd, &st);

	if (e != 0)
		return ch_fail(err, CH_MALFORMED,
		    "file '%s': not a regular file below --out: %s", name,
		    strerror(e));
	is_imported = ch_pool_import_fd(x->pool, fd, name, &facts, err);
	(void)close(fd);
	if (!is_imported)
		return false;
	if (claimed.data != NULL && !ch_span_is(claimed, facts.sha256))
		return ch_fail(err, CH_MALFORMED,
		    "file '%s': its sha256 is not that of what was written",
		    name);
	ch_record_set_string(r, "sha256", facts.sha256);
	ch_record_set_uint(r, "size", facts.size);
	return true;
}

/* Did the plugin write it, or is it one of those it was fed? */
static bool
is_written(const struct ch_index *x, const char *path)
{
	struct stat st;
	int fd;

	if (ch_open_beneath(x->staged, path, &fd, &st) != 0)
		return false;
	(void)close(fd);
	return true;
}

static bool
import_line(void *ctx, struct ch_record *r, struct ch_err *err)
{
	struct ch_index *x = ctx;
	const char *path = ch_record_string(r, "path");
	char hex[CH_SHA256_HEX + 1];
	char *name;
	bool is_imported;

	if (ch_index_identity(r, hex) && ch_digest_set_has(&x->known, hex) &&
	    (path == NULL || !is_written(x, path)))
		return ch_record_write(r, &x->finished.out, err);
	if (path == NULL)
		return ch_fail(err, CH_MALFORMED,
		    "file: neither a \"path\" that was written nor one of the "
		    "files it was fed");
	name = ch_strdup(path);
	is_imported = ch_index_import_file(x, r, x->staged, name, err) &&
		      ch_index_sign(x, r, err);
	ch_free(name);
	return is_imported;
}

bool
ch_index_import(struct ch_index *x, struct ch_err *err)
{
	return ch_spool_open(&x->finished, x->scratch.path, "finished", err) &&
	       ch_spool_each(&x->files, import_line, x, err) &&
	       ch_index_add_key(x, err) && ch_pool_flush(x->pool, err);
}
