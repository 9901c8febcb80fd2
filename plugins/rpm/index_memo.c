#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "index_parts.h"
#include "lib/io.h"
#include "lib/path.h"

#include "lib/banned.h"

/*
 * The rest of a name: a letter, digest and size of the text, digest of the
 * file: "w-OPEN-SIZE-SHA256".  Of what is reused or gone there is an empty
 * file, which says so.
 */
static const char letters[] = {
	[CH_DOC_NONE] = 'n', [CH_DOC_REUSED] = 'r', [CH_DOC_WRITTEN] = 'w'
};

static char *
rest_of(const struct ch_doc_made *made)
{
	return ch_format("%c-%s-%" PRIu64 "-%s", letters[made->outcome],
	    made->open, made->open_size, made->sha256);
}

static bool
take_digest(const char **at, char out[CH_SHA256_HEX + 1])
{
	size_t len = strcspn(*at, "-");

	out[0] = '\0';
	if (len != 0 && !ch_is_sha256(*at, len))
		return false;
	memcpy(out, *at, len);
	out[len] = '\0';
	*at += len;
	return true;
}

static bool
read_rest(const char *rest, struct ch_doc_made *made)
{
	const char *at = rest + 2;
	size_t digits;

	*made = (struct ch_doc_made){ .outcome = CH_DOC_NONE };
	for (size_t i = 0; i < sizeof(letters); i++)
		if (rest[0] == letters[i])
			made->outcome = (enum ch_doc_outcome)i;
	if (rest[0] == '\0' || rest[1] != '-' ||
	    !take_digest(&at, made->open) || *at++ != '-')
		return false;
	digits = strspn(at, "0123456789");
	if (!ch_parse_uint_span(
		(struct ch_span){ at, digits }, CH_MAX_INT, &made->open_size))
		return false;
	at += digits;
	return *at++ == '-' && take_digest(&at, made->sha256) && *at == '\0';
}

/* Its bytes are looked at whenever it is used. */
static bool
is_good(void *ctx, const char *path, const char *rest)
{
	struct ch_doc_made *made = ctx;
	char hex[CH_HASH_HEX_MAX + 1];
	struct ch_err err;
	bool is_read;
	int fd;

	if (!read_rest(rest, made))
		return false;
	if (made->outcome != CH_DOC_WRITTEN)
		return true;
	if (ch_open_read(AT_FDCWD, path, &fd) != 0)
		return false;
	is_read = ch_sha256_fd(fd, path, hex, &made->size, &err);
	(void)close(fd);
	return is_read && ch_str_equal(hex, made->sha256);
}

bool
ch_index_recall(struct ch_indexer *ix, size_t number)
{
	struct ch_index_doc *doc = &ix->docs[number];
	struct ch_doc_made *made = &ix->made[number];
	struct ch_memo_check check = { is_good, made };

	doc->is_remembered = ch_memo_get(&ix->memo, doc->key, doc->out, &check);
	if (!doc->is_remembered) {
		*made = (struct ch_doc_made){ .outcome = CH_DOC_NONE };
		return false;
	}
	if (made->outcome == CH_DOC_REUSED)
		made->size = doc->inputs[0]->size;
	return true;
}

/* An empty file for what has no bytes of its own. */
static char *
make_empty(struct ch_indexer *ix)
{
	char *path = ch_index_scratch(ix, "empty");
	struct ch_out out;
	struct ch_err err;

	if (ch_out_create(&out, path, &err) && ch_out_close(&out, true, &err))
		return path;
	ch_free(path);
	return NULL;
}

void
ch_index_remember(struct ch_indexer *ix, size_t number)
{
	const struct ch_index_doc *doc = &ix->docs[number];
	const struct ch_doc_made *made = &ix->made[number];
	bool is_written = made->outcome == CH_DOC_WRITTEN;
	char *path = is_written ? ch_strdup(doc->out) : make_empty(ix);
	char *rest = rest_of(made);

	if (path != NULL && !doc->is_remembered)
		ch_memo_put(&ix->memo, doc->key, rest, path);
	ch_free(path);
	ch_free(rest);
}
