// SPDX-License-Identifier: GPL-2.0-or-later
/* prove_uplink - what shows the promises of each uplink; pure. */
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "doctor/facts/internal.h"
#include "doctor/facts/prove_internal.h"

/* Half of these come to the same by chance where a mark or a rule is lost. */
#define AGAIN 8

/* From outside to a host of the LAN, and that one's answer. */
static void
visit(struct bal_prover *l, const struct bal_uplink *up, uint8_t ttl)
{
	struct bal_packet packet =
		bal_prove_packet(l, IPPROTO_UDP, &bal_prove_nowhere);
	struct bal_proof *p;

	packet.src = packet.dst;
	packet.dst = bal_prove_lan_host(l, &l->lans[0]);
	packet.iif = up->link;
	p = bal_prove_push(
		l, BAL_PROOF_CAME, &packet,
		bal_facts_text(l->f,
			       ttl == BAL_PROVE_TTL_HERE ?
				       "\"time exceeded\" to who asked by %s" :
				       "a connection that came in by %s",
			       up->name));
	if (!p)
		return;
	p->at = up->link;
	p->ttl = ttl;
	p->lenient = true;
	if (ttl == BAL_PROVE_TTL_HERE) {
		bal_prove_promise_by(l, p, up->link, &up->v4.addrs[0]->addr);
		return;
	}
	bal_prove_promised(l, p);
	bal_prove_answer(l, false);
}

/* Is it a neighbour that is known, or asked for already? */
static bool
is_taken(const struct bal_prover *l, const struct bal_addr *host)
{
	char addr[BAL_ADDR_STRLEN], text[BAL_ADDR_STRLEN + 2];

	snprintf(text, sizeof(text), "\n%s ", bal_addr_host_str(host, addr));
	for (size_t i = 0; i < l->out->v.n; i++)
		if (bal_addr_same_host(&l->out->v.v[i].packet.dst, host))
			return true;
	return bal_prove_is_own(l->f, host) ||
	       (l->out->known && strstr(l->out->known, text));
}

/* Of a crowded link any host. */
void
bal_prove_on_link(struct bal_prover *l, const struct bal_uplink *up,
		  struct bal_packet packet, const char *what)
{
	const struct bal_addr *net = &up->v4.addrs[0]->addr;
	struct bal_proof *p;
	bool taken = true;

	if (up->no_arp || net->len > 29)
		return;
	for (int i = 0; i < 64 && taken; i++) {
		packet.dst = bal_prove_host(net, &l->random);
		taken = is_taken(l, &packet.dst);
	}
	if (bal_prove_is_own(l->f, &packet.dst))
		return;
	bal_prove_send(l, &packet, !up->alive, what);
	if (!l->out->v.n)
		return;
	p = &l->out->v.v[l->out->v.n - 1];
	p->asks = !taken;
	p->once = packet.proto == IPPROTO_UDP;
}

/* An address of this box that is not one of @up, or none. */
static struct bal_addr
other_address(const struct bal_prover *l, const struct bal_uplink *up)
{
	const struct bal_uplinks *ups = l->f->uplinks;

	for (size_t i = 0; i < ups->n; i++)
		if (&ups->v[i] != up && ups->v[i].admin_up &&
		    ups->v[i].v4.n_addrs && !ups->v[i].v4.shared_addr)
			return bal_addr_host(&ups->v[i].v4.addrs[0]->addr);
	return l->n_lans ? bal_addr_host(&l->lans[0].net) :
			   (struct bal_addr){ 0 };
}

/* What asks on a link is one of its addresses: arp_announce. */
static void
asks_as_itself(struct bal_prover *l, const struct bal_uplink *up)
{
	struct bal_packet packet =
		bal_prove_packet(l, IPPROTO_UDP, &bal_prove_nowhere);

	packet.src = other_address(l, up);
	packet.oif = up->link;
	if (!bal_addr_none(&packet.src))
		bal_prove_on_link(
			l, up, packet,
			bal_facts_text(l->f,
				       "ARP on %s for a socket that is bound "
				       "to it and to another address",
				       up->name));
}

