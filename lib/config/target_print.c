// SPDX-License-Identifier: GPL-2.0-or-later
/* target_print - a probe target as it is written. */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "config/target_internal.h"

/* With brackets where a port may follow. */
static const char *
host_str(const struct bal_target *t, char *buf)
{
	char host[BAL_ADDR_STRLEN];
	bool bare = t->addr.family != AF_INET6 || t->kind == BAL_TARGET_ICMP ||
		    t->kind == BAL_TARGET_ARP;

	snprintf(buf, BAL_ADDR_STRLEN + 2, bare ? "%s" : "[%s]",
		 bal_addr_host_str(&t->addr, host));
	return buf;
}

static const char *
port_str(const struct bal_target *t, uint16_t usual, char *buf, size_t size)
{
	*buf = '\0';
	if (t->port != usual)
		snprintf(buf, size, ":%u", t->port);
	return buf;
}

static void
print_dns(const struct bal_target *t, const char *host, char *buf)
{
	char port[8], expect[BAL_ADDR_STRLEN] = "";

	if (!bal_addr_none(&t->expect))
		bal_addr_host_str(&t->expect, expect);
	snprintf(buf, BAL_TARGET_STRLEN, "dns:%s%s/%s%s%s", host,
		 port_str(t, PORT_DNS, port, sizeof(port)), t->text,
		 *expect ? "=" : "", expect);
}

static void
print_http(const struct bal_target *t, const char *host, char *buf)
{
	char port[8], status[8] = "";

	/* A path that looks as if it ended in a status needs one behind it. */
	if (t->status != STATUS_OK || t->text[bal_target_path_len(t->text)])
		snprintf(status, sizeof(status), "=%u", t->status);
	snprintf(buf, BAL_TARGET_STRLEN, "http://%s%s%s%s", host,
		 port_str(t, PORT_HTTP, port, sizeof(port)),
		 strcmp(t->text, "/") ? t->text : "", status);
}

const char *
bal_target_str(const struct bal_target *t, char *buf)
{
	char host[BAL_ADDR_STRLEN + 2];

	host_str(t, host);
	switch (t->kind) {
	case BAL_TARGET_ICMP:
		snprintf(buf, BAL_TARGET_STRLEN, "%s", host);
		break;
	case BAL_TARGET_TCP:
		snprintf(buf, BAL_TARGET_STRLEN, "tcp:%s:%u", host, t->port);
		break;
	case BAL_TARGET_DNS:
		print_dns(t, host, buf);
		break;
	case BAL_TARGET_HTTP:
		print_http(t, host, buf);
		break;
	case BAL_TARGET_ARP:
		snprintf(buf, BAL_TARGET_STRLEN, "arp%s%s",
			 bal_addr_none(&t->addr) ? "" : ":",
			 bal_addr_none(&t->addr) ? "" : host);
		break;
	case BAL_TARGET_EXEC:
		snprintf(buf, BAL_TARGET_STRLEN, "exec:%s", t->text);
		break;
	}
	return buf;
}
