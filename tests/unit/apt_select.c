#include "plugins/apt/select.h"

#include <string.h>

#include "plugins/apt/place.h"
#include "tap.h"

#include "lib/banned.h"

#define HEX "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

/* Words of s with blanks between them. */
static void
add_words(struct ch_list *l, const char *s)
{
	while (s != NULL && *s != '\0') {
		size_t len = strcspn(s, " ");

		ch_list_take(l, ch_strndup(s, len));
		s += len;
		s += strspn(s, " ");
	}
}

static char *
release_of(const char *fields, const char *paths)
{
	struct ch_list l = { 0 };
	struct ch_buf b = { 0 };

	add_words(&l, paths);
	ch_buf_puts(&b, fields);
	ch_buf_puts(&b, "SHA256:\n");
	for (size_t i = 0; i < l.count; i++)
		ch_buf_printf(&b, " " HEX " 1 %s\n", l.items[i]);
	ch_list_free(&l);
	return ch_buf_take(&b);
}

struct choice {
	const char *name;          /* of the test */
	struct ch_apt_settings s;  /* switches alone */
	const char *components;    /* wanted, "*": all */
	const char *architectures; /* likewise */
	const char *fields;        /* of Release */
	const char *paths;         /* in Release */
	const char *taken;         /* of these, in groups */
	const char *warns;         /* in a warning, or NULL */
};

static void
prepare(struct ch_apt_settings *s, const struct choice *c)
{
	*s = c->s;
	s->takes_all_components = strcmp(c->components, "*") == 0;
	s->takes_all_architectures = strcmp(c->architectures, "*") == 0;
	if (!s->takes_all_components)
		add_words(&s->components, c->components);
	if (!s->takes_all_architectures)
		add_words(&s->architectures, c->architectures);
	ch_list_add(&s->languages, "en");
}

static char *
taken_of(const struct ch_selection *sel)
{
	struct ch_buf b = { 0 };

	for (size_t i = 0; i < sel->count; i++)
		ch_buf_printf(
		    &b, "%s%s", i > 0 ? " " : "", sel->items[i].entry->path);
	return ch_buf_take(&b);
}

static void
check(const struct choice *c)
{
	char *text = release_of(c->fields, c->paths);
	struct ch_selection sel = { 0 };
	struct ch_apt_settings s;
	struct ch_release r;
	struct ch_err err = { .text = "" };
	char *taken;
	bool ok;

	prepare(&s, c);
	ok = ch_release_parse(&r, ch_span_of(text), "Release", &err) &&
	     ch_select(&sel, &s, &r, "stable", &err);
	taken = taken_of(&sel);
	ok_if(ok == (c->taken != NULL), "%s: %s", c->name,
	    ok ? "selected" : err.text);
	ok_if(c->taken == NULL || ch_str_equal(taken, c->taken), "%s: %s",
	    c->name, taken);
	ok_if((c->warns != NULL) == (sel.warnings.count > 0) &&
		  (c->warns == NULL ||
		      strstr(sel.warnings.items[0], c->warns) != NULL),
	    "%s: %s", c->name,
	    sel.warnings.count > 0 ? sel.warnings.items[0] : "no warning");
	ch_free(taken);
	ch_selection_free(&sel);
	ch_release_free(&r);
	ch_apt_settings_free(&s);
	ch_free(text);
}

#define MIRROR                                                                 \
	{                                                                      \
		.mode = CH_MODE_MIRROR                                         \
	}
#define FILTERED                                                               \
	{                                                                      \
		.mode = CH_MODE_FILTERED                                       \
	}
#define MAIN "Components: main contrib\nArchitectures: all amd64 arm64\n"

#define PDIFFS                                                                 \
	"main/binary-amd64/Packages main/binary-amd64/Packages.diff/Index "    \
	"main/binary-amd64/Packages.diff/T-1.gz "                              \
	"main/binary-arm64/Packages.diff/Index "                               \
	"main/Contents-amd64.diff/Index main/Contents-arm64.diff/Index "       \
	"main/source/Sources.diff/Index main/i18n/Translation-en.diff/Index "  \
	"contrib/binary-amd64/Packages.diff/Index"

