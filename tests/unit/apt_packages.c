/* plugins/apt/packages and sources: records, rejects, duplicates. */
#include "plugins/apt/packages.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/record.h"
#include "plugins/apt/sources.h"
#include "tests/unit/tap.h"

#include "lib/banned.h"

#define HEX16 "0123456789abcdef"
#define SHA   HEX16 HEX16 HEX16 HEX16
#define OTHER "f" HEX16 HEX16 HEX16 "0123456789abcde"

static const char *dir;
static unsigned files;

/* A list over texts, and the lines that it printed. */
struct run {
	struct ch_packages p;      /* of all texts */
	struct ch_out out;         /* to the file of lines */
	char *path;                /* of that file */
	struct ch_apt_index index; /* of the next text */
	struct ch_buf lines;       /* once it is over */
	bool ok;                   /* nothing failed */
};

static void
begin(struct run *r)
{
	int fd;

	*r = (struct run){ .ok = true };
	r->path = ch_format("%s/out%u", dir, files++);
	fd = open(r->path, O_CREAT | O_WRONLY | O_TRUNC, 0600);
	ch_out_init(&r->out, fd, "lines");
	r->p.out = &r->out;
	r->index = (struct ch_apt_index){ .shown = "Packages",
		.max = 1 << 24,
		.suite = "stable",
		.component = "main",
		.arch = "amd64",
		.kind = "deb",
		.base = "",
		.has_stanza = true };
}

static void
take(struct run *r, struct ch_span text, bool is_sources)
{
	char *path = ch_format("%s/in%u", dir, files++);
	struct ch_err err = { .text = "" };

	r->index.path = path;
	r->ok = r->ok &&
		ch_atomic_write(path, text.data, text.len, 0600, &err) &&
		(is_sources ? ch_sources_print(&r->p, &r->index, &err)
			    : ch_packages_print(&r->p, &r->index, &err));
	if (!r->ok)
		(void)printf("# %s\n", err.text);
	ch_free(path);
}

static bool
check_line(struct ch_span line)
{
	struct ch_record r = { 0 };
	struct ch_err err = { .text = "" };
	bool ok = ch_record_parse(&r, line, &err) && ch_record_check(&r, &err);

	if (!ok)
		(void)printf(
		    "# %s: %.*s\n", err.text, (int)line.len, line.data);
	ch_record_free(&r);
	return ok;
}

/* Ends the list; each line is a sound record. */
static void
finish(struct run *r)
{
	struct ch_err err;
	struct ch_in in;
	struct ch_span line;
	uint64_t count = 0;

	r->ok = r->ok && ch_out_flush(&r->out, &err) &&
		ch_in_open(&in, r->path, &err);
	while (r->ok && ch_in_line(&in, &line, &err) == CH_ITEM) {
		r->ok = check_line(line);
		ch_buf_put(&r->lines, line.data, line.len);
		ch_buf_putc(&r->lines, '\n');
		count++;
	}
	ch_in_close(&in);
	r->ok = r->ok && count == r->p.count + r->p.rejected;
	(void)close(r->out.fd);
	ch_out_free(&r->out);
}

static void
end(struct run *r)
{
	ch_buf_free(&r->lines);
	ch_packages_free(&r->p);
	ch_free(r->path);
}

static bool
has(const struct run *r, const char *text)
{
	if (r->lines.data != NULL && strstr(r->lines.data, text) != NULL)
		return true;
	(void)printf("# lacks %s\n# in %s", text,
	    r->lines.data != NULL ? r->lines.data : "nothing\n");
	return false;
}

static const char hello[] = "Package: hello\n"
			    "Version: 2.10-3\n"
			    "Architecture: amd64\n"
			    "Source: hello-src (2.10-2)\n"
			    "Multi-Arch: foreign\n"
			    "Essential: yes\n"
			    "Phased-Update-Percentage: 20\n"
			    "Section: devel\n"
			    "Priority: optional\n"
			    "Tag: role::program,\n uitoolkit::gtk, x\n"
			    "X-Odd: \"quoted\" \\ \303\244\n"
			    "Description: says\n hello\n  .verbatim\n"
			    "Filename: ./pool/h/hello+1~x.deb\n"
			    "Size: 53080\n"
			    "SHA256: " SHA "\n";

