#include "engines.h"

#include "access.h"
#include "mem.h"
#include "str.h"

#include "banned.h"

struct ch_engine {
	struct ch_engine *next;  /* made before */
	char *id;                /* of the repository, "" for none */
	struct ch_access access; /* its settings, which http borrows */
	struct ch_http *http;    /* made of them */
};

void
ch_engines_option(struct ch_engines *e, int opt, const char *arg)
{
	e->options =
	    ch_realloc(e->options, e->option_count + 1, sizeof(*e->options));
	e->options[e->option_count++] = (struct ch_engine_option){ opt, arg };
}

static bool
has_option(const struct ch_engines *e, int opt)
{
	for (size_t i = 0; i < e->option_count; i++) {
		if (e->options[i].opt == opt)
			return true;
	}
	return false;
}

bool
ch_engines_bind(const struct ch_engines *e, struct ch_err *err)
{
	bool has_secret = has_option(e, CH_ACCESS_AUTH_FILE) ||
			  has_option(e, CH_ACCESS_AUTH_ENV) ||
			  has_option(e, CH_ACCESS_CLIENT_CERT);

	if (!has_secret || has_option(e, CH_ACCESS_AUTH_ORIGIN))
		return true;
	return ch_fail(err, CH_USAGE,
	    "credentials: several upstreams may be asked: add --auth-origin "
	    "URL, or put them into the configuration");
}

static bool
set_up(struct ch_engines *e, struct ch_engine *engine, const char *id,
    struct ch_err *err)
{
	const struct ch_json *repo = NULL;

	for (size_t i = 0; i < e->option_count; i++) {
		if (!ch_access_option(&engine->access, e->options[i].opt,
			e->options[i].arg, err))
			return false;
	}
	if (id != NULL && e->cfg != NULL) {
		repo = ch_config_repo(e->cfg, id, err);
		if (repo == NULL)
			return false;
	}
	if (!ch_access_finish(&engine->access, repo, NULL, err))
		return false;
	engine->http = ch_http_new(&engine->access.http);
	return true;
}

static void
free_engine(struct ch_engine *engine)
{
	if (engine->http != NULL)
		ch_http_free(engine->http);
	ch_access_free(&engine->access);
	ch_free(engine->id);
	ch_free(engine);
}

struct ch_http *
ch_engines_get(struct ch_engines *e, const char *id, struct ch_err *err)
{
	const char *name = id == NULL ? "" : id;
	struct ch_engine *engine = e->items;

	while (engine != NULL && !ch_str_equal(engine->id, name))
		engine = engine->next;
	if (engine != NULL)
		return engine->http;
	engine = ch_calloc(1, sizeof(*engine));
	engine->id = ch_strdup(name);
	ch_access_init(&engine->access);
	if (!set_up(e, engine, id, err)) {
		free_engine(engine);
		return NULL;
	}
	engine->next = e->items;
	e->items = engine;
	return engine->http;
}

void
ch_engines_free(struct ch_engines *e)
{
	while (e->items != NULL) {
		struct ch_engine *engine = e->items;

		e->items = engine->next;
		free_engine(engine);
	}
	ch_free(e->options);
	e->options = NULL;
	e->option_count = 0;
}
