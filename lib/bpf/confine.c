// SPDX-License-Identifier: GPL-2.0-or-later
/* confine - BPF programs that keep the sockets of a cgroup on one uplink. */
#include "bpf/confine.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum label { ALLOW = 1, BIND, BOUND, DENY, ELSEWHERE, LOOK, MAPPED, NATIVE,
	     STEER };

/* Registers that calls preserve. */
#define CTX BPF_REG_6
#define DST BPF_REG_7
#define SK BPF_REG_8
#define PEER BPF_REG_9

#define LOOPBACK_IFINDEX 1 /* as the kernel's */
#define SET_RETVAL 187 /* BPF_FUNC_set_retval, Linux 5.18 */
#define SOCK(member) offsetof(struct bpf_sock, member)
#define ADDR(member) offsetof(struct bpf_sock_addr, member)
#define SKB(member) offsetof(struct __sk_buff, member)

/* Jump by the class of @addr; falls through for traffic of the uplink. */
static void
classify(struct bal_bpf *code, const struct bal_confine *c, uint8_t addr,
	 uint8_t spared, uint8_t direct)
{
	static const struct bal_addr loopback = { .family = AF_INET,
						  .len = 8,
						  .bytes = { 127 } };

	bal_bpf_if32(code, addr, 0, spared); /* 0.0.0.0 is this box, too */
	bal_bpf_if_inside(code, addr, &loopback, spared);
	for (size_t i = 0; i < c->own.n; i++)
		if (c->own.v[i].family == AF_INET)
			bal_bpf_if32(code, addr, bal_bpf_word(&c->own.v[i]),
				     spared);
	for (size_t i = 0; i < c->direct.n; i++)
		if (c->direct.v[i].family == AF_INET)
			bal_bpf_if_inside(code, addr, &c->direct.v[i], direct);
	for (size_t i = 0; i < c->lan.n; i++)
		if (c->lan.v[i].family == AF_INET)
			bal_bpf_if_inside(code, addr, &c->lan.v[i], spared);
}

/*
 * A socket that the program bound stays as it is.  But the source address of a
 * socket connected to a local or LAN host was chosen by the kernel, and would
 * leave by any uplink.
 */
static void
look_at_socket(struct bal_bpf *code, const struct bal_confine *c)
{
	bal_bpf_load64(code, SK, CTX, ADDR(sk));
	bal_bpf_load32(code, BPF_REG_1, SK, SOCK(bound_dev_if));
	bal_bpf_unless32(code, BPF_REG_1, 0, ALLOW);
	bal_bpf_load32(code, BPF_REG_1, SK, SOCK(src_ip4));
	bal_bpf_if32(code, BPF_REG_1, 0, LOOK);
	if (!bal_addr_none(&c->addr))
		bal_bpf_if32(code, BPF_REG_1, bal_bpf_word(&c->addr), LOOK);
	bal_bpf_load32(code, BPF_REG_1, SK, SOCK(state));
	bal_bpf_unless32(code, BPF_REG_1, BPF_TCP_ESTABLISHED, ALLOW);
	bal_bpf_load32(code, PEER, SK, SOCK(dst_ip4));
	classify(code, c, PEER, LOOK, ALLOW);
	bal_bpf_goto(code, ALLOW);
	bal_bpf_label(code, LOOK);
}

/*
 * By name: a device that was replugged is found.  A missing one is an error,
 * and then nothing may be sent.
 */
static void
bind_socket(struct bal_bpf *code, const struct bal_confine *c)
{
	bal_bpf_text16(code, c->dev);
	bal_bpf_move(code, BPF_REG_1, CTX);
	bal_bpf_set(code, BPF_REG_2, SOL_SOCKET);
	bal_bpf_set(code, BPF_REG_3, SO_BINDTODEVICE);
	bal_bpf_move(code, BPF_REG_4, BPF_REG_10);
	bal_bpf_add(code, BPF_REG_4, -(int)sizeof(c->dev));
	bal_bpf_set(code, BPF_REG_5, (int)strlen(c->dev));
	bal_bpf_call(code, BPF_FUNC_setsockopt);
	bal_bpf_unless32(code, BPF_REG_0, 0, DENY);
}

