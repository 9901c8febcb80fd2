#include <string.h>

#include "index_parts.h"
#include "lib/when.h"

#include "lib/banned.h"

#define DAY 86400

/* Of upstream's Release, what is ours to say or must not be said again. */
static const char *const not_copied[] = { "Origin", "Label", "Suite", "Version",
	"Codename", "Changelogs", "Snapshots", "Date", "Valid-Until",
	"Signed-By", "NotAutomatic", "ButAutomaticUpgrades", "Acquire-By-Hash",
	"No-Support-for-Architecture-all", "Architectures", "Components",
	"Description", "MD5Sum", "SHA1", "SHA224", "SHA256", "SHA384", "SHA512",
	NULL };

static const char *
upstream(const struct ch_index_suite *s, const char *name)
{
	return s->facts == NULL ? NULL : ch_apt_suite_field(s->facts, name);
}

static const char *
first_of(const char *configured, const char *found, const char *fallback)
{
	return configured != NULL ? configured
	       : found != NULL    ? found
				  : fallback;
}

/* What clients pin; upstream's, so that they notice no change. */
struct identity {
	const char *origin;    /* or NULL */
	const char *label;     /* or NULL */
	const char *suite;     /* or NULL */
	const char *codename;  /* or NULL */
	const char *automatic; /* NotAutomatic, or NULL */
	const char *upgrades;  /* ButAutomaticUpgrades, or NULL */
};

static const char *
yes_if(enum ch_apt_switch is, const char *found)
{
	if (is != CH_APT_UPSTREAM)
		return is == CH_APT_YES ? "yes" : NULL;
	return found != NULL && strcmp(found, "yes") == 0 ? "yes" : NULL;
}

static struct identity
identity_of(const struct ch_indexer *ix, const struct ch_index_suite *s)
{
	const struct ch_apt_settings *c = ix->settings;
	bool is_own = s->facts == NULL;
	bool has_name =
	    upstream(s, "Suite") != NULL || upstream(s, "Codename") != NULL;
	const char *name = s->is_flat || has_name ? NULL : s->name;
	struct identity id = {
		.origin = first_of(c->origin, upstream(s, "Origin"),
		    is_own ? "Chantal" : NULL),
		.label = first_of(
		    c->label, upstream(s, "Label"), is_own ? c->name : NULL),
		.suite = first_of(c->suite, upstream(s, "Suite"), name),
		.codename =
		    first_of(c->codename, upstream(s, "Codename"), name),
		.automatic = yes_if(c->not_auto, upstream(s, "NotAutomatic")),
	};

	if (id.automatic != NULL)
		id.upgrades =
		    yes_if(c->but_upgrade, upstream(s, "ButAutomaticUpgrades"));
	return id;
}

/* Debian's own files say UTC. */
static void
put_date(struct ch_release_writer *w, const char *name, int64_t when)
{
	char text[CH_WHEN_RFC1123_SIZE];
	char *utc;

	ch_when_print_http(when, text);
	utc = ch_format("%.*sUTC", (int)(strlen(text) - strlen("GMT")), text);
	ch_release_put(w, name, utc);
	ch_free(utc);
}

static void
put_list(struct ch_release_writer *w, const char *name, const char *first,
    const struct ch_list *words)
{
	struct ch_buf text = { 0 };

	ch_buf_puts(&text, first);
	for (size_t i = 0; i < words->count; i++)
		ch_buf_printf(
		    &text, "%s%s", text.len > 0 ? " " : "", words->items[i]);
	if (text.len > 0)
		ch_release_put(w, name, text.data);
	ch_buf_free(&text);
}

