#include "facts.h"

#include "lib/hash.h"
#include "lib/path.h"

#include "lib/banned.h"

struct ch_rpm_data *
ch_rpm_facts_add(struct ch_rpm_facts *f)
{
	if (f->count == f->cap) {
		f->cap = f->cap > 0 ? f->cap * 2 : 16;
		f->data = ch_realloc(f->data, f->cap, sizeof(*f->data));
	}
	f->data[f->count] = (struct ch_rpm_data){ 0 };
	return &f->data[f->count++];
}

void
ch_rpm_facts_add_distro(
    struct ch_rpm_facts *f, const char *cpeid, const char *name)
{
	f->distro =
	    ch_realloc(f->distro, f->distro_count + 1, sizeof(*f->distro));
	f->distro[f->distro_count++] =
	    (struct ch_rpm_distro){ cpeid != NULL ? ch_strdup(cpeid) : NULL,
		    ch_strdup(name) };
}

const struct ch_rpm_data *
ch_rpm_facts_find(const struct ch_rpm_facts *f, const char *type)
{
	for (size_t i = 0; i < f->count; i++)
		if (ch_str_equal(f->data[i].type, type))
			return &f->data[i];
	return NULL;
}

enum ch_rpm_kind
ch_rpm_kind_of(const char *type)
{
	static const struct {
		const char *type;
		enum ch_rpm_kind kind;
	} known[] = {
		{ "primary", CH_RPM_KIND_PRIMARY },
		{ "filelists", CH_RPM_KIND_KEYED },
		{ "filelists-ext", CH_RPM_KIND_KEYED },
		{ "other", CH_RPM_KIND_KEYED },
		{ "susedata", CH_RPM_KIND_KEYED },
		{ "updateinfo", CH_RPM_KIND_UPDATEINFO },
		{ "modules", CH_RPM_KIND_MODULES },
		{ "group", CH_RPM_KIND_GROUP },
		{ "prestodelta", CH_RPM_KIND_DERIVED },
		{ "deltainfo", CH_RPM_KIND_DERIVED },
	};
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (ch_str_equal(known[i].type, type))
			return known[i].kind;
	if (ch_str_starts(type, "susedata."))
		return CH_RPM_KIND_KEYED;
	if (ch_str_starts(type, "group_") && !ch_str_ends(type, "_zck"))
		return CH_RPM_KIND_GROUP;
	if (ch_str_ends(type, "_db") || ch_str_ends(type, "_zck"))
		return CH_RPM_KIND_DERIVED;
	return CH_RPM_KIND_OTHER;
}

static char *
copy(const struct ch_json *object, const char *key)
{
	const char *s = ch_json_string(ch_json_get(object, key));

	return s != NULL ? ch_strdup(s) : NULL;
}

static bool
read_number(const struct ch_json *object, const char *key, bool *has_out,
    uint64_t *out, struct ch_err *err)
{
	const struct ch_json *value = ch_json_get(object, key);
	int64_t n;

	if (value == NULL)
		return true;
	if (!ch_json_int(value, &n) || n < 0)
		return ch_fail(
		    err, CH_MALFORMED, "%s: is no size and no time", key);
	*has_out = true;
	*out = (uint64_t)n;
	return true;
}

/* They become paths again. */
static bool
check_path(const char *key, const char *path, struct ch_err *err)
{
	return path == NULL || ch_path_check(path, strlen(path), err) ||
	       ch_wrap(err, "%s", key);
}

static bool
check_digest(const char *key, const char *digest, struct ch_err *err)
{
	enum ch_hash_kind kind;
	const char *hex;

	return digest == NULL ||
	       ch_digest_parse(digest, strlen(digest), &kind, &hex) ||
	       ch_fail(err, CH_MALFORMED, "%s: is no digest", key);
}

static bool
read_data(
    struct ch_rpm_facts *f, const struct ch_json *json, struct ch_err *err)
{
	struct ch_rpm_data *d = ch_rpm_facts_add(f);