static const struct choice choices[] = {
	{ "a filtered repository reads the indexes, the best form first",
	    FILTERED, "main", "amd64", MAIN,
	    "main/binary-amd64/Packages main/binary-amd64/Packages.gz "
	    "main/binary-amd64/Packages.xz main/binary-amd64/Release "
	    "main/binary-arm64/Packages.xz main/Contents-amd64.gz "
	    "main/source/Sources.xz main/i18n/Translation-en.bz2 "
	    "main/i18n/Translation-de.bz2 contrib/binary-amd64/Packages.xz "
	    "main/debian-installer/binary-amd64/Packages.gz",
	    "main/binary-amd64/Packages.xz main/binary-amd64/Packages.gz "
	    "main/binary-amd64/Packages main/i18n/Translation-en.bz2",
	    NULL },
	{ "a mirror takes what belongs to component and architecture", MIRROR,
	    "main", "amd64", MAIN,
	    "main/binary-amd64/Packages main/binary-amd64/Release "
	    "main/binary-arm64/Packages main/binary-arm64/Release "
	    "main/binary-all/Packages main/source/Sources.xz "
	    "main/i18n/Translation-de.bz2 main/dep11/Components-arm64.yml.gz "
	    "main/dep11/Components-amd64.yml.gz main/dep11/icons-64x64@2.tar "
	    "main/cnf/Commands-amd64.xz main/cnf/Commands-arm64.xz "
	    "main/uefi/grub2-arm64/current/SHA256SUMS "
	    "main/uefi/grub2-amd64/current/SHA256SUMS "
	    "main/dist-upgrader-all/1/x.tar.gz Contents-amd64.gz "
	    "Contents-arm64.gz contrib/Contents-amd64.gz "
	    "main/binary-amd64/Packages.diff/Index "
	    "main/binary-amd64/by-hash/SHA256/" HEX,
	    "Contents-amd64.gz main/binary-all/Packages "
	    "main/binary-amd64/Packages main/binary-amd64/Packages.diff/Index "
	    "main/binary-amd64/Release "
	    "main/cnf/Commands-amd64.xz main/dep11/Components-amd64.yml.gz "
	    "main/dep11/icons-64x64@2.tar main/dist-upgrader-all/1/x.tar.gz "
	    "main/i18n/Translation-de.bz2 "
	    "main/uefi/grub2-amd64/current/SHA256SUMS",
	    NULL },
	{ "patches of the indexes that a mirror takes", MIRROR, "main", "amd64",
	    MAIN, PDIFFS,
	    "main/Contents-amd64.diff/Index main/binary-amd64/Packages "
	    "main/binary-amd64/Packages.diff/Index "
	    "main/i18n/Translation-en.diff/Index",
	    NULL },
	{ "and of no index that is switched off",
	    { .mode = CH_MODE_MIRROR,
		.contents = CH_APT_NO,
		.translations = CH_APT_NO },
	    "main", "amd64", MAIN, PDIFFS,
	    "main/binary-amd64/Packages main/binary-amd64/Packages.diff/Index",
	    NULL },
	{ "none when they are switched off themselves",
	    { .mode = CH_MODE_MIRROR, .pdiffs = CH_APT_NO }, "main", "amd64",
	    MAIN, PDIFFS, "main/binary-amd64/Packages", NULL },
	{ "and none of a filtered repository",
	    { .mode = CH_MODE_FILTERED,
		.pdiffs = CH_APT_YES,
		.contents = CH_APT_YES },
	    "main", "amd64", MAIN, PDIFFS, "main/binary-amd64/Packages", NULL },
	{ "everything with *", FILTERED, "*", "*",
	    "Components: a b\nArchitectures: all amd64 arm64 source\n",
	    "a/binary-amd64/Packages b/binary-arm64/Packages.zst",
	    "a/binary-amd64/Packages b/binary-arm64/Packages.zst", NULL },
	{ "a component with a folder before it", FILTERED, "main", "amd64",
	    "Components: updates/main updates/contrib\n",
	    "main/binary-amd64/Packages contrib/binary-amd64/Packages",
	    "main/binary-amd64/Packages", NULL },
	{ "its folder in the paths too", FILTERED, "updates/main", "amd64",
	    "Components: updates/main updates/contrib\n",
	    "updates/main/binary-amd64/Packages "
	    "updates/contrib/binary-amd64/Packages",
	    "updates/main/binary-amd64/Packages", NULL },
	{ "asked for with a folder, listed without", FILTERED, "updates/main",
	    "amd64", "Components: main\n", "main/binary-amd64/Packages",
	    "main/binary-amd64/Packages", NULL },
	{ "a Release without Components and Architectures", FILTERED, "main",
	    "amd64", "Suite: x\n",
	    "main/binary-amd64/Packages other/binary-amd64/Packages",
	    "main/binary-amd64/Packages", NULL },
	{ "some components are missing", FILTERED, "main nope", "amd64", MAIN,
	    "main/binary-amd64/Packages", "main/binary-amd64/Packages",
	    "components: nope" },
	{ "all components are missing", FILTERED, "nope", "amd64", MAIN,
	    "main/binary-amd64/Packages", NULL, "nope" },
	{ "some architectures are missing", FILTERED, "main", "amd64 s390x",
	    MAIN, "main/binary-amd64/Packages", "main/binary-amd64/Packages",
	    "architectures: s390x" },
	{ "all architectures are missing", FILTERED, "main", "s390x", MAIN,
	    "main/binary-amd64/Packages", NULL, "s390x" },
	{ "nothing to read is listed", FILTERED, "main", "amd64", MAIN,
	    "main/binary-amd64/Release", NULL, NULL },
	{ "an architecture whose name ends like another", FILTERED, "main",
	    "amd64", "Components: main\nArchitectures: amd64 hurd-amd64\n",
	    "main/binary-amd64/Packages main/binary-hurd-amd64/Packages",
	    "main/binary-amd64/Packages", NULL },
	{ "binary-all when clients read it", FILTERED, "main", "amd64", MAIN,
	    "main/binary-all/Packages main/binary-amd64/Packages",
	    "main/binary-all/Packages main/binary-amd64/Packages", NULL },
	{ "binary-all is left when Release disclaims it", FILTERED, "main",
	    "amd64", MAIN "No-Support-for-Architecture-all: Packages\n",
	    "main/binary-all/Packages main/binary-amd64/Packages",
	    "main/binary-amd64/Packages", NULL },
	{ "sources alone", { .mode = CH_MODE_FILTERED, .has_sources = true },
	    "main", "", MAIN,
	    "main/binary-amd64/Packages main/source/Sources.gz",
	    "main/source/Sources.gz", NULL },
	{ "udebs and installer",
	    { .mode = CH_MODE_FILTERED,
		.udebs = CH_APT_YES,
		.has_installer = true },
	    "main", "amd64", MAIN,
	    "main/debian-installer/binary-amd64/Packages.gz "
	    "main/installer-amd64/current/images/SHA256SUMS "
	    "main/installer-amd64/current/images/MD5SUMS "
	    "main/installer-arm64/current/images/SHA256SUMS",
	    "main/debian-installer/binary-amd64/Packages.gz "
	    "main/installer-amd64/current/images/SHA256SUMS",
	    NULL },
	{ "Contents, also those of the suite",
	    { .mode = CH_MODE_FILTERED, .contents = CH_APT_YES }, "main",
	    "amd64", MAIN,
	    "main/binary-amd64/Packages Contents-amd64.gz Contents-arm64.gz "
	    "main/Contents-all.gz main/Contents-source.gz "
	    "main/Contents-udeb-amd64.gz",
	    "Contents-amd64.gz main/Contents-all.gz "
	    "main/binary-amd64/Packages",
	    NULL },
	{ "a mirror without what is switched off",
	    { .mode = CH_MODE_MIRROR,
		.contents = CH_APT_NO,
		.translations = CH_APT_NO,
		.udebs = CH_APT_NO },
	    "main", "amd64", MAIN,
	    "main/binary-amd64/Packages main/Contents-amd64.gz "
	    "main/i18n/Translation-en.xz main/Contents-udeb-amd64.gz "
	    "main/debian-installer/binary-amd64/Packages.gz",
	    "main/binary-amd64/Packages", NULL },
	{ "what is filtered, without descriptions",
	    { .mode = CH_MODE_FILTERED, .translations = CH_APT_NO }, "main",
	    "amd64", MAIN,
	    "main/binary-amd64/Packages main/i18n/Translation-en.xz",
	    "main/binary-amd64/Packages", NULL },
	{ "a flat repository",
	    { .mode = CH_MODE_MIRROR, .is_flat = true, .has_sources = true },
	    "main", "amd64", "Suite: x\n",
	    "Packages Packages.gz Sources.gz x_1_amd64.deb x_1.dsc "
	    "x_1.tar.gz sub/Packages Contents.gz",
	    "Contents.gz Packages.gz Packages Sources.gz", NULL },
};

