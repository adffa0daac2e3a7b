// SPDX-License-Identifier: GPL-2.0-or-later
/* prove_list - which datagrams show whether the promises are kept; pure. */
#include <netinet/in.h>

#include "doctor/facts/prove_internal.h"

#define FLOWS 16   /* of a LAN: each is 50 % likely to show a lost mark */
#define SHARES 128 /* show a weight that is 5 instead of 1, by 4 sigma */
#define TARGETS_MAX 8

/* Devices that hosts are behind, and no uplinks. */
static void
find_lans(struct bal_prover *l)
{
	for (size_t i = 0; l->f->ip_forward > 0 && i < l->f->snap->addrs.n;
	     i++) {
		const struct bal_ifaddr *a = &l->f->snap->addrs.v[i];
		const struct bal_link *link =
			bal_snapshot_ifindex(l->f->snap, a->ifindex);

		if (!link || !link->up || !link->carrier || link->loopback ||
		    link->no_arp || link->tun || a->secondary || a->peer ||
		    a->addr.len > 29 || bal_facts_uplink(l->f, link->name) ||
		    l->n_lans == BAL_PROVE_LANS_MAX)
			continue;
		l->lans[l->n_lans++] =
			(struct bal_prove_lan){ link, a->addr,
						bal_prove_random(&l->random) };
	}
}

/* To @net by whatever rule has it: of this box and of each LAN. */
static void
list_target(struct bal_prover *l, const struct bal_addr *net, int flows)
{
	struct bal_packet packet = bal_prove_packet(l, IPPROTO_UDP, net);

	bal_prove_send(l, &packet, false, "UDP of this box");
	packet = bal_prove_packet(l, IPPROTO_TCP, net);
	bal_prove_send(l, &packet, false, "TCP of this box");
	for (size_t i = 0; i < l->n_lans; i++) {
		for (int k = 0; k < flows; k++)
			bal_prove_pass(l, &l->lans[i],
				       bal_prove_packet(l, IPPROTO_UDP, net), 0,
				       "UDP of the LAN");
		bal_prove_pass(l, &l->lans[i],
			       bal_prove_packet(l, IPPROTO_TCP, net), 0,
			       "TCP of the LAN");
	}
}

/* Those of two hosts, where each connection may have an uplink of its own. */
static void
list_shares(struct bal_prover *l, const struct bal_group *group,
	    const struct bal_addr *net)
{
	struct bal_packet packet = bal_prove_packet(l, IPPROTO_UDP, net);

	/* From one host, which `hash` may have them by. */
	if (!l->n_lans && group->kind == BAL_BALANCE_HASH)
		return;
	if (l->n_lans)
		packet.src = bal_prove_lan_host(l, &l->lans[0]);
	for (int i = 0; i < SHARES; i++) {
		struct bal_proof *p;

		packet.sport = bal_prove_port(l);
		packet.dport = bal_prove_port(l);
		if (group->kind != BAL_BALANCE_CONNECTION) {
			packet.dst = bal_prove_packet(l, IPPROTO_UDP, net).dst;
			if (l->n_lans)
				packet.src = bal_prove_lan_host(l, &l->lans[0]);
		}
		if (l->n_lans) {
			p = bal_prove_come(l, &packet, l->lans[0].link,
					   "UDP of the LAN");
		} else {
			bal_prove_send(l, &packet, false, "UDP of this box");
			p = l->out->v.n ? &l->out->v.v[l->out->v.n - 1] : NULL;
		}
		if (!p || p->promised.n < 2)
			return;
		p->share = true;
	}
}

void
bal_prove_list(struct bal_facts *f, const bal_group_list *groups,
	       uint32_t random, struct bal_proofs *out)
{
	const struct bal_globals *g = &f->conf->globals;
	struct bal_prover l = { .f = f,
				.out = out,
				.kernel =
					bal_prove_promised_kernel(f, &f->arena),
				.random = random | 1 };
	const struct bal_addr *first =
		g->n_destinations ? g->destinations : &bal_prove_nowhere;

	find_lans(&l);
	list_target(&l, first, FLOWS);
	for (size_t i = 1; i < g->n_destinations && i < TARGETS_MAX; i++)
		list_target(&l, &g->destinations[i], 1);
	for (size_t i = 0; i < f->uplinks->n; i++) {
		const struct bal_uplink *up = &f->uplinks->v[i];

		if (up->admin_up && up->up && up->carrier && up->v4.n_addrs)
			bal_prove_uplink(&l, up);
	}
	for (size_t i = 0; i < f->conf->policy.n_rules; i++)
		bal_prove_rule(&l, &f->conf->policy.rules[i]);
	for (size_t i = 1; i < groups->n; i++)
		for (size_t k = 0; k < groups->v[i].n_destinations; k++)
			list_target(&l, &groups->v[i].destinations[k], 1);
	list_shares(&l, &groups->v[0], first);
}
