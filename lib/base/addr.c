// SPDX-License-Identifier: GPL-2.0-or-later
/* addr - an IP address or prefix that knows its family. */
#include "base/addr.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#define FAMILY_SIZE(family) (bal_addr_bits(family) / 8)

unsigned
bal_addr_bits(int family)
{
	switch (family) {
	case AF_INET:
		return 32;
	case AF_INET6:
		return 128;
	default:
		return 0;
	}
}

/* The number behind the slash: digits alone, no sign, no 0x. */
static int
parse_len(const char *text, unsigned max, uint8_t *out)
{
	unsigned len = 0;
	size_t i;

	for (i = 0; text[i] >= '0' && text[i] <= '9' && i < 3; i++)
		len = len * 10 + (unsigned)(text[i] - '0');
	if (!i || text[i] || len > max)
		return -1;
	*out = (uint8_t)len;
	return 0;
}

int
bal_addr_parse(const char *text, struct bal_addr *out, struct bal_err *err)
{
	struct bal_addr a = { 0 };
	char host[INET6_ADDRSTRLEN];
	size_t len = strcspn(text, "/");

	if (len >= sizeof(host))
		goto bad;
	memcpy(host, text, len);
	host[len] = '\0';
	a.family = memchr(host, ':', len) ? AF_INET6 : AF_INET;
	if (inet_pton(a.family, host, a.bytes) != 1)
		goto bad;
	a.len = (uint8_t)bal_addr_bits(a.family);
	if (text[len] == '/' && parse_len(text + len + 1, a.len, &a.len) < 0)
		return bal_err(err, BAL_ECONF,
			       "\"%.80s\" has no valid prefix length", text);
	*out = a;
	return 0;
bad:
	return bal_err(err, BAL_ECONF, "\"%.80s\" is not an IP address", text);
}

int
bal_host_parse(const char *text, struct bal_addr *out, struct bal_err *err)
{
	struct bal_addr a;

	if (bal_addr_parse(text, &a, err) < 0)
		return -1;
	if (strchr(text, '/'))
		return bal_err(err, BAL_ECONF,
			       "\"%.80s\" is not a single address", text);
	if (a.family != AF_INET)
		return bal_err(err, BAL_ECONF,
			       "\"%.80s\" is IPv6, which is not supported yet",
			       text);
	if (!a.bytes[0])
		return bal_err(err, BAL_ECONF,
			       "\"%.80s\" is an unspecified address", text);
	if (a.bytes[0] == IN_LOOPBACKNET)
		return bal_err(err, BAL_ECONF,
			       "\"%.80s\" is a loopback address", text);
	if ((a.bytes[0] & 0xf0) == 0xe0)
		return bal_err(err, BAL_ECONF,
			       "\"%.80s\" is a multicast address", text);
	if (!memcmp(a.bytes, "\xff\xff\xff\xff", 4))
		return bal_err(err, BAL_ECONF,
			       "\"%.80s\" is the broadcast address", text);
	*out = a;
	return 0;
}

/* fe80::1%eth1 */
static int
refuse_device(const char *text, struct bal_err *err)
{
	if (!strchr(text, '%'))
		return 0;
	return bal_err(err, BAL_ECONF,
		       "\"%.80s\" names a device, which is known here", text);
}

int
bal_host6_parse(const char *text, struct bal_addr *out, struct bal_err *err)
{
	struct in6_addr six;
	const char *what = NULL;
	struct bal_addr a;

	if (refuse_device(text, err) < 0 || bal_addr_parse(text, &a, err) < 0)
		return -1;
	memcpy(&six, a.bytes, sizeof(six)); /* they need not be aligned */
	if (a.family != AF_INET6)
		what = "an IPv4 address";
	else if (strchr(text, '/'))
		what = "not a single address";
	else if (IN6_IS_ADDR_UNSPECIFIED(&six))
		what = "an unspecified address";
	else if (IN6_IS_ADDR_LOOPBACK(&six))
		what = "a loopback address";
	else if (IN6_IS_ADDR_MULTICAST(&six))
		what = "a multicast address";
	else if (IN6_IS_ADDR_V4MAPPED(&six))
		what = "an IPv4 address";
	if (what)
		return bal_err(err, BAL_ECONF, "\"%.80s\" is %s", text, what);
	*out = a;
	return 0;
}

