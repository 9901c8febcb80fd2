#include "control.h"

#include <string.h>
#include <strings.h>

#include "lib/banned.h"

/* What apt-ftparchive packages writes, field by field. */
const char *const ch_control_binary_order[] = { "Package", "Package-Type",
	"Architecture", "Subarchitecture", "Version", "Kernel-Version",
	"Built-Using", "Static-Built-Using", "Built-For-Profiles",
	"Auto-Built-Package", "Multi-Arch", "Priority", "Build-Essential",
	"Protected", "Important", "Essential", "Installer-Menu-Item", "Section",
	"Source", "Origin", "Phased-Update-Percentage", "Maintainer",
	"Original-Maintainer", "Bugs", "Config-Version", "Conffiles",
	"Installed-Size", "Provides", "Pre-Depends", "Depends", "Recommends",
	"Suggests", "Conflicts", "Breaks", "Replaces", "Enhances", "Filename",
	"MSDOS-Filename", "Size", "MD5sum", "SHA1", "SHA256", "SHA512",
	"Homepage", "Description", "Description-md5", "Tag", "Task", NULL };

/* apt-ftparchive sources */
const char *const ch_control_source_order[] = { "Package", "Format", "Binary",
	"Architecture", "Version", "Priority", "Section", "Origin",
	"Maintainer", "Original-Maintainer", "Uploaders", "Dm-Upload-Allowed",
	"Standards-Version", "Build-Depends", "Build-Depends-Arch",
	"Build-Depends-Indep", "Build-Conflicts", "Build-Conflicts-Arch",
	"Build-Conflicts-Indep", "Testsuite", "Testsuite-Triggers", "Homepage",
	"Vcs-Browser", "Vcs-Browse", "Vcs-Arch", "Vcs-Bzr", "Vcs-Cvs",
	"Vcs-Darcs", "Vcs-Git", "Vcs-Hg", "Vcs-Mtn", "Vcs-Svn", "Directory",
	"Package-List", "Files", "Checksums-Sha1", "Checksums-Sha256",
	"Checksums-Sha512", NULL };

static bool
is_named(struct ch_span a, struct ch_span b)
{
	return a.len == b.len && strncasecmp(a.data, b.data, a.len) == 0;
}

/* At the end of a line it is left out; elsewhere some take it for one. */
static bool
has_return(struct ch_span value)
{
	size_t i;

	/* Behind the last byte of a value stands another one. */
	for (i = 0; i < value.len; i++)
		if (value.data[i] == '\r' && value.data[i + 1] != '\n')
			return true;
	return false;
}

/* A control file has some twenty fields. */
static bool
check_fields(const struct ch_deb822 *d, struct ch_flaw *flaw)
{
	enum { FIELDS_MAX = 512 };
	size_t i;
	size_t k;

	if (d->count > FIELDS_MAX)
		return ch_flaw_set(
		    flaw, "malformed", "over %d fields", FIELDS_MAX);
	for (i = 0; i < d->count; i++) {
		struct ch_span name = d->fields[i].name;

		for (k = 0; k < i; k++)
			if (is_named(name, d->fields[k].name))
				return ch_flaw_set(flaw, "malformed",
				    "the field %.*s is there twice",
				    (int)name.len, name.data);
		if (has_return(d->fields[i].value))
			return ch_flaw_set(flaw, "malformed",
			    "a carriage return in the field %.*s",
			    (int)name.len, name.data);
	}
	return true;
}

bool
ch_control_read(struct ch_deb822 *d, struct ch_span text, const char *shown,
    struct ch_flaw *flaw)
{
	struct ch_deb822 more;
	enum ch_next next;

