#include "index_view.h"

#include <fcntl.h>
#include <inttypes.h>
#include <string.h>

#include "element.h"
#include "index_claims.h"
#include "index_members.h"
#include "index_parts.h"
#include "log.h"
#include "sys.h"

#include "banned.h"

struct view {
	struct ch_index *x;              /* whose lines */
	struct ch_members members;       /* its repositories */
	bool in_paths;                   /* pass over paths, not names */
	struct ch_claims claims;         /* of this pass */
	struct ch_spool kept;            /* lines that stay */
	struct ch_buf text;              /* what is digested */
	struct ch_record *record;        /* the current one */
	const struct ch_claim *loses_to; /* over one of its paths */
	bool is_double;                  /* with the same bytes */
	uint64_t decided;                /* dropped, other bytes */
	uint64_t doubles;                /* dropped, the same bytes */
};

static struct ch_claim
claim_of(struct view *v, struct ch_record *r)
{
	uint32_t owner =
	    ch_members_number(&v->members, ch_record_string(r, "repo"));
	const struct ch_view_member *m = &v->members.items[owner];
	uint64_t time;

	return (struct ch_claim){ .owner = owner,
		.rank = m->rank,
		.time = ch_record_uint(r, "time", &time) ? (int64_t)time
							 : m->date };
}

static void
set_key(struct view *v, struct ch_claim *claim)
{
	char hex[CH_SHA256_HEX + 1];

	ch_sha256_hex(v->text.data, v->text.len, hex);
	ch_claim_bytes(claim->key, hex);
}

static void
put_part(struct view *v, struct ch_record *r, const char *key)
{
	struct ch_span part = ch_record_span(r, key);

	ch_buf_put(&v->text, part.data, part.len);
	ch_buf_putc(&v->text, '\n');
}

/* What a package claims by its name, version and architecture. */
static struct ch_claim
claim_name(struct view *v, struct ch_record *r)
{
	struct ch_claim claim = claim_of(v, r);

	ch_buf_clear(&v->text);
	put_part(v, r, "name");
	put_part(v, r, "version");
	put_part(v, r, "arch");
	set_key(v, &claim);
	ch_claim_bytes(claim.bytes, ch_record_string(r, "sha256"));
	return claim;
}

/* What a record claims by a path: of its own, or of one of its files. */
static bool
claim_path(struct view *v, struct ch_record *part, struct ch_claim *claim)
{
	ch_buf_clear(&v->text);
	put_part(v, part, "path");
	if (v->text.len == 1)
		return false;
	set_key(v, claim);
	ch_claim_bytes(claim->bytes, ch_record_string(part, "sha256"));
	return true;
}

/* "name version arch", or the path of a file. */
static char *
words_for(struct ch_record *r)
{
	const char *version = ch_record_string(r, "version");
	const char *arch = ch_record_string(r, "arch");

	if (r->kind != CH_KIND_PACKAGE)
		return ch_format("the file %s", ch_record_string(r, "path"));
	return ch_format("%s%s%s%s%s", ch_record_string(r, "name"),
	    version == NULL ? "" : " ", version == NULL ? "" : version,
	    arch == NULL ? "" : " ", arch == NULL ? "" : arch);
}

static bool
refuse(struct view *v, uint32_t rival, const char *why, struct ch_err *err)
{
	char *what = words_for(v->record);

	(void)ch_fail(err, CH_MALFORMED,
	    "%s: repositories %s and %s have it with other bytes%s: %s", what,
	    v->x->ids.items[rival], ch_record_string(v->record, "repo"),
	    v->in_paths ? " at one path" : "", why);
	ch_free(what);
	return false;
}

static bool
put(struct view *v, const struct ch_claim *claim, struct ch_err *err)
{
	struct ch_claim rival;

	return ch_claims_put(&v->claims, claim, &rival) ||
	       refuse(v, rival.owner,
		   "the policy of the view is to refuse that: set policy to "
		   "first, last or newest, or filter one of them out",
		   err);
}

static bool
put_name(void *ctx, struct ch_record *r, struct ch_err *err)
{
	struct view *v = ctx;
	struct ch_claim claim;

	v->record = r;
	if (r->kind != CH_KIND_PACKAGE)
		return true;
	claim = claim_name(v, r);
	return v->members.items[claim.owner].is_fixed || put(v, &claim, err);
}

static bool
put_path(void *ctx, struct ch_record *part, struct ch_err *err)
{
	struct view *v = ctx;
	struct ch_claim claim = claim_of(v, v->record);

	return !claim_path(v, part, &claim) || put(v, &claim, err);
}

static bool
put_paths(void *ctx, struct ch_record *r, struct ch_err *err)
{
	struct view *v = ctx;

	v->record = r;
	return put_path(v, r, err) &&
	       ch_record_each_element(r, "files", put_path, v, err);
}

