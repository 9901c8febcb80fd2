/*
 * Filter rules: which package records are kept.
 *
 * ch_rules_new(), ch_rules_set() for each option, ch_rules_add_config() for
 * what a configuration adds, then ch_rules_check() for each package record.
 * A rule that an option has set is not taken from the configuration.
 *
 * The rules, by their names, in the order in which they are asked; a package
 * is dropped by the first that does not hold:
 *
 * arch, not-arch           architectures, exact
 * min-size, max-size       bytes, with K, M, G, T; inclusive
 * newer-than, older-than   a date or a duration before now; inclusive
 * last-days                days before now
 * no-source                "yes": no source packages of rpm
 * source-packages          "all", "none", or "matching", see rules_source.h
 * min-phased               per cent of an update's clients, apt
 * where                    PATH=VALUE, PATH!=VALUE, PATH~REGEX, PATH!~REGEX
 * include, exclude         regular expressions
 * latest                   versions to keep, see rules_latest.h
 * order                    the version order for latest
 *
 * A pattern is searched, without anchors of its own, in the name and in
 * name-version.arch (the version without its epoch); with the prefix "name:"
 * or "full:" in the one only.  A where PATH leads into the record,
 * "apt.section", or "stanza.FIELD" into the upstream entry that it carries; an
 * array holds when one of its elements does; conditions on the same path are
 * alternatives, different paths must all hold.
 *
 * Where a record says nothing: arch, size and time rules, and those of the
 * rpm block, keep it; deb rules and where do not, unless they only exclude.
 * A Debian package without a source is its own, one without a phase is in its
 * last, one without Multi-Arch says no.
 */

#ifndef CH_RULES_H
#define CH_RULES_H

#include <stdbool.h>

#include "err.h"
#include "json.h"
#include "record.h"
#include "version.h"

struct ch_rules;

/* Which source packages of apt are kept. */
enum ch_sources {
	CH_SOURCES_ALL,      /* that the other rules keep */
	CH_SOURCES_MATCHING, /* those of the binaries that are kept */
	CH_SOURCES_NONE
};

struct ch_rules *ch_rules_new(void);
/* Sets or, where a rule takes several values, adds one; CH_USAGE. */
bool ch_rules_set(struct ch_rules *rules, const char *rule, const char *value,
    struct ch_err *err) CH_MUST_CHECK;
/*
 * A repository's filters block, chantal-config(5), and its type: rpm rules on
 * an apt repository and deb rules on an rpm repository are CH_USAGE.
 */
bool ch_rules_add_config(struct ch_rules *rules, const struct ch_json *filters,
    const char *type, struct ch_err *err) CH_MUST_CHECK;

/*
 * Asks all rules but latest.  *why_out is NULL when the package is kept, else
 * the rule that drops it in words, borrowed until the next call.  False when a
 * pattern took too long.
 */
bool ch_rules_check(struct ch_rules *rules, struct ch_record *r,
    const char **why_out, struct ch_err *err) CH_MUST_CHECK;

/*
 * Behind the last package: CH_USAGE when a where PATH is in none of them and
 * another name is near it, so that it is misspelt; warns where it may be.
 */
bool ch_rules_check_seen(
    const struct ch_rules *rules, struct ch_err *err) CH_MUST_CHECK;

enum ch_sources ch_rules_sources(const struct ch_rules *rules);
uint64_t ch_rules_latest(const struct ch_rules *rules); /* 0: all */
/* The order that was asked for; NULL: each type's own. */
const struct ch_order *ch_rules_order(const struct ch_rules *rules);
/* filters.program: a NULL-ended argv, borrowed, or NULL. */
const char *const *ch_rules_program(const struct ch_rules *rules);
void ch_rules_free(struct ch_rules *rules);

#endif
