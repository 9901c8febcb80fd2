/* plugins/rpm/updateinfo, modules and comps: what goes, and what stays as is.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/io.h"
#include "lib/spawn.h"
#include "plugins/rpm/comps.h"
#include "plugins/rpm/modules.h"
#include "plugins/rpm/updateinfo.h"
#include "tests/unit/tap.h"

#include "lib/banned.h"

static const char *dir;

/* A text as a file, and what came out of it. */
struct cut {
	char *path;                  /* of the text */
	struct ch_buf out;           /* cut */
	struct ch_sink sink;         /* into out */
	char hex[CH_SHA256_HEX + 1]; /* of out */
	struct ch_err err;           /* what went wrong */
};

static bool
collect(void *ctx, const void *data, size_t len, struct ch_err *err)
{
	(void)err;
	ch_buf_put(ctx, data, len);
	return true;
}

static void
begin(struct cut *c, const char *text)
{
	*c = (struct cut){ .path = ch_format("%s/in", dir) };
	if (!ch_atomic_write(c->path, text, strlen(text), 0600, &c->err))
		abort();
	ch_sink_init(&c->sink, collect, &c->out);
}

/* Whether it came out as wanted; ends it. */
static bool
ended(struct cut *c, bool ok, const char *wanted)
{
	ok = ok && ch_sink_finish(&c->sink, c->hex, NULL, &c->err);
	if (!ok)
		(void)printf("# %s\n", c->err.text);
	else if (!ch_span_is(
		     (struct ch_span){
			 c->out.data != NULL ? c->out.data : "", c->out.len },
		     wanted)) {
		(void)printf("# came out:\n%s\n", c->out.data);
		ok = false;
	}
	ch_sink_free(&c->sink);
	ch_buf_free(&c->out);
	ch_free(c->path);
	return ok;
}

static void
mark(struct ch_nevras *all, const char *nevra, enum ch_nevra_state state)
{
	struct ch_nevra n;

	if (!ch_nevra_parse(ch_span_of(nevra), &n))
		abort();
	ch_nevras_mark(all, &n, state);
}

/* a and d are kept, b is not; c is there with epoch 1 only. */
static void
mark_all(struct ch_nevras *all)
{
	*all = (struct ch_nevras){ { 0 } };
	mark(all, "a-1-1.x86_64", CH_NEVRA_KEPT);
	mark(all, "b-1-1.x86_64", CH_NEVRA_GONE);
	mark(all, "c-1:1-1.x86_64", CH_NEVRA_KEPT);
	mark(all, "d-1-1.src", CH_NEVRA_KEPT);
}

#define ENTRY(name, more)                                                      \
	"\n      <package name=\"" name "\" version=\"1\" release=\"1\" " more \
	"arch=\"x86_64\">\n        <filename>" name "</filename>\n"            \
	"      </package>"
#define COLLECTION(entries)                                                    \
	"\n    <collection short=\"x\">\n      <name>x</name>" entries         \
	"\n    </collection>"
#define UPDATE(id, date, collections)                                          \
	"  <update from=\"me\" status=\"final\" type=\"security\" "            \
	"version=\"1\">\n    <id>" id "</id>\n    <issued date=\"" date        \
	"\"/>\n    <severity>Important</severity>\n"                           \
	"    <description>a &lt;b&gt; &#233;</description>\n"                  \
	"    <pkglist>" collections "\n    </pkglist>\n  </update>\n"
#define UPDATES(updates)                                                       \
	"<?xml version=\"1.0\"?>\n<updates>\n" updates "</updates>\n"
/* Blanks behind an item go with it: those of the last one that stays. */
#define UPDATES_CUT(updates)                                                   \
	"<?xml version=\"1.0\"?>\n<updates>\n" updates "  </updates>\n"
#define DAY "2024-05-01 12:00:00"

static bool
cut_updates(const char *text, const struct ch_streams *streams,
    const struct ch_advisory_rules *rules, const char *wanted,
    struct ch_updateinfo_result *result)
{
	struct ch_nevras all;
	struct cut c;
	bool ok;

