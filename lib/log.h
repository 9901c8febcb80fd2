/*
 * Messages for people: one line on stderr, "program: where: what: why".
 *
 * ch_log_init() first, with argv[0]; the level is CH_LOG_INFO until
 * ch_log_level() says otherwise.  Control bytes are escaped.  A line is one
 * write, so that the lines of a pipeline's programs do not mix.
 */

#ifndef CH_LOG_H
#define CH_LOG_H

#include "attr.h"
#include "err.h"
#include "str.h"

enum ch_log_level {
	CH_LOG_ERROR,   /* what ends or spoils the run */
	CH_LOG_WARNING, /* what a person should look at */
	CH_LOG_INFO,    /* what was done (-q hides it) */
	CH_LOG_DEBUG    /* how it was done (-v shows it) */
};

void ch_log_init(const char *argv0);
const char *ch_log_program(void);
void ch_log_level(enum ch_log_level level);
bool ch_log_wants(enum ch_log_level level);
void ch_log(enum ch_log_level level, const char *fmt, ...) CH_PRINTF(2, 3);

#define ch_warn(...)  ch_log(CH_LOG_WARNING, __VA_ARGS__)
#define ch_info(...)  ch_log(CH_LOG_INFO, __VA_ARGS__)
#define ch_debug(...) ch_log(CH_LOG_DEBUG, __VA_ARGS__)

/*
 * Prints "program: text" for main, unless it is told already; returns
 * err->status for its return.
 */
int ch_log_error(const struct ch_err *err);

#define CH_LOG_PLACE_SIZE 72

/*
 * Where messages go: the same text in the programs of one pipeline that have
 * the same stderr; "" when there is none.
 */
void ch_log_place(char place[CH_LOG_PLACE_SIZE]);

/*
 * Lines of this thread are kept in lines, until ch_log_keep(NULL); the main
 * thread prints them with ch_log_print(), which empties lines.
 */
void ch_log_keep(struct ch_list *lines);
void ch_log_print(struct ch_list *lines);

/*
 * Called before and after each line is written, so that a progress line can
 * get out of the way; NULL for none.
 */
void ch_log_hooks(void (*before)(void), void (*after)(void));

#endif
