#include "naming.h"

#include <string.h>

#include "lib/banned.h"

#define ARCH                                                                   \
	"(?:(?:linux|darwin|windows|macos|freebsd)[-_])?"                      \
	"(?:x86_64|amd64|x64|aarch64|arm64|armv[5-8][a-z]*|armhf|armel"        \
	"|i[3-6]86|x86|ppc64le|ppc64el|s390x|riscv64|loong64|noarch|all|any"   \
	"|universal)"
#define ENDING                                                                 \
	"(?:tar(?:\\.[A-Za-z0-9]{1,4})?|t[gbx]z2?|tzst|tbz2?|zip|7z|gz|xz|bz2" \
	"|zst|jar|war|gem|crate|nupkg|iso|img|qcow2|vmdk|exe|msi|dmg|pkg|run"  \
	"|bin|AppImage|deb|rpm|apk|whl|phar|pdf|txt)"

static const char *const common[] = {
	"^(?<name>[^_]+)_(?<version>[^_]+)_(?<arch>[^_.]+)\\.[ud]?deb$",
	"^(?<name>.+)-(?<version>[^-]+-[^-]+)\\.(?<arch>[^-.]+)\\.d?rpm$",
	"^(?<name>.+)-(?<version>[0-9][^-]*-r[0-9]+)\\.apk$",
	"^(?<name>[^-]+)-(?<version>[0-9][^-]*)(?:-[0-9][^-]*)?"
	"-[^-]+-[^-]+-(?<arch>[^-]+)\\.whl$",
	"^(?<name>.+?)[-_]v?(?<version>[0-9][0-9A-Za-z.+~]*?"
	"(?:[-_](?:alpha|beta|pre|rc|dev|r|p)?[.]?[0-9][0-9A-Za-z.+~]*?)*)"
	"(?:[-_.](?<arch>" ARCH "))?\\." ENDING "$",
};

bool
ch_naming_init(struct ch_naming *n, const char *pattern, struct ch_err *err)
{
	const char *const *patterns = pattern != NULL ? &pattern : common;
	size_t count = pattern != NULL ? 1 : sizeof(common) / sizeof(common[0]);
	size_t i;

	*n = (struct ch_naming){ 0 };
	for (i = 0; i < count; i++) {
		n->patterns[i] = ch_regex_new(patterns[i], err);
		if (n->patterns[i] == NULL)
			return ch_wrap(err, "http.name_pattern");
		n->count++;
	}
	if (!ch_regex_has_group(n->patterns[0], "name"))
		return ch_fail(err, CH_USAGE,
		    "http.name_pattern: %s: has no group (?<name>...)",
		    pattern != NULL ? pattern : common[0]);
	return true;
}

static struct ch_span
group(const struct ch_regex *re, const char *name)
{
	struct ch_span s = ch_regex_group(re, name);

	return s.data != NULL && s.len > 0 ? s : (struct ch_span){ 0 };
}

bool
ch_naming_split(struct ch_naming *n, const char *file, struct ch_named *out,
    struct ch_err *err)
{
	struct ch_span subject = ch_span_of(file);
	bool found = false;
	size_t i;

	*out = (struct ch_named){ .name = subject };
	for (i = 0; i < n->count; i++) {
		const struct ch_regex *re = n->patterns[i];
		struct ch_span name;

		if (!ch_regex_find(n->patterns[i], subject, &found, err))
			return ch_wrap(err, "http.name_pattern: %s", file);
		name = found ? group(re, "name") : (struct ch_span){ 0 };
		if (name.data == NULL)
			continue;
		out->name = name;
		out->version = group(re, "version");
		out->arch = group(re, "arch");
		return true;
	}
	return true;
}

void
ch_naming_free(struct ch_naming *n)
{
	size_t i;

	for (i = 0; i < n->count; i++)
		ch_regex_free(n->patterns[i]);
	n->count = 0;
}
