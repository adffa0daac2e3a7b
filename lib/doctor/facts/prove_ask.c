// SPDX-License-Identifier: GPL-2.0-or-later
/* prove_ask - sends what prove_list has, or lets a device receive it. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/socket.h>
#include <unistd.h>

#include "doctor/facts/prove_internal.h"
#include "netlink/devsock.h"

/* --- to send -------------------------------------------------------------- */

static struct sockaddr_in
name_of(const struct bal_addr *addr, uint16_t port)
{
	struct sockaddr_in name = { .sin_family = AF_INET,
				    .sin_port = htons(port) };

	memcpy(&name.sin_addr, addr->bytes, sizeof(name.sin_addr));
	return name;
}

/* 0 or an errno. */
static int
prepare(int fd, const struct bal_proof *p)
{
	const struct sockaddr_in name =
		name_of(&p->packet.src, p->packet.sport);
	const int ttl = p->ttl, tos = p->tos, whole = IP_PMTUDISC_DO;
	struct bal_err why = { 0 };

	if (setsockopt(fd, IPPROTO_IP, IP_TTL, &ttl, sizeof(ttl)) < 0 ||
	    setsockopt(fd, IPPROTO_IP, IP_TOS, &tos, sizeof(tos)) < 0 ||
	    (p->size && setsockopt(fd, IPPROTO_IP, IP_MTU_DISCOVER, &whole,
				   sizeof(whole)) < 0) ||
	    (p->packet.mark &&
	     setsockopt(fd, SOL_SOCKET, SO_MARK, &p->packet.mark,
			sizeof(p->packet.mark)) < 0))
		return errno;
	if (p->packet.oif &&
	    bal_devsock_bind(fd, p->packet.oif->name, p->packet.oif->ifindex,
			     p->packet.mark, &why) < 0)
		return why.sys;
	if (bind(fd, (const struct sockaddr *)&name, sizeof(name)) < 0)
		return errno;
	return 0;
}

static int
send_by(const struct bal_prove_asker *a, int fd, struct bal_proof *p,
	uint32_t number)
{
	const struct sockaddr_in to = name_of(&p->packet.dst, p->packet.dport);
	const struct sockaddr *name = (const struct sockaddr *)&to;
	struct sockaddr_in own;
	socklen_t len = sizeof(own);
	uint8_t data[BAL_PROVE_SIZE] = { 0 };
	const size_t size = p->size ? p->size : BAL_FRAME_MARK;

	bal_frame_mark(a->wire.run, number, data);
	if (!p->once && connect(fd, name, sizeof(to)) < 0 &&
	    errno != EINPROGRESS)
		return errno;
	if (getsockname(fd, (struct sockaddr *)&own, &len) == 0)
		p->from = bal_addr_raw(AF_INET, &own.sin_addr, 4, 32);
	if (p->packet.proto == IPPROTO_UDP &&
	    sendto(fd, data, size, MSG_NOSIGNAL, p->once ? name : NULL,
		   p->once ? sizeof(to) : 0) < 0)
		return errno;
	return 0;
}

/* A socket belongs to the user of its making. */
static int
socket_of(const struct bal_proof *p)
{
	const int type =
		p->packet.proto == IPPROTO_TCP ? SOCK_STREAM : SOCK_DGRAM;
	int fd;

	if (p->packet.uid)
		setfsuid(p->packet.uid);
	fd = socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (p->packet.uid)
		setfsuid(geteuid());
	return fd;
}

static int
send_proof(const struct bal_prove_asker *a, struct bal_proof *p,
	   uint32_t number)
{
	const int fd = socket_of(p);
	int eno;

	if (fd < 0)
		return errno;
	eno = prepare(fd, p);
	if (!eno)
		eno = send_by(a, fd, p, number);
	close(fd);
	return eno;
}

/* --- to receive ----------------------------------------------------------- */

/* @p received by @at as the datagram @packet, but for an error. */
static int
receive(const struct bal_prove_asker *a, const struct bal_proof *p,
	const struct bal_packet *packet, const struct bal_link *at,
	uint32_t number)
{
	const struct bal_frame frame = {
		.src = packet->src,
		.dst = packet->dst,
		.proto = p->kind == BAL_PROOF_ERROR ? IPPROTO_ICMP :
						      packet->proto,
		.error = p->kind == BAL_PROOF_ERROR,
		.quoted = packet->proto,
		.ack = p->kind == BAL_PROOF_ANSWER,
		.answers = (uint32_t)p->after,
		.ttl = p->ttl,
		.tos = p->tos,
		/* What an error quotes went the other way. */
		.sport = p->kind == BAL_PROOF_ERROR ? packet->dport :
						      packet->sport,
		.dport = p->kind == BAL_PROOF_ERROR ? packet->sport :
						      packet->dport,
		.run = a->wire.run,
		.number = number,
	};

	return bal_wire_inject(&a->wire, at->name, at->ifindex, &frame,
			       packet->mark);
}

