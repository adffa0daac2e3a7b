/* addr - an IP address or prefix that knows its family. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_ADDR_H
#define BAL_ADDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/*
 * Zero state: { 0 }, no address.  @len is the prefix length in bits; for a
 * host it is the whole length of the family.  The all-zero prefix of length 0
 * with a family is the default route's.
 */
struct bal_addr {
	uint8_t family; /* AF_INET or AF_INET6; 0: none */
	uint8_t len;
	uint8_t bytes[16]; /* network order, unused ones zero */
};

#define BAL_ADDR_STRLEN 52 /* the longest IPv6 text, "/128", NUL */

/* Bits of an address of @family: 32 or 128. */
unsigned bal_addr_bits(int family);

/*
 * Read "A" or "A/LEN" (a host without /LEN).  Fails on anything else, @out
 * is then untouched.  @err names @text.
 */
int bal_addr_parse(const char *text, struct bal_addr *out, struct bal_err *err);

/*
 * As bal_addr_parse(), of a host that can be a next hop or answer a probe: no
 * /LEN; not unspecified, loopback, multicast or broadcast; IPv4 for now.
 */
int bal_host_parse(const char *text, struct bal_addr *out,
		   struct bal_err *err);

/* The same of IPv6; an address of the link alone, fe80::1, is one. */
int bal_host6_parse(const char *text, struct bal_addr *out,
		    struct bal_err *err);

/* Is @a an IPv6 address that counts on its link alone, fe80::/10? */
bool bal_addr_is_link_local(const struct bal_addr *a);

/*
 * As bal_prefix_parse(), of what a provider delegates: of IPv6, between /48 and
 * /64, not of the link alone.
 */
int bal_delegated_parse(const char *text, struct bal_addr *out,
			struct bal_err *err);

/* As bal_addr_parse(), and no bit set behind the prefix; also "default". */
int bal_prefix_parse(const char *text, struct bal_addr *out,
		     struct bal_err *err);

/* An address from @size raw bytes as the kernel has them (4 or 16). */
struct bal_addr bal_addr_raw(int family, const void *bytes, size_t size,
			     unsigned len);

/*
 * The host of @family at @words, 4 or 16 raw bytes; of an IPv4-mapped one the
 * IPv4 address.
 */
struct bal_addr bal_addr_of_socket(int family, const void *words);

/* The default prefix of @family. */
struct bal_addr bal_addr_any(int family);

/* @a as a host, without its prefix length. */
struct bal_addr bal_addr_host(const struct bal_addr *a);

/* The network of @a: bits behind the prefix cleared. */
struct bal_addr bal_addr_network(const struct bal_addr *a);

/* The bits of a host behind @a's length, all set: ::ffff:... */
struct bal_addr bal_addr_rest(const struct bal_addr *a);

/* The first host of @a's subnet, which an OpenVPN server has by itself. */
struct bal_addr bal_addr_first_host(const struct bal_addr *a);

/* The last address of @a's network, for IPv4 its broadcast address. */
struct bal_addr bal_addr_last(const struct bal_addr *a);

/* Order by family, bytes, length: <0, 0, >0. */
int bal_addr_cmp(const struct bal_addr *a, const struct bal_addr *b);

/* Same family and bytes, whatever the prefix lengths. */
bool bal_addr_same_host(const struct bal_addr *a, const struct bal_addr *b);

/* Is host @a inside prefix @net? */
bool bal_addr_in(const struct bal_addr *a, const struct bal_addr *net);

/*
 * Lists of prefixes hold those of IPv4 first.  Add @a to @list, which has room
 * behind its *@n; and the part of a list of *@n that is of @family, whose size
 * goes to *@n.
 */
void bal_prefixes_add(struct bal_addr *list, size_t *n,
		      const struct bal_addr *a);
const struct bal_addr *bal_prefixes_of(const struct bal_addr *list, size_t *n,
				       int family);

/* No address at all. */
bool bal_addr_none(const struct bal_addr *a);

/* Is @a a /32 or /128? */
bool bal_addr_is_host(const struct bal_addr *a);

/*
 * Text into @buf of BAL_ADDR_STRLEN: host without, prefix with "/LEN", the
 * default prefix "default", none "-".  Returns @buf.
 */
const char *bal_addr_str(const struct bal_addr *a, char *buf);

/* The address alone, without "/LEN".  Returns @buf. */
const char *bal_addr_host_str(const struct bal_addr *a, char *buf);

#endif
