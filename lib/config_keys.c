#include "config_keys.h"

#include "str.h"

#include "banned.h"

#define LIST     CH_KEY_LIST
#define REQUIRED CH_KEY_REQUIRED
#define SECRET   CH_KEY_SECRET
#define URL      CH_KEY_URL
#define IGNORED  CH_KEY_IGNORED
#define LEGACY   CH_KEY_LEGACY

/* One row a key: block, name, type, of, fallback, help; then what is rare. */
#define TEXT(b, n, flags, fallback, help)                                      \
	{                                                                      \
		b, n, CH_KEY_TEXT, flags, NULL, fallback, 0, 0, help           \
	}
#define BOOL(b, n, fallback, help)                                             \
	{                                                                      \
		b, n, CH_KEY_BOOL, 0, NULL, fallback, 0, 0, help               \
	}
#define INT(b, n, fallback, min, max, help)                                    \
	{                                                                      \
		b, n, CH_KEY_INT, 0, NULL, fallback, min, max, help            \
	}
#define CHOICE(b, n, words, fallback, help)                                    \
	{                                                                      \
		b, n, CH_KEY_CHOICE, 0, words, fallback, 0, 0, help            \
	}
#define BLOCK(b, n, flags, name, help)                                         \
	{                                                                      \
		b, n, CH_KEY_BLOCK, flags, name, NULL, 0, 0, help              \
	}
#define OTHER(b, n, type, flags, of, help)                                     \
	{                                                                      \
		b, n, type, flags, of, NULL, 0, 0, help                        \
	}
#define OLD(b, n, type, new)                                                   \
	{                                                                      \
		b, n, type, LEGACY | LIST, new, NULL, 0, 0,                    \
		    "old spelling of " new                                     \
	}
/* A list that must match and one that must not. */
#define IN_EX(b, type, what)                                                   \
	OTHER(                                                                 \
	    b, "include", type, LIST, NULL, what " of which one must match"),  \
	    OTHER(b, "exclude", type, LIST, NULL,                              \
		what " of which none may match")
/* The same for one of some words. */
#define IN_EX_OF(b, words, what)                                               \
	OTHER(b, "include", CH_KEY_CHOICE, LIST, words,                        \
	    what " of which one must match"),                                  \
	    OTHER(b, "exclude", CH_KEY_CHOICE, LIST, words,                    \
		what " of which none may match")