	mark_all(&all);
	begin(&c, text);
	ok = ch_updateinfo_cut(
	    &(struct ch_updateinfo_job){
		.file = { c.path, "updateinfo", 1 << 24 },
		.sink = &c.sink,
		.nevras = &all,
		.streams = streams,
		.rules = rules },
	    result, &c.err);
	ch_nevras_free(&all);
	return ended(&c, ok, wanted);
}

static void
test_updates(void)
{
	static const char whole[] = UPDATES(UPDATE(
	    "1", DAY, COLLECTION(ENTRY("a", "") ENTRY("c", "epoch=\"1\" "))));
	struct ch_updateinfo_result r;

	ok_if(cut_updates(whole, NULL, NULL, whole, &r) && r.kept == 1 &&
		  r.dropped == 0 && r.entries == 0,
	    "an advisory whose packages are kept stays byte for byte");
	ok_if(
	    cut_updates(UPDATES(UPDATE("1", DAY,
			    COLLECTION(ENTRY("b", "") ENTRY("a", "epoch=\"\" ")
				    ENTRY("c", "epoch='0' "))
				COLLECTION(ENTRY("b", "") ENTRY("none", "")))),
		NULL, NULL,
		UPDATES(
		    UPDATE("1", DAY, COLLECTION(ENTRY("a", "epoch=\"\" ")))),
		&r) &&
		r.kept == 1 && r.entries == 4,
	    "entries and collections that are not published go, by epoch");
	ok_if(cut_updates(
		  UPDATES(UPDATE("1", DAY, COLLECTION(ENTRY("b", ""))) UPDATE(
		      "2", DAY, COLLECTION(ENTRY("a", ""))) UPDATE("2", DAY,
		      COLLECTION(ENTRY("a", ""))) UPDATE("3", DAY, "")),
		  NULL, NULL,
		  UPDATES_CUT(UPDATE("2", DAY, COLLECTION(ENTRY("a", "")))
			  UPDATE("2", DAY, COLLECTION(ENTRY("a", "")))),
		  &r) &&
		  r.kept == 2 && r.dropped == 2,
	    "advisories without a package go, the same id twice stays twice");
	ok_if(cut_updates(UPDATES(UPDATE("1", DAY, COLLECTION(ENTRY("b", "")))),
		  NULL, NULL, UPDATES_CUT(""), &r) &&
		  r.kept == 0,
	    "a file without advisories is left");
	ok_if(cut_updates("<updates><update><id>1</id><pkglist><collection>"
			  "<!-- a --><package name='b' version='1' "
			  "release='1' arch='x86_64'/><package name='a' "
			  "version='1' release='1' arch='x86_64'><x><![CDATA["
			  "</package>]]></x></package></collection></pkglist>"
			  "</update></updates>",
		  NULL, NULL,
		  "<updates><update><id>1</id><pkglist><collection>"
		  "<!-- a --><package name='a' "
		  "version='1' release='1' arch='x86_64'><x><![CDATA["
		  "</package>]]></x></package></collection></pkglist>"
		  "</update></updates>",
		  &r),
	    "one line, comments and CDATA are cut as well");
}

#define MODULE(stream)                                                         \
	"\n      <module name=\"m\" stream=\"" stream                          \
	"\" version=\"1\" context=\"c\" arch=\"x86_64\"/>"

/* From modules_cut, which fills the streams in. */
static void
fill_streams(struct ch_streams *streams, const char *yaml)
{
	struct ch_modules_result r;
	struct ch_nevras all;
	struct cut c;

	mark_all(&all);
	begin(&c, yaml);
	if (!ch_modules_cut(&(struct ch_modules_job){ .file = { c.path,
							  "modules", 1 << 24 },
				.sink = &c.sink,
				.nevras = &all,
				.streams = streams },
		&r, &c.err))
		abort();
	(void)ended(&c, true, "");
	ch_nevras_free(&all);
}

