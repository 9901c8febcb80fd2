/* What repomd.xml names: wanted, and then passed on. */

#include <string.h>

#include "lib/inflate.h"
#include "lib/log.h"
#include "lib/path.h"
#include "list.h"
#include "location.h"

#include "lib/banned.h"

enum { LOOK_MAX = 1 << 16 };

#define DATA_MAX ((uint64_t)2 << 30) /* bytes of one of no known size */

/* The type's files are made from the unfiltered set, or are taken as such. */
static bool
is_taken(const struct ch_lister *l, const struct ch_rpm_data *d)
{
	return l->s->mode == CH_MODE_MIRROR ||
	       ch_rpm_kind_of(d->type) != CH_RPM_KIND_DERIVED;
}

static bool
refuse_elsewhere(const struct ch_rpm_data *d, struct ch_err *err)
{
	return ch_fail(err, CH_MALFORMED,
	    CH_RPM_REPOMD ": data of type '%s' is elsewhere (%s): mode mirror "
			  "cannot publish such a repository unchanged, mode "
			  "filtered can",
	    d->type, d->base != NULL ? d->base : d->href);
}

/* What is not below the feed gets a path there. */
static bool
settle_location(struct ch_rpm_data *d, char **url_out, struct ch_err *err)
{
	struct ch_buf b = { 0 };
	const char *slash;

	*url_out = NULL;
	if (ch_location_is_absolute(ch_span_of(d->href))) {
		*url_out = d->href;
		slash = strrchr(d->href, '/');
		d->href = ch_format("repodata/%s", slash + 1);
	} else if (d->base != NULL && *d->base != '\0') {
		slash = ch_str_ends(d->base, "/") ? "" : "/";
		ch_buf_printf(&b, "%s%s", d->base, slash);
		ch_location_url(ch_span_of(d->href), &b);
		*url_out = ch_strdup(b.data);
	}
	ch_buf_free(&b);
	if (ch_path_check(d->href, strlen(d->href), err) &&
	    strcmp(d->href, CH_RPM_REPOMD) != 0)
		return true;
	return ch_fail(err, CH_MALFORMED,
	    CH_RPM_REPOMD ": data of type '%s': its location '%.100s' is not "
			  "below the repository",
	    d->type, d->href);
}

static bool
want_one(struct ch_lister *l, struct ch_rpm_data *d, struct ch_err *err)
{
	char *url;
	bool is_mirror = l->s->mode == CH_MODE_MIRROR;

	if (is_mirror &&
	    (d->base != NULL || ch_location_is_absolute(ch_span_of(d->href))))
		return refuse_elsewhere(d, err);
	if (!settle_location(d, &url, err)) {
		ch_free(url);
		return false;
	}
	if (ch_fetched_state(l->call, d->href) == CH_FETCHED_NOT_YET)
		ch_lister_want(l, &(struct ch_rpm_want){ .as = d->href,
				      .url = url,
				      .is_anywhere = true,
				      .digest = d->checksum,
				      .is_required = true,
				      .has_size = d->has_size,
				      .size = d->size,
				      .max = DATA_MAX });
	ch_free(url);
	return true;
}

/* Two types may be one file, but one file has one digest. */
static bool
check_twins(const struct ch_rpm_facts *f, size_t i, struct ch_err *err)
{
	const struct ch_rpm_data *d = &f->data[i];

	for (size_t k = 0; k < i; k++)
		if (ch_str_equal(f->data[k].href, d->href) &&
		    !ch_str_equal(f->data[k].checksum, d->checksum))
			return ch_fail(err, CH_MALFORMED,
			    CH_RPM_REPOMD
			    ": '%.100s' is there as '%s' and as '%s', with "
			    "different checksums",
			    d->href, f->data[k].type, d->type);
	return true;
}

bool
ch_list_data(struct ch_lister *l, struct ch_err *err)
{
	struct ch_rpm_facts *f = &l->facts;

	if (ch_rpm_facts_find(f, "primary") == NULL)
		return ch_fail(err, CH_MALFORMED,
		    CH_RPM_REPOMD ": it names no primary: there are no "
				  "packages to be found");
	for (size_t i = 0; i < f->count; i++)
		if (is_taken(l, &f->data[i]) &&
		    (!want_one(l, &f->data[i], err) || !check_twins(f, i, err)))
			return false;
	return true;
}

/* An element package with a pkgid within the first bytes. */
static bool
looks_keyed(const char *text, size_t len)
{
	const char *p = memmem(text, len, "<package", strlen("<package"));
	const char *end;

	if (p == NULL)
		return false;
	end = memchr(p, '>', len - (size_t)(p - text));
	return end != NULL &&
	       memmem(p, (size_t)(end - p), "pkgid=", strlen("pkgid=")) != NULL;
}

/* What is by package would name those that are not published. */
static bool
is_keyed(struct ch_lister *l, const struct ch_rpm_data *d)
{
	char *path = ch_fetched_path(l->call, d->href);
	struct ch_err why;
	struct ch_inflate *in = ch_inflate_open(path, LOOK_MAX, &why);
	struct ch_buf head = { 0 };
	struct ch_span block = { "", 1 };
	bool is_found;

	/* Beyond the bound it is not looked at, so that errors are an end. */
	while (in != NULL && block.len > 0 && head.len < LOOK_MAX &&
	       ch_inflate_read(in, &block, &why))
		ch_buf_put(&head, block.data, block.len);
	ch_inflate_close(in);
	is_found = head.len > 0 && looks_keyed(head.data, head.len);
	ch_buf_free(&head);
	ch_free(path);
	return is_found;
}

void
ch_list_data_take(struct ch_lister *l)
{
	for (size_t i = 0; i < l->facts.count; i++) {
		struct ch_rpm_data *d = &l->facts.data[i];
		bool is_other = ch_rpm_kind_of(d->type) == CH_RPM_KIND_OTHER;

		if (l->s->mode == CH_MODE_MIRROR || !is_taken(l, d))
			continue;
		if (is_other && is_keyed(l, d)) {
			ch_warn("data of type '%s' is by package, and of a "
				"kind that is not known: it is left out",
			    d->type);
			continue;
		}
		d->as = ch_strdup(d->href);
	}
}

/* The digest in front of the name. */
static bool
is_named_by_content(const struct ch_rpm_data *d)
{
	const char *slash = strrchr(d->href, '/');
	const char *hex = strchr(d->checksum, ':') + 1;

	return ch_str_starts(slash != NULL ? slash + 1 : d->href, hex);
}

bool
ch_list_data_print(struct ch_lister *l, struct ch_err *err)
{
	bool is_mirror = l->s->mode == CH_MODE_MIRROR;
	struct ch_list seen = { 0 };
	bool ok = true;

	for (size_t i = 0; ok && i < l->facts.count; i++) {
		const struct ch_rpm_data *d = &l->facts.data[i];

		if ((!is_mirror && d->as == NULL) ||
		    ch_list_has(&seen, d->href))
			continue;
		ch_list_add(&seen, d->href);
		ok = ch_lister_print_file(l, d->href,
		    is_mirror ? "metadata" : "input",
		    is_mirror && is_named_by_content(d), err);
	}
	ch_list_free(&seen);
	return ok;
}
