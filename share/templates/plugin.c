/*
 * The repository type @TYPE@ for Chantal: collects the archives that a page
 * links to, publishes them with checksums and a page of links.
 * chantal-plugin(7) tells what each verb reads and prints.
 *
 *	cc -O2 -o @TYPE@ @TYPE@.c -ljansson
 */

#define _GNU_SOURCE
#include <ctype.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char description[] =
    "{\"protocol\":[1],\"type\":\"@TYPE@\",\"version\":\"1\","
    "\"verbs\":[\"describe\",\"list\",\"index\"],"
    "\"modes\":[\"mirror\",\"filtered\"],\"version_order\":\"none\","
    "\"config\":{\"type\":\"object\",\"additionalProperties\":false,"
    "\"properties\":{"
    "\"page\":{\"type\":\"string\",\"default\":\"index.html\","
    "\"description\":\"the page with the links\"},"
    "\"suffix\":{\"type\":\"string\",\"default\":\".tar.gz\","
    "\"description\":\"what an archive's name ends in\"}}}}";

static const char *config, *meta, *out;

static _Noreturn void
fail(int status, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(status);
}

static char *
format(const char *fmt, ...)
{
	char *text;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		fail(75, "out of memory");
	va_end(ap);
	return text;
}

static void
emit(json_t *record)
{
	char *line = json_dumps(record, JSON_COMPACT);

	if (line == NULL || puts(line) < 0)
		fail(75, "cannot write to stdout");
	free(line);
	json_decref(record);
}

static FILE *
open_file(const char *folder, const char *name, const char *mode)
{
	char *path = format("%s/%s", folder, name);
	FILE *file = fopen(path, mode);

	if (file == NULL && mode[0] == 'w')
		fail(75, "%s: cannot write", path);
	free(path);
	return file;
}

/* The type's own block; it stays until the process ends. */
static json_t *
read_config(void)
{
	json_t *root = config == NULL ? NULL : json_load_file(config, 0, NULL);
	json_t *block = json_object_get(root, "@TYPE@");
	const char *key;
	json_t *value;

	if (root == NULL)
		fail(2, "%s: not a JSON file", config ? config : "--config");
	json_object_foreach(
	    block, key, value) if ((strcmp(key, "page") != 0 &&
				       strcmp(key, "suffix") != 0) ||
				   !json_is_string(value))
	    fail(2, "@TYPE@.%s: no such key, or no text", key);
	return block;
}

static const char *
setting(json_t *block, const char *key, const char *fallback)
{
	const char *value = json_string_value(json_object_get(block, key));

	return value == NULL ? fallback : value;
}

static void
print_package(const char *link, const char *suffix)
{
	const char *slash = strrchr(link, '/');
	char *stem = strdup(slash == NULL ? link : slash + 1);
	const char *version = "0";
	char *path = format("packages/%s", link);

	stem[strlen(stem) - strlen(suffix)] = '\0';
	for (char *c = stem; *c != '\0'; c++)
		if (c > stem && c[0] == '-' && isdigit((unsigned char)c[1])) {
			*c = '\0';
			version = c + 1;
			break;
		}
	emit(json_pack("{s:s, s:s, s:s, s:s, s:s}", "record", "package", "name",
	    stem, "version", version, "path", path, "url", link));
	free(path);
	free(stem);
}

static int
compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Links that lead below the page, in text's memory. */
static size_t
find_links(char *text, const char *suffix, char ***links)
{
	size_t count = 0;

	*links = NULL;
	for (char *at = text; (at = strstr(at, "href=\"")) != NULL;) {
		char *link = at + strlen("href=\"");
		size_t len = strcspn(link, "\"#?");
		int is_end = link[len] == '\0';

		at = link + len + !is_end;
		link[len] = '\0';
		if (len < strlen(suffix) || link[0] == '/' ||
		    strcmp(link + len - strlen(suffix), suffix) != 0 ||
		    link[strspn(link, "abcdefghijklmnopqrstuvwxyz")] == ':')
			continue;
		*links = realloc(*links, (count + 1) * sizeof(**links));
		if (*links == NULL)
			fail(75, "out of memory");
		(*links)[count++] = link;
	}
	if (count > 0)
		qsort(*links, count, sizeof(**links), compare);
	return count;
}