static const struct ch_key keys[] = {
	BLOCK("", "storage", 0, "storage", "where everything is kept"),
	BLOCK("", "repositories", LIST, "repositories", "what is mirrored"),
	BLOCK("", "views", LIST, "views", "several repositories as one"),
	TEXT("", "include", 0, NULL,
	    "file or pattern, relative to this file, whose repositories and "
	    "views are added"),
	TEXT("", "plugin_path", LIST, NULL,
	    "folders with repository types of your own"),
	INT("", "plugin_timeout", "300", 1, 86400,
	    "seconds of silence after which a plugin is ended"),
	BLOCK("", "proxy", 0, "proxy",
	    "for repositories without a proxy block of their own"),
	BLOCK("", "ssl", 0, "ssl",
	    "for repositories without an ssl block of their own"),
	BLOCK("", "gpg", 0, "gpg",
	    "for repositories without a gpg block of their own"),
	BLOCK("", "verify", 0, "verify",
	    "for repositories without a verify block of their own"),
	BLOCK("", "download", 0, "download",
	    "for repositories without a download block of their own"),
	BLOCK("", "cache", 0, "cache", "metadata kept between runs"),
	BLOCK("", "database", IGNORED, "database",
	    "of the original; there is no database here"),

	TEXT("storage", "base_path", 0, NULL,
	    "folder of all that is not named below"),
	TEXT("storage", "pool_path", 0, NULL, "folder of the pool"),
	TEXT("storage", "published_path", 0, NULL,
	    "folder of the published trees"),
	TEXT("storage", "cache_path", 0, NULL,
	    "folder of what may be emptied at any time"),
	TEXT("storage", "temp_path", IGNORED, NULL,
	    "of the original; what is being written lies beside its target"),

	{ "repositories", "id", CH_KEY_NAME, REQUIRED, NULL, NULL, 0, 0,
	    "its name in commands and folders" },
	{ "repositories", "type", CH_KEY_NAME, REQUIRED, NULL, NULL, 0, 0,
	    "http, apt, rpm, helm, apk, pypi, or the name of a plugin" },
	TEXT("repositories", "name", 0, NULL, "title for people (the id)"),
	TEXT("repositories", "feed", URL, NULL,
	    "URL or folder of the upstream; required unless hosted"),
	BOOL("repositories", "enabled", "true",
	    "whether --all and --pattern take it"),
	CHOICE("repositories", "mode", "mirror|filtered|hosted", "filtered",
	    "mirror: as upstream has it; filtered: new metadata for what the "
	    "filters keep; hosted: of your own packages"),
	TEXT("repositories", "tags", LIST, NULL, "words for --tag"),
	BLOCK(
	    "repositories", "filters", 0, "filters", "which packages are kept"),
	BLOCK("repositories", "auth", 0, "auth", "credentials for the feed"),
	BLOCK("repositories", "proxy", 0, "proxy", "instead of the global one"),
	BLOCK("repositories", "ssl", 0, "ssl", "instead of the global one"),
	BLOCK("repositories", "gpg", 0, "gpg", "instead of the global one"),
	BLOCK(
	    "repositories", "verify", 0, "verify", "instead of the global one"),
	BLOCK("repositories", "download", 0, "download",
	    "instead of the global one"),
	BLOCK("repositories", "cache", 0, "cache", "instead of the global one"),
	OTHER("repositories", "cache_enabled", CH_KEY_BOOL, 0, NULL,
	    "instead of cache.enabled"),
	BLOCK("repositories", "metadata", 0, "metadata",
	    "how published metadata is written"),
	BLOCK("repositories", "retention", 0, "retention",
	    "which versions are kept"),
	BLOCK("repositories", "schedule", IGNORED, "schedule",
	    "of the original; use a timer that runs chantal repo sync"),
	CHOICE("repositories", "on_reject", "fail|drop", "fail",
	    "what a sync does when an item was rejected for one of "
	    "drop_codes"),
	TEXT("repositories", "drop_codes", LIST, NULL,
	    "codes that on_reject: drop accepts (not-found)"),
	TEXT("repositories", "allow_hosts", LIST, NULL,
	    "other hosts that the upstream may point to: HOST, HOST:PORT, "
	    "*.DOMAIN"),
	TEXT("repositories", "latest_path", 0, NULL,
	    "folder of the published tree, below published_path unless "
	    "absolute"),
	TEXT("repositories", "snapshots_path", 0, NULL,
	    "folder of its published snapshots, likewise"),

	{ "views", "name", CH_KEY_NAME, REQUIRED, NULL, NULL, 0, 0,
	    "its name in commands and folders" },
	TEXT("views", "description", 0, NULL, "for people"),
	OTHER("views", "repos", CH_KEY_NAME, LIST | REQUIRED, NULL,
	    "ids of repositories of one type"),
	TEXT("views", "publish_path", 0, NULL,
	    "folder above latest and snapshots"),
	CHOICE("views", "policy", "first|last|newest|refuse", NULL,
	    "whose stays when two repositories have one package, or path, "
	    "with other bytes (refuse; rpm: newest)"),
	BLOCK("views", "gpg", 0, "gpg", "instead of the global one"),
	BLOCK("views", "metadata", 0, "metadata",
	    "how published metadata is written"),

	BLOCK("filters", "patterns", 0, "filters.patterns",
	    "regular expressions, searched in the name and in "
	    "name-version.arch"),
	BLOCK("filters", "metadata", 0, "filters.metadata",
	    "by what every package has"),
	BLOCK("filters", "rpm", 0, "filters.rpm", "for type rpm"),
	BLOCK("filters", "deb", 0, "filters.deb", "for type apt"),
	TEXT("filters", "where", LIST, NULL,
	    "attributes of the type, as chantal-filter --where takes them: "
	    "apt.section=admin"),
	TEXT("filters", "program", LIST, NULL,
	    "a program and its arguments, between two stages"),
	BLOCK("filters", "post_processing", 0, "filters.post_processing",
	    "applied to what is left"),
	OLD("filters", "include_packages", CH_KEY_REGEX, "patterns.include"),
	OLD("filters", "exclude_packages", CH_KEY_REGEX, "patterns.exclude"),
	OLD("filters", "include_architectures", CH_KEY_TEXT,
	    "metadata.architectures.include"),
	OLD("filters", "exclude_architectures", CH_KEY_TEXT,
	    "metadata.architectures.exclude"),
	IN_EX("filters.patterns", CH_KEY_REGEX, "patterns"),
	BLOCK("filters.metadata", "architectures", 0,
	    "filters.metadata.architectures", "by architecture"),
	BLOCK("filters.metadata", "size_bytes", 0,
	    "filters.metadata.size_bytes", "by size"),
	BLOCK("filters.metadata", "build_time", 0,
	    "filters.metadata.build_time", "by age"),
	IN_EX("filters.metadata.architectures", CH_KEY_TEXT, "architectures"),
	OTHER("filters.metadata.size_bytes", "min", CH_KEY_SIZE, 0, NULL,
	    "smallest size kept"),
	OTHER("filters.metadata.size_bytes", "max", CH_KEY_SIZE, 0, NULL,
	    "largest size kept"),
	OTHER("filters.metadata.build_time", "newer_than", CH_KEY_DATE, 0, NULL,
	    "built at this time or later"),
	OTHER("filters.metadata.build_time", "older_than", CH_KEY_DATE, 0, NULL,
	    "built at this time or earlier"),
	INT("filters.metadata.build_time", "last_n_days", NULL, 1, 36500,
	    "built in the last so many days"),
	BOOL("filters.rpm", "exclude_source_rpms", "false",
	    "drop packages of architecture src"),
	BLOCK("filters.rpm", "groups", 0, "filters.rpm.groups", "by group"),
	BLOCK(
	    "filters.rpm", "licenses", 0, "filters.rpm.licenses", "by licence"),
	BLOCK("filters.rpm", "vendors", 0, "filters.rpm.vendors", "by vendor"),
	BLOCK("filters.rpm", "epochs", 0, "filters.rpm.epochs", "by epoch"),
	BLOCK("filters.rpm", "streams", 0, "filters.rpm.streams", "by stream"),
	BLOCK("filters.rpm", "advisories", 0, "filters.rpm.advisories",
	    "by advisory; what is in none stays"),
	IN_EX("filters.rpm.groups", CH_KEY_TEXT, "groups"),
	IN_EX("filters.rpm.licenses", CH_KEY_TEXT, "licences"),
	IN_EX("filters.rpm.vendors", CH_KEY_TEXT, "vendors"),
	IN_EX("filters.rpm.epochs", CH_KEY_TEXT, "epochs"),
	IN_EX("filters.rpm.streams", CH_KEY_TEXT, "streams, name:stream,"),
	TEXT("filters.rpm.advisories", "ids", LIST, NULL, "one of these"),
	TEXT("filters.rpm.advisories", "types", LIST, NULL, "of such a type"),
	TEXT("filters.rpm.advisories", "severities", LIST, NULL, "so severe"),
	OTHER("filters.rpm.advisories", "newer_than", CH_KEY_DATE, 0, NULL,
	    "updated at this time or later"),
	OTHER("filters.rpm.advisories", "older_than", CH_KEY_DATE, 0, NULL,
	    "updated at this time or earlier"),
	BLOCK("filters.deb", "components", 0, "filters.deb.components",
	    "by component"),
	BLOCK("filters.deb", "priorities", 0, "filters.deb.priorities",
	    "by priority"),
	BLOCK(
	    "filters.deb", "sections", 0, "filters.deb.sections", "by section"),
	BLOCK("filters.deb", "sources", 0, "filters.deb.sources",
	    "by the source package it was built from"),
	BLOCK("filters.deb", "kinds", 0, "filters.deb.kinds", "by kind"),
	BLOCK("filters.deb", "multi_arch", 0, "filters.deb.multi_arch",
	    "by Multi-Arch"),
	BLOCK("filters.deb", "tags", 0, "filters.deb.tags", "by debtag"),
	BLOCK("filters.deb", "phased", 0, "filters.deb.phased",
	    "updates that are given to a part of the clients yet"),
	CHOICE("filters.deb", "source_packages", "all|matching|none", "all",
	    "matching: those that the kept binaries were built from, whatever "
	    "the other filters say of them"),
	IN_EX("filters.deb.components", CH_KEY_TEXT, "components"),
	IN_EX("filters.deb.priorities", CH_KEY_TEXT, "priorities"),
	IN_EX("filters.deb.sections", CH_KEY_TEXT, "sections"),
	IN_EX("filters.deb.sources", CH_KEY_TEXT, "source packages"),
	IN_EX_OF("filters.deb.kinds", "deb|udeb|source", "kinds"),
	IN_EX_OF("filters.deb.multi_arch", "no|same|foreign|allowed",
	    "values (no is that of packages without)"),
	IN_EX("filters.deb.tags", CH_KEY_TEXT, "debtags"),
	INT("filters.deb.phased", "min", NULL, 0, 100,
	    "drop what fewer per cent of the clients get: 100 keeps finished "
	    "updates, 1 drops those that were stopped"),
	BOOL("filters.post_processing", "only_latest_version", "false",
	    "keep one version of each name and architecture"),
	INT("filters.post_processing", "only_latest_n_versions", NULL, 1,
	    1000000, "keep so many"),

	CHOICE("auth", "type", "basic|bearer|custom|client_cert", NULL,
	    "what the upstream asks for"),
	TEXT("auth", "username", 0, NULL, "of basic"),
	TEXT("auth", "password", SECRET, NULL, "of basic"),
	TEXT("auth", "password_file", 0, NULL, "file with the password"),
	TEXT("auth", "password_env", 0, NULL, "variable with the password"),
	TEXT("auth", "token", SECRET, NULL, "of bearer"),
	TEXT("auth", "token_file", 0, NULL, "file with the token"),
	TEXT("auth", "token_env", 0, NULL, "variable with the token"),
	OTHER("auth", "headers", CH_KEY_MAP, SECRET, NULL,
	    "of custom: header names and values"),
	TEXT("auth", "cert_file", 0, NULL, "of client_cert: certificate"),
	TEXT("auth", "key_file", 0, NULL, "of client_cert: its key"),
	TEXT("auth", "cert_dir", 0, NULL,
	    "of client_cert: folder with NAME.pem and NAME-key.pem; of "
	    "several the first that has not expired"),

	TEXT("proxy", "http_proxy", URL, NULL, "for http URLs"),
	TEXT("proxy", "https_proxy", URL, NULL, "for https URLs"),
	TEXT(
	    "proxy", "no_proxy", 0, NULL, "hosts reached without it, by comma"),
	TEXT("proxy", "username", 0, NULL, "for the proxy"),
	TEXT("proxy", "password", SECRET, NULL, "for the proxy"),

	BOOL("ssl", "verify", "true", "whether certificates are checked"),
	TEXT("ssl", "ca_cert", 0, NULL,
	    "certificates to trust, PEM text; wins over ca_bundle"),
	TEXT("ssl", "ca_bundle", 0, NULL, "file of certificates to trust"),
	TEXT("ssl", "client_cert", 0, NULL, "certificate to show"),
	TEXT("ssl", "client_key", 0, NULL, "its key"),

	CHOICE("download", "backend", "requests|aria2c", NULL,
	    "of the original; libcurl is what downloads here"),
	INT("download", "parallel", "8", 1, 100, "downloads at once"),
	INT("download", "per_host", "8", 1, 100, "of these, from one host"),
	INT("download", "timeout", "60", 1, 86400, "seconds without progress"),
	INT("download", "retry_attempts", "3", 0, 10,
	    "attempts after the first"),
	INT("download", "deadline", "21600", 1, 604800,
	    "seconds for one file in all"),
	OTHER("download", "max_size", CH_KEY_SIZE, 0, NULL,
	    "bytes of a file that declares no size"),
	OTHER("download", "rate_limit", CH_KEY_SIZE, 0, NULL,
	    "bytes a second, all together"),
	BOOL("download", "allow_private", "false",
	    "whether allow_hosts may be at private addresses"),
	BOOL("download", "verify_checksum", "true",
	    "of the original; checksums are always verified"),

	BOOL("cache", "enabled", "true",
	    "of the original; the cache is always on"),
	INT("cache", "max_age_hours", NULL, 1, 1000000,
	    "of the original; what is cached is checked at each use"),

	BOOL("gpg", "enabled", "true", "whether published metadata is signed"),
	TEXT("gpg", "key_file", 0, NULL, "file with the signing key"),
	TEXT("gpg", "key_files", LIST, NULL,
	    "files with signing keys, all of which sign"),
	TEXT("gpg", "key_id", 0, NULL,
	    "key id, fingerprint, or part of the user id"),
	TEXT("gpg", "key_ids", LIST, NULL, "several: all of these keys sign"),
	BOOL("gpg", "generate_key", "false",
	    "make a key when there is none, and keep it"),
	TEXT("gpg", "passphrase", SECRET, NULL, "of the key"),
	TEXT("gpg", "passphrase_file", 0, NULL,
	    "file with the passphrase; wins"),
	TEXT("gpg", "gnupg_home", 0, NULL, "GnuPG's folder (one of our own)"),
	TEXT("gpg", "public_key_file", 0, NULL,
	    "public key to publish (exported)"),
	TEXT("gpg", "public_key_name", 0, "key.gpg", "its published name"),
	TEXT("gpg", "key_name", 0, NULL, "name in a key that is made"),
	TEXT("gpg", "key_email", 0, "chantal@localhost",
	    "address in a key that is made"),

	BOOL("verify", "enabled", NULL,
	    "whether the upstream's signatures are verified; they are not "
	    "unless this is true, and a warning says so unless it is false"),
	BOOL("verify", "repo_gpgcheck", "true", "those of the metadata"),
	BOOL("verify", "gpgcheck", "true", "those of the packages"),
	BOOL("verify", "check_dates", "true",
	    "whether an upstream that has expired, or is of the future, is "
	    "refused"),
	TEXT("verify", "key_files", LIST, NULL, "files of trusted keys"),
	TEXT("verify", "keys", LIST, NULL, "trusted keys, armored text"),
	TEXT("verify", "trusted_fingerprints", LIST, NULL,
	    "of these only: fingerprints, or their last 16 digits or more"),
	TEXT("verify", "client_key_name", 0, NULL,
	    "published name of the upstream's keys, empty: not published "
	    "(RPM-GPG-KEY- and the id for type rpm)"),
	TEXT("verify", "gnupg_home", 0, NULL, "GnuPG's folder (a private one)"),
	CHOICE("verify", "on_missing_signature", "fail|warn|skip", "fail",
	    "what to do without a signature"),
	CHOICE("verify", "on_invalid_signature", "fail|warn|skip", "fail",
	    "what to do with a bad one"),

	CHOICE("metadata", "compression", "auto|gzip|zstandard|bzip2|xz|none",
	    "auto", "of published indexes"),

	CHOICE("retention", "policy", "mirror|newest-only|keep-all|keep-last-n",
	    "mirror",
	    "what stays when upstream has newer ones, in mode "
	    "filtered; keep-all is of the original: a snapshot keeps what "
	    "upstream removes"),
	INT("retention", "keep_count", NULL, 1, 1000000, "of keep-last-n"),

	BOOL("schedule", "enabled", "false", "of the original"),
	TEXT("schedule", "cron", 0, "0 2 * * *", "of the original"),
	BOOL("schedule", "create_snapshot", "false", "of the original"),
	TEXT("schedule", "snapshot_name_template", 0, "{repo_id}-{date}",
	    "of the original"),

	TEXT("database", "url", SECRET, NULL, "of the original"),
	INT("database", "pool_size", NULL, 0, 1000000, "of the original"),
	INT("database", "max_overflow", NULL, 0, 1000000, "of the original"),
	OTHER("database", "echo", CH_KEY_BOOL, 0, NULL, "of the original"),
};

