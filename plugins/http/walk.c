#include "walk.h"

#include <inttypes.h>
#include <string.h>

#include "lib/record.h"
#include "lib/url.h"

#include "lib/banned.h"

void
ch_walk_want(struct ch_walk *w, const struct ch_wish *want)
{
	struct ch_buf *b = &w->wants;

	ch_buf_puts(b, "{\"record\":\"want\",\"url\":[");
	ch_json_quote(b, want->url, strlen(want->url));
	ch_buf_puts(b, "],\"as\":");
	ch_json_quote(b, want->as, strlen(want->as));
	ch_buf_printf(b, ",\"max\":%zu", w->settings->max_page);
	if (want->is_root)
		ch_buf_puts(b, ",\"root\":true");
	if (want->is_optional)
		ch_buf_puts(b, ",\"optional\":true");
	/* Caddy answers the same address in HTML or in JSON. */
	if (want->is_root && w->settings->format == CH_FORMAT_JSON)
		ch_buf_puts(b, ",\"accept\":\"application/json\"");
	ch_buf_puts(b, "}\n");
}

bool
ch_walk_read(const struct ch_walk *w, const char *as, struct ch_buf *out,
    struct ch_err *err)
{
	return ch_fetched_read(w->call, as, w->settings->max_page, out, err);
}

char *
ch_walk_as(const char *kind, const char *path)
{
	char hex[CH_SHA256_HEX + 1];

	ch_sha256_hex(path, strlen(path), hex);
	return ch_format("%s-%.32s", kind, hex);
}

char *
ch_walk_url(const struct ch_walk *w, const char *path)
{
	char *encoded = ch_url_encode_path(path);
	char *url = ch_format("%s%s", w->settings->feed, encoded);

	ch_free(encoded);
	return url;
}

static bool
is_excluded(const struct ch_walk *w, const char *folder, const char *path)
{
	char *whole =
	    *folder != '\0' ? ch_path_join(folder, path) : ch_strdup(path);
	bool is = ch_settings_excludes(w->settings, whole);

	ch_free(whole);
	return is;
}

static bool
take_refusals(struct ch_walk *w, struct ch_entries *from, const char *folder,
    struct ch_err *err)
{
	size_t kept = 0;
	size_t i;

	for (i = 0; i < from->refused; i++) {
		struct ch_refusal *r = &from->refusals[i];

		if (is_excluded(w, folder, r->path)) {
			ch_free(r->path);
			ch_free(r->message);
		} else {
			from->refusals[kept++] = *r;
		}
	}
	from->refused = kept;
	return ch_entries_move_refusals(&w->files, from, folder, err);
}

bool
ch_walk_take(struct ch_walk *w, struct ch_entries *from, const char *folder,
    struct ch_err *err)
{
	size_t i;

	for (i = 0; i < from->count; i++) {
		struct ch_entry *e = &from->items[i];

		if (e->is_dir || is_excluded(w, folder, e->path))
			continue;
		w->is_pinned =
		    w->is_pinned && ((e->has_size && e->has_time) ||
					e->claims[CH_HASH_SHA256] != NULL ||
					e->claims[CH_HASH_SHA512] != NULL);
		if (!ch_entries_move(&w->files, e, folder, err))
			return false;
	}
	return take_refusals(w, from, folder, err);
}

bool
ch_walk_files(struct ch_walk *w, struct ch_err *err)
{
	const struct ch_settings *s = w->settings;
	bool ok;

	w->is_pinned = true;
	ch_entries_init(&w->files, s->max_entries);
	if (s->list_url != NULL || s->lines != NULL)
		ok = ch_walk_list(w, err);
	else if (s->format == CH_FORMAT_S3)
		ok = ch_walk_bucket(w, NULL, err);
	else
		ok = ch_walk_folders(w, err);
	return ok && ch_entries_sort(&w->files, err);
}

void
ch_walk_free(struct ch_walk *w)
{
	ch_entries_free(&w->files);
	ch_buf_free(&w->wants);
}