bool
bal_addr_is_link_local(const struct bal_addr *a)
{
	return a->family == AF_INET6 && a->bytes[0] == 0xfe &&
	       (a->bytes[1] & 0xc0) == 0x80;
}

int
bal_prefix_parse(const char *text, struct bal_addr *out, struct bal_err *err)
{
	struct bal_addr a, net;
	char buf[BAL_ADDR_STRLEN];

	if (!strcmp(text, "default")) {
		*out = bal_addr_any(AF_INET);
		return 0;
	}
	if (bal_addr_parse(text, &a, err) < 0)
		return -1;
	net = bal_addr_network(&a);
	if (bal_addr_cmp(&a, &net))
		return bal_err(err, BAL_ECONF,
			       "\"%.80s\" has bits after its prefix length, "
			       "the network is %s",
			       text, bal_addr_str(&net, buf));
	*out = a;
	return 0;
}

int
bal_delegated_parse(const char *text, struct bal_addr *out,
		    struct bal_err *err)
{
	const char *what = NULL;
	struct bal_addr a;

	if (refuse_device(text, err) < 0 || bal_prefix_parse(text, &a, err) < 0)
		return -1;
	if (a.family != AF_INET6)
		what = "of IPv4";
	else if (!strchr(text, '/'))
		what = "an address without a prefix length";
	else if (a.len < 48 || a.len > 64)
		what = "not between /48 and /64";
	else if ((a.bytes[0] & 0xe0) != 0x20 && (a.bytes[0] & 0xfe) != 0xfc)
		what = "not a prefix of hosts";
	if (what)
		return bal_err(err, BAL_ECONF, "\"%.80s\" is %s", text, what);
	*out = a;
	return 0;
}

struct bal_addr
bal_addr_raw(int family, const void *bytes, size_t size, unsigned len)
{
	struct bal_addr a = { 0 };

	if (!size || size != FAMILY_SIZE(family) || len > bal_addr_bits(family))
		return a;
	a.family = (uint8_t)family;
	a.len = (uint8_t)len;
	memcpy(a.bytes, bytes, size);
	return a;
}

struct bal_addr
bal_addr_of_socket(int family, const void *words)
{
	struct in6_addr six;

	if (family == AF_INET)
		return bal_addr_raw(AF_INET, words, 4, 32);
	memcpy(&six, words, sizeof(six)); /* they need not be aligned */
	if (IN6_IS_ADDR_V4MAPPED(&six))
		return bal_addr_raw(AF_INET, six.s6_addr + 12, 4, 32);
	return bal_addr_raw(AF_INET6, words, 16, 128);
}

struct bal_addr
bal_addr_any(int family)
{
	struct bal_addr a = { 0 };

	if (bal_addr_bits(family))
		a.family = (uint8_t)family;
	return a;
}

struct bal_addr
bal_addr_host(const struct bal_addr *a)
{
	struct bal_addr host = *a;

	host.len = (uint8_t)bal_addr_bits(a->family);
	return host;
}

struct bal_addr
bal_addr_network(const struct bal_addr *a)
{
	struct bal_addr net = *a;
	size_t i;

	for (i = 0; i < sizeof(net.bytes); i++) {
		if (i * 8 >= net.len)
			net.bytes[i] = 0;
		else if (i * 8 + 8 > net.len)
			net.bytes[i] &= (uint8_t)(0xff00 >> net.len % 8);
	}
	return net;
}

