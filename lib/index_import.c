#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "index_parts.h"
#include "io.h"

#include "banned.h"

static bool
import_bytes(struct ch_index *x, const char *folder, const char *name,
    struct ch_put_facts *facts, struct ch_err *err)
{
	struct stat st;
	bool is_imported;
	int fd;
	int e = ch_open_beneath(folder, name, &fd, &st);

	if (e != 0)
		return ch_fail(err, CH_MALFORMED,
		    "file '%s': not a regular file below --out: %s", name,
		    strerror(e));
	is_imported = ch_pool_import_fd(x->pool, fd, name, facts, err);
	(void)close(fd);
	return is_imported;
}

static bool
set_facts(struct ch_record *r, const char *name,
    const struct ch_put_facts *facts, struct ch_err *err)
{
	struct ch_span claimed = ch_record_span(r, "sha256");

	if (claimed.data != NULL && !ch_span_is(claimed, facts->sha256))
		return ch_fail(err, CH_MALFORMED,
		    "file '%s': its sha256 is not that of what was written",
		    name);
	ch_record_set_string(r, "sha256", facts->sha256);
	ch_record_set_uint(r, "size", facts->size);
	return true;
}

bool
ch_index_import_file(struct ch_index *x, struct ch_record *r,
    const char *folder, const char *name, struct ch_err *err)
{
	struct ch_put_facts facts = { 0 };

	return import_bytes(x, folder, name, &facts, err) &&
	       set_facts(r, name, &facts, err);
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

/* Copies stand behind their original, so one is enough to remember. */
static bool
import_written(struct ch_index *x, struct ch_record *r, const char *name,
    struct ch_err *err)
{
	struct ch_imported *last = &x->imported;

	if (last->path == NULL || !ch_str_equal(last->path, name)) {
		ch_free(last->path);
		last->path = NULL;
		if (!import_bytes(x, x->staged, name, &last->facts, err))
			return false;
		last->path = ch_strdup(name);
	}
	return set_facts(r, name, &last->facts, err);
}

static bool
import_copy(struct ch_index *x, struct ch_record *r, const char *path,
    struct ch_err *err)
{
	const char *source = ch_record_string(r, "copy_of");
	char *name;
	bool is_imported;

	if (source == NULL)
		return ch_fail(err, CH_MALFORMED,
		    "file '%s': \"copy_of\": not a string", path);
	if (is_written(x, path))
		return ch_fail(err, CH_MALFORMED,
		    "file '%s': both written and a copy of '%s'", path, source);
	if (ch_record_find(r, "sign") != NULL)
		return ch_fail(err, CH_MALFORMED,
		    "file '%s': \"sign\": only files that were written are "
		    "signed, not copies",
		    path);
	name = ch_strdup(source);
	ch_record_remove(r, "copy_of");
	is_imported = import_written(x, r, name, err);
	ch_free(name);
	return is_imported && ch_record_write(r, &x->finished.out, err);
}

static bool
import_line(void *ctx, struct ch_record *r, struct ch_err *err)
{
	struct ch_index *x = ctx;
	const char *path = ch_record_string(r, "path");
	char hex[CH_SHA256_HEX + 1];
	char *name;
	bool is_imported;

	if (path != NULL && ch_record_find(r, "copy_of") != NULL)
		return import_copy(x, r, path, err);
	if (ch_index_identity(r, hex) && ch_digest_set_has(&x->known, hex) &&
	    (path == NULL || !is_written(x, path)))
		return ch_record_write(r, &x->finished.out, err);
	if (path == NULL)
		return ch_fail(err, CH_MALFORMED,
		    "file: neither a \"path\" that was written nor one of the "
		    "files it was fed");
	name = ch_strdup(path);
	is_imported =
	    import_written(x, r, name, err) && ch_index_sign(x, r, err);
	ch_free(name);
	return is_imported;
}

bool
ch_index_import(struct ch_index *x, struct ch_err *err)
{
	return ch_spool_open(&x->finished, x->scratch.path, "finished", err) &&
	       ch_spool_each(&x->files, import_line, x, err) &&
	       ch_index_add_keys(x, err) && ch_pool_flush(x->pool, err);
}