/* The claim of another repository that stands instead of this one. */
static const struct ch_claim *
winner_over(const struct view *v, const struct ch_claim *claim)
{
	const struct ch_claim *stands = ch_claims_find(&v->claims, claim->key);

	return stands != NULL && stands->owner != claim->owner ? stands : NULL;
}

static void
drop(struct view *v, const struct ch_claim *winner, bool is_double)
{
	char *what = words_for(v->record);

	ch_debug("%s: of repository %s, not of %s: %s%s", what,
	    v->x->ids.items[winner->owner], ch_record_string(v->record, "repo"),
	    is_double ? "the same bytes" : "policy ",
	    is_double ? "" : v->members.policy);
	ch_free(what);
	v->doubles += is_double;
	v->decided += !is_double;
}

static bool
choose_name(void *ctx, struct ch_record *r, struct ch_err *err)
{
	struct view *v = ctx;
	const struct ch_claim *winner = NULL;
	struct ch_claim claim;

	v->record = r;
	if (r->kind == CH_KIND_PACKAGE) {
		claim = claim_name(v, r);
		if (!v->members.items[claim.owner].is_fixed)
			winner = winner_over(v, &claim);
	}
	if (winner == NULL)
		return ch_record_write(r, &v->kept.out, err);
	drop(v, winner, ch_claim_is_same(winner, &claim));
	return true;
}

/* Two packages may share a file; a file alone is needed once. */
static bool
look_at_path(void *ctx, struct ch_record *part, struct ch_err *err)
{
	struct view *v = ctx;
	struct ch_claim claim = claim_of(v, v->record);
	const struct ch_claim *winner;
	bool is_double;

	if (!claim_path(v, part, &claim))
		return true;
	winner = winner_over(v, &claim);
	if (winner == NULL)
		return true;
	is_double = ch_claim_is_same(winner, &claim);
	if (is_double && v->record->kind == CH_KIND_PACKAGE)
		return true;
	if (!is_double && v->members.items[claim.owner].is_fixed)
		return refuse(v, winner->owner,
		    "the second is a mirror, whose index lists it: filter it "
		    "out of the first",
		    err);
	v->loses_to = winner;
	v->is_double = is_double;
	return true;
}

static bool
choose_paths(void *ctx, struct ch_record *r, struct ch_err *err)
{
	struct view *v = ctx;

	v->record = r;
	v->loses_to = NULL;
	if (!look_at_path(v, r, err) ||
	    !ch_record_each_element(r, "files", look_at_path, v, err))
		return false;
	if (v->loses_to == NULL)
		return ch_record_write(r, &v->kept.out, err);
	drop(v, v->loses_to, v->is_double);
	return true;
}

typedef bool (*line_fn)(void *ctx, struct ch_record *r, struct ch_err *err);

/* All claims, then what loses: only where something is contested. */
static bool
pass(struct view *v, const char *name, line_fn put_one, line_fn choose,
    struct ch_err *err)
{
	struct ch_spool *fed = &v->x->fed;
	bool is_done = ch_spool_each(fed, put_one, v, err);

	if (is_done && v->claims.contested > 0) {
		is_done =
		    ch_spool_open(&v->kept, v->x->scratch.path, name, err) &&
		    ch_spool_each(fed, choose, v, err);
		if (is_done) {
			if (ch_sys_unlink(AT_FDCWD, fed->path) != 0)
				ch_debug("%s: left for later", fed->path);
			ch_spool_close(fed);
			*fed = v->kept;
			v->kept = (struct ch_spool){ 0 };
		}
	}
	ch_claims_free(&v->claims);
	return is_done;
}

static void
tell(const struct view *v)
{
	if (v->decided > 0)
		ch_info("%" PRIu64 " packages or files are in several "
			"repositories with other bytes, left out by policy %s "
			"(-v names them)",
		    v->decided, v->members.policy);
	if (v->doubles > 0)
		ch_info("%" PRIu64 " packages or files are in several "
			"repositories with the same bytes, taken once",
		    v->doubles);
}

bool
ch_index_view(struct ch_index *x, struct ch_err *err)
{
	struct view v = { .x = x };
	bool is_done;

	/* Of one, the plugin is told that it is a view, and that is all. */
	if (x->ids.count == 0 || (x->ids.count < 2 && x->setup->view == NULL))
		return true;
	is_done = ch_members_open(&v.members, x, &v.claims.policy, err);
	if (is_done && x->ids.count > 1) {
		is_done = pass(&v, "names", put_name, choose_name, err);
		v.in_paths = true;
		is_done =
		    is_done && pass(&v, "paths", put_paths, choose_paths, err);
	}
	if (is_done)
		tell(&v);
	ch_spool_close(&v.kept);
	ch_claims_free(&v.claims);
	ch_buf_free(&v.text);
	ch_members_free(&v.members);
	return is_done;
}
