/* Patches of an index: those that "Packages.diff/Index" names. */

#include <string.h>

#include "lib/path.h"
#include "lib/record.h"
#include "list.h"

#include "lib/banned.h"

struct pdiff {
	struct ch_span sha256; /* hex */
	uint64_t size;         /* bytes */
	struct ch_span name;   /* of the compressed patch */
};

static struct ch_span
next_word(struct ch_span *line)
{
	struct ch_span word;

	while (line->len > 0 && (*line->data == ' ' || *line->data == '\t')) {
		line->data++;
		line->len--;
	}
	word = (struct ch_span){ line->data, 0 };
	while (word.len < line->len &&
	       strchr(" \t\r", word.data[word.len]) == NULL)
		word.len++;
	line->data += word.len;
	line->len -= word.len;
	return word;
}

/* " HEX SIZE NAME" */
static bool
parse(struct ch_span line, struct pdiff *out)
{
	struct ch_span size;

	out->sha256 = next_word(&line);
	size = next_word(&line);
	out->name = next_word(&line);
	return out->sha256.len == CH_SHA256_HEX &&
	       ch_is_sha256(out->sha256.data, out->sha256.len) &&
	       ch_parse_uint_span(size, CH_MAX_INT, &out->size) &&
	       out->name.len > 0;
}

/*
 * Of the patches as they are downloaded, merged or not; digests of anything
 * less than SHA-256 prove nothing.
 */
static bool
is_download(struct ch_span line)
{
	struct ch_span word = next_word(&line);

	return ch_span_is(word, "SHA256-Download:") ||
	       ch_span_is(word, "X-Unmerged-SHA256-Download:");
}

static bool
take_line(struct ch_lister *l, const struct ch_upstream *u, struct ch_span dir,
    struct ch_span line, struct ch_err *err)
{
	struct pdiff pdiff;
	struct ch_err why;
	char *path;
	bool ok;

	if (!parse(line, &pdiff))
		return ch_lister_reject(l, "malformed",
		    "a line of the Index of patches that is no digest, size "
		    "and name",
		    line, err);
	if (!ch_path_check(pdiff.name.data, pdiff.name.len, &why))
		return ch_lister_reject(
		    l, "unsafe-path", why.text, pdiff.name, err);
	path = ch_format("%.*s%.*s", (int)dir.len, dir.data,
	    (int)pdiff.name.len, pdiff.name.data);
	/* Clients that miss a patch fetch the whole index. */
	ok = ch_lister_print_remote(l, u,
	    &(struct ch_remote){ .path = path,
		.sha256 = pdiff.sha256,
		.size = pdiff.size,
		.has_size = true,
		.role = "metadata",
		.is_optional = true },
	    err);
	ch_free(path);
	return ok;
}

bool
ch_pdiffs_print(struct ch_lister *l, const struct ch_upstream *u,
    const char *path, struct ch_err *err)
{
	struct ch_span dir = { path, (size_t)(strrchr(path, '/') - path) + 1 };
	char *as = ch_upstream_path(u, path);
	char *file = ch_fetched_path(l->call, as);
	bool is_taken = false;
	struct ch_span line;
	struct ch_in in;
	enum ch_next next = CH_ERROR;

	if (ch_in_open(&in, file, err)) {
		while ((next = ch_in_line(&in, &line, err)) == CH_ITEM) {
			if (line.len == 0 || strchr(" \t", *line.data) == NULL)
				is_taken = is_download(line);
			else if (is_taken && !take_line(l, u, dir, line, err))
				break;
		}
		ch_in_close(&in);
	}
	ch_free(file);
	ch_free(as);
	return next == CH_END;
}
