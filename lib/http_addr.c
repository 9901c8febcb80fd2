/*
 * Addresses that a foreign index has no business to name: this host, its
 * link, private networks (RFC 6890), and their forms inside IPv6.
 */

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "http_impl.h"

#include "banned.h"

struct net {
	uint32_t address; /* host byte order */
	unsigned bits;    /* of the prefix */
};

static const struct net private_nets[] = {
	{ 0x00000000, 8 },  /* 0.0.0.0 */
	{ 0x0a000000, 8 },  /* 10.0.0.0 */
	{ 0x64400000, 10 }, /* 100.64.0.0 */
	{ 0x7f000000, 8 },  /* 127.0.0.0 */
	{ 0xa9fe0000, 16 }, /* 169.254.0.0 */
	{ 0xac100000, 12 }, /* 172.16.0.0 */
	{ 0xc0000000, 24 }, /* 192.0.0.0 */
	{ 0xc0a80000, 16 }, /* 192.168.0.0 */
	{ 0xc6120000, 15 }, /* 198.18.0.0 */
	{ 0xe0000000, 3 },  /* 224.0.0.0 and above */
};

static bool
is_private_v4(uint32_t address)
{
	size_t i;

	for (i = 0; i < sizeof(private_nets) / sizeof(private_nets[0]); i++) {
		unsigned drop = 32 - private_nets[i].bits;

		if (address >> drop == private_nets[i].address >> drop)
			return true;
	}
	return false;
}

static uint32_t
v4_at(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
}

static bool
is_private_v6(const unsigned char a[16])
{
	static const unsigned char zeros[16] = { 0 };
	static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };
	static const unsigned char nat64[12] = { 0x00, 0x64, 0xff, 0x9b };

	if (memcmp(a, mapped, 12) == 0 || memcmp(a, nat64, 12) == 0 ||
	    memcmp(a, zeros, 12) == 0)
		return is_private_v4(v4_at(a + 12));
	if (a[0] == 0x20 && a[1] == 0x02) /* 6to4 */
		return is_private_v4(v4_at(a + 2));
	return (a[0] & 0xfe) == 0xfc || a[0] == 0xff ||
	       (a[0] == 0xfe && (a[1] & 0x80) != 0);
}

bool
ch_address_is_private(const void *sockaddr)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	sa_family_t family;

	memcpy(&family,
	    (const char *)sockaddr + offsetof(struct sockaddr, sa_family),
	    sizeof(family));
	if (family == AF_INET) {
		memcpy(&v4, sockaddr, sizeof(v4));
		return is_private_v4(ntohl(v4.sin_addr.s_addr));
	}
	if (family == AF_INET6) {
		memcpy(&v6, sockaddr, sizeof(v6));
		return is_private_v6(v6.sin6_addr.s6_addr);
	}
	return true;
}

static bool
parse_host(const char *host, bool *is_private)
{
	unsigned char v6[16];
	uint32_t v4;

	if (inet_pton(AF_INET, host, &v4) == 1) {
		*is_private = is_private_v4(ntohl(v4));
		return true;
	}
	if (inet_pton(AF_INET6, host, v6) == 1) {
		*is_private = is_private_v6(v6);
		return true;
	}
	return false;
}

bool
ch_host_is_literal(const char *host)
{
	bool is_private;

	return ch_str_equal(host, "localhost") ||
	       ch_str_equal(host, "localhost.") ||
	       ch_str_ends(host, ".localhost") || parse_host(host, &is_private);
}

bool
ch_host_is_private(const char *host)
{
	bool is_private;

	if (parse_host(host, &is_private))
		return is_private;
	return ch_host_is_literal(host);
}