const struct ch_key *
ch_key_at(size_t index)
{
	return index < sizeof keys / sizeof *keys ? &keys[index] : NULL;
}

const struct ch_key *
ch_key_find(const char *block, const char *name)
{
	const struct ch_key *k;

	for (size_t i = 0; (k = ch_key_at(i)) != NULL; i++) {
		if (ch_str_equal(k->block, block) &&
		    ch_str_equal(k->name, name))
			return k;
	}
	return NULL;
}

char *
ch_key_full_name(const struct ch_key *key)
{
	return ch_format(
	    "%s%s%s", key->block, *key->block ? "." : "", key->name);
}

const char *
ch_key_type_name(const struct ch_key *key)
{
	static const char *const names[][2] = {
		[CH_KEY_TEXT] = { "text", "list of text" },
		[CH_KEY_BOOL] = { "true or false", "list of true or false" },
		[CH_KEY_INT] = { "number", "list of numbers" },
		[CH_KEY_SIZE] = { "size", "list of sizes" },
		[CH_KEY_CHOICE] = { "word", "list of words" },
		[CH_KEY_NAME] = { "name", "list of names" },
		[CH_KEY_REGEX] = { "pattern", "list of patterns" },
		[CH_KEY_DATE] = { "date", "list of dates" },
		[CH_KEY_MAP] = { "map", "list of maps" },
		[CH_KEY_BLOCK] = { "block", "list of blocks" },
	};

	return names[key->type][(key->flags & CH_KEY_LIST) != 0];
}
