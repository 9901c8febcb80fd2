#include "progress.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "log.h"
#include "mem.h"
#include "record.h"
#include "str.h"

#include "banned.h"

#define DRAW_MS   200
#define PLAIN_MS  30000
#define EVENT_MS  500
#define RATE_MS   1000
#define RATE_KEPT 0.7 /* share of the old rate in the new one */

/* The one whose line is on the terminal, for log lines to get past. */
static struct ch_progress *shown;

static uint64_t
now_ms(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

/* Not through lib/sys: progress is never worth a failure, nor a fault. */
static bool
put(int fd, const char *text, size_t len)
{
	return write(fd, text, len) == (ssize_t)len;
}

static void
clear_line(void)
{
	static const char clear[] = "\r\033[K";

	if (shown && shown->is_drawn)
		(void)put(STDERR_FILENO, clear, sizeof clear - 1);
}

static void draw(struct ch_progress *p);

static void
draw_again(void)
{
	if (shown && shown->is_drawn)
		draw(shown);
}

/* "12.3 MB": three digits that matter. */
static void
put_bytes(struct ch_buf *out, double bytes)
{
	static const char *const units[] = { "B", "kB", "MB", "GB", "TB" };
	size_t unit = 0;

	while (bytes >= 999.5 && unit + 1 < sizeof units / sizeof *units) {
		bytes /= 1000;
		unit++;
	}
	ch_buf_printf(out, unit > 0 && bytes < 99.95 ? "%.1f %s" : "%.0f %s",
	    bytes, units[unit]);
}

static void
put_seconds(struct ch_buf *out, uint64_t s)
{
	if (s >= 3600)
		ch_buf_printf(out, "%u h %02u min", (unsigned)(s / 3600),
		    (unsigned)(s / 60 % 60));
	else if (s >= 60)
		ch_buf_printf(out, "%u min %02u s", (unsigned)(s / 60),
		    (unsigned)(s % 60));
	else
		ch_buf_printf(out, "%u s", (unsigned)s);
}

static void
put_counts(const struct ch_progress *p, struct ch_buf *out)
{
	ch_buf_printf(out, "%s: %llu", p->what, (unsigned long long)p->files);
	if (p->files_total > p->files)
		ch_buf_printf(
		    out, " of %llu", (unsigned long long)p->files_total);
	ch_buf_puts(out, ", ");
	put_bytes(out, (double)p->bytes);
	if (p->bytes_total > p->bytes) {
		ch_buf_puts(out, " of ");
		put_bytes(out, (double)p->bytes_total);
	}
	if (p->files_rejected > 0)
		ch_buf_printf(out, ", %llu rejected",
		    (unsigned long long)p->files_rejected);
}

static void
put_rate(const struct ch_progress *p, struct ch_buf *out)
{
	if (p->rate < 1)
		return;
	ch_buf_puts(out, ", ");
	put_bytes(out, p->rate);
	ch_buf_puts(out, "/s");
	if (p->bytes_total <= p->bytes)
		return;
	ch_buf_puts(out, ", ");
	put_seconds(
	    out, (uint64_t)((double)(p->bytes_total - p->bytes) / p->rate));
	ch_buf_puts(out, " left");
}

/* Columns of the terminal, less one so that nothing wraps. */
static size_t
width(void)
{
	struct winsize size;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1)
		return size.ws_col - 1U;
	return 79;
}

static void
draw(struct ch_progress *p)
{
	struct ch_buf text = { 0 };
	struct ch_buf line = { 0 };
	size_t columns = width();

	put_counts(p, &text);
	put_rate(p, &text);
	ch_buf_printf(&line, "\r%.*s\033[K", (int)columns, text.data);
	p->is_drawn = put(STDERR_FILENO, line.data, line.len);
	ch_buf_free(&text);
	ch_buf_free(&line);
}

static void
say_plainly(const struct ch_progress *p)
{
	struct ch_buf text = { 0 };

	put_counts(p, &text);
	put_rate(p, &text);
	ch_info("%s", text.data);
	ch_buf_free(&text);
}

static void
put_member(struct ch_buf *out, const char *name, uint64_t value)
{
	ch_buf_printf(out, ",\"%s\":%llu", name, (unsigned long long)value);
}

static void
put_text_member(struct ch_buf *out, const char *name, const char *value)
{
	ch_buf_printf(out, ",\"%s\":", name);
	ch_json_quote(out, value, strlen(value));
}

static void
begin_event(const struct ch_progress *p, const char *kind, struct ch_buf *out)
{
	ch_buf_puts(out, "{\"event\":");
	ch_json_quote(out, kind, strlen(kind));
	put_text_member(out, "program", ch_log_program());
	if (p->repo)
		put_text_member(out, "repo", p->repo);
	put_text_member(out, "what", p->what);
}

static void
send_event(struct ch_progress *p, struct ch_buf *event)
{
	ch_buf_puts(event, "}\n");
	if (!put(p->events_fd, event->data, event->len))
		p->events_fd = -1;
	ch_buf_free(event);
}

