/* plugins/rpm/slice, package and cut: found by tags and by expat, the same. */
#include "plugins/rpm/slice.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "plugins/rpm/cut.h"
#include "plugins/rpm/tags.h"
#include "tests/unit/tap.h"

#include "lib/banned.h"

#define DECL "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
#define ROOT                                                                   \
	"<metadata xmlns=\"http://linux.duke.edu/metadata/common\" "           \
	"xmlns:rpm=\"http://linux.duke.edu/metadata/rpm\" packages=\"2\">\n"
#define HEX40 "0123456789abcdef0123456789abcdef01234567"
#define SHA_A HEX40 "aaaaaaaaaaaaaaaaaaaaaaaa"
#define SHA_B HEX40 "bbbbbbbbbbbbbbbbbbbbbbbb"
#define PACKAGE(name, sha, href)                                               \
	"<package type=\"rpm\">\n  <name>" name "</name>\n"                    \
	"  <arch>noarch</arch>\n"                                              \
	"  <version epoch=\"0\" ver=\"1.0\" rel=\"2\"/>\n"                     \
	"  <checksum type=\"sha256\" pkgid=\"YES\">" sha "</checksum>\n"       \
	"  <summary>s</summary>\n  <packager>A &lt;a@b&gt;</packager>\n"       \
	"  <time file=\"11\" build=\"12\"/>\n"                                 \
	"  <size package=\"345\" installed=\"1\" archive=\"1\"/>\n"            \
	"  <location href=\"" href "\"/>\n"                                    \
	"  <format>\n    <rpm:license>MIT &amp; BSD</rpm:license>\n"           \
	"    <rpm:vendor/>\n    <rpm:group>Unspecified</rpm:group>\n"          \
	"    <rpm:sourcerpm>x-1.0-2.src.rpm</rpm:sourcerpm>\n"                 \
	"    <file>/usr/bin/x</file>\n  </format>\n</package>\n"
#define A    PACKAGE("a", SHA_A, "Packages/a-1.0-2.noarch.rpm")
#define B    PACKAGE("b", SHA_B, "Packages/b-1.0-2.noarch.rpm")
#define END_ "</metadata>\n"

/* What a pass over a document gave. */
struct pass {
	struct ch_buf all;   /* its bytes again */
	struct ch_buf items; /* items with marks around them */
	size_t count;        /* items */
	bool is_careful;     /* expat was asked */
	bool ok;             /* to the end */
	struct ch_err err;   /* else */
};

/* Gives a text in blocks of one size. */
struct blocks {
	struct ch_span left; /* not yet given */
	size_t size;         /* of a block */
};

static bool
next_block(void *ctx, struct ch_span *block, struct ch_err *err)
{
	struct blocks *b = ctx;
	size_t n = b->left.len < b->size ? b->left.len : b->size;

	(void)err;
	*block = (struct ch_span){ b->left.data, n };
	b->left.data += n;
	b->left.len -= n;
	return true;
}

static void
put(struct ch_buf *buf, struct ch_span s)
{
	ch_buf_put(buf, s.data != NULL ? s.data : "", s.len);
}

static struct pass
run(const char *text, enum ch_slice_kind kind, bool is_careful, size_t size)
{
	struct blocks blocks = { ch_span_of(text), size };
	struct ch_slices_job job = { .feed = { next_block, &blocks, "text" },
		.shown = "text",
		.kind = kind,
		.is_careful = is_careful };
	struct pass p = { .ok = false };
	struct ch_slices *s = ch_slices_open(&job, &p.err);
	struct ch_slice slice;
	enum ch_next next = CH_ERROR;

	if (s == NULL)
		return p;
	put(&p.all, ch_slices_head(s)->bytes);
	while ((next = ch_slices_next(s, &slice, &p.err)) == CH_ITEM) {
		put(&p.items, CH_SPAN("["));
		put(&p.items, slice.pkgid);
		put(&p.items, CH_SPAN("|"));
		put(&p.items, slice.bytes);
		put(&p.items, CH_SPAN("|"));
		put(&p.items, slice.gap);
		put(&p.items, CH_SPAN("]"));
		put(&p.all, slice.bytes);
		put(&p.all, slice.gap);
		p.count++;
	}
	p.ok = next == CH_END;
	put(&p.all, ch_slices_foot(s));
	p.is_careful = ch_slices_is_careful(s);
	ch_slices_close(s);
	return p;
}

