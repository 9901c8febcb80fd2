#include "settings.h"

#include <string.h>

#include "keys.h"
#include "lib/path.h"

#include "lib/banned.h"

static bool
read_form(struct ch_rpm_settings *s, struct ch_err *err)
{
	static const char *const words[] = {
		[CH_RPM_AUTO] = "auto",
		[CH_RPM_PLAIN] = "none",
		[CH_RPM_GZIP] = "gzip",
		[CH_RPM_XZ] = "xz",
		[CH_RPM_ZSTD] = "zstandard",
		[CH_RPM_BZIP2] = "bzip2",
	};
	const struct ch_json *value =
	    ch_json_path(s->json, "metadata.compression");
	const char *word = ch_json_string_or(value, "auto");

	if (value != NULL && ch_json_string(value) == NULL)
		return ch_fail(err, CH_USAGE,
		    "metadata.compression: one word for type rpm: each of its "
		    "metadata is published in one form");
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (ch_str_equal(words[i], word)) {
			s->form = (enum ch_rpm_form)i;
			return true;
		}
	}
	return ch_fail(err, CH_USAGE,
	    "metadata.compression: '%s': must be auto, gzip, xz, zstandard, "
	    "bzip2 or none",
	    word);
}

static bool
read_block(
    struct ch_rpm_settings *s, const struct ch_json *block, struct ch_err *err)
{
	s->metalink = ch_json_string(ch_json_get(block, "metalink"));
	s->mirrorlist = ch_json_string(ch_json_get(block, "mirrorlist"));
	s->has_installer =
	    ch_json_bool_or(ch_json_get(block, "include_installer"), true);
	s->may_lack_installer =
	    ch_json_true(ch_json_get(block, "optional_installer"));
	s->prunes_groups = ch_json_true(ch_json_get(block, "prune_groups"));
	s->needs_modules =
	    ch_json_bool_or(ch_json_get(block, "require_modules"), true);
	s->hosted_dir = ch_json_string(ch_json_get(block, "hosted_dir"));
	if (s->hosted_dir != NULL && !ch_str_equal(s->hosted_dir, ".") &&
	    !ch_path_check(s->hosted_dir, strlen(s->hosted_dir), err)) {
		err->status = CH_USAGE;
		return ch_wrap(err, "rpm.hosted_dir");
	}
	return s->metalink == NULL || s->mirrorlist == NULL ||
	       ch_fail(err, CH_USAGE,
		   "rpm.mirrorlist: there is rpm.metalink already: one of the "
		   "two is enough");
}

bool
ch_rpm_settings_load(
    struct ch_rpm_settings *s, const char *file, struct ch_err *err)
{
	struct ch_host_config host;
	const struct ch_json *block;

	*s = (struct ch_rpm_settings){ 0 };
	if (!ch_host_config_load(&host, "rpm", file, err))
		return false;
	block = host.block;
	s->json = host.json;
	s->id = host.id;
	s->name = host.name;
	s->feed = host.feed;
	s->mode = host.mode;
	if (!ch_rpm_keys_check(block, err) || !read_block(s, block, err) ||
	    !read_form(s, err))
		return ch_wrap(err, "%s", file);
	return true;
}

void
ch_rpm_settings_free(struct ch_rpm_settings *s)
{
	ch_json_free(s->json);
	*s = (struct ch_rpm_settings){ 0 };
}