	ch_deb822_init(d, text, shown);
	next = ch_deb822_next(d, &flaw->err);
	if (next == CH_END)
		return ch_flaw_set(flaw, "malformed", "it has no fields");
	if (next == CH_ERROR) {
		flaw->code = "malformed";
		return false;
	}
	/* The same reader would forget the fields. */
	ch_deb822_init(&more, d->rest, shown);
	next = ch_deb822_next(&more, &flaw->err);
	ch_deb822_close(&more);
	if (next != CH_END)
		return ch_flaw_set(flaw, "malformed",
		    "an empty line in it: it would be more than one stanza");
	return ch_line_may_use(d, flaw) && check_fields(d, flaw);
}

/* Policy 5.6.13: a line with nothing on it is " .". */
static void
put_line(struct ch_buf *out, struct ch_span line)
{
	size_t i = 0;

	while (line.len > 0 && line.data[line.len - 1] == '\r')
		line.len--;
	while (i < line.len && (line.data[i] == ' ' || line.data[i] == '\t'))
		i++;
	if (i == line.len) {
		ch_buf_puts(out, " .\n");
		return;
	}
	if (i == 0)
		ch_buf_putc(out, ' ');
	ch_buf_put(out, line.data, line.len);
	ch_buf_putc(out, '\n');
}

/* The first line stands behind the name; value may begin with its end. */
static void
put_field(struct ch_buf *out, struct ch_span name, struct ch_span value)
{
	const char *end = value.data + value.len;
	const char *lf = memchr(value.data, '\n', value.len);
	struct ch_span first = { value.data,
		lf != NULL ? (size_t)(lf - value.data) : value.len };

	while (first.len > 0 && first.data[first.len - 1] == '\r')
		first.len--;
	ch_buf_put(out, name.data, name.len);
	ch_buf_putc(out, ':');
	if (first.len > 0) {
		ch_buf_putc(out, ' ');
		ch_buf_put(out, first.data, first.len);
	}
	ch_buf_putc(out, '\n');
	while (lf != NULL) {
		const char *line = lf + 1;

		lf = memchr(line, '\n', (size_t)(end - line));
		put_line(out, (struct ch_span){ line,
				  (size_t)((lf != NULL ? lf : end) - line) });
	}
}

/* As it stands there, a list with the line end before it. */
static void
put_own(struct ch_buf *out, const struct ch_deb822_field *field)
{
	const char *start = field->name.data + field->name.len + 1;
	struct ch_span value = field->value;
	const char *lf;

	if (value.len > 0) {
		lf = memchr(start, '\n', (size_t)(value.data - start));
		if (lf != NULL) {
			value.len += (size_t)(value.data - lf);
			value.data = lf;
		}
	}
	put_field(out, field->name, value);
}

static const struct ch_control_field *
find_set(const struct ch_control_field *sets, size_t count, struct ch_span name)
{
	for (size_t i = 0; i < count; i++)
		if (ch_deb822_is(name, sets[i].name))
			return &sets[i];
	return NULL;
}

static const struct ch_deb822_field *
find_own(const struct ch_deb822 *d, const char *name)
{
	for (size_t i = 0; i < d->count; i++)
		if (ch_deb822_is(d->fields[i].name, name))
			return &d->fields[i];
	return NULL;
}

static bool
is_ordered(const char *const *order, struct ch_span name)
{
	while (*order != NULL && !ch_deb822_is(name, *order))
		order++;
	return *order != NULL;
}

void
ch_control_write(struct ch_buf *out, const struct ch_deb822 *d,
    const char *const *order, const struct ch_control_field *sets, size_t count)
{
	const struct ch_deb822_field *own;
	const struct ch_control_field *set;
	const char *const *name;
	size_t i;

	for (name = order; *name != NULL; name++) {
		own = find_own(d, *name);
		set = find_set(sets, count, ch_span_of(*name));
		if (set != NULL && set->value.data != NULL)
			put_field(out, ch_span_of(set->name), set->value);
		else if (set == NULL && own != NULL)
			put_own(out, own);
	}
	for (i = 0; i < d->count; i++) {
		own = &d->fields[i];
		if (find_set(sets, count, own->name) == NULL &&
		    !is_ordered(order, own->name))
			put_own(out, own);
	}
}
