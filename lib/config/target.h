/* target - where a probe goes, and of which kind it is. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_TARGET_H
#define BAL_TARGET_H

#include "base/addr.h"
#include "base/error.h"

#define BAL_TARGETS_MAX 8
#define BAL_TARGET_TEXT 64
#define BAL_TARGET_STRLEN 192 /* the longest that bal_target_str() makes */

enum bal_target_kind {
	BAL_TARGET_ICMP, /* ADDR, icmp:ADDR            echo request */
	/* An ADDR of IPv6 is in brackets from here on. */
	BAL_TARGET_TCP, /* tcp:ADDR:PORT              connection, then closed */
	BAL_TARGET_DNS, /* dns:ADDR[:PORT]/NAME[=ADDR] A query and answer */
	BAL_TARGET_HTTP, /* http://ADDR[:PORT][/PATH][=STATUS]  GET */
	BAL_TARGET_ARP,	 /* arp, arp:ADDR              ARP; the gateway */
	BAL_TARGET_EXEC, /* exec:/PATH                 exit status 0 */
};

/*
 * One target.  Hosts are addresses and never names: to look up a name takes the
 * very uplink that is in doubt.
 */
struct bal_target {
	enum bal_target_kind kind;
	struct bal_addr addr;	/* none: arp of the gateway, exec */
	uint16_t port;		/* tcp, dns, http; never 0 there */
	uint16_t status;	/* http: the good one; default 200 */
	struct bal_addr expect; /* dns: one of the answers; or none */
	char text[BAL_TARGET_TEXT]; /* dns: name; http, exec: path */
};

/*
 * Parse one word.  -1 with the reason, @text quoted in it, and @out untouched:
 * a name instead of an address, a port out of 1 to 65535, a path that is not
 * absolute, a blank, comma or control character, anything too long.  Three
 * digits behind the last `=` of HTTP are the status, so a path that ends like
 * that needs one behind it.
 */
int bal_target_parse(const char *text, struct bal_target *out,
		     struct bal_err *err);

/*
 * @t as bal_target_parse() reads it, without defaults, into @buf of
 * BAL_TARGET_STRLEN.  Returns @buf.
 */
const char *bal_target_str(const struct bal_target *t, char *buf);

/* The same question to the same host. */
bool bal_target_same(const struct bal_target *a, const struct bal_target *b);

#endif
