/*
 * Inside of the filter rules: the parts that rules.c, rules_where.c and
 * rules_config.c share.
 */

#ifndef CH_RULES_PARTS_H
#define CH_RULES_PARTS_H

#include "regex.h"
#include "rules.h"

/* One --where, or one entry of a list in the configuration. */
struct ch_condition {
	char *value;         /* exact text, or NULL */
	struct ch_regex *re; /* or a pattern */
	bool is_unwanted;    /* != or !~ */
};

/* All conditions on one path. */
struct ch_attribute {
	char *path;                 /* "apt.section" */
	const char *field;          /* of the stanza, in path, or NULL */
	const char *type;           /* records of this type only, or NULL */
	bool absent_passes;         /* what is not said is no reason */
	struct ch_condition *items; /* owned */
	size_t count;               /* in use */
	uint64_t asked;             /* packages */
	bool is_seen;               /* one of them has it */
	char *near;                 /* what they have instead; owned */
	size_t distance;            /* of that: edits */
};

struct ch_pattern {
	struct ch_regex *re; /* compiled */
	bool in_name;        /* searched in the name */
	bool in_full;        /* searched in name-version.arch */
	char *text;          /* as it was given */
};

struct ch_patterns {
	struct ch_pattern *items; /* owned */
	size_t count;             /* in use */
};

struct ch_limit {
	bool is_set;   /* there is one */
	int64_t value; /* bytes or Unix seconds */
};

/* Streams and advisories of rpm, see rules_rpm.h. */
struct ch_belonging {
	struct ch_list streams;     /* wanted, empty: all */
	struct ch_list not_streams; /* unwanted */
	struct ch_list ids;         /* of advisories, empty: all */
	struct ch_list types;       /* likewise, case ignored */
	struct ch_list severities;  /* likewise, case ignored */
	struct ch_limit newer_than; /* Unix seconds */
	struct ch_limit older_than; /* Unix seconds */
};

struct ch_rules {
	struct ch_list archs;            /* wanted, empty: all */
	struct ch_list not_archs;        /* unwanted */
	struct ch_limit min_size;        /* bytes */
	struct ch_limit max_size;        /* bytes */
	struct ch_limit newer_than;      /* Unix seconds */
	struct ch_limit older_than;      /* Unix seconds */
	struct ch_limit last_days;       /* Unix seconds, from now */
	bool no_source;                  /* drop rpm sources */
	struct ch_limit min_phased;      /* per cent */
	enum ch_sources sources;         /* which of apt stay */
	struct ch_belonging belonging;   /* of rpm */
	struct ch_attribute *attributes; /* owned */
	size_t attribute_count;          /* in use */
	struct ch_patterns include;      /* one must match */
	struct ch_patterns exclude;      /* none may match */
	uint64_t latest;                 /* versions kept, 0: all */
	const struct ch_order *order;    /* for latest, or NULL */
	struct ch_list program;          /* argv words */
	const char **argv;               /* these, NULL-ended, or NULL */
	unsigned set;                    /* bit per rule that options set */
	bool in_config;                  /* now reading a configuration */
	struct ch_buf why;               /* of the last package dropped */
	struct ch_buf full;              /* its name-version.arch */
	struct ch_buf scratch;           /* a decoded value */
	bool has_stanza;                 /* stanza is of this package */
	struct ch_span stanza;           /* its text, data NULL: none */
	struct ch_buf decoded;           /* memory of stanza */
	struct ch_buf folded;            /* a field of several lines */
};

/* What a package says to a condition. */
struct ch_said {
	struct ch_span raw; /* JSON, or text; data NULL: nothing */
	bool is_text;       /* raw is text as it is */
};

/* rules_value.c: the value of a path, a default, or a field of the stanza. */
bool ch_rules_value(struct ch_rules *rules, const struct ch_attribute *a,
    struct ch_record *r, struct ch_said *out, struct ch_err *err) CH_MUST_CHECK;

/* The conditions on a path, made when absent; type is a constant or NULL. */
struct ch_attribute *ch_rules_attribute(
    struct ch_rules *rules, const char *path, const char *type);
void ch_attribute_add(
    struct ch_attribute *a, const char *value, bool is_unwanted);
/* "apt.section=admin" */
bool ch_rules_add_where(
    struct ch_rules *rules, const char *text, struct ch_err *err) CH_MUST_CHECK;
/* False in *holds with why filled in when an attribute speaks against r. */
bool ch_rules_check_attributes(struct ch_rules *rules, struct ch_record *r,
    bool *holds, struct ch_err *err) CH_MUST_CHECK;
void ch_rules_free_attributes(struct ch_rules *rules);
/* A condition without != or !~ is among them. */
bool ch_attribute_has_wanted(const struct ch_attribute *a);

/* rules_near.c: a package does not have it; what has it that is called so? */
bool ch_attribute_missed(struct ch_rules *rules, struct ch_attribute *a,
    struct ch_record *r, struct ch_err *err) CH_MUST_CHECK;

/* "^lib", "full:^lib.*-2" */
bool ch_patterns_add(struct ch_patterns *all, const char *value,
    struct ch_err *err) CH_MUST_CHECK;
/* Fills in why when include or exclude patterns speak against r. */
bool ch_rules_check_patterns(struct ch_rules *rules, struct ch_record *r,
    struct ch_err *err) CH_MUST_CHECK;
void ch_patterns_free(struct ch_patterns *all);

#endif