static void
free_pass(struct pass *p)
{
	ch_buf_free(&p->all);
	ch_buf_free(&p->items);
}

static bool
is_text(const struct ch_buf *b, const char *text)
{
	return ch_span_is(
	    (struct ch_span){ b->data != NULL ? b->data : "", b->len }, text);
}

/* By tags and by expat, in one block and in blocks of a few bytes. */
static void
check_same(const char *what, const char *text, enum ch_slice_kind kind,
    size_t count, bool is_careful)
{
	struct pass whole = run(text, kind, false, SIZE_MAX);
	bool same = whole.ok && is_text(&whole.all, text) &&
		    whole.count == count && whole.is_careful == is_careful;
	size_t size;

	if (!same)
		(void)printf("# %zu items, careful %d: %s\n", whole.count,
		    whole.is_careful, whole.err.text);
	for (size = 1; same && size < 40; size += 6) {
		struct pass fast = run(text, kind, false, size);
		struct pass careful = run(text, kind, true, size);

		same = fast.ok && careful.ok && careful.is_careful &&
		       is_text(&fast.all, text) &&
		       is_text(&careful.all, text) &&
		       is_text(&fast.items,
			   whole.items.data != NULL ? whole.items.data : "") &&
		       is_text(&careful.items,
			   whole.items.data != NULL ? whole.items.data : "");
		if (!same)
			(void)printf("# blocks of %zu: %s %s\n", size,
			    fast.err.text, careful.err.text);
		free_pass(&fast);
		free_pass(&careful);
	}
	ok_if(same, "%s: found by tags and by expat alike", what);
	free_pass(&whole);
}

static void
check_refused(const char *what, const char *text, enum ch_slice_kind kind,
    const char *why)
{
	struct pass fast = run(text, kind, false, SIZE_MAX);
	struct pass careful = run(text, kind, true, SIZE_MAX);

	ok_if(!fast.ok && !careful.ok && fast.err.status == CH_MALFORMED &&
		  strstr(fast.err.text, why) != NULL,
	    "%s is refused in words (%s)", what, fast.err.text);
	free_pass(&fast);
	free_pass(&careful);
}

static void
test_slices(void)
{
	static const char lists[] = "<filelists packages='2'><package "
				    "pkgid='x' name='a'><file>/a</file>"
				    "</package><package name=\"a>b\" pkgid = "
				    "\"y\"/></filelists>";

	check_same("primary", DECL ROOT A B END_, CH_SLICE_PRIMARY, 2, false);
	check_same("no package", DECL ROOT END_, CH_SLICE_PRIMARY, 0, false);
	check_same("an empty root", DECL "<metadata packages=\"0\"/>\n",
	    CH_SLICE_PRIMARY, 0, false);
	check_same("one line, single quotes, an empty package", lists,
	    CH_SLICE_KEYED, 2, false);
	check_same("a byte order mark", "\xef\xbb\xbf" DECL ROOT A END_,
	    CH_SLICE_PRIMARY, 1, false);
	check_same("a comment behind the root", ROOT A END_ "<!-- bye -->\n",
	    CH_SLICE_PRIMARY, 1, false);
	check_same("a comment between packages",
	    DECL ROOT A "<!-- </package><package> -->" B END_, CH_SLICE_PRIMARY,
	    2, true);
	check_same("CDATA with </package> inside",
	    ROOT A "<package><d><![CDATA[</package>]]></d></package>" B END_,
	    CH_SLICE_PRIMARY, 3, true);
	check_same("an instruction", ROOT A "<?x </package> ?>" B END_,
	    CH_SLICE_PRIMARY, 2, true);
	check_same("a comment before the root",
	    DECL "<!-- <metadata> -->" ROOT A END_, CH_SLICE_PRIMARY, 1, true);
	check_same("a package inside a package",
	    ROOT A "<package><package></package></package >" B END_,
	    CH_SLICE_PRIMARY, 3, true);
	check_same("another element between packages",
	    ROOT A "<x><package/></x>" B END_, CH_SLICE_PRIMARY, 2, true);
	check_same("Latin-1",
	    "<?xml version=\"1.0\" encoding=\"iso-8859-1\"?>" ROOT
	    "<package>\xe9</package>" END_,
	    CH_SLICE_PRIMARY, 1, true);
	check_same("updates",
	    "<updates><update><id>1</id><updated date='x'/></update>\n"
	    "<update/></updates>",
	    CH_SLICE_UPDATES, 2, false);
}

