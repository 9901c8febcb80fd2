/*
 * Any text: stanzas are its bytes in their order, one that was read is read
 * again as itself, and what is printed of it are sound records.
 */
#include "plugins/apt/deb822.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/record.h"
#include "plugins/apt/sources.h"
#include "tests/fuzz/target.h"

#include "lib/banned.h"

static bool
is_inside(struct ch_span inner, struct ch_span outer)
{
	return inner.data >= outer.data &&
	       inner.data + inner.len <= outer.data + outer.len;
}

/* The stanza alone gives the same fields, and nothing behind it. */
static void
check_again(const struct ch_deb822 *d)
{
	struct ch_deb822 again;
	struct ch_err err;
	size_t i;

	ch_deb822_init(&again, d->stanza, "again");
	if (ch_deb822_next(&again, &err) != CH_ITEM || again.fault != NULL ||
	    again.count != d->count || !ch_span_equal(again.stanza, d->stanza))
		abort();
	for (i = 0; i < d->count; i++)
		if (!ch_span_equal(d->fields[i].name, again.fields[i].name) ||
		    !ch_span_equal(d->fields[i].value, again.fields[i].value))
			abort();
	if (ch_deb822_next(&again, &err) != CH_END)
		abort();
	ch_deb822_close(&again);
}

static void
check_stanzas(struct ch_span text)
{
	struct ch_deb822 d;
	struct ch_err err = { .text = "" };
	enum ch_next next;
	size_t i;

	ch_deb822_init(&d, text, "text");
	while ((next = ch_deb822_next(&d, &err)) == CH_ITEM) {
		if (d.stanza.len == 0 ||
		    d.stanza.data[d.stanza.len - 1] != '\n' ||
		    memmem(d.stanza.data, d.stanza.len, "\n\n", 2) != NULL)
			abort();
		if (d.fault != NULL && d.count > 0)
			abort();
		for (i = 0; i < d.count; i++)
			if (!is_inside(d.fields[i].name, d.stanza) ||
			    !is_inside(d.fields[i].value, d.stanza) ||
			    ch_deb822_get(&d, "Package").len > d.stanza.len)
				abort();
		if (d.fault == NULL)
			check_again(&d);
	}
	if (next == CH_ERROR && err.text[0] == '\0')
		abort();
	ch_deb822_close(&d);
}

static void
check_lines(int fd)
{
	struct ch_in in;
	struct ch_span line;
	struct ch_err err;

	if (lseek(fd, 0, SEEK_SET) != 0)
		abort();
	ch_in_init(&in, dup(fd), "lines");
	while (ch_in_line(&in, &line, &err) == CH_ITEM) {
		struct ch_record r = { 0 };

		if (!ch_record_parse(&r, line, &err) ||
		    !ch_record_check(&r, &err) ||
		    (r.kind != CH_KIND_PACKAGE && r.kind != CH_KIND_REJECT))
			abort();
		ch_record_free(&r);
	}
	ch_in_close(&in);
}

static void
check_records(struct ch_span text, bool is_sources)
{
	int in = memfd_create("in", MFD_CLOEXEC);
	int to = memfd_create("out", MFD_CLOEXEC);
	char *path = ch_format("/proc/self/fd/%d", in);
	struct ch_out out;
	struct ch_packages p = { .out = &out };
	struct ch_apt_index index = { .path = path,
		.shown = "Packages",
		.max = 1 << 24,
		.suite = "stable",
		.component = "main",
		.arch = "amd64",
		.kind = "deb",
		.base = "",
		.has_stanza = true };
	struct ch_err err;

	ch_out_init(&out, to, "lines");
	if (write(in, text.data, text.len) != (ssize_t)text.len)
		abort();
	if (is_sources ? ch_sources_print(&p, &index, &err)
		       : ch_packages_print(&p, &index, &err)) {
		if (!ch_out_flush(&out, &err))
			abort();
		check_lines(to);
	}
	ch_packages_free(&p);
	ch_out_free(&out);
	ch_free(path);
	(void)close(in);
	(void)close(to);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ch_span text = { size > 0 ? (const char *)data : "", size };

	check_stanzas(text);
	check_records(text, false);
	check_records(text, true);
	return 0;
}