#define DOC(stream, artifacts)                                                 \
	"---\ndocument: modulemd\nversion: 2\ndata:\n  name: m\n"              \
	"  stream: " stream "\n  version: 1\n  context: c\n"                   \
	"  arch: x86_64\n  summary: >-\n    \303\251 - x\n  description: >-\n" \
	"    text\n  license:\n    module: [MIT]\n  artifacts:\n    "          \
	"rpms:\n" artifacts "...\n"

static void
test_modular_updates(void)
{
	struct ch_streams streams = { { 0 } };
	struct ch_updateinfo_result r;

	(void)printf("# filling streams\n");
	fill_streams(&streams, DOC("gone", "    - b-0:1-1.x86_64\n")
				   DOC("1.10", "    - a-0:1-1.x86_64\n"));
	ok_if(cut_updates(
		  UPDATES(UPDATE("1", DAY,
		      COLLECTION(MODULE("gone") ENTRY("a", ""))
			  COLLECTION(MODULE("1.10") ENTRY("a", "")) COLLECTION(
			      MODULE("unknown") ENTRY("a", ""))) UPDATE("2",
		      DAY, COLLECTION(MODULE("gone") ENTRY("a", "")))),
		  &streams, NULL,
		  UPDATES_CUT(UPDATE("1", DAY,
		      COLLECTION(MODULE("1.10") ENTRY("a", ""))
			  COLLECTION(MODULE("unknown") ENTRY("a", "")))),
		  &r) &&
		  r.kept == 1 && r.dropped == 1 && r.entries == 1,
	    "a modular collection goes with its stream");
	ch_streams_free(&streams);
}

static bool
passes(const struct ch_advisory_rules *rules)
{
	static const char text[] =
	    UPDATES(UPDATE("1", DAY, COLLECTION(ENTRY("a", ""))));
	struct ch_updateinfo_result r;

	return cut_updates(text, NULL, rules, text, &r);
}

static void
test_rules(void)
{
	struct ch_list yes = { 0 };
	struct ch_list no = { 0 };

	ch_list_add(&yes, "1");
	ch_list_add(&yes, "Security");
	ch_list_add(&yes, "important");
	ch_list_add(&no, "other");
	ok_if(passes(&(struct ch_advisory_rules){
		  .ids = &yes, .types = &yes, .severities = &yes }),
	    "advisories are wanted by id, type and severity");
	(void)printf("# three that come out empty\n");
	ok_if(!passes(&(struct ch_advisory_rules){ .ids = &no }) &&
		  !passes(&(struct ch_advisory_rules){ .types = &no }) &&
		  !passes(&(struct ch_advisory_rules){ .severities = &no }),
	    "those that are not go");
	/* 2024-05-01 12:00:00 UTC */
	ok_if(passes(&(struct ch_advisory_rules){ .has_from = true,
		  .has_until = true,
		  .from = 1714564800,
		  .until = 1714564800 }),
	    "dates count to the second");
	(void)printf("# two that come out empty\n");
	ok_if(!passes(&(struct ch_advisory_rules){
		  .has_from = true, .from = 1714564801 }) &&
		  !passes(&(struct ch_advisory_rules){
		      .has_until = true, .until = 1714564799 }),
	    "a second before or after is outside");
	ch_list_free(&yes);
	ch_list_free(&no);
}

static bool
load(struct ch_advisories *all, const char *text, struct ch_err *err)
{
	struct cut c;
	bool ok;

	begin(&c, text);
	ok = ch_advisories_load(all,
	    &(struct ch_updateinfo_file){
		.path = c.path, .shown = "updateinfo", .max = 1 << 24 },
	    err);
	(void)ended(&c, true, "");
	return ok;
}