/*
 * The kernel reads the device of a datagram from the socket before this hook:
 * binding works from the next one on.  This one is routed by its source
 * address, unless the sender chose one.
 */
static void
steer_datagram(struct bal_bpf *code, const struct bal_confine *c)
{
	uint32_t addr = bal_bpf_word(&c->addr);

	if (bal_addr_none(&c->addr))
		return;
	bal_bpf_load32(code, BPF_REG_1, CTX, ADDR(msg_src_ip4));
	bal_bpf_if32(code, BPF_REG_1, addr, BOUND);
	bal_bpf_if32(code, BPF_REG_1, 0, c->mark ? BOUND : STEER);
	bal_bpf_load32(code, BPF_REG_2, SK, SOCK(src_ip4));
	bal_bpf_if_same(code, BPF_REG_1, BPF_REG_2, STEER);
	bal_bpf_goto(code, ALLOW);
	bal_bpf_label(code, STEER);
	bal_bpf_set(code, BPF_REG_1, (int32_t)addr);
	bal_bpf_store32(code, CTX, ADDR(msg_src_ip4), BPF_REG_1);
	bal_bpf_label(code, BOUND);
}

static void
end_allowed(struct bal_bpf *code)
{
	bal_bpf_label(code, ALLOW);
	bal_bpf_set(code, BPF_REG_0, 1);
	bal_bpf_exit(code);
}

static void
end_denied(struct bal_bpf *code, bool errnos)
{
	bal_bpf_label(code, DENY);
	if (errnos) {
		bal_bpf_set(code, BPF_REG_1, -ENETUNREACH);
		bal_bpf_call(code, SET_RETVAL);
	}
	bal_bpf_set(code, BPF_REG_0, 0);
	bal_bpf_exit(code);
}

/* DST holds an IPv4 destination. */
static void
bind_or_spare(struct bal_bpf *code, const struct bal_confine *c, bool datagram)
{
	look_at_socket(code, c);
	classify(code, c, DST, ALLOW, BIND);
	bal_bpf_label(code, BIND);
	if (datagram)
		steer_datagram(code, c);
	bind_socket(code, c);
}

static void
code_ipv4(struct bal_bpf *code, const struct bal_confine *c, bool datagram)
{
	bal_bpf_move(code, CTX, BPF_REG_1);
	bal_bpf_load32(code, DST, CTX, ADDR(user_ip4));
	bind_or_spare(code, c, datagram);
}

/*
 * As look_at_socket() and steer_datagram(): a socket with an address that it was
 * bound to is routed by that.
 */
static void
look_at_source6(struct bal_bpf *code, const struct bal_confine *c, bool datagram)
{
	bal_bpf_load_any6(code, SK, SOCK(src_ip6));
	bal_bpf_if32(code, BPF_REG_1, 0, LOOK);
	bal_bpf_load32(code, BPF_REG_1, SK, SOCK(state));
	bal_bpf_unless32(code, BPF_REG_1, BPF_TCP_ESTABLISHED, ALLOW);
	bal_bpf_goto(code, STEER);
	bal_bpf_label(code, LOOK);
	if (datagram) {
		bal_bpf_load_any6(code, CTX, ADDR(msg_src_ip6));
		bal_bpf_unless32(code, BPF_REG_1, 0, ALLOW);
	}
	bal_bpf_label(code, STEER);
	for (size_t i = 0; datagram && i < 16; i += 4) {
		uint32_t word;

		memcpy(&word, c->addr6.bytes + i, sizeof(word));
		bal_bpf_set(code, BPF_REG_1, (int32_t)word);
		bal_bpf_store32(code, CTX, ADDR(msg_src_ip6) + i, BPF_REG_1);
	}
}

/* Jump where the destination is inside @net, if that is of IPv6. */
static void
if_to6(struct bal_bpf *code, const struct bal_addr *net, uint8_t label)
{
	if (net->family == AF_INET6)
		bal_bpf_if_inside6(code, CTX, ADDR(user_ip6), net, ELSEWHERE,
				   label);
}