struct bal_addr
bal_addr_rest(const struct bal_addr *a)
{
	struct bal_addr rest = { .family = a->family,
				 .len = (uint8_t)bal_addr_bits(a->family) };

	for (unsigned i = 0; i < rest.len / 8u; i++)
		rest.bytes[i] = i < a->len / 8u ? 0 :
				i > a->len / 8u ? 0xff :
						  (uint8_t)(0xff >> a->len % 8);
	return rest;
}

struct bal_addr
bal_addr_first_host(const struct bal_addr *a)
{
	struct bal_addr host = bal_addr_network(a);

	host.bytes[bal_addr_bits(a->family) / 8 - 1] |= 1;
	return bal_addr_host(&host);
}

struct bal_addr
bal_addr_last(const struct bal_addr *a)
{
	struct bal_addr last = bal_addr_network(a);
	size_t i;

	for (i = 0; i < bal_addr_bits(a->family) / 8; i++) {
		if (i * 8 >= last.len)
			last.bytes[i] = 0xff;
		else if (i * 8 + 8 > last.len)
			last.bytes[i] |= (uint8_t)(0xff >> last.len % 8);
	}
	return last;
}

int
bal_addr_cmp(const struct bal_addr *a, const struct bal_addr *b)
{
	int order;

	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	order = memcmp(a->bytes, b->bytes, sizeof(a->bytes));
	if (order)
		return order;
	return (a->len > b->len) - (a->len < b->len);
}

bool
bal_addr_same_host(const struct bal_addr *a, const struct bal_addr *b)
{
	return a->family == b->family &&
	       !memcmp(a->bytes, b->bytes, sizeof(a->bytes));
}

bool
bal_addr_in(const struct bal_addr *a, const struct bal_addr *net)
{
	size_t whole = net->len / 8;
	unsigned rest = net->len % 8;

	if (bal_addr_none(a) || a->family != net->family ||
	    memcmp(a->bytes, net->bytes, whole))
		return false;
	return !rest || !((a->bytes[whole] ^ net->bytes[whole]) &
			  (0xff00 >> rest) & 0xff);
}

void
bal_prefixes_add(struct bal_addr *list, size_t *n, const struct bal_addr *a)
{
	size_t at = *n;

	while (at && a->family == AF_INET && list[at - 1].family != AF_INET)
		at--;
	memmove(&list[at + 1], &list[at], (*n - at) * sizeof(*list));
	list[at] = *a;
	++*n;
}

const struct bal_addr *
bal_prefixes_of(const struct bal_addr *list, size_t *n, int family)
{
	size_t first = 0;

	while (first < *n && list[first].family == AF_INET)
		first++;
	if (family == AF_INET) {
		*n = first;
		return list;
	}
	*n -= first;
	return list ? list + first : NULL;
}

bool
bal_addr_none(const struct bal_addr *a)
{
	return !a->family;
}

bool
bal_addr_is_host(const struct bal_addr *a)
{
	return a->family && a->len == bal_addr_bits(a->family);
}

const char *
bal_addr_host_str(const struct bal_addr *a, char *buf)
{
	if (!inet_ntop(a->family, a->bytes, buf, BAL_ADDR_STRLEN))
		snprintf(buf, BAL_ADDR_STRLEN, "-");
	return buf;
}

const char *
bal_addr_str(const struct bal_addr *a, char *buf)
{
	static const uint8_t zero[sizeof(a->bytes)];
	size_t len;

	if (!bal_addr_none(a) && !a->len &&
	    !memcmp(a->bytes, zero, sizeof(zero))) {
		snprintf(buf, BAL_ADDR_STRLEN, "default");
		return buf;
	}
	bal_addr_host_str(a, buf);
	if (bal_addr_none(a) || bal_addr_is_host(a))
		return buf;
	/* BAL_ADDR_STRLEN has room for the longest of both. */
	len = strlen(buf);
	snprintf(buf + len, BAL_ADDR_STRLEN - len, "/%u", a->len);
	return buf;
}