static void
put_contents(struct ch_indexer *ix, struct ch_index_suite *s)
{
	struct ch_release_writer *w = &s->release;
	struct ch_list components = { 0 };

	if (ch_index_is_by_hash(ix))
		ch_release_put(w, "Acquire-By-Hash", "yes");
	if (s->lists_all && s->architectures.count > 0)
		ch_release_put(
		    w, "No-Support-for-Architecture-all", "Packages");
	put_list(
	    w, "Architectures", s->lists_all ? "all" : "", &s->architectures);
	for (size_t i = 0; i < s->count && !s->is_flat; i++)
		ch_list_add(&components, s->components[i]->name);
	put_list(w, "Components", "", &components);
	ch_list_free(&components);
}

static bool
is_copied(const char *name)
{
	for (size_t i = 0; not_copied[i] != NULL; i++)
		if (strcasecmp(not_copied[i], name) == 0)
			return false;
	return true;
}

static void
put_fields(struct ch_indexer *ix, struct ch_index_suite *s)
{
	const struct ch_apt_settings *c = ix->settings;
	struct ch_release_writer *w = &s->release;
	struct identity id = identity_of(ix, s);

	ch_release_put(w, "Origin", id.origin);
	ch_release_put(w, "Label", id.label);
	ch_release_put(w, "Suite", id.suite);
	ch_release_put(
	    w, "Version", first_of(c->version, upstream(s, "Version"), NULL));
	ch_release_put(w, "Codename", id.codename);
	put_date(w, "Date", ix->told.date);
	if (c->valid_days > 0)
		put_date(w, "Valid-Until",
		    ix->told.date + (int64_t)c->valid_days * DAY);
	ch_release_put(w, "NotAutomatic", id.automatic);
	ch_release_put(w, "ButAutomaticUpgrades", id.upgrades);
	put_contents(ix, s);
	ch_release_put(w, "Description",
	    first_of(c->description, upstream(s, "Description"), NULL));
	for (size_t i = 0; s->facts != NULL && i < s->facts->field_count; i++)
		if (is_copied(s->facts->fields[i].name))
			ch_release_put(w, s->facts->fields[i].name,
			    s->facts->fields[i].value);
}

static bool
write_text(const char *path, const struct ch_buf *text, struct ch_err *err)
{
	struct ch_out out;

	return ch_out_create(&out, path, err) &&
	       ch_out_close(
		   &out, ch_out_write(&out, text->data, text->len, err), err);
}

bool
ch_index_write_folder_release(struct ch_indexer *ix,
    const struct ch_index_folder *folder, struct ch_err *err)
{
	const struct ch_index_suite *suite = folder->suite;
	struct identity id = identity_of(ix, suite);
	const char *version =
	    first_of(ix->settings->version, upstream(suite, "Version"), NULL);
	struct ch_release_writer w = { 0 };
	char *rel = ch_format("%sRelease", folder->path);
	struct ch_index_file *f =
	    ch_index_add_file(ix, folder->suite, rel, true, err);
	bool is_written;

	ch_release_put(&w, "Archive", id.suite);
	ch_release_put(&w, "Origin", id.origin);
	ch_release_put(&w, "Label", id.label);
	ch_release_put(&w, "Version", version);
	ch_release_put(
	    &w, "Acquire-By-Hash", ch_index_is_by_hash(ix) ? "yes" : NULL);
	ch_release_put(&w, "Component", folder->component->name);
	ch_release_put(
	    &w, "Architecture", folder->arch == NULL ? "source" : folder->arch);
	is_written = f != NULL && write_text(f->plain, &w.fields, err) &&
		     ch_digests_of(f->plain, &f->digest, err);
	ch_release_writer_free(&w);
	ch_free(rel);
	return is_written;
}

static void
quote_member(struct ch_buf *out, const char *key, const char *value)
{
	ch_json_quote(out, key, strlen(key));
	ch_buf_putc(out, ':');
	ch_json_quote(out, value, strlen(value));
}

