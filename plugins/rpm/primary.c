#include "primary.h"

#include <inttypes.h>
#include <stdlib.h>

#include "lib/log.h"
#include "lib/record.h"
#include "lib/spool.h"
#include "location.h"
#include "repomd.h"

#include "lib/banned.h"

/* Decompressed bytes: ten times what the largest distributions have. */
#define PLAIN_MAX ((uint64_t)8 << 30)

/* Why a package becomes a reject. */
struct flaw {
	const char *code;  /* of the reject */
	struct ch_err err; /* its message */
};

static bool
is_plain(struct ch_span s)
{
	return s.len > 0 && ch_is_plain(s.data, s.len);
}

static bool
is_number(struct ch_span s)
{
	uint64_t n;

	return ch_parse_uint_span(s, CH_MAX_INT, &n);
}

struct ch_nevra
ch_primary_nevra(const struct ch_primary *p)
{
	const struct ch_package *k = &p->package;

	return (struct ch_nevra){ k->name, k->epoch, k->version, k->release,
		k->arch };
}

/* "E:V-R", without an epoch of 0. */
static bool
take_version(struct ch_primary *p, struct flaw *flaw)
{
	const struct ch_package *k = &p->package;
	struct ch_span epoch = k->epoch;

	flaw->code = "malformed";
	while (epoch.len > 1 && epoch.data[0] == '0') {
		epoch.data++;
		epoch.len--;
	}
	if (epoch.len > 0 && !is_number(epoch))
		return ch_fail(&flaw->err, CH_MALFORMED,
		    "its epoch '%.*s' is no number", (int)epoch.len,
		    epoch.data);
	if (!is_plain(k->version) || !is_plain(k->release) ||
	    memchr(k->version.data, '-', k->version.len) != NULL ||
	    memchr(k->release.data, '-', k->release.len) != NULL)
		return ch_fail(&flaw->err, CH_MALFORMED,
		    "its version or release is missing, or has a '-' in it");
	ch_buf_clear(&p->version);
	if (epoch.len > 0 && !ch_span_is(epoch, "0"))
		ch_buf_printf(&p->version, "%.*s:", (int)epoch.len, epoch.data);
	ch_buf_put(&p->version, k->version.data, k->version.len);
	ch_buf_putc(&p->version, '-');
	ch_buf_put(&p->version, k->release.data, k->release.len);
	return true;
}

static bool
take_digest(struct ch_primary *p, struct flaw *flaw)
{
	const struct ch_package *k = &p->package;

	ch_buf_clear(&p->digest);
	if (ch_rpm_digest(k->checksum_type, k->pkgid, &p->digest, &flaw->err))
		return true;
	flaw->code =
	    flaw->err.status == CH_UNTRUSTED ? "weak-digest" : "malformed";
	return false;
}

static bool
take_location(struct ch_primary *p, struct flaw *flaw)
{
	flaw->code = "unsafe-path";
	return ch_primary_place(p, &flaw->err);
}

static bool
take(struct ch_primary *p, struct flaw *flaw)
{
	const struct ch_package *k = &p->package;

	flaw->code = "malformed";
	if (k->fault != NULL)
		return ch_fail(&flaw->err, CH_MALFORMED,
		    "%s, at byte %" PRIu64 " of %s", k->fault,
		    p->offset + k->fault_offset, p->shown);
	if (!is_plain(k->name) || !is_plain(k->arch))
		return ch_fail(&flaw->err, CH_MALFORMED,
		    "its name or architecture is empty");
	if (k->size.data != NULL && !is_number(k->size))
		return ch_fail(&flaw->err, CH_MALFORMED,
		    "its size '%.40s' is no number", k->size.data);
	return take_version(p, flaw) && take_digest(p, flaw) &&
	       take_location(p, flaw);
}