static void
test_load(void)
{
	struct ch_advisories all = { 0 };
	struct ch_nevra a;
	struct ch_err err = { .text = "" };
	size_t at;

	ok_if(load(&all,
		  UPDATES(UPDATE("1", "1714564800",
		      COLLECTION(ENTRY("a", "") ENTRY("a", "epoch='0' ")))
			  UPDATE("2", "2024-05-01",
			      COLLECTION(ENTRY("b", "") ENTRY("a", "")))
			      UPDATE("3", "soon", "")),
		  &err) &&
		  all.count == 3,
	    "advisories are loaded (%s)", err.text);
	ok_if(ch_nevra_parse(ch_span_of("a-1-1.x86_64"), &a) &&
		  (at = ch_join_find(&all.by_nevra, &a)) != 0 &&
		  ch_join_next(&all.by_nevra, &at) == 1 && at != 0 &&
		  ch_join_next(&all.by_nevra, &at) == 0 && at == 0,
	    "a package knows its advisories, each once");
	ok_if(strcmp(all.items[0].id, "1") == 0 &&
		  strcmp(all.items[0].type, "security") == 0 &&
		  strcmp(all.items[0].severity, "Important") == 0 &&
		  strcmp(all.items[0].status, "final") == 0,
	    "an advisory has an id, a type, a severity, a status");
	ok_if(all.items[0].issued == 1714564800 &&
		  all.items[1].issued == 1714521600 &&
		  all.items[2].issued == INT64_MIN &&
		  all.items[0].updated == INT64_MIN,
	    "dates are seconds, days, or none");
	ch_advisories_free(&all);
	ok_if(!load(&all, UPDATES("<update><id>x&y;</id></update>"), &err) &&
		  strstr(err.text, "updateinfo: at byte 32: advisory") != NULL,
	    "one that cannot be read is named (%s)", err.text);
	ch_advisories_free(&all);
}

static bool
wants_no_two(void *ctx, const struct ch_module *m)
{
	(void)ctx;
	return strcmp(m->stream, "two") != 0;
}

static bool
cut_modules(const char *text, bool (*wants)(void *, const struct ch_module *),
    const char *wanted, struct ch_modules_result *result)
{
	struct ch_nevras all;
	struct cut c;
	bool ok;

	mark_all(&all);
	begin(&c, text);
	ok = ch_modules_cut(
	    &(struct ch_modules_job){ .file = { c.path, "modules", 1 << 24 },
		.sink = &c.sink,
		.nevras = &all,
		.wants = wants },
	    result, &c.err);
	ch_nevras_free(&all);
	return ended(&c, ok, wanted);
}

#define A_ "    - a-0:1-1.x86_64\n"
#define B_ "    - b-0:1-1.x86_64 # why\n"
#define C_ "    - \"c-0:1-1.x86_64\"\n"
#define D_ "    - d-0:1-1.src\n"
#define E_ "    - elsewhere-0:1-1.aarch64\n"

static bool is_valid(struct ch_span text);

#define MAPPED(digit, name, nevra)                                             \
	"        " DIGITS(                                                     \
	    digit) ":\n          name: " name                                  \
		   "\n          epoch: 0\n          version: 1\n          "    \
		   "release: 1\n"                                              \
		   "          arch: x86_64\n          nevra: " nevra "\n"
#define DIGITS(d)                                                              \
	d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d
#define MAP(entries) "    rpm-map:\n      sha256:\n" entries
#define MAP_A        MAPPED("aa", "a", "a-0:1-1.x86_64")
#define MAP_B        MAPPED("bb", "b", "b-0:1-1.x86_64")
#define MAP_BB       MAPPED("bc", "b", "b-0:1-1.x86_64")
#define BRACES                                                                 \
	"    rpm-map: {sha256: {aa: {nevra: a-0:1-1.x86_64}, bb: {nevra: "     \
	"b-0:1-1.x86_64}}}\n"
/* The map before the list. */
#define DOC_MAPPED(map, artifacts)                                             \
	"---\ndocument: modulemd\nversion: 2\ndata:\n  name: m\n"              \
	"  stream: s\n  version: 1\n  context: c\n  arch: x86_64\n"            \
	"  summary: s\n  description: d\n  license:\n    module: [MIT]\n"      \
	"  artifacts:\n" map "    rpms:\n" artifacts "...\n"

