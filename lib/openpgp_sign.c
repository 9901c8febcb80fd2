#include <string.h>

#include "io.h"
#include "log.h"
#include "openpgp_signer.h"

#include "banned.h"

/* More than this would wait for a core. */
#define AT_ONCE 4

/* A signature that is being made. */
struct signing {
	const struct ch_signature_order *order; /* what it is to be */
	struct ch_child gpg;                    /* who makes it */
};

static bool
start(struct ch_signer *s, struct signing *g, struct ch_err *err)
{
	struct ch_list args = { 0 };
	bool is_started;

	ch_list_add(&args, "--digest-algo");
	ch_list_add(&args, "SHA512");
	for (size_t i = 0; i < s->fingerprints.count; i++) {
		ch_list_add(&args, "--local-user");
		ch_list_add(&args, s->fingerprints.items[i]);
	}
	ch_list_add(&args, "--armor");
	ch_list_add(&args, "--output");
	ch_list_add(&args, g->order->out);
	ch_list_add(
	    &args, g->order->is_clear ? "--clear-sign" : "--detach-sign");
	ch_list_add(&args, "--");
	ch_list_add(&args, g->order->file);
	ch_list_take(&args, NULL);
	is_started = ch_gpg_start(
	    &g->gpg, &s->gpg, (const char *const *)args.items, err);
	ch_list_free(&args);
	return is_started || ch_wrap(err, "%s: signing", g->order->file);
}

static bool
finish(struct ch_signer *s, struct signing *g, struct ch_err *err)
{
	struct ch_buf text;
	size_t made = 0;
	char *at;
	char *line;
	bool is_signed = ch_gpg_finish(&g->gpg, &text, err);

	at = text.data;
	while (is_signed && (line = ch_gpg_line(&at)) != NULL)
		if (ch_gpg_status(line, "SIG_CREATED") != NULL)
			made++;
	if (is_signed && made != s->fingerprints.count)
		is_signed = ch_fail(err, CH_USAGE, "%zu of %zu keys signed",
		    made, s->fingerprints.count);
	ch_buf_free(&text);
	return is_signed || ch_wrap(err, "%s: signing", g->order->file);
}

/* Those that were started are waited for, also behind a failure. */
static bool
sign_some(struct ch_signer *s, const struct ch_signature_order *orders,
    size_t count, struct ch_err *err)
{
	struct signing signings[AT_ONCE];
	struct ch_err later;
	size_t started = 0;
	bool is_signed = true;

	for (; is_signed && started < count; started += is_signed) {
		signings[started].order = &orders[started];
		is_signed = start(s, &signings[started], err);
	}
	for (size_t i = 0; i < started; i++)
		is_signed = finish(s, &signings[i], is_signed ? err : &later) &&
			    is_signed;
	return is_signed;
}

bool
ch_signer_sign(struct ch_signer *s, const struct ch_signature_order *orders,
    size_t count, struct ch_err *err)
{
	bool is_signed = ch_signer_ready(s, err);

	while (is_signed && count > 0) {
		size_t some = s->signs_at_once ? AT_ONCE : 1;

		if (some > count)
			some = count;
		is_signed = sign_some(s, orders, some, err);
		s->signs_at_once = true;
		orders += some;
		count -= some;
	}
	return is_signed;
}

bool
ch_signer_export(struct ch_signer *s, const char *out, struct ch_err *err)
{
	static const struct ch_list none;
	struct ch_list files = { 0 };
	struct ch_buf text = { 0 };
	bool is_exported;

	ch_list_add(&files, s->public_keys);
	is_exported = ch_signer_ready(s, err) &&
		      ch_public_keys_text(&files, &none, &text, err) &&
		      ch_fleeting_write(out, text.data, text.len, 0644, err);
	ch_buf_free(&text);
	ch_list_free(&files);
	return is_exported || ch_wrap(err, "public key");
}

const struct ch_list *
ch_signer_fingerprints(const struct ch_signer *s)
{
	return &s->fingerprints;
}

void
ch_signer_close(struct ch_signer *s)
{
	struct ch_buf text;
	struct ch_err why;

	if (s == NULL)
		return;
	/* It may be about to start the agent. */
	if (s->reading.pid >= 0) {
		if (!ch_gpg_finish(&s->reading, &text, &why))
			ch_debug("%s", why.text);
		ch_buf_free(&text);
	}
	if (s->owns_home && s->home != NULL)
		ch_gpg_end_agent(s->home);
	ch_scratch_close(&s->scratch);
	if (s->secret.data != NULL)
		explicit_bzero(s->secret.data, s->secret.len);
	ch_buf_free(&s->secret);
	ch_list_free(&s->fingerprints);
	ch_list_free(&s->selectors);
	ch_list_free(&s->files);
	ch_free(s->public_keys);
	ch_free(s->place);
	ch_free(s->time);
	ch_free(s->ring);
	ch_free(s->home);
	ch_free(s);
}