/* CTX holds an IPv6 destination. */
static void
bind_or_spare6(struct bal_bpf *code, const struct bal_confine *c, bool datagram)
{
	bal_bpf_load64(code, SK, CTX, ADDR(sk));
	bal_bpf_load32(code, BPF_REG_1, SK, SOCK(bound_dev_if));
	bal_bpf_unless32(code, BPF_REG_1, 0, ALLOW);
	if (bal_addr_none(&c->addr6)) {
		bal_bpf_goto(code, DENY);
		return;
	}
	for (size_t i = 0; i < c->own.n; i++)
		if_to6(code, &c->own.v[i], ALLOW);
	for (size_t i = 0; i < c->direct.n; i++)
		if_to6(code, &c->direct.v[i], BIND);
	for (size_t i = 0; i < c->lan.n; i++)
		if_to6(code, &c->lan.v[i], ALLOW);
	bal_bpf_label(code, BIND);
	look_at_source6(code, c, datagram);
	bind_socket(code, c);
	bal_bpf_goto(code, ALLOW);
}

static void
code_ipv6(struct bal_bpf *code, const struct bal_confine *c, bool datagram)
{
	bal_bpf_move(code, CTX, BPF_REG_1);
	bal_bpf_load32(code, DST, CTX, ADDR(user_ip6[3]));
	bal_bpf_load32(code, BPF_REG_1, CTX, ADDR(user_ip6[0]));
	bal_bpf_load32(code, BPF_REG_2, CTX, ADDR(user_ip6[1]));
	bal_bpf_load32(code, BPF_REG_3, CTX, ADDR(user_ip6[2]));
	bal_bpf_or32(code, BPF_REG_1, BPF_REG_2);
	bal_bpf_unless32(code, BPF_REG_1, 0, NATIVE);
	bal_bpf_if32(code, BPF_REG_3, htonl(0xffff), MAPPED);
	bal_bpf_unless32(code, BPF_REG_3, 0, NATIVE);
	/* ::1, and :: which is the same here */
	bal_bpf_if32(code, DST, htonl(1), ALLOW);
	bal_bpf_if32(code, DST, 0, ALLOW);
	bal_bpf_label(code, NATIVE);
	bind_or_spare6(code, c, datagram);
	bal_bpf_label(code, MAPPED);
	bind_or_spare(code, c, false);
}

static void
code_create(struct bal_bpf *code, const struct bal_confine *c)
{
	bal_bpf_move(code, CTX, BPF_REG_1);
	if (c->mark) {
		bal_bpf_set(code, BPF_REG_1, (int32_t)c->mark);
		bal_bpf_store32(code, CTX, SOCK(mark), BPF_REG_1);
	}
	bal_bpf_load32(code, BPF_REG_1, CTX, SOCK(protocol));
	bal_bpf_if32(code, BPF_REG_1, IPPROTO_TCP, ALLOW);
	bal_bpf_if32(code, BPF_REG_1, IPPROTO_UDP, ALLOW);
	bal_bpf_set(code, BPF_REG_1, c->ifindex);
	bal_bpf_store32(code, CTX, SOCK(bound_dev_if), BPF_REG_1);
}

/* A bound socket may still reach this box itself. */
static void
code_egress(struct bal_bpf *code)
{
	bal_bpf_move(code, CTX, BPF_REG_1);
	bal_bpf_load64(code, BPF_REG_1, CTX, SKB(sk));
	bal_bpf_if_null(code, BPF_REG_1, ALLOW);
	bal_bpf_call(code, BPF_FUNC_sk_fullsock);
	bal_bpf_if_null(code, BPF_REG_0, ALLOW);
	bal_bpf_load32(code, BPF_REG_1, BPF_REG_0, SOCK(bound_dev_if));
	bal_bpf_if32(code, BPF_REG_1, 0, ALLOW);
	bal_bpf_load32(code, BPF_REG_2, CTX, SKB(ifindex));
	bal_bpf_if32(code, BPF_REG_2, LOOPBACK_IFINDEX, ALLOW);
	bal_bpf_if_same(code, BPF_REG_1, BPF_REG_2, ALLOW);
	bal_bpf_goto(code, DENY);
}