static bool
reject(struct ch_primary *p, const struct flaw *flaw, struct ch_err *err)
{
	const struct ch_package *k = &p->package;
	struct ch_buf *b = &p->line;

	ch_buf_clear(b);
	ch_buf_printf(b,
	    "{\"record\":\"reject\",\"code\":\"%s\",\"message\":", flaw->code);
	ch_json_quote(b, flaw->err.text, strlen(flaw->err.text));
	ch_buf_puts(b, ",\"retry\":false,\"ref\":{\"type\":\"rpm\"");
	if (is_plain(k->name))
		ch_primary_text(b, ",\"name\":", k->name);
	if (is_plain(k->arch))
		ch_primary_text(b, ",\"arch\":", k->arch);
	if (is_plain(k->version))
		ch_primary_text(b, ",\"version\":", k->version);
	if (is_plain(k->href) && k->href.len < 1024)
		ch_primary_text(b, ",\"path\":", k->href);
	ch_buf_puts(b, "}}\n");
	return ch_out_write(p->out, b->data, b->len, err);
}

static void
make_line(struct ch_primary *p)
{
	const struct ch_package *k = &p->package;
	struct ch_buf *b = &p->line;
	const char *sha256 = ch_str_starts(p->digest.data, "sha256:")
				 ? p->digest.data + strlen("sha256:")
				 : NULL;

	ch_buf_clear(b);
	ch_primary_text(b, "{\"record\":\"package\",\"name\":", k->name);
	ch_primary_text(b, ",\"arch\":", k->arch);
	ch_primary_text(b, ",\"version\":",
	    (struct ch_span){ p->version.data, p->version.len });
	ch_primary_text(
	    b, ",\"path\":", (struct ch_span){ p->where.data, p->where.len });
	ch_primary_text(
	    b, ",\"url\":", (struct ch_span){ p->url.data, p->url.len });
	if (k->size.data != NULL) {
		ch_buf_puts(b, ",\"size\":");
		ch_buf_put(b, k->size.data, k->size.len);
	}
	if (sha256 != NULL)
		ch_buf_printf(b, ",\"sha256\":\"%s\"", sha256);
	else
		ch_buf_printf(b, ",\"digest\":\"%s\"", p->digest.data);
	if (is_number(k->build_time)) {
		ch_buf_puts(b, ",\"time\":");
		ch_buf_put(b, k->build_time.data, k->build_time.len);
	}
	ch_primary_attributes(p);
	ch_buf_puts(b, "}\n");
}

static void
warn_repeated(const struct ch_primary *p)
{
	const struct ch_package *k = &p->package;

	ch_warn("%.*s-%s.%.*s is there more than once: of these the one built "
		"last is taken",
	    (int)k->name.len, k->name.data, p->version.data, (int)k->arch.len,
	    k->arch.data);
}

/* False with flaw->code NULL: it was there, nothing is to be said. */
static bool
is_new(struct ch_primary *p, struct flaw *flaw)
{
	const char *hex = strchr(p->digest.data, ':') + 1;
	uint64_t before = p->twins.repeated;
	struct ch_twin_id id = { .nevra = ch_primary_nevra(p),
		.path = { p->where.data, p->where.len },
		.pkgid = ch_span_of(hex) };
	enum ch_twin twin;

	if (!ch_parse_uint_span(
		p->package.build_time, CH_MAX_INT, &id.build_time))
		id.build_time = 0;
	flaw->code = NULL;
	twin = ch_twins_add(&p->twins, &id);
	if (p->twins.repeated > before && before < 10)
		warn_repeated(p);
	if (twin != CH_TWIN_CONFLICT)
		return twin == CH_TWIN_TAKEN;
	flaw->code = "conflict";
	return ch_fail(&flaw->err, CH_MALFORMED,
	    "another package, with other bytes, has the location '%.200s' too",
	    p->where.data);
}

