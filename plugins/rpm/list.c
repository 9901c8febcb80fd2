#include "list.h"

#include <string.h>

#include "lib/hash.h"
#include "lib/record.h"
#include "lib/when.h"
#include "location.h"
#include "repomd.h"

#include "lib/banned.h"

/* The list of mirrors, what the first good one has, and which it is. */
static const char mirrors_name[] = "mirrors";
static const char found_name[] = "mirror/repomd.xml";
static const char served_name[] = "mirror/repomd.xml.served";

/* From the feed, from the mirror that is used, or from any. */
static void
put_urls(struct ch_lister *l, const struct ch_rpm_want *want)
{
	const struct ch_list *mirrors = &l->mirrors.urls;
	size_t count = want->is_anywhere ? mirrors->count : 1;
	const char *href = want->path != NULL ? want->path : want->as;
	struct ch_buf path = { 0 };
	struct ch_buf url = { 0 };

	ch_location_url(ch_span_of(href), &path);
	if (want->url != NULL)
		ch_json_quote(&l->wants, want->url, strlen(want->url));
	else if (mirrors->count == 0)
		ch_json_quote(&l->wants, path.data, path.len);
	else
		for (size_t i = 0; i < count; i++) {
			ch_buf_clear(&url);
			ch_buf_printf(
			    &url, "%s%s", mirrors->items[i], path.data);
			if (i > 0)
				ch_buf_putc(&l->wants, ',');
			ch_json_quote(&l->wants, url.data, url.len);
		}
	ch_buf_free(&path);
	ch_buf_free(&url);
}

static void
put_texts(struct ch_buf *b, const char *key, const struct ch_list *texts)
{
	ch_buf_printf(b, ",\"%s\":[", key);
	for (size_t i = 0; i < texts->count; i++) {
		if (i > 0)
			ch_buf_putc(b, ',');
		ch_json_quote(b, texts->items[i], strlen(texts->items[i]));
	}
	ch_buf_putc(b, ']');
}

void
ch_lister_want(struct ch_lister *l, const struct ch_rpm_want *want)
{
	struct ch_buf *b = &l->wants;

	ch_buf_puts(b, "{\"record\":\"want\",\"url\":[");
	put_urls(l, want);
	ch_buf_putc(b, ']');
	ch_line_member(b, "as", want->as);
	if (want->has_size)
		ch_buf_printf(
		    b, ",\"size\":%llu", (unsigned long long)want->size);
	else
		ch_buf_printf(
		    b, ",\"max\":%llu", (unsigned long long)want->max);
	if (want->sha256 != NULL)
		ch_line_member(b, "sha256", want->sha256);
	if (want->digest != NULL)
		ch_line_member(b, "digest", want->digest);
	if (want->digests != NULL && want->digests->count > 0)
		put_texts(b, "digest", want->digests);
	if (want->signature != NULL) {
		ch_line_member(b, "verify", "openpgp-detached");
		ch_line_member(b, "signature", want->signature);
	} else if (want->is_unsigned) {
		ch_line_member(b, "verify", "none");
	}
	if (want->is_root)
		ch_buf_puts(b, ",\"root\":true");
	if (!want->is_required)
		ch_buf_puts(b,
		    want->is_probe ? ",\"probe\":true" : ",\"optional\":true");
	ch_buf_puts(b, "}\n");
}

bool
ch_lister_print_file(struct ch_lister *l, const char *path, const char *role,
    bool keep, struct ch_err *err)
{
	return ch_listed_file_print(
	    l->call, &(struct ch_listed_file){ path, path, role, keep }, err);
}

/* The mirror that had it has the rest too, more likely than others. */
static bool
take_found(struct ch_lister *l, struct ch_err *err)
{
	struct ch_buf bytes = { 0 };
	bool ok =
	    ch_fetched_read(l->call, found_name, CH_REPOMD_MAX, &bytes, err);

	if (ok)
		ch_sha256_hex(
		    bytes.data != NULL ? bytes.data : "", bytes.len, l->found);
	ch_buf_clear(&bytes);
	if (ok && ch_fetched_state(l->call, served_name) == CH_FETCHED_HERE) {
		ok =
		    ch_fetched_read(l->call, served_name, 1 << 16, &bytes, err);
		if (ok)
			ch_mirrors_prefer(&l->mirrors,
			    (struct ch_span){ bytes.data, bytes.len });
	}
	ch_buf_free(&bytes);
	return ok;
}

static bool
read_mirrors(struct ch_lister *l, const char *shown, struct ch_err *err)
{
	struct ch_buf text = { 0 };
	bool ok = ch_fetched_read(
		      l->call, mirrors_name, CH_METALINK_MAX, &text, err) &&
		  ch_mirrors_parse(&l->mirrors,
		      (struct ch_span){
			  text.data != NULL ? text.data : "", text.len },
		      shown, err);

	ch_buf_free(&text);
	return ok;
}

/* Which mirror answers, with a repomd.xml that is known. */
static bool
find_mirror(struct ch_lister *l, struct ch_err *err)
{
	const char *url =
	    l->s->metalink != NULL ? l->s->metalink : l->s->mirrorlist;

	if (url == NULL)
		return true;
	if (ch_fetched_state(l->call, mirrors_name) != CH_FETCHED_HERE) {
		ch_lister_want(l, &(struct ch_rpm_want){ .as = mirrors_name,
				      .url = url,
				      .is_required = true,
				      .max = CH_METALINK_MAX });
		return true;
	}
	if (!read_mirrors(l, url, err))
		return false;
	if (ch_fetched_state(l->call, found_name) == CH_FETCHED_HERE)
		return take_found(l, err);
	ch_lister_want(l, &(struct ch_rpm_want){ .as = found_name,
			      .path = CH_RPM_REPOMD,
			      .is_anywhere = true,
			      .is_required = true,
			      .digests = &l->mirrors.digests,
			      .max = CH_REPOMD_MAX });
	return true;
}

