#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "deb.h"
#include "inspect.h"
#include "lib/sys.h"

#include "lib/banned.h"

/* Of its control file. */
struct facts {
	struct ch_span name;    /* Package */
	struct ch_span version; /* Version */
	struct ch_span arch;    /* Architecture */
	struct ch_span source;  /* of Source, or the package's own name */
};

static bool
read_facts(const struct ch_deb822 *d, struct facts *f, struct ch_flaw *flaw)
{
	struct ch_span left = ch_deb822_get(d, "Source");

	f->name = ch_deb822_get(d, "Package");
	f->version = ch_deb822_get(d, "Version");
	f->arch = ch_deb822_get(d, "Architecture");
	/* "name (version)" */
	if (!ch_deb822_word(&left, &f->source))
		f->source = f->name;
	if (!ch_line_check_name("Package", f->name, flaw) ||
	    !ch_line_check_name("Architecture", f->arch, flaw) ||
	    !ch_line_check_name("Source", f->source, flaw) ||
	    !ch_upload_check_version(f->version, flaw))
		return false;
	if (ch_deb822_is(f->arch, "source"))
		return ch_flaw_set(flaw, "malformed",
		    "Architecture: source, in a binary package");
	return true;
}

/* Without the epoch, whose colon file names do not have. */
static void
put_path(struct ch_buf *out, const struct ch_upload *u, const struct facts *f)
{
	struct ch_span version = f->version;
	const char *colon = memchr(version.data, ':', version.len);

	if (colon != NULL) {
		version.len -= (size_t)(colon + 1 - version.data);
		version.data = colon + 1;
	}
	ch_upload_folder(out, u->component, f->source);
	ch_buf_printf(out, "/%.*s_%.*s_%.*s%s", (int)f->name.len, f->name.data,
	    (int)version.len, version.data, (int)f->arch.len, f->arch.data,
	    ch_str_equal(u->kind, "udeb") ? ".udeb"
					  : strrchr(u->file->name, '.'));
}

static void
put_stanza(struct ch_upload *u, const struct ch_deb *deb,
    const struct ch_deb822 *d, const struct facts *f)
{
	const struct ch_span none = { NULL, 0 };
	struct ch_buf path = { 0 };
	struct ch_buf size = { 0 };

	put_path(&path, u, f);
	ch_buf_printf(&size, "%" PRIu64, u->file->size);
	ch_control_write(&u->stanza, d, ch_control_binary_order,
	    (const struct ch_control_field[]){
		{ "Filename", { path.data, path.len } },
		{ "Size", { size.data, size.len } },
		{ "MD5sum", ch_span_of(deb->md5) },
		{ "SHA1", ch_span_of(deb->sha1) },
		{ "SHA256", ch_span_of(u->file->sha256) }, { "SHA512", none },
		{ "MSDOS-Filename", none }, { "Status", none },
		{ "Description-md5", none } },
	    9);
	ch_buf_free(&path);
	ch_buf_free(&size);
}

static bool
write_lines(struct ch_sort *paths, int fd, const char *name, struct ch_err *err)
{
	struct ch_span line;
	struct ch_out out;
	enum ch_next next;
	bool ok = true;

	ch_out_init(&out, fd, name);
	while (ok && (next = ch_sort_next(paths, &line, err)) != CH_END)
		ok = next == CH_ITEM &&
		     ch_out_write(&out, line.data, line.len, err) &&
		     ch_out_write(&out, "\n", 1, err);
	ok = ok && ch_out_flush(&out, err);
	ch_out_free(&out);
	return ok;
}

/* The list of paths goes where the record says. */
static bool
write_contents(struct ch_upload *u, struct ch_deb *deb)
{
	struct ch_err *err = &u->flaw.err;
	char *as = ch_path_join("contents", u->file->sha256);
	char *path = ch_path_join(u->out_dir, as);
	bool ok = ch_make_parents(path, 0755, err);
	int e;
	int fd;

	if (ok) {
		/* One that is there has these bytes: it is made again. */
		e = ch_sys_open(
		    AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, 0644, &fd);
		ok = e == 0 || ch_fail_errno(err, e, "%s", path);
	}
	if (ok) {
		ok = write_lines(deb->paths, fd, path, err);
		e = ch_sys_close(fd);
		if (ok && e != 0)
			ok = ch_fail_errno(err, e, "%s", path);
	}
	ch_buf_printf(
	    &u->more, ",\"files\":[{\"as\":\"%s\",\"role\":\"input\"}]", as);
	ch_free(path);
	ch_free(as);
	return ok;
}

static bool
read_package(struct ch_upload *u, struct ch_deb *deb)
{
	int fd;
	int e = ch_open_read(AT_FDCWD, u->file->path, &fd);
	bool ok;

	if (e != 0)
		return ch_flaw_set(&u->flaw, "not-found", "%s", strerror(e));
	ok = ch_deb_read(deb, fd, "package", &u->flaw.err);
	(void)close(fd);
	/* What is not the package's fault is the disk's. */
	if (!ok && u->flaw.err.status == CH_MALFORMED)
		u->flaw.code = "malformed";
	return ok;
}

bool
ch_upload_deb(struct ch_upload *u)
{
	const char *temp = getenv("TMPDIR");
	struct ch_deb deb;
	struct ch_deb822 d = { 0 };
	struct facts f;
	bool ok;

	ch_deb_open(&deb, temp != NULL ? temp : "/tmp");
	ok = read_package(u, &deb) &&
	     ch_control_read(&d,
		 (struct ch_span){ deb.control.data, deb.control.len },
		 u->file->name, &u->flaw) &&
	     read_facts(&d, &f, &u->flaw);
	if (ok && ch_deb822_is(ch_deb822_get(&d, "Package-Type"), "udeb"))
		u->kind = "udeb";
	if (ok)
		put_stanza(u, &deb, &d, &f);
	ok = ok && write_contents(u, &deb);
	ch_deb822_close(&d);
	ch_deb_close(&deb);
	return ok;
}