/* Wants while the page is missing; then a repo line and the packages. */
static void
list(void)
{
	json_t *block = read_config();
	const char *suffix = setting(block, "suffix", ".tar.gz");
	FILE *page = open_file(meta, "page", "r");
	char *text = NULL;
	size_t size = 0;
	char **links;
	size_t count;

	if (page == NULL) {
		emit(json_pack("{s:s, s:s, s:s, s:b}", "record", "want", "url",
		    setting(block, "page", "index.html"), "as", "page", "root",
		    1));
		return;
	}
	puts("{\"record\":\"repo\"}");
	if (getdelim(&text, &size, '\0', page) < 0)
		return;
	count = find_links(text, suffix, &links);
	for (size_t i = 0; i < count; i++)
		if ((i == 0 || strcmp(links[i], links[i - 1]) != 0) &&
		    json_string(links[i]) != NULL)
			print_package(links[i], suffix);
}

static void
write_escaped(FILE *file, const char *path, int is_link)
{
	for (const unsigned char *c = (const unsigned char *)path; *c; c++)
		if (is_link && !isalnum(*c) && strchr("/-._~", *c) == NULL)
			fprintf(file, "%%%02X", *c);
		else if (!is_link && strchr("<>&\"", *c) != NULL)
			fprintf(file, "&#%d;", *c);
		else
			fputc(*c, file);
}

/* "path NUL digest" of each package, to be sorted. */
static char **rows;
static size_t row_count;

static void
keep_row(const char *line)
{
	json_t *record = json_loads(line, 0, NULL);
	const char *kind = json_string_value(json_object_get(record, "record"));
	const char *path = json_string_value(json_object_get(record, "path"));
	const char *sum = json_string_value(json_object_get(record, "sha256"));

	if (kind == NULL)
		fail(3, "a line that is no record: %.60s", line);
	if (strcmp(kind, "package") == 0 && path != NULL && sum != NULL) {
		rows = realloc(rows, (row_count + 1) * sizeof(*rows));
		if (rows == NULL)
			fail(75, "out of memory");
		rows[row_count++] = format("%s%c%s", path, '\0', sum);
	}
	json_decref(record);
}

/* All lines go through as they came; the index is made on the way. */
static void
make_index(void)
{
	FILE *sums = open_file(out, "SHA256SUMS", "w");
	FILE *page = open_file(out, "index.html", "w");
	char *line = NULL;
	size_t size = 0;

	while (getline(&line, &size, stdin) > 0) {
		fputs(line, stdout);
		keep_row(line);
	}
	if (row_count > 0)
		qsort(rows, row_count, sizeof(*rows), compare);
	fputs("<!DOCTYPE html><meta charset=\"utf-8\"><title>@TYPE@</title>"
	      "<ul>\n",
	    page);
	for (size_t i = 0; i < row_count; i++) {
		const char *path = rows[i];

		fprintf(sums, "%s  %s\n", path + strlen(path) + 1, path);
		fputs("<li><a href=\"./", page);
		write_escaped(page, path, 1);
		fputs("\">", page);
		write_escaped(page, path, 0);
		fputs("</a>\n", page);
	}
	fputs("</ul>\n", page);
	if (fclose(sums) != 0 || fclose(page) != 0)
		fail(75, "%s: cannot write", out);
	puts("{\"record\":\"file\",\"path\":\"index.html\"}");
	puts("{\"record\":\"file\",\"path\":\"SHA256SUMS\",\"role\":\"root\","
	     "\"sign\":\"openpgp-detached\"}");
}

int
main(int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "";

	for (int i = 2; i + 1 < argc; i += 2) {
		if (strcmp(argv[i], "--config") == 0)
			config = argv[i + 1];
		else if (strcmp(argv[i], "--meta") == 0)
			meta = argv[i + 1];
		else if (strcmp(argv[i], "--out") == 0)
			out = argv[i + 1];
	}
	if (strcmp(verb, "describe") == 0)
		puts(description);
	else if (strcmp(verb, "list") == 0 && meta != NULL)
		list();
	else if (strcmp(verb, "index") == 0 && out != NULL)
		make_index();
	else
		fail(2, "'%s': no such verb, or an option is missing", verb);
	if (fflush(stdout) != 0)
		fail(75, "cannot write to stdout");
	return 0;
}