static void
test_members(void)
{
	struct run r;

	begin(&r);
	take(&r, ch_span_of(hello), false);
	finish(&r);
	ok_if(r.ok && r.p.count == 1 && r.p.rejected == 0, "a stanza");
	ok_if(has(&r, "{\"record\":\"package\",\"name\":\"hello\","
		      "\"arch\":\"amd64\",\"version\":\"2.10-3\","
		      "\"path\":\"pool/h/hello+1~x.deb\","
		      "\"url\":\"pool/h/hello%2B1~x.deb\",\"size\":53080,"
		      "\"sha256\":\"" SHA "\",\"stanza\":\"Package: hello\\n"),
	    "its members and their order");
	ok_if(has(&r, "X-Odd: \\\"quoted\\\" \\\\ \303\244\\n"),
	    "quotes, backslashes and UTF-8 in the stanza");
	ok_if(has(&r, "says\\n hello\\n  .verbatim\\nFilename: ./pool"),
	    "the stanza's lines as they are");
	ok_if(has(&r, "\"apt\":{\"suite\":\"stable\",\"component\":\"main\","
		      "\"kind\":\"deb\",\"section\":\"devel\","
		      "\"priority\":\"optional\",\"source\":\"hello-src\","
		      "\"source_version\":\"2.10-2\","
		      "\"multi_arch\":\"foreign\",\"tags\":[\"role::program\","
		      "\"uitoolkit::gtk\",\"x\"],\"phased\":20,"
		      "\"essential\":true}}\n"),
	    "what filters ask for");
	end(&r);
}

static void
test_variants(void)
{
	struct run r;

	begin(&r);
	r.index.has_stanza = false;
	r.index.component = NULL;
	r.index.base = "sub/";
	take(&r,
	    CH_SPAN("package: a\nVERSION: 1:0~x\nArchitecture: all\n"
		    "Source: a\nFilename: b//./c%3a.deb\nSize: 0\nTag: ,\n"
		    "Essential: no\nPhased-Update-Percentage: 101\n"
		    "SHA512: " SHA SHA "\n"),
	    false);
	finish(&r);
	ok_if(r.ok && r.p.count == 1, "a stanza of a flat repository");
	ok_if(has(&r, "\"path\":\"sub/b/c%3a.deb\","
		      "\"url\":\"sub/b//./c%253a.deb\",\"size\":0,"
		      "\"digest\":\"sha512:" SHA SHA "\",\"apt\":{"
		      "\"suite\":\"stable\",\"kind\":\"deb\","
		      "\"source\":\"a\"}}\n"),
	    "paths are made tidy, addresses are not; SHA512 is enough");
	end(&r);
}

static void
test_not_utf8(void)
{
	struct run r;

	begin(&r);
	take(&r,
	    CH_SPAN("Package: a\nVersion: 1\nArchitecture: all\n"
		    "Section: \377\nTag: \377\nMaintainer: J\366rg\n"
		    "Filename: a.deb\nSize: 1\nSHA256: " SHA "\n"),
	    false);
	finish(&r);
	ok_if(r.ok && r.p.count == 1, "a stanza that is not UTF-8");
	ok_if(has(&r, "\"stanza64\":\"UGFja2FnZTogYQpWZXJzaW9uOiAxCkFyY2hpdGVj"
		      "dHVyZTogYWxsClNlY3Rpb246IP8KVGFnOiD/Ck1haW50YWluZXI6IEr2"
		      "cmcK"),
	    "comes in base64");
	ok_if(has(&r, "\"kind\":\"deb\",\"source\":\"a\"}}"),
	    "attributes that are not UTF-8 are left out");
	end(&r);
}

/* One field of a good stanza, replaced. */
struct bad {
	const char *field; /* its name and colon */
	const char *value; /* instead, NULL: the field is not there */
	const char *code;  /* of the reject */
	const char *word;  /* in its message */
};

static const char *const good[][2] = {
	{ "Package:", "p" },
	{ "Version:", "1" },
	{ "Architecture:", "amd64" },
	{ "Filename:", "pool/p.deb" },
	{ "Size:", "1" },
	{ "SHA256:", SHA },
};

