// SPDX-License-Identifier: GPL-2.0-or-later
/* cost - the bytes of a question and its answer; pure. */
#include "probe/cost.h"

#include <string.h>
#include <sys/socket.h>

#include "probe/icmp.h"

#define IP_HEAD 20
#define IP6_HEAD 40
#define UDP_HEAD 8
#define TCP_HEAD 32 /* with timestamps */
#define TCP_SYN 40  /* with all options of Linux */

uint32_t
bal_target_bytes(const struct bal_target *t)
{
	const uint32_t text = (uint32_t)strlen(t->text);
	/* SYN, SYN ACK, ACK; FIN, FIN ACK, ACK. */
	const uint32_t ip = t->addr.family == AF_INET6 ? IP6_HEAD : IP_HEAD;
	const uint32_t tcp = 2 * (ip + TCP_SYN) + 4 * (ip + TCP_HEAD);
	/* Header, length and end of the name, type and class. */
	const uint32_t query = ip + UDP_HEAD + 12 + 2 + text + 4;

	switch (t->kind) {
	case BAL_TARGET_ICMP:
		return 2 * (ip + 8 + BAL_ICMP_TOKEN);
	case BAL_TARGET_TCP:
		return tcp;
	case BAL_TARGET_DNS:
		/* Most names have one to four addresses, of 16 bytes each. */
		return 2 * query + 4 * 16;
	case BAL_TARGET_HTTP:
		/* A few header lines out; back, one segment of medium size. */
		return tcp + 3 * (ip + TCP_HEAD) + 100 + text + 700;
	case BAL_TARGET_ARP:
	case BAL_TARGET_EXEC:
		break;
	}
	return 0;
}
