#include "path.h"

#include <string.h>

#include "str.h"

#include "banned.h"

#define PATH_LENGTH_MAX 4000
#define SEGMENT_MAX     255
#define NAME_LENGTH_MAX 128

static bool
check_segment(const char *segment, size_t len, struct ch_err *err)
{
	if (len == 0)
		return ch_fail(err, CH_MALFORMED, "an empty segment");
	if (len > SEGMENT_MAX)
		return ch_fail(
		    err, CH_MALFORMED, "a segment over %d bytes", SEGMENT_MAX);
	if ((len == 1 && segment[0] == '.') ||
	    (len == 2 && segment[0] == '.' && segment[1] == '.'))
		return ch_fail(
		    err, CH_MALFORMED, "a segment \"%.*s\"", (int)len, segment);
	return true;
}

static bool
check_bytes(const char *path, size_t len, struct ch_err *err)
{
	if (len == 0)
		return ch_fail(err, CH_MALFORMED, "it is empty");
	if (len > PATH_LENGTH_MAX)
		return ch_fail(
		    err, CH_MALFORMED, "over %d bytes", PATH_LENGTH_MAX);
	if (path[0] == '/')
		return ch_fail(err, CH_MALFORMED, "it is absolute");
	if (!ch_utf8_valid(path, len))
		return ch_fail(err, CH_MALFORMED, "it is not UTF-8");
	if (!ch_is_plain(path, len))
		return ch_fail(err, CH_MALFORMED, "a control byte");
	if (memchr(path, '\\', len) != NULL)
		return ch_fail(err, CH_MALFORMED, "a backslash");
	return true;
}

static bool
check_segments(const char *path, size_t len, struct ch_err *err)
{
	const char *end = path + len;
	const char *slash;

	if (!check_bytes(path, len, err))
		return false;
	while ((slash = memchr(path, '/', (size_t)(end - path))) != NULL) {
		if (!check_segment(path, (size_t)(slash - path), err))
			return false;
		path = slash + 1;
	}
	return check_segment(path, (size_t)(end - path), err);
}

bool
ch_path_check(const char *path, size_t len, struct ch_err *err)
{
	if (check_segments(path, len, err))
		return true;
	return ch_wrap(
	    err, "unsafe path \"%.*s\"", len > 200 ? 200 : (int)len, path);
}

static bool
is_name_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-' ||
	       c == '+';
}

bool
ch_name_check(const char *name, const char *what, struct ch_err *err)
{
	size_t len = strlen(name);

	if (len == 0 || len > NAME_LENGTH_MAX)
		return ch_fail(err, CH_USAGE,
		    "%s \"%.40s\": must be 1 to %d bytes long", what, name,
		    NAME_LENGTH_MAX);
	if (ch_str_equal(name, "snapshots") || ch_str_equal(name, "views"))
		return ch_fail(
		    err, CH_USAGE, "%s \"%s\": is a reserved word", what, name);
	for (size_t i = 0; i < len; i++) {
		if (!is_name_byte(name[i]) ||
		    (i == 0 && strchr("._-+", name[i]) != NULL))
			return ch_fail(err, CH_USAGE,
			    "%s \"%s\": use letters, digits and . _ - +, "
			    "a letter or digit first",
			    what, name);
	}
	return true;
}

bool
ch_is_sha256(const char *s, size_t len)
{
	return len == 64 && ch_is_hex(s, len);
}
