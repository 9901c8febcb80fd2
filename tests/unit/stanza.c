#include "lib/stanza.h"

#include <string.h>

#include "tap.h"

#include "lib/banned.h"

static struct ch_err err;

/* The record is that of "bash 5.2, 7 bytes", with a stanza of ours. */
static bool
agrees_on(const char *arch, const char *member)
{
	static const char map_text[] =
	    "{\"name\":\"Package\",\"version\":\"Version\","
	    "\"arch\":\"Architecture\",\"size\":\"Size\","
	    "\"sha256\":\"SHA256\",\"by_arch\":{\"source\":"
	    "{\"name\":\"Package\",\"version\":\"Version\"}}}";
	struct ch_json *map =
	    ch_json_parse(map_text, sizeof(map_text) - 1, "map", &err);
	struct ch_record r = { 0 };
	char *line = ch_format("{\"record\":\"package\",\"name\":\"bash\","
			       "\"version\":\"5.2\",\"arch\":\"%s\","
			       "\"path\":\"p\",\"size\":7%s%s}",
	    arch, member[0] == '\0' ? "" : ",", member);
	bool is_so = ch_record_parse(&r, ch_span_of(line), &err) &&
		     ch_stanza_check(&r, map, &err);

	ch_record_free(&r);
	ch_free(line);
	ch_json_free(map);
	return is_so;
}

static bool
field_is(const char *stanza, const char *field, const char *wanted)
{
	struct ch_buf folded = { 0 };
	struct ch_span value =
	    ch_stanza_field(ch_span_of(stanza), field, &folded);
	bool is_so = wanted == NULL
			 ? value.data == NULL
			 : value.data != NULL && ch_span_is(value, wanted);

	ch_buf_free(&folded);
	return is_so;
}

static void
test_fields(void)
{
	static const char stanza[] = "Package: a\nDepends: b,\n c (>= 1),\n"
				     "\td \t\nFiles:\n x 1\n .\n y 2\n"
				     "Empty:\nTag:t";

	ok_if(field_is(stanza, "package", "a") && field_is(stanza, "TAG", "t"),
	    "a field by its name, in any case, the last without LF");
	ok_if(
	    field_is(stanza, "Depends", "b, c (>= 1), d"), "lines are joined");
	ok_if(field_is(stanza, "Files", "x 1 . y 2"),
	    "a value that begins in the second line");
	ok_if(field_is(stanza, "Empty", ""), "an empty field is there");
	ok_if(field_is(stanza, "Pack", NULL) && field_is(stanza, "b", NULL) &&
		  field_is("", "a", NULL) &&
		  field_is(stanza, "c (>= 1),", NULL),
	    "others are not");
}

static bool
agrees(const char *member)
{
	return agrees_on("amd64", member);
}

static void
test_by_arch(void)
{
	ok_if(agrees_on("source", "\"sha256\":\"x\",\"stanza\":"
				  "\"Package: bash\\nVersion: 5.2\\n"
				  "Architecture: any all\\nSHA256: y\\n\""),
	    "an architecture with fields of its own");
	ok_if(!agrees_on("source", "\"stanza\":\"Package: bash\\n"
				   "Version: 5.1\\n\""),
	    "these are compared as well");
	ok_if(!agrees_on("any", "\"stanza\":\"Package: bash\\nVersion: 5.2\\n"
				"Architecture: any all\\n\""),
	    "other architectures are compared by the common fields");
}

int
main(void)
{
	test_fields();
	ok_if(agrees(""), "no stanza, nothing to compare");
	ok_if(agrees("\"stanza\":\"Package: bash\\nVersion: 5.2\\n"
		     "Architecture: amd64\\nSize: 7\\n\""),
	    "the two agree");
	ok_if(agrees("\"stanza\":\"package:bash\\nVERSION:\\t5.2 \\n\""),
	    "case and blanks do not matter, others may be missing");
	ok_if(agrees("\"stanza\":\"Package: bash\\nDescription: x\\n"
		     " Version: 9\\nVersion: 5.2\\n\""),
	    "a continuation line is no field");
	ok_if(!agrees("\"stanza\":\"Package: bash\\nVersion: 5.1\\n\"") &&
		  err.status == CH_UNTRUSTED &&
		  strstr(err.text, "bash: \"version\" is 5.2") != NULL,
	    "another version");
	ok_if(!agrees("\"stanza\":\"Package: dash\\nVersion: 5.2\\n\""),
	    "another name");
	ok_if(!agrees("\"stanza\":\"Package: bash\\nVersion: 5.2\\n"
		      "Size: 8\\n\""),
	    "another size");
	ok_if(!agrees("\"stanza\":\"Version: 5.2\\n\""), "no name");
	ok_if(!agrees("\"stanza\":\"Package: bash\\nVersion: 5.2\\n"
		      "Version: 6\\n\""),
	    "a field twice");
	ok_if(agrees("\"sha256\":\"x\",\"stanza\":\"Package: bash\\n"
		     "Version: 5.2\\nSHA256: x\\n\""),
	    "a digest that agrees");
	ok_if(!agrees("\"sha256\":\"x\",\"stanza\":\"Package: bash\\n"
		      "Version: 5.2\\nSHA256: y\\n\""),
	    "a digest that does not");
	/* printf 'Package: bash\nVersion: 5.2\nX: \xff\n' | base64 */
	ok_if(agrees("\"stanza64\":\"UGFja2FnZTogYmFzaApWZXJzaW9uOiA1LjIKWDog/"
		     "wo=\""),
	    "base64 that agrees");
	ok_if(!agrees("\"stanza64\":\"UGFja2FnZTogZGFzaApWZXJzaW9uOiA1LjIK\""),
	    "base64 that does not");
	ok_if(!agrees("\"stanza64\":\"UGFja2F\"") && err.status == CH_MALFORMED,
	    "no base64");
	test_by_arch();
	return done();
}
