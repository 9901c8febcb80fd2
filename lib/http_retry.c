/* How long to wait, and whether to try again at all. */

#include <curl/curl.h>
#include <sys/random.h>

#include "http_impl.h"

#include "banned.h"

#define DELAY_MAX_MS 30000
#define FOREVER_S    1000000000

bool
ch_http_code_is_retryable(int code)
{
	switch (code) {
	case 408:
	case 425:
	case 429:
	case 500:
	case 502:
	case 503:
	case 504:
		return true;
	default:
		return false;
	}
}

uint64_t
ch_retry_after_s(const char *value, int64_t now_s)
{
	uint64_t seconds;
	int64_t when;

	if (value == NULL)
		return 0;
	if (ch_parse_uint(value, FOREVER_S, &seconds))
		return seconds;
	/* A number too large to hold is still a number. */
	if (value[0] >= '0' && value[0] <= '9')
		return FOREVER_S;
	when = (int64_t)curl_getdate(value, NULL);
	if (when <= now_s)
		return 0;
	return when - now_s < FOREVER_S ? (uint64_t)(when - now_s) : FOREVER_S;
}

/* Doubled each time, half of it by chance: clients do not come in step. */
int64_t
ch_retry_delay_ms(const struct ch_http_options *o, unsigned attempt)
{
	int64_t delay = o->retry_delay_ms;
	uint32_t chance = 0;

	while (attempt-- > 1 && delay < DELAY_MAX_MS)
		delay *= 2;
	if (delay > DELAY_MAX_MS)
		delay = DELAY_MAX_MS;
	if (getrandom(&chance, sizeof(chance), 0) != sizeof(chance))
		chance = 0;
	return delay / 2 + (int64_t)(chance % (uint32_t)(delay / 2 + 1));
}
