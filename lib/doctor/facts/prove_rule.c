// SPDX-License-Identifier: GPL-2.0-or-later
/* prove_rule - what shows the promise of each [rule]; pure. */
#include <netinet/in.h>
#include <string.h>

#include "doctor/facts/internal.h"
#include "doctor/facts/prove_internal.h"

#define YIELDING_MAX 128

/* To the subnets of the lines, which a rule of theirs may lead through. */
static void
rule_subnets(struct bal_prover *l, struct bal_packet packet, const char *what)
{
	for (size_t i = 0; i < l->f->uplinks->n; i++) {
		const struct bal_uplink *up = &l->f->uplinks->v[i];

		if (!up->admin_up || !up->alive || !up->v4.n_addrs)
			continue;
		packet.sport = bal_prove_port(l);
		bal_prove_on_link(l, up, packet,
				  bal_facts_text(l->f,
						 "%s, to the subnet of %s",
						 what, up->name));
	}
}

/*
 * What is bound to a device keeps to it whatever rules say, and so does what has
 * the mark of an uplink, and an address that decides nothing.
 */
static void
rule_yields(struct bal_prover *l, struct bal_packet packet, const char *what)
{
	for (size_t i = 0; i < l->f->uplinks->n; i++) {
		const struct bal_uplink *up = &l->f->uplinks->v[i];

		if (!up->admin_up || !up->alive || l->yielding == YIELDING_MAX)
			continue;
		l->yielding++;
		packet.oif = up->link;
		packet.mark = 0;
		packet.src = (struct bal_addr){ 0 };
		packet.sport = bal_prove_port(l);
		bal_prove_send(l, &packet, false,
			       bal_facts_text(l->f, "%s, bound to %s", what,
					      up->name));
		if (l->out->v.n)
			l->out->v.v[l->out->v.n - 1].once =
				packet.proto == IPPROTO_UDP;
		if (!l->n_lans)
			continue;
		packet.oif = NULL;
		packet.mark = bal_prove_mark(l, up);
		packet.src = bal_addr_host(&l->lans[0].net);
		packet.sport = bal_prove_port(l);
		bal_prove_send(l, &packet, false,
			       bal_facts_text(l->f, "%s, with the mark of %s",
					      what, up->name));
	}
}

/* By a socket of this box.  False: it has no such source. */
static bool
rule_here(struct bal_prover *l, const struct bal_conf_rule *rule,
	  struct bal_packet packet, const char *what)
{
	const struct bal_uplinks *ups = l->f->uplinks;
	bool found = !rule->n_from;

	if (rule->nft_key || (rule->iif[0] && strcmp(rule->iif, "lo") != 0) ||
	    packet.proto == IPPROTO_ICMP)
		return false;
	for (size_t i = 0; !found && i < ups->n; i++)
		for (size_t k = 0; !found && k < rule->n_from; k++)
			if (ups->v[i].admin_up && ups->v[i].v4.n_addrs &&
			    bal_addr_in(&ups->v[i].v4.addrs[0]->addr,
					&rule->from[k])) {
				packet.src = bal_addr_host(
					&ups->v[i].v4.addrs[0]->addr);
				found = true;
			}
	packet.mark = rule->mark;
	packet.uid = rule->has_uid ? rule->uid.first : 0;
	if (!found)
		return false;
	bal_prove_send(l, &packet, false, what);
	/* TCP that a socket begins is known by its ports alone. */
	if (rule->has_mark || rule->n_sport || !ups->n)
		return true;
	/* A socket's own mark is for what no rule selects. */
	packet.mark = bal_prove_mark(l, &ups->v[0]);
	packet.sport = bal_prove_port(l);
	bal_prove_send(l, &packet, false,
		       bal_facts_text(l->f, "%s, with a mark", what));
	/* By a device that does not have its source it is only asked for. */
	if (rule->n_from)
		return true;
	rule_yields(l, packet, what);
	packet.mark = 0;
	if (!rule->n_to)
		rule_subnets(l, packet, what);
	return true;
}

/* A source in @lan that the rule selects, or none. */
static struct bal_addr
source_in(struct bal_prover *l, const struct bal_conf_rule *rule,
	  struct bal_prove_lan *lan)
{
	for (size_t k = 0; k < rule->n_from; k++) {
		const struct bal_addr *from = &rule->from[k];

		if (from->len <= lan->net.len && bal_addr_in(&lan->net, from))
			return bal_prove_lan_host(l, lan);
		if (rule->iif[0] ||
		    (from->len > lan->net.len && bal_addr_in(from, &lan->net)))
			return bal_prove_host(from, &l->random);
	}
	return rule->n_from ? (struct bal_addr){ 0 } :
			      bal_prove_lan_host(l, lan);
}

static bool
rule_lans(struct bal_prover *l, const struct bal_conf_rule *rule,
	  struct bal_packet packet, const char *what)
{
	bool asked = false;

	for (size_t i = 0; i < l->n_lans; i++) {
		struct bal_prove_lan *lan = &l->lans[i];

		if (rule->has_uid || rule->has_mark ||
		    (rule->iif[0] && strcmp(rule->iif, lan->link->name) != 0))
			continue;
		packet.src = source_in(l, rule, lan);
		if (bal_addr_none(&packet.src) ||
		    bal_prove_is_own(l->f, &packet.src))
			continue;
		bal_prove_pass(l, lan, packet, (uint8_t)(rule->dscp << 2),
			       bal_facts_text(l->f, "%s, of the LAN", what));
		asked = true;
	}
	return asked;
}

void
bal_prove_rule(struct bal_prover *l, const struct bal_conf_rule *rule)
{
	struct bal_packet packet = bal_prove_packet(
		l, rule->proto ? rule->proto : IPPROTO_UDP,
		rule->n_to ? &rule->to[0] : &bal_prove_nowhere);
	const char *what =
		bal_facts_text(l->f, "what [rule %s] selects", rule->name);
	const bool can =
		!rule->from_set[0] && !rule->to_set[0] &&
		(packet.proto == IPPROTO_UDP || packet.proto == IPPROTO_TCP ||
		 packet.proto == IPPROTO_ICMP);
	bool asked = false;

	if (rule->n_sport)
		packet.sport = (uint16_t)rule->sport[0].first;
	if (rule->n_dport)
		packet.dport = (uint16_t)rule->dport[0].first;
	if (can) {
		asked = rule_here(l, rule, packet, what);
		asked |= rule_lans(l, rule, packet, what);
	}
	if (!asked)
		bal_facts_unseen(l->f, bal_facts_text(l->f,
						      "%s: no such "
						      "datagram can be made",
						      what));
}