static const struct bad bads[] = {
	{ "Package:", NULL, "malformed", "no Package" },
	{ "Package:", "", "malformed", "no Package" },
	{ "Package:", "../evil", "malformed", "Package" },
	{ "Package:", "a b", "malformed", "Package" },
	{ "Package:", "-rf", "malformed", "Package" },
	{ "Package:", ".", "malformed", "Package" },
	{ "Package:", "a\n b", "malformed", "Package" },
	{ "Package:", "a\033[31m", "malformed", "Package" },
	{ "Package:", "p\nPackage: q", "malformed", "twice" },
	{ "Version:", NULL, "malformed", "no Version" },
	{ "Version:", "1 2", "malformed", "Version" },
	{ "Version:", "1\n 2", "malformed", "Version" },
	{ "Version:", "1\377", "malformed", "Version" },
	{ "Architecture:", NULL, "malformed", "no Architecture" },
	{ "Architecture:", "amd64 i386", "malformed", "Architecture" },
	{ "Architecture:", "../x", "malformed", "Architecture" },
	{ "Filename:", NULL, "malformed", "no Filename" },
	{ "Filename:", "../../etc/passwd", "unsafe-path", "Filename" },
	{ "Filename:", "pool/../../x.deb", "unsafe-path", "Filename" },
	{ "Filename:", "/etc/passwd", "unsafe-path", "absolute" },
	{ "Filename:", "./", "unsafe-path", "folder" },
	{ "Filename:", ".", "unsafe-path", "Filename" },
	{ "Filename:", "pool/", "unsafe-path", "folder" },
	{ "Filename:", "a\n b.deb", "unsafe-path", "control" },
	{ "Filename:", "a\tb.deb", "unsafe-path", "control" },
	{ "Filename:", "a\\b.deb", "unsafe-path", "backslash" },
	{ "Filename:", "\377.deb", "unsafe-path", "UTF-8" },
	{ "Size:", NULL, "malformed", "no Size" },
	{ "Size:", "-1", "malformed", "Size" },
	{ "Size:", "1e3", "malformed", "Size" },
	{ "Size:", "9007199254740993", "malformed", "Size" },
	{ "Size:", "99999999999999999999999999", "malformed", "Size" },
	{ "Size:", "0x10", "malformed", "Size" },
	{ "SHA256:", NULL, "malformed", "neither SHA256 nor SHA512" },
	{ "SHA256:", "abc", "malformed", "SHA256" },
	{ "SHA256:", SHA "0", "malformed", "SHA256" },
	{ "SHA256:", "g" HEX16 HEX16 HEX16 "0123456789abcde", "malformed",
	    "SHA256" },
	{ "SHA256:", "\nMD5sum: " HEX16 HEX16, "malformed", "SHA256" },
	{ "SHA256:", SHA "\nno field", "malformed", "no field" },
	{ "SHA256:", SHA "\n# a comment", "malformed", "comment" },
};

static void
put_stanza(struct ch_buf *text, const struct bad *b)
{
	size_t i;

	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		const char *value = good[i][1];

		if (b != NULL && ch_str_equal(b->field, good[i][0]))
			value = b->value;
		if (value != NULL)
			ch_buf_printf(text, "%s %s\n", good[i][0], value);
	}
	ch_buf_putc(text, '\n');
}

static void
test_bad(const struct bad *b)
{
	struct ch_buf text = { 0 };
	struct ch_buf shown = { 0 };
	struct run r;
	char *code =
	    ch_format("{\"record\":\"reject\",\"code\":\"%s\"", b->code);
	bool is_right;

	put_stanza(&text, b);
	put_stanza(&text, NULL);
	begin(&r);
	take(&r, (struct ch_span){ text.data, text.len }, false);
	finish(&r);
	is_right = r.ok && r.p.count == 1 && r.p.rejected == 1 &&
		   has(&r, code) && has(&r, b->word) &&
		   has(&r, "Packages: line 1: ") &&
		   has(&r, "\"path\":\"pool/p.deb\",\"url\"");
	if (b->value == NULL)
		ch_buf_puts(&shown, "missing");
	else
		ch_escape_text(&shown, b->value, strlen(b->value));
	ok_if(is_right, "%s %.40s is a reject, the next one is there", b->field,
	    shown.data != NULL ? shown.data : "empty");
	ch_buf_free(&shown);
	ch_buf_free(&text);
	ch_free(code);
	end(&r);
}

