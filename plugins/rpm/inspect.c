#include "inspect.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "inspect_data.h"
#include "lib/path.h"
#include "lib/sys.h"
#include "settings.h"

#include "lib/banned.h"

/* Longest name, version, release and arch together. */
enum { NEVRA_MAX = 240 };

/* A part of a file's name: what rpm itself accepts, and no more. */
static bool
check_part(const char *what, struct ch_span s, struct ch_err *err)
{
	bool is_version =
	    ch_str_equal(what, "version") || ch_str_equal(what, "release");

	if (s.len == 0)
		return ch_fail(err, CH_MALFORMED, "it has no %s", what);
	for (size_t i = 0; i < s.len; i++) {
		char ch = s.data[i];

		if (ch > ' ' && ch < 127 && strchr("/\\\"<>&'", ch) == NULL &&
		    !(is_version && (ch == '-' || ch == ':')) &&
		    !(i == 0 && (ch == '.' || ch == '-')))
			continue;
		return ch_fail(err, CH_MALFORMED,
		    "%s: byte %zu of '%.*s' cannot be in it", what, i,
		    s.len > NEVRA_MAX ? NEVRA_MAX : (int)s.len, s.data);
	}
	return true;
}

static bool
make_path(struct ch_upload_rpm *u, struct ch_err *err)
{
	struct ch_span name = ch_header_text(u->header, CH_TAG_NAME);
	struct ch_span version = ch_header_text(u->header, CH_TAG_VERSION);
	struct ch_span release = ch_header_text(u->header, CH_TAG_RELEASE);
	struct ch_span arch = ch_xml_arch(u->header);

	if (!check_part("name", name, err) ||
	    !check_part("version", version, err) ||
	    !check_part("release", release, err) ||
	    !check_part("arch", arch, err))
		return false;
	if (name.len + version.len + release.len + arch.len > NEVRA_MAX)
		return ch_fail(err, CH_MALFORMED,
		    "its name, version, release and arch are over %d bytes",
		    NEVRA_MAX);
	if (u->folder == NULL)
		ch_buf_printf(&u->path, "Packages/%c/",
		    tolower((unsigned char)name.data[0]));
	else if (!ch_str_equal(u->folder, "."))
		ch_buf_printf(&u->path, "%s/", u->folder);
	ch_buf_printf(&u->path, "%.*s-%.*s-%.*s.%.*s.rpm", (int)name.len,
	    name.data, (int)version.len, version.data, (int)release.len,
	    release.data, (int)arch.len, arch.data);
	return ch_path_check(u->path.data, u->path.len, err);
}

/* The file of the fragment is made anew: another run's has its bytes. */
static bool
open_fragment(const char *path, int *fd_out, struct ch_err *err)
{
	const int how = O_WRONLY | O_CREAT | O_TRUNC;
	int e = ch_sys_open(AT_FDCWD, path, how, 0644, fd_out);

	if (e == ENOENT) {
		if (!ch_make_parents(path, 0755, err))
			return false;
		e = ch_sys_open(AT_FDCWD, path, how, 0644, fd_out);
	}
	return e == 0 || ch_fail_errno(err, e, "%s", path);
}

static bool
write_fragment(const struct ch_upload_rpm *u, struct ch_err *err)
{
	char *as = ch_path_join(CH_FRAGMENT_FOLDER, u->file->sha256);
	char *path = ch_path_join(u->out_dir, as);
	struct ch_buf text = { 0 };
	struct ch_out out;
	int fd = -1;
	int e;
	bool ok;

	ch_buf_init(&text, 3 * CH_XML_PIECE_MAX + 4096);
	ok = ch_fragment_print(&u->pieces, &text, err) &&
	     open_fragment(path, &fd, err);
	if (ok) {
		ch_out_init(&out, fd, path);
		ok = ch_out_write(&out, text.data, text.len, err) &&
		     ch_out_flush(&out, err);
		ch_out_free(&out);
		e = ch_sys_close(fd);
		if (ok && e != 0)
			ok = ch_fail_errno(err, e, "%s", path);
	}
	ch_buf_free(&text);
	ch_free(path);
	ch_free(as);
	return ok;
}

static bool
read_package(struct ch_upload_rpm *u, struct ch_err *err)
{
	struct ch_xml_facts facts = { .sha256 = u->file->sha256,
		.size = u->file->size };
	int fd;
	int e = ch_open_read(AT_FDCWD, u->file->path, &fd);

	if (e != 0)
		return ch_fail(err, CH_MALFORMED, "%s", strerror(e));
	u->header = ch_header_read(fd, "package", err);
	(void)close(fd);
	if (u->header == NULL || !make_path(u, err))
		return false;
	facts.location = u->path.data;
	u->module = ch_header_text(u->header, CH_TAG_MODULARITYLABEL);
	return ch_xml_write(&u->pieces, u->header, &facts, err);
}

/* Whatever is named so, or begins so. */
static bool
is_package(const struct ch_upload_rpm *u)
{
	unsigned char bytes[4] = { 0 };
	int fd;

	if (ch_str_ends(u->file->name, ".rpm") ||
	    ch_open_read(AT_FDCWD, u->file->path, &fd) != 0)
		return true;
	(void)!ch_read(fd, bytes, sizeof(bytes));
	(void)close(fd);
	return memcmp(bytes, "\xed\xab\xee\xdb", sizeof(bytes)) == 0;
}

/* Metadata are an input of the index, by their name. */
static bool
print_data(
    const struct ch_upload_rpm *u, struct ch_buf *line, struct ch_err *err)
{
	const char *type = ch_upload_data_type(u->file->path, "metadata", err);
	char *as;

	if (type == NULL ||
	    !ch_path_check(u->file->name, strlen(u->file->name), err))
		return false;
	as = ch_path_join(CH_UPLOADS, u->file->name);
	ch_buf_puts(line, "{\"record\":\"file\"");
	ch_line_member(line, "name", u->file->name);
	ch_line_member(line, "as", as);
	ch_line_member(line, "file", u->file->path);
	ch_line_member(line, "role", "input");
	ch_buf_printf(line, ",\"rpm\":{\"data\":\"%s\"}}\n", type);
	ch_free(as);
	return true;
}

static bool
print_package(struct ch_upload_rpm *u, struct ch_buf *line, struct ch_err *err)
{
	return read_package(u, err) && ch_upload_rpm_print(u, line, err) &&
	       write_fragment(u, err);
}

/* What is not the package's fault ends the run. */
static bool
take_file(
    const struct ch_call *c, const struct ch_local_file *f, struct ch_err *err)
{
	const struct ch_rpm_settings *s = c->settings;
	struct ch_upload_rpm u = {
		.file = f, .out_dir = c->out_dir, .folder = s->hosted_dir
	};
	struct ch_buf line = { 0 };
	struct ch_err why;
	bool ok = is_package(&u) ? print_package(&u, &line, &why)
				 : print_data(&u, &line, &why);

	if (ok) {
		ok = ch_out_write(c->out, line.data, line.len, err);
	} else if (why.status == CH_MALFORMED) {
		ok = ch_local_file_refuse(c, f, "malformed", why.text, err);
	} else {
		*err = why;
		(void)ch_wrap(err, "%s", f->name);
	}
	ch_buf_free(&line);
	ch_xml_pieces_free(&u.pieces);
	ch_header_close(u.header);
	ch_buf_free(&u.path);
	return ok;
}

bool
ch_rpm_inspect(const struct ch_call *c, struct ch_err *err)
{
	return ch_local_files_read(c, take_file, err);
}
