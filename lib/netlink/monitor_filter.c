// SPDX-License-Identifier: GPL-2.0-or-later
/* monitor_filter - a socket filter, so that foreign routes wake no process. */
#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/nexthop.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "netlink/monitor_internal.h"
#include "netlink/object.h"

/* Offsets in a message. */
enum {
	TYPE = offsetof(struct nlmsghdr, nlmsg_type),
	FLAGS = offsetof(struct nlmsghdr, nlmsg_flags),
	PORT = offsetof(struct nlmsghdr, nlmsg_pid),
	NH_PROTOCOL = NLMSG_HDRLEN + offsetof(struct nhmsg, nh_protocol),
	DST_LEN = NLMSG_HDRLEN + offsetof(struct rtmsg, rtm_dst_len),
	ROUTE_ATTRS = NLMSG_SPACE(sizeof(struct rtmsg)),
};

#define KEEP BPF_STMT(BPF_RET | BPF_K, 0xffffffff)
#define DROP BPF_STMT(BPF_RET | BPF_K, 0)
#define LOAD(size, at) BPF_STMT(BPF_LD | (size) | BPF_ABS, (uint32_t)(at))
/* Skip @then instructions where the number is @value, else @otherwise. */
#define IF(value, then, otherwise) \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), (then), (otherwise))

#define PARTS_MAX 32 /* all but the tables */

struct program {
	struct sock_filter *code;
	uint16_t n;
};

static void
add(struct program *p, const struct sock_filter *part, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p->code[p->n++] = part[i];
}

#define ADD(p, part) add((p), (part), sizeof(part) / sizeof((part)[0]))

/* BPF loads big endian what is in host order: so the hton*(). */
static void
write_program(struct program *p, const struct bal_monitor_known *known)
{
	const struct sock_filter own[] = {
		LOAD(BPF_W, PORT),
		IF(htonl(known->self), 0, 1),
		DROP,
	};
	const struct sock_filter kind[] = {
		LOAD(BPF_H, TYPE),
		IF(htons(RTM_NEWROUTE), 9, 0),
		IF(htons(RTM_DELROUTE), 8, 0),
		IF(htons(RTM_NEWNEXTHOP), 1, 0),
		IF(htons(RTM_DELNEXTHOP), 0, 4),
		LOAD(BPF_H, FLAGS),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, htons(NLM_F_REPLACE), 2, 0),
		LOAD(BPF_B, NH_PROTOCOL),
		IF(BAL_PROTO, 0, 1),
		KEEP,
		DROP,
	};
	/* The table of a route is in an attribute: A from, X which. */
	const struct sock_filter table[] = {
		BPF_STMT(BPF_LD | BPF_IMM, ROUTE_ATTRS),
		BPF_STMT(BPF_LDX | BPF_IMM, RTA_TABLE),
		LOAD(BPF_W, SKF_AD_OFF + SKF_AD_NLATTR),
		IF(0, 0, 1),
		KEEP,
		BPF_STMT(BPF_MISC | BPF_TAX, 0),
		BPF_STMT(BPF_LD | BPF_W | BPF_IND, sizeof(struct rtattr)),
	};
	const struct sock_filter default_in_main[] = {
		IF(htonl(RT_TABLE_MAIN), 1, 0),
		DROP,
		LOAD(BPF_B, DST_LEN),
		BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, 1, 1, 0),
		KEEP,
		DROP,
	};

	if (known->self)
		ADD(p, own);
	ADD(p, kind);
	ADD(p, table);
	for (size_t i = 0; i < known->n_tables; i++) {
		const struct sock_filter ours[] = {
			IF(htonl(known->tables[i]), 0, 1),
			KEEP,
		};

		ADD(p, ours);
	}
	ADD(p, default_in_main);
}

static int
attach(int fd, const struct bal_monitor_known *known)
{
	struct program p = { 0 };
	struct sock_fprog prog;
	int rc;

	if (known->n_tables > (BPF_MAXINSNS - PARTS_MAX) / 2)
		return -1;
	p.code = calloc(known->n_tables * 2 + PARTS_MAX, sizeof(*p.code));
	if (!p.code)
		return -1;
	write_program(&p, known);
	prog.len = p.n;
	prog.filter = p.code;
	rc = setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog));
	free(p.code);
	return rc;
}

void
bal_monitor_filter(int fd, const struct bal_monitor_known *known)
{
	int unused = 0;

	/* The old filter is of another interest, and would drop its news. */
	if (attach(fd, known) < 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_DETACH_FILTER, &unused,
				 sizeof(unused));
}