#define STANZA(version, arch, sha)                                             \
	"Package: a\nVersion: " version "\nArchitecture: " arch                \
	"\nFilename: a.deb\nSize: 1\nSHA256: " sha "\n\n"

static void
test_duplicates(void)
{
	struct run r;

	begin(&r);
	take(&r,
	    CH_SPAN(STANZA("1", "all", SHA) STANZA("1", "amd64", SHA)
		    STANZA("1", "all", SHA) STANZA("2", "all", SHA)),
	    false);
	ok_if(r.ok && r.p.count == 3 && r.p.rejected == 0,
	    "the same stanza twice in a file is one record");
	r.index.arch = "arm64";
	take(&r, CH_SPAN(STANZA("1", "all", SHA) STANZA("3", "all", SHA)),
	    false);
	ok_if(r.ok && r.p.count == 4 && r.p.rejected == 0,
	    "a package for all architectures in two files is one record");
	take(&r, CH_SPAN(STANZA("1", "all", OTHER)), false);
	ok_if(r.ok && r.p.count == 4 && r.p.rejected == 1,
	    "with other bytes it is a reject");
	take(&r, CH_SPAN(STANZA("9", "arm64", SHA) STANZA("9", "arm64", OTHER)),
	    false);
	ok_if(r.ok && r.p.count == 5 && r.p.rejected == 2,
	    "and so in one file for one architecture");
	r.index.component = "contrib";
	take(&r, CH_SPAN(STANZA("1", "all", OTHER)), false);
	r.index.suite = "testing";
	take(&r, CH_SPAN(STANZA("1", "all", OTHER)), false);
	r.index.kind = "udeb";
	take(&r, CH_SPAN(STANZA("1", "all", OTHER)), false);
	finish(&r);
	ok_if(r.ok && r.p.count == 8 && r.p.rejected == 2,
	    "another component, suite or kind is another package");
	ok_if(has(&r, "\"code\":\"conflict\""), "the code tells");
	end(&r);
}

static const char source[] =
    "Package: foo\nBinary: foo, foo-doc\nVersion: 1.0-1\n"
    "Architecture: any all\nSection: devel\nPriority: optional\n"
    "Directory: pool/main/f/foo\n"
    "Files:\n " HEX16 HEX16 " 10 foo_1.0-1.dsc\n"
    "Checksums-Sha256:\n " SHA " 10 foo_1.0-1.dsc\n"
    " " OTHER " 200 foo_1.0.orig.tar.xz\n"
    " " SHA " 30 foo_1.0.orig.tar.xz.asc\n";

static void
test_sources(void)
{
	struct run r;

	begin(&r);
	take(&r, ch_span_of(source), true);
	finish(&r);
	ok_if(r.ok && r.p.count == 1 && r.p.rejected == 0, "a source");
	ok_if(has(&r, "{\"record\":\"package\",\"name\":\"foo\","
		      "\"arch\":\"source\",\"version\":\"1.0-1\","
		      "\"path\":\"pool/main/f/foo/foo_1.0-1.dsc\","
		      "\"url\":\"pool/main/f/foo/foo_1.0-1.dsc\",\"size\":10,"
		      "\"sha256\":\"" SHA "\",\"stanza\":\"Package: foo\\n"),
	    "its .dsc is the package");
	ok_if(
	    has(&r,
		"\"files\":[{\"path\":\"pool/main/f/foo/foo_1.0.orig.tar.xz\","
		"\"url\":\"pool/main/f/foo/foo_1.0.orig.tar.xz\","
		"\"size\":200,\"sha256\":\"" OTHER "\","
		"\"role\":\"source\"},{"),
	    "the others are its files");
	ok_if(has(&r, "\"role\":\"source\"}],\"apt\":{\"suite\":\"stable\","
		      "\"component\":\"main\",\"kind\":\"source\","
		      "\"section\":\"devel\",\"priority\":\"optional\"}}\n"),
	    "what filters ask for");
	end(&r);
}

/* The source with one text in it replaced. */
struct bad_source {
	const char *from; /* is there once */
	const char *to;   /* instead */
	const char *code; /* of the reject, NULL: it is none */
	const char *what; /* for people */
};