/* What may be there; of these only the signature counts where one must be. */
static void
want_beside(struct ch_lister *l, const char *as)
{
	bool is_signature = ch_str_equal(as, CH_RPM_SIGNATURE);

	if (ch_fetched_state(l->call, as) == CH_FETCHED_NOT_YET)
		ch_lister_want(l, &(struct ch_rpm_want){ .as = as,
				      .is_root = true,
				      .is_probe = true,
				      .is_unsigned = !is_signature,
				      .max = CH_RPM_SIGNATURE_MAX });
}

static void
want_roots(struct ch_lister *l)
{
	want_beside(l, CH_RPM_SIGNATURE);
	if (l->s->mode == CH_MODE_MIRROR) {
		want_beside(l, CH_RPM_KEY);
		want_beside(l, CH_RPM_MEDIA);
	}
	for (size_t i = 0; l->s->has_installer && ch_treeinfo_names[i]; i++)
		want_beside(l, ch_treeinfo_names[i]);
	if (ch_fetched_state(l->call, CH_RPM_REPOMD) == CH_FETCHED_NOT_YET)
		ch_lister_want(
		    l, &(struct ch_rpm_want){ .as = CH_RPM_REPOMD,
			   .is_root = true,
			   .signature = CH_RPM_SIGNATURE,
			   .sha256 = *l->found != '\0' ? l->found : NULL,
			   .max = CH_REPOMD_MAX });
}

static bool
parse_repomd(struct ch_lister *l, struct ch_err *err)
{
	struct ch_buf text;
	bool ok;

	if (ch_fetched_state(l->call, CH_RPM_REPOMD) == CH_FETCHED_ABSENT)
		return ch_fail(err, CH_MALFORMED,
		    CH_RPM_REPOMD ": is not there upstream: the feed has to "
				  "be the folder that repodata/ is in");
	ch_buf_init(&text, CH_REPOMD_MAX);
	ok = ch_fetched_read(
		 l->call, CH_RPM_REPOMD, CH_REPOMD_MAX, &text, err) &&
	     ch_repomd_parse(&l->facts,
		 (struct ch_span){
		     text.data != NULL ? text.data : "", text.len },
		 CH_RPM_REPOMD, err);
	ch_buf_free(&text);
	return ok;
}

static bool
print_repo(struct ch_lister *l, struct ch_err *err)
{
	char date[CH_WHEN_RFC3339_SIZE];
	struct ch_buf b = { 0 };
	int64_t when;
	bool ok;

	ch_buf_puts(&b, "{\"record\":\"repo\",\"v\":1");
	if (ch_repomd_date(&l->facts, &when)) {
		ch_when_print(when, date);
		ch_line_member(&b, "date", date);
	}
	if (l->mirrors.urls.count > 1)
		put_texts(&b, "mirrors", &l->mirrors.urls);
	ch_buf_puts(&b, ",\"rpm\":");
	ch_rpm_facts_print(&l->facts, &b);
	ch_buf_puts(&b, "}\n");
	ok = ch_out_write(l->call->out, b.data, b.len, err);
	ch_buf_free(&b);
	return ok;
}

static bool
print_roots(struct ch_lister *l, struct ch_err *err)
{
	static const struct {
		const char *path;
		const char *role;
	} roots[] = {
		{ CH_RPM_REPOMD, "root" },
		{ CH_RPM_SIGNATURE, "root" },
		{ CH_RPM_KEY, "root" },
		{ CH_RPM_MEDIA, "metadata" },
	};

	for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++)
		if (ch_fetched_state(l->call, roots[i].path) ==
			CH_FETCHED_HERE &&
		    !ch_lister_print_file(
			l, roots[i].path, roots[i].role, false, err))
			return false;
	return true;
}

static bool
print_result(struct ch_lister *l, struct ch_err *err)
{
	ch_list_data_take(l);
	ch_list_treeinfo_take(l);
	return print_repo(l, err) &&
	       (l->s->mode != CH_MODE_MIRROR || print_roots(l, err)) &&
	       (l->s->mode != CH_MODE_MIRROR || ch_list_deltas(l, err)) &&
	       ch_list_data_print(l, err) && ch_list_treeinfo(l, err) &&
	       ch_list_packages(l, err);
}

static bool
step(struct ch_lister *l, struct ch_err *err)
{
	if (!find_mirror(l, err))
		return false;
	if (l->wants.len == 0)
		want_roots(l);
	if (l->wants.len > 0)
		return true;
	return parse_repomd(l, err) && ch_list_data(l, err);
}

bool
ch_rpm_list(const struct ch_call *c, struct ch_err *err)
{
	struct ch_lister l = { .call = c, .s = c->settings };
	bool ok = step(&l, err);

	if (ok && l.wants.len > 0)
		ok = ch_out_write(c->out, l.wants.data, l.wants.len, err);
	else if (ok)
		ok = print_result(&l, err);
	ch_mirrors_free(&l.mirrors);
	ch_rpm_facts_free(&l.facts);
	ch_buf_free(&l.wants);
	return ok;
}