/* What packages have which digests goes with them. */
static void
test_module_maps(void)
{
	struct ch_modules_result r;

	ok_if(cut_modules(DOC("x", A_ B_ MAP(MAP_A MAP_B)), NULL,
		  DOC("x", A_ MAP(MAP_A)), &r) &&
		  r.artifacts == 1,
	    "rpm-map loses the last of its entries");
	ok_if(cut_modules(DOC_MAPPED(MAP(MAP_B MAP_A MAP_BB), B_ A_), NULL,
		  DOC_MAPPED(MAP(MAP_A), A_), &r),
	    "the first, and one before the list");
	ok_if(cut_modules(DOC("x", A_ B_ MAP(MAP_B)), NULL, DOC("x", A_), &r),
	    "and goes when nothing is left in it");
	ok_if(cut_modules(DOC("x", A_ B_ MAP(MAP_A)), NULL,
		  DOC("x", A_ MAP(MAP_A)), &r),
	    "what is kept stays");
	ok_if(
	    cut_modules(DOC("x", A_ B_ BRACES), NULL, DOC("x", A_ BRACES), &r),
	    "a map in braces stays whole");
	ok_if(is_valid(CH_SPAN(DOC("x", A_ MAP(MAP_A)))) &&
		  is_valid(CH_SPAN(DOC("x", A_))),
	    "to modulemd-validator all of it is valid");
}

static void
test_modules(void)
{
	struct ch_modules_result r;

	ok_if(cut_modules(
		  DOC("1.10", A_ C_ E_), NULL, DOC("1.10", A_ C_ E_), &r) &&
		  r.streams == 1 && r.artifacts == 0,
	    "a stream that lost nothing stays byte for byte");
	ok_if(cut_modules(DOC("1.10", B_ A_ B_ C_ D_ E_), NULL,
		  DOC("1.10", A_ C_ D_ E_), &r) &&
		  r.streams == 1 && r.artifacts == 2,
	    "lines of artifacts that the filter took go, 1.10 stays 1.10");
	ok_if(cut_modules(
		  DOC("x", B_ D_ E_) DOC("y", A_), NULL, DOC("y", A_), &r) &&
		  r.dropped == 1,
	    "a stream without a binary package that is left goes");
	ok_if(cut_modules(DOC("x", E_), NULL, DOC("x", E_), &r),
	    "what the upstream never had does not count");
	ok_if(cut_modules(DOC("one", A_) DOC("two", A_), wants_no_two,
		  DOC("one", A_), &r) &&
		  r.dropped == 1,
	    "a stream that is not wanted goes");
	ok_if(cut_modules("# first\n\ndocument: modulemd\nversion: 2\ndata: "
			  "{name: m, stream: s,\n  artifacts: {rpms: "
			  "[a-0:1-1.x86_64, 'b-0:1-1.x86_64'  ,\n \"b-0:1-1."
			  "x86_64\"]}}\n",
		  NULL,
		  "# first\n\ndocument: modulemd\nversion: 2\ndata: "
		  "{name: m, stream: s,\n  artifacts: {rpms: "
		  "[a-0:1-1.x86_64, \n ]}}\n",
		  &r),
	    "lists in brackets are cut too");
	ok_if(!cut_modules("document: modulemd\ndata:\n  name: m\n  artifacts:"
			   "\n    rpms:\n    - a-0:1-1.x86_64\n    -\n      "
			   "b-0:1-1.x86_64\n",
		  NULL, "", &r),
	    "a form that is not known is an error, not a guess");
}

#define DEFAULTS(stream)                                                       \
	"---\ndocument: modulemd-defaults\nversion: 1\ndata:\n"                \
	"  module: m\n" stream "  profiles:\n    y: [common]\n...\n"
#define OBSOLETES(stream)                                                      \
	"---\ndocument: modulemd-obsoletes\nversion: 1\ndata:\n"               \
	"  modified: 2020-05-01T00:00Z\n  module: m\n  stream: \"" stream      \
	"\"\n  message: \"old\"\n...\n"