static const struct bad_source bad_sources[] = {
	{ " 200 ", " -200 ", "malformed", "a negative size" },
	{ " 200 ", " 2OO ", "malformed", "a size that is no number" },
	{ " 200 ", " 99999999999999999999 ", "malformed", "a huge size" },
	{ " 200 ", " 200 x ", "malformed", "a fourth word" },
	{ " 200 ", " ", "malformed", "no size" },
	{ " " OTHER, " abcdef", "malformed", "a short digest" },
	{ "foo_1.0.orig.tar.xz\n", "../x\n", "unsafe-path",
	    "a name that leads up" },
	{ "foo_1.0.orig.tar.xz\n", "..\n", "unsafe-path", "a name of dots" },
	{ "foo_1.0.orig.tar.xz\n", "foo_1.0-1.dsc\n", "malformed",
	    "two digests of a file" },
	{ "foo_1.0.orig.tar.xz\n", "two.dsc\n", "malformed", "two .dsc files" },
	{ "Checksums-Sha256", "Checksums-Sha1", "malformed",
	    "weak checksums only" },
	{ "foo_1.0-1.dsc\n " OTHER, "foo.tar\n " OTHER, "malformed",
	    "no .dsc file" },
	{ "pool/main/f/foo", "../pool", "unsafe-path",
	    "a folder that leads up" },
	{ "pool/main/f/foo", "/pool", "unsafe-path", "an absolute folder" },
	{ "Package: foo", "Package: ../foo", "malformed", "a path for a name" },
	{ "Version: 1.0-1\n", "", "malformed", "no version" },
	{ "Binary: ", "Package: ", "malformed", "two names" },
	{ "pool/main/f/foo", "./pool//f/", NULL, "an untidy folder" },
	{ " 10 foo_1.0-1.dsc\n", " 10 more.tar.xz\n", NULL,
	    "a file with an MD5 only" },
};

static void
test_bad_source(const struct bad_source *b)
{
	const char *at = strstr(source, b->from);
	struct ch_buf text = { 0 };
	struct run r;

	ch_buf_put(&text, source, (size_t)(at - source));
	ch_buf_puts(&text, b->to);
	ch_buf_puts(&text, at + strlen(b->from));
	ch_buf_puts(&text, "\nPackage: next\nVersion: 1\nDirectory: .\n"
			   "Checksums-Sha512:\n " SHA SHA " 7 next.dsc\n");
	begin(&r);
	take(&r, (struct ch_span){ text.data, text.len }, true);
	finish(&r);
	ok_if(r.ok && r.p.count == (b->code == NULL ? 2 : 1) &&
		  r.p.rejected == (b->code == NULL ? 0 : 1) &&
		  (b->code == NULL || has(&r, b->code)) &&
		  has(&r, "\"path\":\"next.dsc\",\"url\":\"next.dsc\","
			  "\"size\":7,\"digest\":\"sha512:" SHA SHA "\""),
	    "a source with %s is %s, the next one is there", b->what,
	    b->code == NULL ? "taken" : "a reject");
	ch_buf_free(&text);
	end(&r);
}

static void
test_long_line(void)
{
	struct ch_buf text = { 0 };
	struct run r;

	ch_buf_puts(&text, hello);
	ch_buf_puts(&text, "X-Long: ");
	while (text.len < (3 << 20))
		ch_buf_puts(&text, "\001\002\003\004\005\006\007\010");
	ch_buf_puts(&text, "\n\n");
	put_stanza(&text, NULL);
	begin(&r);
	take(&r, (struct ch_span){ text.data, text.len }, false);
	finish(&r);
	ok_if(r.ok && r.p.count == 1 && r.p.rejected == 1 &&
		  has(&r, "longer than a line may be"),
	    "a record that would be over 8 MiB is a reject");
	ch_buf_free(&text);
	end(&r);
}

int
main(void)
{
	char temp[] = "/tmp/unit-apt.XXXXXX";
	struct ch_err err;
	int status;
	size_t i;

	dir = mkdtemp(temp);
	if (dir == NULL)
		return 1;
	test_members();
	test_variants();
	test_not_utf8();
	for (i = 0; i < sizeof(bads) / sizeof(bads[0]); i++)
		test_bad(&bads[i]);
	test_duplicates();
	test_sources();
	for (i = 0; i < sizeof(bad_sources) / sizeof(bad_sources[0]); i++)
		test_bad_source(&bad_sources[i]);
	test_long_line();
	status = done();
	return ch_remove_tree(AT_FDCWD, temp, &err) ? status : 1;
}
