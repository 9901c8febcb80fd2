#include "gpg.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "banned.h"

/* Children of an environment that depends on PATH alone. */
static bool
begin(struct ch_child *run, const char *const *args, const struct ch_buf *input,
    struct ch_err *err)
{
	const char *path = getenv("PATH");
	char *path_line =
	    ch_format("PATH=%s", path == NULL ? "/usr/bin:/bin" : path);
	const char *const env[] = { path_line, "LANG=C.UTF-8", "TZ=UTC", NULL };
	struct ch_child_options o = {
		.argv = args, .env = env, .out = CH_FD_PIPE, .err = CH_FD_NULL
	};
	bool is_begun = ch_child_begin(run, &o, input, err);

	ch_free(path_line);
	if (!is_begun && err->status == CH_USAGE)
		err->status = CH_TEMPORARY;
	return is_begun;
}

static bool
end(struct ch_child *run, struct ch_buf *text, int *status_out,
    struct ch_err *err)
{
	bool is_ended;

	ch_buf_init(text, CH_GPG_OUTPUT_MAX);
	is_ended = ch_child_end(run, text, status_out, err);
	ch_buf_putc(text, '\0');
	return is_ended;
}

/*
 * The last line that gpg logged, without its name in front; what import counts
 * at its end is no reason.
 */
static const char *
complaint(struct ch_buf *text)
{
	const char *found = "it gave no reason";
	char *at = text->data;
	char *line;

	while ((line = ch_gpg_line(&at)) != NULL)
		if (ch_str_starts(line, "gpg: ") && line[5] != ' ' &&
		    !ch_str_starts(line, "gpg: Total number processed"))
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
ch_gpg_start(struct ch_child *run, const struct ch_gpg *gpg,
    const char *const *args, struct ch_err *err)
{
	static const char *const common[] = { "gpg", "--batch", "--no-tty",
		"--yes", "--no-greeting", "--pinentry-mode", "loopback",
		"--passphrase-fd", "0", "--status-fd", "1", "--logger-fd", "1",
		"--trust-model", "always", "--no-auto-key-locate" };
	struct ch_list argv = { 0 };
	bool is_started;

	for (size_t i = 0; i < sizeof(common) / sizeof(common[0]); i++)
		ch_list_add(&argv, common[i]);
	ch_list_add(&argv, "--homedir");
	ch_list_add(&argv, gpg->home);
	if (gpg->ring != NULL) {
		ch_list_add(&argv, "--no-default-keyring");
		ch_list_add(&argv, "--keyring");
		ch_list_take(&argv, ch_format("gnupg-ring:%s", gpg->ring));
	}
	if (gpg->time != NULL) {
		ch_list_add(&argv, "--faked-system-time");
		ch_list_add(&argv, gpg->time);
	}
	for (; *args != NULL; args++)
		ch_list_add(&argv, *args);
	ch_list_take(&argv, NULL);
	is_started =
	    begin(run, (const char *const *)argv.items, gpg->secret, err);
	ch_list_free(&argv);
	return is_started;
}

bool
ch_gpg_finish(struct ch_child *run, struct ch_buf *text, struct ch_err *err)
{
	int status = 0;
	bool is_done = end(run, text, &status, err);
	const char *why;

	if (!is_done || status == 0)
		return is_done;
	why = complaint(text);
	return ch_fail(
	    err, is_disk(why) ? CH_TEMPORARY : CH_USAGE, "gpg: %s", why);
}

bool
ch_gpg_run(const struct ch_gpg *gpg, const char *const *args,
    struct ch_buf *text, struct ch_err *err)
{
	struct ch_child run;

	ch_buf_init(text, 0);
	return ch_gpg_start(&run, gpg, args, err) &&
	       ch_gpg_finish(&run, text, err);
}

bool
ch_gpgv_run(const char *const *args, struct ch_buf *text, struct ch_err *err)
{
	struct ch_child run;
	int status;

	ch_buf_init(text, 0);
	return begin(&run, args, NULL, err) && end(&run, text, &status, err);
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
