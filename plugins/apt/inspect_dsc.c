#include <string.h>

#include "dsc.h"
#include "inspect.h"
#include "lib/openpgp.h"

#include "lib/banned.h"

enum { DSC_MAX = 4 << 20 };

/* Its text without armor; who signed it is not for us to judge. */
static bool
read_text(struct ch_upload *u, struct ch_buf *text)
{
	struct ch_buf raw = { 0 };

	if (!ch_read_file(u->file->path, DSC_MAX, &raw, &u->flaw.err)) {
		u->flaw.code = u->flaw.err.status == CH_MALFORMED ? "malformed"
								  : "not-found";
		ch_buf_free(&raw);
		return false;
	}
	ch_buf_puts(&raw, "");
	if (ch_openpgp_text(&raw, text)) {
		ch_buf_free(&raw);
		return true;
	}
	ch_buf_free(text);
	*text = raw;
	return true;
}

static void
put_stanza(struct ch_upload *u, const struct ch_deb822 *d,
    struct ch_span source, const struct ch_dsc_lists *lists)
{
	const struct ch_span none = { NULL, 0 };
	struct ch_buf folder = { 0 };

	ch_upload_folder(&folder, u->component, source);
	ch_control_write(&u->stanza, d, ch_control_source_order,
	    (const struct ch_control_field[]){ { "Package", source },
		{ "Source", none },
		{ "Directory", { folder.data, folder.len } },
		{ "Files", { lists->md5.data, lists->md5.len } },
		{ "Checksums-Sha1", { lists->sha1.data, lists->sha1.len } },
		{ "Checksums-Sha256",
		    { lists->sha256.data, lists->sha256.len } },
		{ "Checksums-Sha512", none }, { "Status", none } },
	    8);
	ch_buf_free(&folder);
}

bool
ch_upload_dsc(struct ch_upload *u)
{
	struct ch_dsc_lists lists = { 0 };
	struct ch_buf text = { 0 };
	struct ch_deb822 d = { 0 };
	struct ch_span source;
	bool ok;

	ok = read_text(u, &text) &&
	     ch_control_read(&d, (struct ch_span){ text.data, text.len },
		 u->file->name, &u->flaw);
	if (ok) {
		source = ch_deb822_get(&d, "Source");
		ok = ch_line_check_name("Source", source, &u->flaw) &&
		     ch_upload_check_version(
			 ch_deb822_get(&d, "Version"), &u->flaw) &&
		     ch_dsc_files(&lists, &d, u->file->path, &u->flaw);
	}
	if (ok)
		put_stanza(u, &d, source, &lists);
	ch_deb822_close(&d);
	ch_dsc_free(&lists);
	ch_buf_free(&text);
	return ok;
}