/* Nothing of a mirror may come from elsewhere. */
static bool
check_mirror(const struct ch_primary *p, struct ch_err *err)
{
	const struct ch_package *k = &p->package;
	bool is_elsewhere = k->base.len > 0 || ch_location_is_absolute(k->href);

	if (!p->is_mirror || !is_elsewhere)
		return true;
	return ch_fail(err, CH_MALFORMED,
	    "%s: package %.*s is elsewhere (%.*s): mode mirror cannot publish "
	    "such a repository unchanged, mode filtered can",
	    p->shown, (int)k->name.len, k->name.data,
	    (int)(k->base.len > 0 ? k->base.len : k->href.len),
	    k->base.len > 0 ? k->base.data : k->href.data);
}

static bool
print_one(struct ch_primary *p, struct ch_out *out, struct ch_err *err)
{
	struct flaw flaw = { 0 };

	if (p->package.fault == NULL && !check_mirror(p, err))
		return false;
	if (!take(p, &flaw) || !is_new(p, &flaw))
		return flaw.code == NULL || reject(p, &flaw, err);
	make_line(p);
	return ch_out_write(out, p->line.data, p->line.len, err);
}

static bool
print_all(struct ch_primary *p, struct ch_out *out, struct ch_err *err)
{
	const struct ch_slices_job job = { .path = p->path,
		.shown = p->shown,
		.max = PLAIN_MAX,
		.claim = p->claim,
		.kind = CH_SLICE_PRIMARY };
	struct ch_slices *slices = ch_slices_open(&job, err);
	enum ch_next next = CH_ERROR;
	struct ch_slice slice;

	if (slices == NULL)
		return false;
	while ((next = ch_slices_next(slices, &slice, err)) == CH_ITEM) {
		p->offset = slice.offset;
		ch_package_read(&p->package, &slice,
		    ch_slices_head(slices)->is_latin1, true);
		if (!print_one(p, out, err)) {
			next = CH_ERROR;
			break;
		}
	}
	ch_slices_close(slices);
	return next == CH_END;
}

/* The lines of those that no later one took the place of. */
static bool
copy_taken(struct ch_primary *p, const char *path, struct ch_err *err)
{
	enum ch_next next;
	struct ch_span line;
	struct ch_in in;

	if (!ch_in_open(&in, path, err))
		return false;
	for (size_t i = 0; (next = ch_in_line(&in, &line, err)) == CH_ITEM;
	     i++) {
		if (ch_twins_is_taken(&p->twins, i) &&
		    (!ch_out_write(p->out, line.data, line.len, err) ||
			!ch_out_puts(p->out, "\n", err))) {
			next = CH_ERROR;
			break;
		}
	}
	ch_in_close(&in);
	return next == CH_END;
}

bool
ch_primary_print(struct ch_primary *p, struct ch_err *err)
{
	const char *dir = getenv("TMPDIR");
	struct ch_spool spool = { 0 };
	bool ok;

	ch_package_init(&p->package);
	p->twins.takes_all = p->is_mirror;
	if (p->is_mirror)
		return print_all(p, p->out, err);
	ok = ch_spool_open(
		 &spool, dir != NULL ? dir : "/var/tmp", "packages", err) &&
	     print_all(p, &spool.out, err);
	if (ok && p->twins.repeated > 10)
		ch_warn("%" PRIu64 " packages are there more than once",
		    p->twins.repeated);
	if (ok && p->twins.repeated == 0)
		ok = ch_spool_copy(&spool, p->out, err);
	else if (ok)
		ok = ch_out_flush(&spool.out, err) &&
		     copy_taken(p, spool.path, err);
	ch_spool_close(&spool);
	return ok;
}

void
ch_primary_free(struct ch_primary *p)
{
	ch_package_free(&p->package);
	ch_twins_free(&p->twins);
	ch_buf_free(&p->line);
	ch_buf_free(&p->where);
	ch_buf_free(&p->url);
	ch_buf_free(&p->digest);
	ch_buf_free(&p->version);
}