static void
test_followers(void)
{
	struct ch_modules_result r;

	ok_if(cut_modules(DEFAULTS("  stream: x\n") OBSOLETES("x") DOC("x", B_)
			      DOC("y", A_) OBSOLETES("y"),
		  NULL, DEFAULTS("") DOC("y", A_) OBSOLETES("y"), &r) &&
		  r.others == 2 && r.streams == 1 && r.dropped == 1,
	    "defaults lose a stream that is gone, obsoletes go with it");
	ok_if(cut_modules(DEFAULTS("  stream: 'y'\n") DOC("x", B_) DOC("y", A_),
		  NULL, DEFAULTS("  stream: 'y'\n") DOC("y", A_), &r),
	    "defaults of a stream that is left stay as they are");
	ok_if(
	    cut_modules(DEFAULTS("  stream: x\n") DOC("x", B_), NULL, "", &r) &&
		r.streams == 0 && r.others == 0,
	    "nothing is left of a module that is gone");
	ok_if(cut_modules(DEFAULTS("  stream: x\n"), NULL,
		  DEFAULTS("  stream: x\n"), &r),
	    "defaults of a module that is elsewhere stay");
}

static void
test_load_modules(void)
{
	struct ch_modules all = { 0 };
	struct ch_nevra a;
	struct cut c;
	size_t at;

	begin(&c, DOC("1.10", A_ B_) DOC("2", A_) DEFAULTS(""));
	ok_if(ch_modules_load(&all,
		  &(struct ch_modules_file){
		      .path = c.path, .shown = "modules", .max = 1 << 24 },
		  &c.err) &&
		  all.count == 2,
	    "modules are loaded (%s)", c.err.text);
	(void)ended(&c, true, "");
	ok_if(strcmp(all.items[0].name, "m") == 0 &&
		  strcmp(all.items[0].stream, "1.10") == 0 &&
		  strcmp(all.items[0].version, "1") == 0,
	    "a stream is text as it is written");
	ok_if(ch_nevra_parse(ch_span_of("a-1-1.x86_64"), &a) &&
		  (at = ch_join_find(&all.by_nevra, &a)) != 0 &&
		  ch_join_next(&all.by_nevra, &at) == 1 &&
		  ch_join_next(&all.by_nevra, &at) == 0 && at == 0,
	    "a package knows its streams");
	ch_modules_free(&all);
}

/* The reference implementation's opinion. */
static bool
is_valid(struct ch_span text)
{
	char *path = ch_format("%s/cut.yaml", dir);
	const char *argv[] = { "modulemd-validator", path, NULL };
	struct ch_child_options o = { .argv = argv };
	struct ch_buf said = { 0 };
	struct ch_err err = { .text = "" };
	int status = -1;
	bool ok = ch_atomic_write(path, text.data, text.len, 0600, &err) &&
		  ch_child_run(&o, NULL, &said, &status, &err) && status == 0;

	if (!ok)
		(void)printf(
		    "# %s%s\n", err.text, said.data != NULL ? said.data : "");
	ch_buf_free(&said);
	ch_free(path);
	return ok;
}

static void
test_valid(void)
{
	static const char text[] = DEFAULTS("  stream: x\n") OBSOLETES("x")
	    DOC("x", B_) DOC("\"1.10\"", B_ A_ B_ C_) OBSOLETES("1.10");
	struct ch_modules_result r;
	struct ch_nevras all;
	struct cut c;
	bool ok;

	mark_all(&all);
	begin(&c, text);
	ok = ch_modules_cut(&(struct ch_modules_job){ .file = { c.path,
							  "modules", 1 << 24 },
				.sink = &c.sink,
				.nevras = &all },
		 &r, &c.err) &&
	     ch_sink_finish(&c.sink, c.hex, NULL, &c.err);
	ok_if(is_valid(CH_SPAN(DOC("\"1.10\"", B_ A_))) &&
		  !is_valid(CH_SPAN("document: modulemd\n")),
	    "modulemd-validator tells right from wrong");
	ok_if(ok && r.streams == 1 && r.others == 2 &&
		  is_valid((struct ch_span){ c.out.data, c.out.len }),
	    "what is cut is valid to modulemd-validator");
	ch_sink_free(&c.sink);
	ch_buf_free(&c.out);
	ch_free(c.path);
	ch_nevras_free(&all);
}

