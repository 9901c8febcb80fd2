/*
 * Runs a fuzz target over the files of a folder, without a fuzzer: what once
 * broke a parser is read again in every "make check".  Prints TAP; a target
 * that finds something ends the process.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "lib/io.h"
#include "lib/mem.h"
#include "tests/fuzz/target.h"

#include "lib/banned.h"

#define INPUT_MAX ((size_t)16 << 20)

static bool
replay_file(const char *path)
{
	struct ch_buf buf = { 0 };
	struct ch_err err;
	bool is_read = ch_read_file(path, INPUT_MAX, &buf, &err);
	unsigned char *exact;

	if (is_read) {
		/* Exactly as large as the input, so that a sanitizer sees the
		 * end. */
		exact = ch_alloc(buf.len);
		if (buf.len > 0)
			memcpy(exact, buf.data, buf.len);
		(void)LLVMFuzzerTestOneInput(exact, buf.len);
		ch_free(exact);
	}
	ch_buf_free(&buf);
	return is_read;
}

int
main(int argc, char **argv)
{
	DIR *dir = argc == 2 ? opendir(argv[1]) : NULL;
	struct dirent *entry;
	unsigned count = 0;

	if (dir == NULL) {
		(void)fprintf(stderr, "replay: no corpus folder\n");
		return 2;
	}
	while ((entry = readdir(dir)) != NULL) {
		char *path = ch_path_join(argv[1], entry->d_name);

		if (entry->d_name[0] != '.')
			(void)printf("%sok %u - %s\n",
			    replay_file(path) ? "" : "not ", ++count,
			    entry->d_name);
		ch_free(path);
		(void)fflush(stdout);
	}
	(void)closedir(dir);
	(void)printf("1..%u\n", count);
	return count == 0;
}