/* What the kernel calls @hook. */
static enum bpf_attach_type
attach_type(enum bal_confine_hook hook)
{
	static const enum bpf_attach_type types[BAL_CONFINE_HOOKS] = {
		[BAL_CONFINE_CREATE] = BPF_CGROUP_INET_SOCK_CREATE,
		[BAL_CONFINE_CONNECT4] = BPF_CGROUP_INET4_CONNECT,
		[BAL_CONFINE_SENDMSG4] = BPF_CGROUP_UDP4_SENDMSG,
		[BAL_CONFINE_CONNECT6] = BPF_CGROUP_INET6_CONNECT,
		[BAL_CONFINE_SENDMSG6] = BPF_CGROUP_UDP6_SENDMSG,
		[BAL_CONFINE_EGRESS] = BPF_CGROUP_INET_EGRESS,
	};

	return types[hook];
}

int
bal_confine_code(const struct bal_confine *c, enum bal_confine_hook hook,
		 bool errnos, struct bal_bpf *code, struct bal_err *err)
{
	switch (hook) {
	case BAL_CONFINE_CREATE:
		code_create(code, c);
		break;
	case BAL_CONFINE_CONNECT4:
	case BAL_CONFINE_SENDMSG4:
		code_ipv4(code, c, hook == BAL_CONFINE_SENDMSG4);
		break;
	case BAL_CONFINE_CONNECT6:
	case BAL_CONFINE_SENDMSG6:
		code_ipv6(code, c, hook == BAL_CONFINE_SENDMSG6);
		break;
	default:
		code_egress(code);
		break;
	}
	end_allowed(code);
	/*
	 * The verifier rejects unreachable code, as this would be in CREATE.
	 * In EGRESS a packet has no errno.
	 */
	if (hook != BAL_CONFINE_CREATE)
		end_denied(code, errnos && hook != BAL_CONFINE_EGRESS);
	return bal_bpf_finish(code, err);
}

/* Newer kernels return an errno, older ones refuse a program that sets it. */
static int
load(const struct bal_confine *c, enum bal_confine_hook hook,
     struct bal_bpf *code, struct bal_err *err)
{
	int fd = -1;

	for (int errnos = 1; errnos >= 0 && fd < 0; errnos--) {
		memset(code, 0, sizeof(*code));
		if (bal_confine_code(c, hook, errnos, code, err) < 0)
			return -1;
		fd = bal_bpf_load(code, attach_type(hook), "bal_exec",
				  err);
		if (fd < 0 && err->sys == EPERM)
			return -1;
	}
	return fd;
}

/* EPERM for root: a container, or kernel lockdown. */
static int
explain(struct bal_err *err)
{
	bool lacks = err->sys == EINVAL || err->sys == EACCES ||
		     err->sys == ENOSYS || err->sys == EOPNOTSUPP ||
		     (err->sys == EPERM && geteuid() == 0);
	size_t len = strlen(err->msg);

	if (lacks) {
		err->kind = BAL_EUNAVAIL;
		snprintf(err->msg + len, sizeof(err->msg) - len,
			 " (Linux 5.12 with CONFIG_CGROUP_BPF can)");
	}
	return -1;
}

int
bal_confine_apply(const struct bal_confine *c, int cgroup_fd,
		  struct bal_err *err)
{
	struct bal_bpf *code = malloc(sizeof(*code));
	int rc = 0;

	if (!code)
		return bal_err_nomem(err);
	for (int hook = 0; hook < BAL_CONFINE_HOOKS && rc == 0; hook++) {
		int fd = load(c, hook, code, err);

		if (fd < 0 ||
		    bal_bpf_attach(fd, cgroup_fd, attach_type(hook), -1,
				   err) < 0)
			rc = explain(err);
		if (fd >= 0)
			close(fd);
	}
	free(code);
	return rc;
}