	d->type = copy(json, "type");
	d->href = copy(json, "href");
	d->as = copy(json, "as");
	d->checksum = copy(json, "checksum");
	d->open_checksum = copy(json, "open_checksum");
	d->header_checksum = copy(json, "header_checksum");
	if (d->type == NULL || d->href == NULL || d->checksum == NULL)
		return ch_fail(err, CH_MALFORMED,
		    "type, href and checksum have to be there");
	return check_path("href", d->href, err) &&
	       check_path("as", d->as, err) &&
	       check_digest("checksum", d->checksum, err) &&
	       check_digest("open_checksum", d->open_checksum, err) &&
	       check_digest("header_checksum", d->header_checksum, err) &&
	       read_number(json, "size", &d->has_size, &d->size, err) &&
	       read_number(
		   json, "open_size", &d->has_open_size, &d->open_size, err) &&
	       read_number(json, "header_size", &d->has_header_size,
		   &d->header_size, err) &&
	       read_number(
		   json, "timestamp", &d->has_timestamp, &d->timestamp, err) &&
	       read_number(
		   json, "database_version", &d->has_version, &d->version, err);
}

static void
read_texts(struct ch_list *out, const struct ch_json *texts)
{
	for (size_t i = 0; i < ch_json_count(texts); i++) {
		const char *text = ch_json_string(ch_json_at(texts, i));

		if (text != NULL)
			ch_list_add(out, text);
	}
}

static void
read_tags(struct ch_rpm_facts *f, const struct ch_json *tags)
{
	const struct ch_json *distro = ch_json_get(tags, "distro");

	read_texts(&f->content_tags, ch_json_get(tags, "content"));
	read_texts(&f->repo_tags, ch_json_get(tags, "repo"));
	for (size_t i = 0; i < ch_json_count(distro); i++) {
		const struct ch_json *one = ch_json_at(distro, i);

		ch_rpm_facts_add_distro(f,
		    ch_json_string(ch_json_get(one, "cpeid")),
		    ch_json_string_or(ch_json_get(one, "name"), ""));
	}
}

bool
ch_rpm_facts_read(
    struct ch_rpm_facts *f, const struct ch_json *json, struct ch_err *err)
{
	const struct ch_json *data = ch_json_get(json, "data");
	size_t i;

	*f = (struct ch_rpm_facts){ 0 };
	f->revision = copy(json, "revision");
	f->content_hash = copy(json, "content_hash");
	f->content_hash_type = copy(json, "content_hash_type");
	f->repoid = copy(json, "repoid");
	f->repoid_type = copy(json, "repoid_type");
	read_tags(f, ch_json_get(json, "tags"));
	read_texts(&f->treeinfo, ch_json_get(json, "treeinfo"));
	for (i = 0; i < f->treeinfo.count; i++)
		if (!check_path("rpm: treeinfo", f->treeinfo.items[i], err))
			return false;
	for (i = 0; i < ch_json_count(data); i++)
		if (!read_data(f, ch_json_at(data, i), err))
			return ch_wrap(err, "rpm: data: %zu", i + 1);
	return true;
}

static void
free_data(struct ch_rpm_data *d)
{
	ch_free(d->type);
	ch_free(d->href);
	ch_free(d->as);
	ch_free(d->base);
	ch_free(d->checksum);
	ch_free(d->open_checksum);
	ch_free(d->header_checksum);
}

void
ch_rpm_facts_free(struct ch_rpm_facts *f)
{
	for (size_t i = 0; i < f->count; i++)
		free_data(&f->data[i]);
	for (size_t i = 0; i < f->distro_count; i++) {
		ch_free(f->distro[i].cpeid);
		ch_free(f->distro[i].name);
	}
	ch_free(f->data);
	ch_free(f->distro);
	ch_free(f->revision);
	ch_free(f->content_hash);
	ch_free(f->content_hash_type);
	ch_free(f->repoid);
	ch_free(f->repoid_type);
	ch_list_free(&f->content_tags);
	ch_list_free(&f->repo_tags);
	ch_list_free(&f->treeinfo);
	*f = (struct ch_rpm_facts){ 0 };
}