static void
test_refused(void)
{
	check_refused("a prefix on the root",
	    "<c:metadata xmlns:c=\"http://linux.duke.edu/metadata/common\">"
	    "<c:package/></c:metadata>",
	    CH_SLICE_PRIMARY, "dnf and zypper load nothing");
	check_refused("a prefix on packages",
	    "<metadata xmlns:c=\"http://linux.duke.edu/metadata/common\">"
	    "<c:package/></metadata>",
	    CH_SLICE_PRIMARY, "dnf and zypper load nothing");
	check_refused("a document type", "<!DOCTYPE metadata>" ROOT A END_,
	    CH_SLICE_PRIMARY, "document type");
	check_refused("UTF-16 with a mark", "\xff\xfe<", CH_SLICE_PRIMARY,
	    "UTF-16 is not read");
	check_refused("an unknown encoding",
	    "<?xml version=\"1.0\" encoding=\"EBCDIC\"?><metadata/>",
	    CH_SLICE_PRIMARY, "EBCDIC is not read");
	check_refused("another root", "<filelists></filelists>",
	    CH_SLICE_PRIMARY, "<metadata> was expected");
	check_refused("an end inside a package", ROOT A "<package><name>",
	    CH_SLICE_PRIMARY, "line");
	check_refused(
	    "an end before the root's", ROOT A, CH_SLICE_PRIMARY, "line");
	check_refused("nothing at all", "", CH_SLICE_PRIMARY, "nothing in it");
	check_refused("text behind the root", ROOT A END_ "<more/>",
	    CH_SLICE_PRIMARY, "behind the root");
}

/* A head, and an item that never ends. */
static bool
next_endless(void *ctx, struct ch_span *block, struct ch_err *err)
{
	static char many[1 << 20];
	unsigned *count = ctx;

	(void)err;
	memset(many, 'x', sizeof(many));
	*block = (*count)++ == 0 ? CH_SPAN("<metadata><package><name>")
				 : (struct ch_span){ many, sizeof(many) };
	return true;
}

static void
check_endless(bool is_careful)
{
	unsigned count = 0;
	struct ch_slices_job job = { .feed = { next_endless, &count, "text" },
		.shown = "text",
		.kind = CH_SLICE_PRIMARY,
		.is_careful = is_careful };
	struct ch_err err = { .text = "" };
	struct ch_slices *s = ch_slices_open(&job, &err);
	struct ch_slice slice;

	ok_if(s != NULL && ch_slices_next(s, &slice, &err) == CH_ERROR &&
		  err.status == CH_MALFORMED && count < 200,
	    "an item that does not end is refused (%s)", err.text);
	ch_slices_close(s);
}

static void
read_one(struct ch_package *p, const char *text, bool is_latin1)
{
	struct ch_slice slice = { .bytes = ch_span_of(text),
		.is_simple = strstr(text, "<!") == NULL };

	ch_package_read(p, &slice, is_latin1, true);
}

static void
test_package(void)
{
	struct ch_package p;

	ch_package_init(&p);
	read_one(&p, PACKAGE("lib&amp;x", SHA_A, "a/b.rpm"), false);
	/* PACKAGE ends with a line end, which is a gap. */
	ok_if(p.fault != NULL, "more than a package is a fault");
	read_one(&p,
	    "<package><name>l&#x26;<![CDATA[<]]><!-- no -->x</name>"
	    "<arch>src</arch><version ver='1' rel='2'/><checksum "
	    "type='sha'>" HEX40 "</checksum><location xml:base='http://h/' "
	    "href='a&apos;b.rpm'/><packager></packager></package>",
	    false);
	ok_if(p.fault == NULL && ch_span_is(p.name, "l&<x") &&
		  ch_span_is(p.href, "a'b.rpm") &&
		  ch_span_is(p.base, "http://h/") &&
		  ch_span_is(p.checksum_type, "sha"),
	    "entities, CDATA and comments are decoded (%s)",
	    p.fault != NULL ? p.fault : "");
	ok_if(p.epoch.data == NULL && p.packager.data != NULL &&
		  p.packager.len == 0 && p.vendor.data == NULL && !p.has_format,
	    "what is absent and what is empty differ");
	read_one(&p,
	    "<package><name>caf\xe9</name><arch>x</arch><version ver='1' "
	    "rel='2'/><checksum type='sha'>" HEX40
	    "</checksum><location href='\xe9'/></package>",
	    true);
	ok_if(p.fault == NULL && ch_span_is(p.name, "caf\xc3\xa9") &&
		  ch_span_is(p.href, "\xc3\xa9"),
	    "Latin-1 is decoded");
	ch_package_free(&p);
}

