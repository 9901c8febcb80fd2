#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "xml_parts.h"

#include "lib/banned.h"

enum { FLAG_GHOST = 1 << 6, PATH_BYTES_MAX = 16 << 10 };

bool
ch_files_read(struct ch_files *f, struct ch_header *h, struct ch_err *err)
{
	f->folders = ch_header_strings(h, CH_TAG_DIRNAMES);
	f->names = ch_header_strings(h, CH_TAG_BASENAMES);
	f->indexes = ch_header_numbers(h, CH_TAG_DIRINDEXES);
	f->modes = ch_header_numbers(h, CH_TAG_FILEMODES);
	f->flags = ch_header_numbers(h, CH_TAG_FILEFLAGS);
	ch_buf_init(&f->path, PATH_BYTES_MAX);
	if (f->indexes.count != f->names.count ||
	    (f->modes.count != f->names.count && f->modes.count > 0) ||
	    (f->flags.count != f->names.count && f->flags.count > 0))
		return ch_fail(err, CH_MALFORMED,
		    "its lists of files are not of one length");
	for (size_t i = 0; i < f->names.count; i++)
		if (f->indexes.items[i] >= f->folders.count)
			return ch_fail(err, CH_MALFORMED,
			    "file %zu is in a folder that it does not have", i);
	return true;
}

void
ch_files_free(struct ch_files *f)
{
	ch_buf_free(&f->path);
}

static bool
add_path(struct ch_buf *path, const char *s)
{
	return ch_buf_add(path, s, strlen(s));
}

static bool
make_path(struct ch_files *f, size_t i, struct ch_err *err)
{
	ch_buf_clear(&f->path);
	if (add_path(&f->path, f->folders.items[f->indexes.items[i]]) &&
	    add_path(&f->path, f->names.items[i]))
		return true;
	return ch_fail(err, CH_MALFORMED, "file %zu: its path is over %d bytes",
	    i, PATH_BYTES_MAX);
}

/* What yum took for primary, and every client since. */
static bool
is_primary_path(const char *path)
{
	return strncmp(path, "/etc/", 5) == 0 || strstr(path, "bin/") != NULL ||
	       strcmp(path, "/usr/lib/sendmail") == 0;
}

static int
compare_names(const void *a, const void *b)
{
	const struct ch_dep *const *x = a;
	const struct ch_dep *const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

/* The requires that could be own files, by name. */
static struct ch_dep **
candidates(struct ch_deps *deps, size_t *count_out)
{
	struct ch_dep **found = ch_calloc(deps->count + 1, sizeof(*found));
	size_t count = 0;

	for (size_t i = 0; i < deps->count; i++) {
		struct ch_dep *d = &deps->items[i];

		if (d->kind == CH_DEP_REQUIRES && d->name[0] == '/' &&
		    is_primary_path(d->name))
			found[count++] = d;
	}
	if (count > 0)
		qsort(found, count, sizeof(*found), compare_names);
	*count_out = count;
	return found;
}

/* Several may have the name: with other versions, or pre. */
static void
drop_name(struct ch_dep **found, size_t count, const char *path)
{
	const struct ch_dep wanted = { .name = path };
	const struct ch_dep *key = &wanted;
	struct ch_dep **hit =
	    bsearch(&key, found, count, sizeof(*found), compare_names);

	if (hit == NULL)
		return;
	while (hit > found && strcmp(hit[-1]->name, path) == 0)
		hit--;
	for (; hit < found + count && strcmp((*hit)->name, path) == 0; hit++)
		(*hit)->is_dropped = true;
}

bool
ch_files_drop(struct ch_files *f, struct ch_deps *deps, struct ch_err *err)
{
	size_t count;
	struct ch_dep **found = candidates(deps, &count);
	bool ok = true;

	for (size_t i = 0; ok && count > 0 && i < f->names.count; i++) {
		ok = make_path(f, i, err);
		if (ok)
			drop_name(found, count, f->path.data);
	}
	ch_free(found);
	return ok;
}

static const char *
type_of(const struct ch_files *f, size_t i)
{
	if (i < f->modes.count && S_ISDIR(f->modes.items[i]))
		return " type=\"dir\"";
	if (i < f->flags.count && (f->flags.items[i] & FLAG_GHOST) != 0)
		return " type=\"ghost\"";
	return "";
}

bool
ch_files_write(struct ch_files *f, struct ch_xml_text *t, bool is_primary,
    struct ch_err *err)
{
	const char *lead = is_primary ? "    <file" : "  <file";

	for (size_t i = 0; i < f->names.count && !t->is_bad; i++) {
		if (!make_path(f, i, err))
			return false;
		if (is_primary && !is_primary_path(f->path.data))
			continue;
		ch_xml_puts(t, lead);
		ch_xml_puts(t, type_of(f, i));
		ch_xml_puts(t, ">");
		ch_xml_name(
		    t, "file", (struct ch_span){ f->path.data, f->path.len });
		ch_xml_puts(t, "</file>\n");
	}
	return true;
}
