// SPDX-License-Identifier: GPL-2.0-or-later
/* prove_make - makes one datagram, with its promise; pure. */
#include <netinet/in.h>
#include <sys/socket.h>

#include "doctor/facts/internal.h"
#include "doctor/facts/prove_internal.h"

const struct bal_addr bal_prove_nowhere = { AF_INET, 24, { 192, 0, 2 } };

/* What is for everywhere is asked of nowhere. */
static const struct bal_addr *
within(const struct bal_addr *net)
{
	return net->len ? net : &bal_prove_nowhere;
}

uint16_t
bal_prove_port(struct bal_prover *l)
{
	return (uint16_t)(20000 + bal_prove_random(&l->random) % 40000);
}

struct bal_packet
bal_prove_packet(struct bal_prover *l, uint8_t proto,
		 const struct bal_addr *net)
{
	return (struct bal_packet){ .dst = bal_prove_host(within(net),
							  &l->random),
				    .proto = proto,
				    .sport = bal_prove_port(l),
				    .dport = bal_prove_port(l) };
}

/* Another one, without a promise; NULL: no memory. */
struct bal_proof *
bal_prove_push(struct bal_prover *l, enum bal_proof_kind kind,
	       const struct bal_packet *packet, const char *what)
{
	struct bal_proof *p = BAL_PUSH(&l->f->arena, &l->out->v);

	if (!p)
		return NULL;
	*p = (struct bal_proof){ .kind = kind,
				 .packet = *packet,
				 .what = what,
				 .ttl = kind == BAL_PROOF_SENT ?
						BAL_PROVE_TTL_HERE :
						BAL_PROVE_TTL_BEHIND };
	return p;
}

void
bal_prove_promised(struct bal_prover *l, struct bal_proof *p)
{
	bal_prove_promise(l->f, &l->kernel, &l->f->arena, p);
}

/* It leaves by @link, from @src or, where that is NULL, from any. */
void
bal_prove_promise_by(struct bal_prover *l, struct bal_proof *p,
		     const struct bal_link *link, const struct bal_addr *src)
{
	struct bal_promised *slot = BAL_PUSH(&l->f->arena, &p->promised);

	if (slot)
		*slot = (struct bal_promised){ .link = link,
					       .on_link = true,
					       .percent = 100 };
	if (slot && src)
		slot->src = *src;
}

void
bal_prove_send(struct bal_prover *l, const struct bal_packet *packet,
	       bool lenient, const char *what)
{
	struct bal_proof *p = bal_prove_push(l, BAL_PROOF_SENT, packet, what);

	if (!p)
		return;
	p->lenient = lenient;
	bal_prove_promised(l, p);
}

bool
bal_prove_is_own(const struct bal_facts *f, const struct bal_addr *addr)
{
	for (size_t i = 0; i < f->snap->addrs.n; i++)
		if (bal_addr_same_host(&f->snap->addrs.v[i].addr, addr))
			return true;
	return false;
}

/* A host of the LAN, another one each time. */
struct bal_addr
bal_prove_lan_host(struct bal_prover *l, struct bal_prove_lan *lan)
{
	const uint32_t room =
		lan->net.len < 8 ? 1u << 24 : (1u << (32 - lan->net.len)) - 2;
	struct bal_neighbour *slot = BAL_PUSH(&l->f->arena, &l->out->hosts);
	struct bal_addr host;

	do {
		const struct bal_addr base = bal_addr_network(&lan->net);
		const uint32_t at = 1 + lan->next++ % room;

		host = bal_addr_host(&base);
		for (int i = 0; i < 4; i++)
			host.bytes[i] |= (uint8_t)(at >> (24 - 8 * i));
	} while (bal_prove_is_own(l->f, &host));
	if (slot)
		*slot = (struct bal_neighbour){ host, lan->link->ifindex };
	return host;
}

/* It came in by @at; its promise is made. */
struct bal_proof *
bal_prove_come(struct bal_prover *l, struct bal_packet *packet,
	       const struct bal_link *at, const char *what)
{
	struct bal_proof *p;

	packet->iif = at;
	p = bal_prove_push(l, BAL_PROOF_CAME, packet, what);
	if (!p)
		return NULL;
	p->at = at;
	bal_prove_promised(l, p);
	return p;
}

/* The answer to the last one, and to where it is promised. */
void
bal_prove_answer(struct bal_prover *l, bool on_with_error)
{
	const size_t parent = l->out->v.n - 1;
	const struct bal_proof *asked = &l->out->v.v[parent];
	const struct bal_packet back = { .src = asked->packet.dst,
					 .dst = asked->packet.src,
					 .proto = asked->packet.proto,
					 .sport = asked->packet.dport,
					 .dport = asked->packet.sport };
	const struct bal_link *to = asked->at;
	struct bal_proof *p;

	p = bal_prove_push(
		l, BAL_PROOF_ANSWER, &back,
		bal_facts_text(l->f, "the answer to %s", asked->what));
	if (!p)
		return;
	p->after = parent;
	bal_prove_promise_by(l, p, to, NULL);
	p = on_with_error ?
		    bal_prove_push(l, BAL_PROOF_ERROR,
				   &l->out->v.v[parent].packet,
				   "an ICMP error of a connection of the LAN") :
		    NULL;
	if (p)
		p->after = parent + 1;
}

/* By the LAN: its way out, the way back, and what belongs to it. */
void
bal_prove_pass(struct bal_prover *l, struct bal_prove_lan *lan,
	       struct bal_packet packet, uint8_t tos, const char *what)
{
	struct bal_proof *p;

	if (bal_addr_none(&packet.src))
		packet.src = bal_prove_lan_host(l, lan);
	packet.iif = lan->link;
	p = bal_prove_push(l, BAL_PROOF_CAME, &packet, what);
	if (!p)
		return;
	p->at = lan->link;
	p->tos = tos;
	bal_prove_promised(l, p);
	if (p->promised.n && packet.proto != IPPROTO_ICMP)
		/* An error of what goes by any goes by any, too. */
		bal_prove_answer(l, !p->drawn);
}

uint32_t
bal_prove_mark(const struct bal_prover *l, const struct bal_uplink *up)
{
	return bal_mark_of(up->slot, l->f->conf->globals.mark_mask);
}