static void
check_fault(const char *what, const char *text, const char *why)
{
	struct ch_package p;

	ch_package_init(&p);
	read_one(&p, text, false);
	ok_if(p.fault != NULL && strstr(p.fault, why) != NULL,
	    "%s is a fault (%s)", what, p.fault != NULL ? p.fault : "none");
	ch_package_free(&p);
}

#define NEEDED                                                                 \
	"<name>n</name><arch>a</arch><version ver='1' rel='2'/>"               \
	"<checksum type='sha'>" HEX40 "</checksum><location href='h'/>"

static void
test_faults(void)
{
	struct ch_package p;

	ch_package_init(&p);
	read_one(&p, "<package>" NEEDED "</package>", false);
	ok_if(p.fault == NULL, "what is needed is enough");
	ch_package_free(&p);
	check_fault("a second name",
	    "<package>" NEEDED "<name>evil</name></package>", "twice");
	check_fault("a second name behind the format",
	    "<package>" NEEDED "<format></format><name>e</name><format/>"
	    "</package>",
	    "twice");
	check_fault("a control byte in a description",
	    "<package>" NEEDED "<d>\x01</d></package>", "a byte that XML");
	check_fault("a byte that is not UTF-8",
	    "<package>" NEEDED "<d>\xff</d></package>", "a byte that XML");
	check_fault("an unknown entity", "<package><name>&x;</name></package>",
	    "not XML");
	check_fault("a line feed in a name",
	    "<package><name>a\nb</name></package>", "no name");
	check_fault("no location",
	    "<package><name>n</name><arch>a</arch><version ver='1' "
	    "rel='2'/><checksum type='sha'>" HEX40 "</checksum></package>",
	    "no location");
	check_fault("an empty package", "<package/>", "no name");
}

/* Which packages stay, and where to. */
struct choice {
	const char *kept;  /* their names, a letter each */
	const char *moved; /* where they go, or NULL */
};

static bool
choose(void *ctx, const struct ch_package *package,
    struct ch_cut_choice *choice, struct ch_err *err)
{
	const struct choice *c = ctx;

	(void)err;
	choice->is_kept = strchr(c->kept, package->name.data[0]) != NULL;
	if (c->moved != NULL)
		choice->href = ch_span_of(c->moved);
	return true;
}

static bool
collect(void *ctx, const void *data, size_t len, struct ch_err *err)
{
	(void)err;
	ch_buf_put(ctx, data, len);
	return true;
}

/* A document as a file, cut. */
struct cut {
	char *path;                  /* of the document */
	struct ch_buf out;           /* what came out */
	struct ch_cut_job job;       /* over it */
	struct ch_cut_result result; /* of it */
	struct ch_sink sink;         /* into out */
	struct ch_nevras nevras;     /* what became of packages */
	char hex[CH_SHA256_HEX + 1]; /* of out */
	struct ch_err err;           /* what went wrong */
};

static void
begin_cut(struct cut *c, const char *dir, const char *text, uint64_t count)
{
	*c = (struct cut){ .path = ch_format("%s/in", dir) };
	if (!ch_atomic_write(c->path, text, strlen(text), 0600, &c->err))
		abort();
	ch_sink_init(&c->sink, collect, &c->out);
	c->job = (struct ch_cut_job){ .path = c->path,
		.shown = "in",
		.max = 1 << 24,
		.sink = &c->sink,
		.count = count };
}

static void
end_cut(struct cut *c)
{
	ch_sink_free(&c->sink);
	ch_nevras_free(&c->nevras);
	ch_buf_free(&c->out);
	ch_free(c->path);
}

static bool
cut_primary(struct cut *c, const char *kept, const char *moved)
{
	struct choice choice = { kept, moved };
	struct ch_cut_chooser chooser = { choose, &choice, false };
	uint64_t size;

	return ch_cut_primary(
		   &c->job, &chooser, &c->nevras, &c->result, &c->err) &&
	       ch_sink_finish(&c->sink, c->hex, &size, &c->err) &&
	       size == c->out.len;
}