static void
send_counts(struct ch_progress *p, const char *kind, uint64_t now)
{
	struct ch_buf event = { 0 };

	if (p->events_fd < 0)
		return;
	begin_event(p, kind, &event);
	put_member(&event, "files", p->files);
	put_member(&event, "files_reused", p->files_reused);
	put_member(&event, "files_rejected", p->files_rejected);
	put_member(&event, "files_total", p->files_total);
	put_member(&event, "bytes", p->bytes);
	put_member(&event, "bytes_total", p->bytes_total);
	put_member(&event, "rate", (uint64_t)p->rate);
	put_member(&event, "elapsed_ms", now - p->start_ms);
	send_event(p, &event);
	p->event_ms = now;
}

static void
measure_rate(struct ch_progress *p, uint64_t now)
{
	uint64_t ms = now - p->rate_ms;
	double rate;

	if (ms < RATE_MS)
		return;
	rate = (double)(p->bytes - p->rate_bytes) * 1000 / (double)ms;
	p->rate =
	    p->rate > 0 ? p->rate * RATE_KEPT + rate * (1 - RATE_KEPT) : rate;
	p->rate_ms = now;
	p->rate_bytes = p->bytes;
}

bool
ch_progress_events_fd(const char *text, int *fd_out, struct ch_err *err)
{
	uint64_t fd;

	if (!ch_parse_uint(text, 1023, &fd) || fd == 0 || fd == 1)
		return ch_fail(err, CH_USAGE,
		    "--events-fd: %s: not a descriptor from 2 to 1023", text);
	if (fcntl((int)fd, F_GETFD) == -1)
		return ch_fail(err, CH_USAGE,
		    "--events-fd: %s: not open: start with %s>FILE", text,
		    text);
	*fd_out = (int)fd;
	return true;
}

void
ch_progress_start(
    struct ch_progress *p, const char *what, const char *repo, int events_fd)
{
	uint64_t now = now_ms();

	*p = (struct ch_progress){ .what = what,
		.repo = repo,
		.events_fd = events_fd,
		.start_ms = now,
		.drawn_ms = now,
		.rate_ms = now };
	p->is_quiet = !ch_log_wants(CH_LOG_INFO);
	p->is_terminal = isatty(STDERR_FILENO) == 1;
	if (p->is_terminal && !p->is_quiet) {
		shown = p;
		ch_log_hooks(clear_line, draw_again);
	}
	send_counts(p, "start", now);
}

void
ch_progress_expect(struct ch_progress *p, uint64_t files, uint64_t bytes)
{
	p->files_total += files;
	p->bytes_total += bytes;
}

void
ch_progress_bytes(struct ch_progress *p, uint64_t bytes)
{
	p->bytes += bytes;
	ch_progress_tick(p);
}

void
ch_progress_done(struct ch_progress *p, const char *name, uint64_t size,
    enum ch_outcome outcome)
{
	static const char *const words[] = { "new", "reused", "rejected" };
	struct ch_buf event = { 0 };

	p->files++;
	p->files_reused += outcome == CH_DONE_REUSED;
	p->files_rejected += outcome == CH_DONE_REJECTED;
	if (outcome == CH_DONE_REUSED)
		p->bytes_total -= size < p->bytes_total ? size : p->bytes_total;
	if (p->events_fd >= 0 && name) {
		begin_event(p, "file", &event);
		put_text_member(&event, "path", name);
		put_member(&event, "size", size);
		put_text_member(&event, "outcome", words[outcome]);
		send_event(p, &event);
	}
	ch_progress_tick(p);
}

void
ch_progress_tick(struct ch_progress *p)
{
	uint64_t now = now_ms();
	uint64_t interval = p->is_terminal ? DRAW_MS : PLAIN_MS;

	measure_rate(p, now);
	if (p->events_fd >= 0 && now - p->event_ms >= EVENT_MS)
		send_counts(p, "progress", now);
	if (p->is_quiet || now - p->drawn_ms < interval)
		return;
	p->drawn_ms = now;
	if (p->is_terminal)
		draw(p);
	else
		say_plainly(p);
}

static void
say_result(const struct ch_progress *p, uint64_t ms)
{
	struct ch_buf text = { 0 };

	ch_buf_printf(&text, "%s: %llu file%s, ", p->what,
	    (unsigned long long)p->files, p->files == 1 ? "" : "s");
	put_bytes(&text, (double)p->bytes);
	ch_buf_puts(&text, " fetched");
	if (p->files_reused > 0)
		ch_buf_printf(&text, ", %llu of them were here",
		    (unsigned long long)p->files_reused);
	if (p->files_rejected > 0)
		ch_buf_printf(&text, ", %llu rejected",
		    (unsigned long long)p->files_rejected);
	ch_buf_printf(&text, ", %u.%u s", (unsigned)(ms / 1000),
	    (unsigned)(ms / 100 % 10));
	ch_info("%s", text.data);
	ch_buf_free(&text);
}

void
ch_progress_finish(struct ch_progress *p)
{
	uint64_t now = now_ms();

	clear_line();
	p->is_drawn = false;
	if (shown == p) {
		shown = NULL;
		ch_log_hooks(NULL, NULL);
	}
	if (!p->is_quiet && p->files > 0)
		say_result(p, now - p->start_ms);
	send_counts(p, "end", now);
}
