#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/json.h"
#include "lib/log.h"
#include "lib/progress.h"
#include "tap.h"

#include "lib/banned.h"

/* What can be read from fd now, as a string. */
static const char *
drain(int fd)
{
	static char text[65536];
	size_t len = 0;
	ssize_t n = 1;

	(void)fcntl(fd, F_SETFL, O_NONBLOCK);
	while (n > 0 && len < sizeof text - 1) {
		n = read(fd, text + len, sizeof text - 1 - len);
		len += n > 0 ? (size_t)n : 0;
	}
	text[len] = '\0';
	return text;
}

static void
wait_ms(long ms)
{
	struct timespec t = { .tv_sec = ms / 1000,
		.tv_nsec = ms % 1000 * 1000000 };

	(void)nanosleep(&t, NULL);
}

/* Lines of text that are JSON objects; -1 when one is none. */
static int
count_events(const char *text)
{
	struct ch_err err;
	int count = 0;

	while (*text) {
		size_t len = strcspn(text, "\n");
		struct ch_json *j = ch_json_parse(text, len, "event", &err);

		if (ch_json_type(j) != CH_JSON_OBJECT)
			return -1;
		ch_json_free(j);
		count++;
		text += len + (text[len] == '\n');
	}
	return count;
}

static void
test_events(void)
{
	struct ch_progress p;
	const char *text;
	int fds[2];

	if (pipe(fds) != 0)
		return;
	ch_progress_start(&p, "packages", "id\"x", fds[1]);
	ch_progress_expect(&p, 3, 300);
	ch_progress_bytes(&p, 100);
	ch_progress_done(&p, "a\nb", 100, CH_DONE_NEW);
	ch_progress_done(&p, "c", 100, CH_DONE_REUSED);
	ch_progress_done(&p, "d", 100, CH_DONE_REJECTED);
	ch_progress_finish(&p);
	text = drain(fds[0]);
	ok_if(count_events(text) >= 5, "each event is a JSON object on a line");
	ok_if(strstr(text, "{\"event\":\"start\",") == text,
	    "start is the first");
	ok_if(strstr(text, "\"path\":\"a\\nb\",\"size\":100,"
			   "\"outcome\":\"new\""),
	    "a file with its size and outcome");
	ok_if(strstr(text, "\"files\":3,\"files_reused\":1,"
			   "\"files_rejected\":1,\"files_total\":3,"
			   "\"bytes\":100,\"bytes_total\":200"),
	    "counts; what was here is not expected any more");
	ok_if(strstr(text, "\"repo\":\"id\\\"x\""), "the id is quoted");
	(void)close(fds[0]);
	(void)close(fds[1]);
}

static void
test_lost_reader(void)
{
	struct ch_progress p;
	int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);

	ch_progress_start(&p, "packages", NULL, fd);
	ok_if(p.events_fd == -1, "a descriptor that takes nothing is given up");
	ch_progress_done(&p, "a", 1, CH_DONE_NEW);
	ch_progress_finish(&p);
	(void)close(fd);
}

static void
test_option(void)
{
	struct ch_err err = { 0 };
	int fd = -1;

	ok_if(ch_progress_events_fd("2", &fd, &err) && fd == 2, "2 is open");
	ok_if(!ch_progress_events_fd("1", &fd, &err) && err.status == CH_USAGE,
	    "stdout is for data");
	ok_if(!ch_progress_events_fd("999", &fd, &err) &&
		  strstr(err.text, "not open"),
	    "999 is not open");
	ok_if(!ch_progress_events_fd("x", &fd, &err), "x is no number");
}

/* Runs with stderr on a terminal of ours; what it shows. */
static const char *
on_terminal(void)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	int saved = dup(STDERR_FILENO);
	struct ch_progress p;
	const char *text;
	int slave;

	if (master < 0 || grantpt(master) != 0 || unlockpt(master) != 0)
		return NULL;
	slave = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
	(void)dup2(slave, STDERR_FILENO);
	ch_progress_start(&p, "packages", NULL, -1);
	ch_progress_expect(&p, 10, 10000000);
	wait_ms(250);
	ch_progress_done(&p, "a", 1, CH_DONE_NEW);
	wait_ms(1000);
	ch_progress_bytes(&p, 4000000);
	ch_info("in between");
	ch_progress_finish(&p);
	text = drain(master);
	(void)dup2(saved, STDERR_FILENO);
	(void)close(saved);
	(void)close(slave);
	(void)close(master);
	return text;
}

static void
test_terminal(void)
{
	const char *text = on_terminal();

	if (!text) {
		ok_if(true, "# skip no pseudo terminals here");
		return;
	}
	ok_if(strstr(text, "\rpackages: 1 of 10, 0 B of 10.0 MB"),
	    "files and bytes of how many");
	ok_if(strstr(text, "MB/s, ") && strstr(text, " left"),
	    "the rate and the time left");
	ok_if(strstr(text, "\r\033[K") && strstr(text, "in between"),
	    "the line makes way for messages");
	ok_if(strstr(text, "packages: 1 file, 4.0 MB fetched"),
	    "the result is said once");
}

static void
test_quiet(void)
{
	struct ch_progress p;

	ch_log_level(CH_LOG_WARNING);
	ch_progress_start(&p, "packages", NULL, -1);
	ok_if(p.is_quiet, "-q draws nothing");
	ch_progress_finish(&p);
}

int
main(int argc, char **argv)
{
	(void)argc;
	ch_log_init(argv[0]);
	test_events();
	test_lost_reader();
	test_option();
	test_terminal();
	test_quiet();
	return done();
}