static void
test_cut_primary(const char *dir, bool is_careful)
{
	static const struct ch_nevra a = { { "a", 1 }, { "", 0 }, { "1.0", 3 },
		{ "2", 1 }, { "noarch", 6 } };
	const char *how = is_careful ? "by expat" : "by tags";
	char hex[CH_SHA256_HEX + 1];
	struct cut c;

	begin_cut(&c, dir, DECL ROOT A B END_, 1);
	c.job.is_careful = is_careful;
	ok_if(cut_primary(&c, "b", NULL) && c.result.kept == 1 &&
		  c.result.dropped == 1,
	    "%s: one of two is kept", how);
	ch_sha256_hex(c.out.data, c.out.len, hex);
	ok_if(strcmp(hex, c.hex) == 0, "%s: the digest is the text's", how);
	c.out.data[c.out.len] = '\0';
	ok_if(strstr(c.out.data, "packages=\"1\">\n" B END_) != NULL,
	    "%s: its bytes are the same, the number is not", how);
	ok_if(ch_nevras_state(&c.nevras, &a) == CH_NEVRA_GONE,
	    "%s: the other one is known to be gone", how);
	end_cut(&c);
	begin_cut(&c, dir, DECL ROOT A B END_, 2);
	c.job.is_careful = is_careful;
	ok_if(
	    cut_primary(&c, "ab", NULL) && is_text(&c.out, DECL ROOT A B END_),
	    "%s: all are kept as they are", how);
	end_cut(&c);
	begin_cut(&c, dir, DECL ROOT A B END_, 0);
	c.job.is_careful = is_careful;
	ok_if(cut_primary(&c, "", NULL) &&
		  strstr(c.out.data, "packages=\"0\">\n" END_) != NULL,
	    "%s: none is kept", how);
	end_cut(&c);
}

#define MOVED(tag)                                                             \
	"<metadata><package>"                                                  \
	"<name>n</name><arch>a</arch><version ver='1' rel='2'/>"               \
	"<checksum type='sha'>" HEX40 "</checksum>" tag "<x/></package>"       \
	"</metadata>"

static void
test_location(const char *dir)
{
	static const struct {
		const char *from; /* the document */
		const char *to;   /* what it becomes */
	} cases[] = {
		{ MOVED("<location href='old'/>"),
		    MOVED("<location href='p/&#233;&#38;&#39;'/>") },
		{ MOVED("<location xml:base=\"http://h/\"  href='old' />"),
		    MOVED("<location  href='p/&#233;&#38;&#39;' />") },
		{ MOVED("<location href = \"old\" xml:base = 'h' x='1'/>"),
		    MOVED("<location href = \"p/&#233;&#38;&#39;\" x='1'/>") },
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct cut c;

		begin_cut(&c, dir, cases[i].from, 1);
		ok_if(cut_primary(&c, "n", "p/\xc3\xa9&'") &&
			  is_text(&c.out, cases[i].to),
		    "a location is edited in place (%s)", c.out.data);
		end_cut(&c);
	}
}

#define LIST(sha, more)                                                        \
	"<package pkgid=\"" sha "\"><file>/x" more "</file></package>\n"

static void
test_cut_keyed(const char *dir)
{
	struct ch_pkgids kept = { 0 };
	char hex[CH_HASH_HEX_MAX + 1];
	size_t at = 0;
	struct cut c;

	begin_cut(&c, dir,
	    "<filelists packages=\"3\">\n" LIST(HEX40, "1") LIST(SHA_B, "2")
		LIST(HEX40, "3") "</filelists>",
	    1);
	ok_if(ch_pkgids_add(&kept, ch_span_of(SHA_A)) &&
		  ch_pkgids_add(&kept, ch_span_of(HEX40)) &&
		  ch_pkgids_add(&kept, ch_span_of(HEX40)) && kept.count == 2 &&
		  !ch_pkgids_add(&kept, ch_span_of("none")),
	    "digests of several kinds make a set");
	ok_if(ch_cut_keyed(&c.job, &kept, 1, &c.result, &c.err) &&
		  ch_sink_finish(&c.sink, c.hex, NULL, &c.err) &&
		  is_text(&c.out, "<filelists packages=\"1\">\n" LIST(
				      HEX40, "1") "</filelists>"),
	    "filelists are cut by pkgid, the same again goes (%s)", c.err.text);
	ok_if(ch_pkgids_without(&kept, 1, &at, hex) &&
		  strcmp(hex, SHA_A) == 0 &&
		  !ch_pkgids_without(&kept, 1, &at, hex),
	    "a pkgid that is not there is reported");
	end_cut(&c);
	begin_cut(&c, dir,
	    "<filelists packages=\"1\">\n" LIST(HEX40, "\x02") "</filelists>",
	    1);
	ok_if(!ch_cut_keyed(&c.job, &kept, 2, &c.result, &c.err) &&
		  strstr(c.err.text, "at byte 91: package " HEX40) != NULL,
	    "a control byte is named with its place (%s)", c.err.text);
	end_cut(&c);
	ch_pkgids_free(&kept);
}