/* Files whose forms are one group, and what groups are not. */
static void
test_groups(void)
{
	char *text = release_of("Components: main\n",
	    "main/binary-amd64/Packages main/binary-amd64/Packages.lz4 "
	    "main/binary-amd64/Packages.xz main/i18n/Translation-en.bz2");
	struct ch_apt_settings s;
	struct ch_selection sel;
	struct ch_release r;
	struct ch_err err;

	prepare(&s, &(struct choice){ .s = FILTERED,
			.components = "main",
			.architectures = "amd64" });
	ok_if(ch_release_parse(&r, ch_span_of(text), "Release", &err) &&
		  ch_select(&sel, &s, &r, "stable", &err) && sel.count == 4,
	    "four files");
	ok_if(ch_selection_group(&sel, 0) == 3, "three forms of one index");
	ok_if(ch_selection_group(&sel, 3) == 4, "and another file");
	ok_if(sel.items[0].kind == CH_SELECT_PACKAGES &&
		  ch_str_equal(sel.items[0].component, "main") &&
		  sel.items[3].kind == CH_SELECT_TRANSLATION,
	    "their kinds and component");
	ch_selection_free(&sel);
	ch_release_free(&r);
	ch_apt_settings_free(&s);
	ch_free(text);
}

static void
test_weak(void)
{
	static const char text[] =
	    "Components: main\nSHA256:\n " HEX " 1 main/i18n/Translation-de\n"
	    "MD5Sum:\n d41d8cd98f00b204e9800998ecf8427e 1 "
	    "main/binary-amd64/Packages\n";
	struct ch_apt_settings s;
	struct ch_selection sel;
	struct ch_release r;
	struct ch_err err = { .status = CH_OK };

	prepare(&s, &(struct choice){ .s = FILTERED,
			.components = "main",
			.architectures = "amd64" });
	ok_if(ch_release_parse(&r, ch_span_of(text), "Release", &err) &&
		  !ch_select(&sel, &s, &r, "stable", &err) &&
		  err.status == CH_UNTRUSTED,
	    "one file that has only MD5: %s", err.text);
	ch_selection_free(&sel);
	ch_release_free(&r);
	ch_apt_settings_free(&s);
}

static void
test_words(void)
{
	static const char *const good[] = { "main", "non-free-firmware", "a",
		"1.0", "c++", "en_GB", "x~y" };
	static const char *const bad[] = { "", ".", "..", "-x", "a/b", "a b",
		"a\nb", "\xc3\xbc", "a\\b", "a%b" };

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		ok_if(ch_apt_is_word(good[i], strlen(good[i])), "a word: %s",
		    good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok_if(!ch_apt_is_word(bad[i], strlen(bad[i])),
		    "no word, case %zu", i);
	ok_if(ch_apt_is_words("bookworm/updates", 16), "words");
	ok_if(!ch_apt_is_words("a//b", 4) && !ch_apt_is_words("/a", 2) &&
		  !ch_apt_is_words("a/", 2) && !ch_apt_is_words("a/../b", 6),
	    "empty ones and dots are none");
}

int
main(void)
{
	for (size_t i = 0; i < sizeof(choices) / sizeof(choices[0]); i++)
		check(&choices[i]);
	test_groups();
	test_weak();
	test_words();
	return done();
}