#define GROUP(id, members)                                                     \
	"  <group>\n    <id>" id "</id>\n    <packagelist>\n" members          \
	"    </packagelist>\n  </group>\n"
#define REQ(name) "      <packagereq type=\"mandatory\">" name "</packagereq>\n"
#define REF(id)   "      <groupid>" id "</groupid>\n"
#define CATEGORY(id, refs)                                                     \
	"  <category>\n    <id>" id "</id>\n    <grouplist>\n" refs            \
	"    </grouplist>\n  </category>\n"
#define ENVIRONMENT(refs, more)                                                \
	"  <environment>\n    <id>e</id>\n    <grouplist>\n" refs              \
	"    </grouplist>\n    <optionlist>\n" more                            \
	"    </optionlist>\n  </environment>\n"
#define COMPS(text)                                                            \
	"<?xml version=\"1.0\"?>\n<!DOCTYPE comps PUBLIC \"-//X//EN\" "        \
	"\"comps.dtd\">\n<comps>\n" text "  <langpacks>\n    <match "          \
	"name=\"b\" install=\"b-%s\"/>\n  </langpacks>\n"                      \
	"  <blacklist>\n    <package name=\"b\"/>\n  </blacklist>\n</comps>\n"

static bool
cut_comps(const char *text, bool is_pruned, const char *wanted,
    struct ch_comps_result *result)
{
	struct ch_seen kept = { 0 };
	struct ch_span name = CH_SPAN("a");
	struct cut c;
	bool ok;

	(void)ch_seen_add(&kept, &name, 1, NULL);
	begin(&c, text);
	ok = ch_comps_cut(&(struct ch_comps_job){ c.path, "comps", &c.sink,
			      is_pruned ? &kept : NULL },
	    result, &c.err);
	ch_seen_free(&kept);
	return ended(&c, ok, wanted);
}

static void
test_comps(void)
{
	static const char text[] = COMPS(
	    GROUP("g1", REQ("a") REQ("b")) GROUP("g2", REQ("b")) GROUP("g3", "")
		CATEGORY("c1", REF("g1") REF("g2")) CATEGORY("c2", REF("g2"))
		    CATEGORY("c3", "") ENVIRONMENT(REF("g2"), REF("g1")));
	struct ch_comps_result r;

	ok_if(cut_comps(text, false, text, &r), "comps are copied as they are");
	ok_if(cut_comps(text, true,
		  COMPS(GROUP("g1", REQ("a")) GROUP("g3", "") CATEGORY("c1",
		      REF("g1")) CATEGORY("c3", "") ENVIRONMENT("", REF("g1"))),
		  &r) &&
		  r.members == 2 && r.groups == 1,
	    "names that are not kept go, then groups, then what refers to "
	    "them");
	ok_if(!cut_comps(
		  "<!DOCTYPE comps [<!ENTITY a 'b'>]><comps/>", true, "", &r),
	    "declarations of entities are refused");
	ok_if(!cut_comps("<comps><group><id>", true, "", &r),
	    "comps that are cut short are refused");
}

int
main(void)
{
	char temp[] = "/tmp/chantal-unit-XXXXXX";
	struct ch_err err;

	dir = mkdtemp(temp);
	if (dir == NULL)
		return 1;
	test_updates();
	test_modular_updates();
	test_rules();
	test_load();
	test_modules();
	test_module_maps();
	test_followers();
	test_load_modules();
	test_valid();
	test_comps();
	if (!ch_remove_tree(AT_FDCWD, dir, &err))
		(void)printf("# %s\n", err.text);
	return done();
}