static void
test_nevra(void)
{
	struct ch_nevras all = { 0 };
	struct ch_nevra n;
	struct ch_nevra m;

	ok_if(ch_nevra_parse(ch_span_of("a-b-0:1.2-3.el8.noarch"), &n) &&
		  ch_span_is(n.name, "a-b") && ch_span_is(n.epoch, "0") &&
		  ch_span_is(n.version, "1.2") &&
		  ch_span_is(n.release, "3.el8") &&
		  ch_span_is(n.arch, "noarch"),
	    "a NEVRA is taken apart");
	ok_if(!ch_nevra_parse(ch_span_of("a-1.noarch"), &m) &&
		  !ch_nevra_parse(ch_span_of("a-x:1-2.noarch"), &m) &&
		  !ch_nevra_parse(ch_span_of(""), &m) &&
		  !ch_nevra_parse(ch_span_of("-1-2.x"), &m),
	    "what is none is not");
	ch_nevras_mark(&all, &n, CH_NEVRA_KEPT);
	ch_nevras_mark(&all, &n, CH_NEVRA_GONE);
	ok_if(ch_nevra_parse(ch_span_of("a-b-1.2-3.el8.noarch"), &m) &&
		  ch_nevras_state(&all, &m) == CH_NEVRA_KEPT,
	    "no epoch is epoch 0, and kept stays kept");
	ok_if(ch_nevra_parse(ch_span_of("a-b-1:1.2-3.el8.noarch"), &m) &&
		  ch_nevras_state(&all, &m) == CH_NEVRA_UNKNOWN,
	    "epoch 1 is another package");
	ch_nevras_free(&all);
}

/* One odd thing anywhere in 200 bytes, around the ends of blocks too. */
static void
test_sound(void)
{
	static const struct {
		const char *bytes; /* what is put somewhere */
		size_t len;        /* of them */
		bool is_utf8;      /* sound as UTF-8 */
		bool is_latin1;    /* sound as ISO-8859-1 */
	} odd[] = {
		{ "\n", 1, true, true },
		{ "\t\r\n", 3, true, true },
		{ "\x1f", 1, false, false },
		{ "\0", 1, false, false },
		{ "\x7f", 1, true, true },
		{ "\xc3\xa9", 2, true, true },
		{ "\xe2\x82\xac", 3, true, true },
		{ "\xf0\x9f\x98\x80", 4, true, true },
		{ "\xe9", 1, false, true },
		{ "\xc3", 1, false, true },
		{ "\xef\xbf\xbe", 3, false, true },
		{ "\xed\xa0\x80", 3, false, true },
	};
	char text[200];
	size_t wrong = 0;

	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
		for (size_t at = 0; at + odd[i].len <= sizeof(text); at++) {
			struct ch_span all = { text, sizeof(text) };
			size_t bad = at;

			memset(text, 'a', sizeof(text));
			memcpy(text + at, odd[i].bytes, odd[i].len);
			wrong += ch_text_is_sound(all, CH_TEXT_UTF8, &bad) !=
				     odd[i].is_utf8 ||
				 bad != at;
			bad = at;
			wrong += ch_text_is_sound(all, CH_TEXT_LATIN1, &bad) !=
				     odd[i].is_latin1 ||
				 bad != at;
		}
	ok_if(wrong == 0, "what XML does not have is found wherever it is");
}

int
main(void)
{
	char dir[] = "/tmp/chantal-unit-XXXXXX";
	struct ch_err err;

	if (mkdtemp(dir) == NULL)
		return 1;
	test_slices();
	test_refused();
	check_endless(false);
	check_endless(true);
	test_package();
	test_faults();
	test_sound();
	test_nevra();
	test_cut_primary(dir, false);
	test_cut_primary(dir, true);
	test_location(dir);
	test_cut_keyed(dir);
	if (!ch_remove_tree(AT_FDCWD, dir, &err))
		(void)printf("# %s\n", err.text);
	return done();
}
