/*
 * A repository's settings for a program: configuration and options as one
 * block, and the plugin of its type.
 *
 * ch_setup_open() with what the command line said: the block of --repo, or
 * one made from TYPE and FEED when the configuration has none, or that of
 * --view, which then has the id and the mode of a repository too; then the
 * settings (-o KEY=VALUE), read as the type's schema wants them.  Options win
 * over the configuration.  ch_setup_close() in any case.
 */

#ifndef CH_SETUP_H
#define CH_SETUP_H

#include "config.h"
#include "plugin.h"

struct ch_setup {
	/* set by the caller, borrowed */
	const char *config_path; /* --config, or NULL */
	const char *repo;        /* --repo; NULL: named like the type */
	const char *view;        /* --view, or NULL: its block instead */
	const char *type;        /* TYPE, or NULL: that of the block */
	const char *feed;        /* FEED, or NULL: that of the block */
	struct ch_list settings; /* KEY=VALUE, owned */
	bool allows_override;    /* --allow-override */
	/* from open */
	struct ch_config *config; /* paths */
	struct ch_json *block;    /* complete */
	bool is_configured;       /* the block is of the configuration */
	struct ch_plugin plugin;  /* of the type */
};

/* Loads the configuration alone. */
bool ch_setup_load(struct ch_setup *s, struct ch_err *err) CH_MUST_CHECK;
/* After load: the block and the plugin. */
bool ch_setup_open(struct ch_setup *s, struct ch_err *err) CH_MUST_CHECK;
void ch_setup_close(struct ch_setup *s);

#endif