/* How much rp_filter has dropped: a column of the first two lines. */
static unsigned long
reverse_drops(void)
{
	char names[8192] = "", values[8192] = "", *n, *v, *rest_n, *rest_v;
	FILE *file = fopen("/proc/net/netstat", "re");
	bool read;

	if (!file)
		return 0;
	read = fgets(names, sizeof(names), file) &&
	       fgets(values, sizeof(values), file);
	(void)fclose(file);
	n = read ? strtok_r(names, " ", &rest_n) : NULL;
	v = read ? strtok_r(values, " ", &rest_v) : NULL;
	while (n && v && strcmp(n, "IPReversePathFilter") != 0) {
		n = strtok_r(NULL, " ", &rest_n);
		v = strtok_r(NULL, " ", &rest_v);
	}
	return n && v ? strtoul(v, NULL, 10) : 0;
}

/* It is routed before the call returns, unless another processor does that. */
static int
come(const struct bal_prove_asker *a, struct bal_proof *p, uint32_t number)
{
	/* Of a LAN there are hundreds, and rp_filter is not asked about. */
	const unsigned long before = p->lenient ? reverse_drops() : 0;

	if (receive(a, p, &p->packet, p->at, number) < 0)
		return errno;
	p->reverse = p->lenient && reverse_drops() != before;
	return 0;
}

/* Where the first sight of its parent is; NULL: not yet. */
static const struct bal_proof_sight *
sight_before(const struct bal_prove_asker *a, const struct bal_proof *p)
{
	const struct bal_proof *parent = &a->proofs->v.v[p->after];

	return parent->sights.n ? &parent->sights.v[0] : NULL;
}

/* Its source and port are those that the sight shows, which may be translated. */
static int
answer(const struct bal_prove_asker *a, const struct bal_proof *p,
       const struct bal_proof_sight *to, uint32_t number)
{
	const struct bal_link *at =
		bal_snapshot_ifindex(a->f->snap, to->ifindex);
	struct bal_packet packet = p->packet;

	if (!at)
		return ENODEV;
	if (!to->arp) {
		packet.dst = to->src;
		packet.dport = to->sport;
	}
	return receive(a, p, &packet, at, number) < 0 ? errno : 0;
}

/* By who got the answer: it leaves as what was answered did. */
static int
object(const struct bal_prove_asker *a, struct bal_proof *p, uint32_t number)
{
	const struct bal_proof *first =
		&a->proofs->v.v[a->proofs->v.v[p->after].after];
	struct bal_promised *slot = BAL_PUSH(&a->f->arena, &p->promised);

	if (!slot || !first->sights.n)
		return ENOMEM;
	*slot = (struct bal_promised){ .link = bal_snapshot_ifindex(
					       a->f->snap,
					       first->sights.v[0].ifindex),
				       .percent = 100 };
	if (!slot->link)
		return ENODEV;
	return receive(a, p, &p->packet, first->at, number) < 0 ? errno : 0;
}

void
bal_prove_ask(const struct bal_prove_asker *a, uint32_t number)
{
	struct bal_proof *p = &a->proofs->v.v[number];
	const struct bal_proof_sight *before = NULL;

	if (p->kind == BAL_PROOF_ANSWER || p->kind == BAL_PROOF_ERROR) {
		before = sight_before(a, p);
		if (!before)
			return;
	}
	p->asked = true;
	switch (p->kind) {
	case BAL_PROOF_SENT:
		p->error = send_proof(a, p, number);
		break;
	case BAL_PROOF_CAME:
		p->error = come(a, p, number);
		break;
	case BAL_PROOF_ARP:
		p->error = bal_wire_inject_arp(&a->wire, p->at->name,
					       p->at->ifindex, &p->packet.dst,
					       number) < 0 ?
				   errno :
				   0;
		break;
	case BAL_PROOF_ANSWER:
		p->error = answer(a, p, before, number);
		break;
	case BAL_PROOF_ERROR:
		p->error = object(a, p, number);
		break;
	}
}
