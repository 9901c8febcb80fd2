#include "gpg.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "spawn.h"

#include "banned.h"

static bool
run(const char *const *args, const struct ch_buf *input, struct ch_buf *text,
    int *status_out, struct ch_err *err)
{
	const char *path = getenv("PATH");
	char *path_line =
	    ch_format("PATH=%s", path == NULL ? "/usr/bin:/bin" : path);
	const char *const env[] = { path_line, "LANG=C.UTF-8", "TZ=UTC", NULL };
	struct ch_child_options o = { .argv = args,
		.env = env,
		.in = CH_FD_NULL,
		.out = CH_FD_PIPE,
		.err = CH_FD_NULL };
	bool is_done;

	ch_buf_init(text, CH_GPG_OUTPUT_MAX);
	is_done = ch_child_run(&o, input, text, status_out, err);
	ch_free(path_line);
	if (!is_done && err->status == CH_USAGE)
		err->status = CH_TEMPORARY;
	ch_buf_putc(text, '\0');
	return is_done;
}

/* The last line that gpg logged, without its name in front. */
static const char *
complaint(struct ch_buf *text)
{
	const char *found = "it gave no reason";
	char *at = text->data;
	char *line;

	while ((line = ch_gpg_line(&at)) != NULL)
		if (ch_str_starts(line, "gpg: "))
			found = line + strlen("gpg: ");
	return found;
}

/* gpg's own status does not tell what is wrong with the disk alone. */
static bool
is_disk(const char *why)
{
	return strstr(why, strerror(ENOSPC)) != NULL ||
	       strstr(why, strerror(EDQUOT)) != NULL ||
	       strstr(why, strerror(EIO)) != NULL;
}

bool
ch_gpg_run(const struct ch_gpg *gpg, const char *const *args,
    struct ch_buf *text, struct ch_err *err)
{
	static const char *const common[] = { "gpg", "--batch", "--no-tty",
		"--yes", "--no-greeting", "--pinentry-mode", "loopback",
		"--passphrase-fd", "0", "--status-fd", "1", "--logger-fd", "1",
		"--trust-model", "always", "--no-auto-key-locate" };
	static const struct ch_buf nothing;
	struct ch_list argv = { 0 };
	int status = 0;
	const char *why;
	bool is_done;

	for (size_t i = 0; i < sizeof(common) / sizeof(common[0]); i++)
		ch_list_add(&argv, common[i]);
	ch_list_add(&argv, "--homedir");
	ch_list_add(&argv, gpg->home);
	if (gpg->time != NULL) {
		ch_list_add(&argv, "--faked-system-time");
		ch_list_add(&argv, gpg->time);
	}
	for (; *args != NULL; args++)
		ch_list_add(&argv, *args);
	ch_list_take(&argv, NULL);
	is_done = run((const char *const *)argv.items,
	    gpg->secret == NULL ? &nothing : gpg->secret, text, &status, err);
	ch_list_free(&argv);
	if (!is_done || status == 0)
		return is_done;
	why = complaint(text);
	return ch_fail(
	    err, is_disk(why) ? CH_TEMPORARY : CH_USAGE, "gpg: %s", why);
}

bool
ch_gpgv_run(const char *const *args, struct ch_buf *text, struct ch_err *err)
{
	int status;

	return run(args, NULL, text, &status, err);
}

char *
ch_gpg_line(char **at)
{
	char *line = *at;
	char *lf;

	if (line == NULL || line[0] == '\0')
		return NULL;
	lf = strchr(line, '\n');
	if (lf == NULL) {
		*at = line + strlen(line);
		return line;
	}
	*lf = '\0';
	*at = lf + 1;
	return line;
}

const char *
ch_gpg_status(const char *line, const char *keyword)
{
	size_t len;

	if (!ch_str_starts(line, "[GNUPG:] "))
		return NULL;
	line += strlen("[GNUPG:] ");
	if (keyword == NULL)
		return line;
	len = strlen(keyword);
	if (strncmp(line, keyword, len) != 0)
		return NULL;
	if (line[len] == '\0')
		return line + len;
	return line[len] == ' ' ? line + len + 1 : NULL;
}

struct ch_span
ch_gpg_word(const char *words, unsigned n)
{
	for (; n > 0; n--) {
		words += strcspn(words, " ");
		words += strspn(words, " ");
	}
	return (struct ch_span){ words, strcspn(words, " ") };
}