/* Its lines: Release itself, and that it is to be signed in both ways. */
static bool
print_release(struct ch_indexer *ix, const struct ch_index_suite *s,
    const char *path, struct ch_err *err)
{
	struct ch_record r = { 0 };
	struct ch_buf sign = { 0 };
	char *clear = ch_format("%sInRelease", s->base);
	char *detached = ch_format("%sRelease.gpg", s->base);
	bool is_printed;

	ch_buf_puts(&sign, "[{\"how\":\"openpgp-detached\",");
	quote_member(&sign, "to", detached);
	ch_buf_puts(&sign, "},{\"how\":\"openpgp-clear\",");
	quote_member(&sign, "to", clear);
	ch_buf_puts(&sign, "}]");
	ch_record_start(&r, CH_KIND_FILE);
	ch_record_set_string(&r, "path", path);
	ch_record_set_string(&r, "role", "root");
	ch_record_set_raw(&r, "sign", sign.data);
	is_printed = ch_record_write(&r, ix->call->out, err);
	ch_record_free(&r);
	ch_free(detached);
	ch_free(clear);
	ch_buf_free(&sign);
	return is_printed;
}

static bool
write_release(
    struct ch_indexer *ix, struct ch_index_suite *s, struct ch_err *err)
{
	char *path = ch_format("%sRelease", s->base);
	char *out = ch_path_join(ix->call->out_dir, path);
	struct ch_buf text = { 0 };
	bool is_written;

	put_fields(ix, s);
	ch_release_print(&s->release, &text);
	is_written = ch_make_parents(out, 0755, err) &&
		     write_text(out, &text, err) &&
		     print_release(ix, s, path, err);
	ch_buf_free(&text);
	ch_free(out);
	ch_free(path);
	return is_written;
}

bool
ch_index_write_releases(struct ch_indexer *ix, struct ch_err *err)
{
	for (size_t i = 0; i < ix->suite_count; i++)
		if (!write_release(ix, ix->suites[i], err))
			return false;
	return true;
}

static void
print_identity(const struct ch_indexer *ix, const struct ch_index_suite *s,
    struct ch_buf *out)
{
	struct identity id = identity_of(ix, s);
	const char *const members[][2] = { { "Origin", id.origin },
		{ "Label", id.label }, { "Codename", id.codename },
		{ "NotAutomatic", id.automatic },
		{ "ButAutomaticUpgrades", id.upgrades } };
	const char *comma = "";

	ch_json_quote(out, s->name, strlen(s->name));
	ch_buf_puts(out, ":{");
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		if (members[i][1] == NULL)
			continue;
		ch_buf_puts(out, comma);
		quote_member(out, members[i][0], members[i][1]);
		comma = ",";
	}
	ch_buf_putc(out, '}');
}

static bool
print_repo(struct ch_indexer *ix, const struct ch_told_repo *repo,
    const char *identity, struct ch_err *err)
{
	struct ch_record r = { 0 };
	struct ch_span line = { repo->line, strlen(repo->line) };
	char date[CH_WHEN_RFC3339_SIZE];
	bool is_printed = ch_record_parse(&r, line, err);

	ch_when_print(ix->told.date, date);
	if (is_printed && repo->mode != CH_MODE_MIRROR) {
		ch_record_set_raw(&r, "identity", identity);
		ch_record_set_string(&r, "date", date);
	}
	is_printed = is_printed && ch_record_write(&r, ix->call->out, err);
	ch_record_free(&r);
	return is_printed;
}

bool
ch_index_write_repos(struct ch_indexer *ix, struct ch_err *err)
{
	struct ch_buf identity = { 0 };
	bool is_printed = true;

	ch_buf_putc(&identity, '{');
	for (size_t i = 0; i < ix->suite_count; i++) {
		if (i > 0)
			ch_buf_putc(&identity, ',');
		print_identity(ix, ix->suites[i], &identity);
	}
	ch_buf_putc(&identity, '}');
	for (size_t i = 0; i < ix->told.count && is_printed; i++)
		is_printed =
		    print_repo(ix, &ix->told.repos[i], identity.data, err);
	ch_buf_free(&identity);
	return is_printed;
}
