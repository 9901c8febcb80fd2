#include "certificate.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <string.h>
#include <time.h>

#include "banned.h"

/* A date far off (year 9999) is good in any time_t of 64 bits. */
static bool
end_of(const X509 *certificate, int64_t *end_out)
{
	struct tm tm = { 0 };

	if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &tm) != 1)
		return false;
	*end_out = (int64_t)timegm(&tm);
	return true;
}

bool
ch_certificate_end(const char *path, int64_t *end_out, struct ch_err *err)
{
	FILE *f = fopen(path, "re");
	X509 *certificate;
	bool ok;

	if (f == NULL)
		return ch_fail(err, CH_USAGE, "%s: %s", path, strerror(errno));
	certificate = PEM_read_X509(f, NULL, NULL, NULL);
	(void)fclose(f);
	ERR_clear_error();
	if (certificate == NULL)
		return ch_fail(
		    err, CH_USAGE, "%s: no certificate in PEM form", path);
	ok = end_of(certificate, end_out) ||
	     ch_fail(err, CH_USAGE, "%s: a date that cannot be read", path);
	X509_free(certificate);
	return ok;
}