/* Only its own device answers for the address of an uplink. */
static void
ask_by_arp(struct bal_prover *l, const struct bal_uplink *up)
{
	for (size_t i = 0; i < l->f->uplinks->n; i++) {
		const struct bal_uplink *of = &l->f->uplinks->v[i];
		struct bal_packet packet = { .iif = up->link };
		struct bal_proof *p;

		if (!of->admin_up || !of->v4.n_addrs || of->v4.shared_addr)
			continue;
		packet.dst = bal_addr_host(&of->v4.addrs[0]->addr);
		p = bal_prove_push(
			l, BAL_PROOF_ARP, &packet,
			bal_facts_text(l->f, "ARP on %s for the address of %s",
				       up->name, of->name));
		if (!p)
			return;
		p->at = up->link;
		if (of == up)
			bal_prove_promise_by(l, p, up->link, NULL);
	}
}

static void
bound(struct bal_prover *l, const struct bal_uplink *up)
{
	const struct bal_addr own = bal_addr_host(&up->v4.addrs[0]->addr);
	struct bal_packet packet =
		bal_prove_packet(l, IPPROTO_UDP, &bal_prove_nowhere);

	packet.src = own;
	bal_prove_send(
		l, &packet, !up->alive,
		bal_facts_text(l->f, "UDP from the address of %s", up->name));
	packet = bal_prove_packet(l, IPPROTO_TCP, &bal_prove_nowhere);
	packet.src = own;
	bal_prove_send(
		l, &packet, !up->alive,
		bal_facts_text(l->f, "TCP from the address of %s", up->name));
	packet = bal_prove_packet(l, IPPROTO_UDP, &bal_prove_nowhere);
	packet.src = own;
	bal_prove_on_link(l, up, packet,
			  bal_facts_text(l->f,
					 "UDP to the subnet of %s, from it",
					 up->name));
	packet = bal_prove_packet(l, IPPROTO_UDP, &bal_prove_nowhere);
	bal_prove_on_link(
		l, up, packet,
		bal_facts_text(l->f, "UDP to the subnet of %s", up->name));
	asks_as_itself(l, up);
}

void
bal_prove_uplink(struct bal_prover *l, const struct bal_uplink *up)
{
	struct bal_packet packet =
		bal_prove_packet(l, IPPROTO_UDP, &bal_prove_nowhere);

	if (!up->v4.shared_addr)
		bound(l, up);
	packet.oif = up->link;
	bal_prove_send(
		l, &packet, !up->alive,
		bal_facts_text(l->f, "UDP bound to the device %s", up->name));
	packet.sport = bal_prove_port(l);
	bal_prove_send(l, &packet, !up->alive,
		       bal_facts_text(l->f, "UDP of %d bytes, bound to %s",
				      BAL_PROVE_SIZE, up->name));
	if (l->out->v.n)
		l->out->v.v[l->out->v.n - 1].size = BAL_PROVE_SIZE;
	for (int i = 0; i < AGAIN; i++) {
		packet = bal_prove_packet(l, IPPROTO_UDP, &bal_prove_nowhere);
		packet.mark = bal_prove_mark(l, up);
		bal_prove_send(l, &packet, !up->alive,
			       bal_facts_text(l->f, "UDP with the mark of %s",
					      up->name));
	}
	if (!bal_addr_none(&up->server) && up->underlay) {
		packet = bal_prove_packet(l, IPPROTO_UDP, &up->server);
		bal_prove_send(
			l, &packet, !up->alive,
			bal_facts_text(l->f, "the transport of %s", up->name));
	}
	if (!up->no_arp)
		ask_by_arp(l, up);
	if (!l->n_lans)
		return;
	visit(l, up, BAL_PROVE_TTL_HERE);
	for (int i = 0; i < AGAIN; i++)
		visit(l, up, BAL_PROVE_TTL_BEHIND);
}
