/*
 * Between the files of index; nobody else's.
 */

#ifndef CH_INDEX_PARTS_H
#define CH_INDEX_PARTS_H

#include "index.h"

#define CH_INDEX_JSON "metadata/index.json"
#define CH_INDEX_HTML "index.html"
/* In meta: the public key. */
#define CH_INDEX_KEY "signing-key.asc"

/* index_read.c: all of stdin into the spools. */
bool ch_index_read(struct ch_index *x, struct ch_err *err) CH_MUST_CHECK;
/* index_read.c: what was fed is known, inputs are in meta. */
bool ch_index_prepare(struct ch_index *x, struct ch_err *err) CH_MUST_CHECK;
/* index_read.c: one item: it is known, its inputs are in meta. */
bool ch_index_prepare_item(
    void *ctx, struct ch_record *r, struct ch_err *err) CH_MUST_CHECK;

/* index_echo.c: a package that was read. */
void ch_index_echo_note(struct ch_index *x, struct ch_record *r);
/* index_echo.c: when none was odd: items prepared, packages only counted. */
bool ch_index_prepare_plain(
    struct ch_index *x, struct ch_err *err) CH_MUST_CHECK;
/* index_echo.c: what the plugin printed, or would have, to out. */
bool ch_index_write_packages(
    struct ch_index *x, struct ch_err *err) CH_MUST_CHECK;
/* index_echo.c: from here on the plugin prints. */
bool ch_index_echo_begin(struct ch_index *x, struct ch_err *err) CH_MUST_CHECK;
/* index_echo.c: whether a line of the plugin is the package that is next. */
bool ch_index_echo_take(struct ch_index *x, struct ch_span line,
    bool *is_taken_out, struct ch_err *err) CH_MUST_CHECK;
/* index_echo.c: what came back so far into packages, the identities known. */
bool ch_index_echo_break(struct ch_index *x, struct ch_err *err) CH_MUST_CHECK;
/* index_echo.c: no more is printed; it goes on when all came back. */
bool ch_index_echo_end(struct ch_index *x, struct ch_err *err) CH_MUST_CHECK;
void ch_index_echo_close(struct ch_index *x);
/*
 * index_memo.c: repo_lines and finished as an earlier run had them, of the same
 * input, configuration, keys and plugin; false: it has to be done.
 */
bool ch_index_memo_find(struct ch_index *x) CH_MUST_CHECK;
/* index_memo.c: for the next run, when all is in the pool. */
void ch_index_memo_save(struct ch_index *x);
/*
 * index_read.c: what of a record the plugin must leave as it is, as a digest.
 * False for a kind that has none.
 */
bool ch_index_identity(
    struct ch_record *r, char hex[CH_SHA256_HEX + 1]) CH_MUST_CHECK;
/* index_pins.c: identity and date of a repo line that the plugin printed. */
bool ch_index_take_pins(
    struct ch_index *x, struct ch_record *r, struct ch_err *err) CH_MUST_CHECK;
/* index_pins.c: what was taken, into the repo lines that go on. */
bool ch_index_set_pins(struct ch_index *x, struct ch_err *err) CH_MUST_CHECK;
/* index_pins.c: "not_before" of the plugin's FILE, by the target. */
bool ch_index_date(struct ch_index *x, struct ch_err *err) CH_MUST_CHECK;
/* index_sign.c: the signer of the configuration, which reads its keys. */
bool ch_index_open_signer(struct ch_index *x, struct ch_err *err) CH_MUST_CHECK;
/* index_sign.c: its public key for the plugin. */
bool ch_index_show_key(struct ch_index *x, struct ch_err *err) CH_MUST_CHECK;
/* index_sign.c: what "sign" on a file line asks for, into finished. */
bool ch_index_sign(
    struct ch_index *x, struct ch_record *r, struct ch_err *err) CH_MUST_CHECK;
/* index_sign.c: the public key as a file of the tree. */
bool ch_index_add_keys(struct ch_index *x, struct ch_err *err) CH_MUST_CHECK;
/* index_import.c: the written files into the pool, their lines finished. */
bool ch_index_import(struct ch_index *x, struct ch_err *err) CH_MUST_CHECK;
/* index_import.c: one file below a folder, its line into finished. */
bool ch_index_import_file(struct ch_index *x, struct ch_record *r,
    const char *folder, const char *name, struct ch_err *err) CH_MUST_CHECK;

#endif
