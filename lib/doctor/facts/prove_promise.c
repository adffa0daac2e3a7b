// SPDX-License-Identifier: GPL-2.0-or-later
/* prove_promise - where the plan lets a datagram leave; pure. */
#include <string.h>

#include "doctor/facts/prove.h"

uint32_t
bal_prove_random(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

struct bal_addr
bal_prove_host(const struct bal_addr *net, uint32_t *state)
{
	struct bal_addr host = bal_addr_host(net);
	const unsigned bits = 32u - net->len;
	const uint32_t room = bits > 24 ? 1u << 24 : 1u << bits;
	/* In a /31 and a /32 all are hosts. */
	const uint32_t at = room > 2 ?
				    1 + bal_prove_random(state) % (room - 2) :
				    bal_prove_random(state) % room;
	const struct bal_addr base = bal_addr_network(net);

	for (int i = 0; i < 4; i++)
		host.bytes[i] = base.bytes[i] | (uint8_t)(at >> (24 - 8 * i));
	return host;
}

/* --- the kernel as promised ----------------------------------------------- */

/* The kernel's own: local, main and default. */
static bool
is_builtin(const struct bal_rule *r)
{
	return r->protocol != BAL_PROTO &&
	       (r->priority == 0 || r->priority == 32766 ||
		r->priority == 32767);
}

/* In the order of priorities; stable. */
static void
put_rule(struct bal_snapshot *to, struct bal_arena *arena,
	 const struct bal_rule *rule)
{
	size_t i = to->rules.n;

	if (!BAL_PUSH(arena, &to->rules))
		return;
	for (; i > 0 && to->rules.v[i - 1].priority > rule->priority; i--)
		to->rules.v[i] = to->rules.v[i - 1];
	to->rules.v[i] = *rule;
}

static void
put_route(struct bal_snapshot *to, struct bal_arena *arena,
	  const struct bal_route *route)
{
	struct bal_route *slot = BAL_PUSH(arena, &to->all);

	if (slot)
		*slot = *route;
}

struct bal_snapshot
bal_prove_promised_kernel(const struct bal_facts *f, struct bal_arena *arena)
{
	struct bal_snapshot to = *f->snap;

	memset(&to.rules, 0, sizeof(to.rules));
	memset(&to.all, 0, sizeof(to.all));
	for (size_t i = 0; i < f->snap->rules.n; i++)
		if (is_builtin(&f->snap->rules.v[i]))
			put_rule(&to, arena, &f->snap->rules.v[i]);
	for (size_t i = 0; i < f->plan.rules.n; i++)
		put_rule(&to, arena, &f->plan.rules.v[i]);
	for (size_t i = 0; i < f->snap->all.n; i++)
		if (f->snap->all.v[i].protocol != BAL_PROTO &&
		    f->snap->all.v[i].table >= BAL_TABLE_DEFAULT &&
		    f->snap->all.v[i].table <= BAL_TABLE_LOCAL)
			put_route(&to, arena, &f->snap->all.v[i]);
	for (size_t i = 0; i < f->plan.routes.n; i++)
		put_route(&to, arena, &f->plan.routes.v[i]);
	return to;
}

/* --- what nftables tells apart -------------------------------------------- */

static bool
is_among(uint16_t port, const struct bal_ports *ports)
{
	return !ports->first || (port >= ports->first && port <= ports->last);
}

/* What sets hold is not known: such a select is passed by, see prove_list. */
static bool
selects(const struct bal_fw_select *s, const struct bal_packet *p, uint8_t tos)
{
	return (!s->iif[0] || (p->iif && !strcmp(p->iif->name, s->iif))) &&
	       (!s->proto || s->proto == p->proto) &&
	       is_among(p->sport, &s->sport) && is_among(p->dport, &s->dport) &&
	       (!s->has_mark || !((p->mark ^ s->mark) & s->mark_mask)) &&
	       (!s->has_dscp || s->dscp == tos >> 2) &&
	       (bal_addr_none(&s->src) || bal_addr_in(&p->src, &s->src)) &&
	       (bal_addr_none(&s->dst) || bal_addr_in(&p->dst, &s->dst)) &&
	       !*s->src_set && !*s->dst_set;
}

/* Its class, whose mark what is forwarded has when it is routed; or NULL. */
static const struct bal_fw_class *
class_of(const struct bal_fw_model *fw, const struct bal_packet *p, uint8_t tos)
{
	for (size_t i = 0; i < fw->selects.n; i++)
		if (selects(&fw->selects.v[i], p, tos))
			return fw->selects.v[i].class ?
				       &fw->classes
						.v[fw->selects.v[i].class - 1] :
				       NULL;
	return NULL;
}

/* No mark is drawn for it, nor has it that of the class then. */
static bool
is_aside(const struct bal_fw_model *fw, const struct bal_packet *p)
{
	for (size_t i = 0; i < fw->aside.n; i++)
		if (bal_addr_in(&p->dst, &fw->aside.v[i].dst))
			return true;
	return false;
}

/* --- the promise ---------------------------------------------------------- */

struct promising {
	const struct bal_facts *f;
	const struct bal_snapshot *kernel;
	struct bal_arena *arena;
	struct bal_proof *proof;
};

/* What is drawn keeps its address, also where others masquerade. */
static void
promise_exit(const struct promising *m, const struct bal_packet *packet,
	     const struct bal_exit *e, unsigned percent)
{
	struct bal_promised *p = BAL_PUSH(m->arena, &m->proof->promised);

	if (!p)
		return;
	*p = (struct bal_promised){
		.link = e->link,
		.src = e->src,
		.on_link = bal_addr_none(&e->hop->gateway) && !e->link->no_arp,
		.percent = percent
	};
	/* What masquerades is the plan's, or another program's. */
	if (m->proof->drawn || (!packet->iif && bal_addr_none(&packet->src)))
		return;
	p->or_own = true;
	if (m->f->plan.firewall.masquerade &&
	    bal_facts_uplink(m->f, e->link->name))
		p->src = (struct bal_addr){ 0 };
}

/* @of of 100 go where a packet with @mark, too, does. */
static void
promise_by(const struct promising *m, uint32_t mark, unsigned of)
{
	struct bal_packet packet = m->proof->packet;
	struct bal_explained how;
	struct bal_err why;

	packet.mark |= mark;
	if (bal_explain(m->kernel, &packet, m->arena, &how, &why) < 0)
		return;
	for (size_t i = 0; i < how.exits.n; i++)
		promise_exit(m, &packet, &how.exits.v[i],
			     how.exits.v[i].percent * of / 100);
}

void
bal_prove_promise(const struct bal_facts *f, const struct bal_snapshot *kernel,
		  struct bal_arena *arena, struct bal_proof *proof)
{
	const struct promising m = { f, kernel, arena, proof };
	const struct bal_fw_model *fw = &f->plan.firewall;
	const struct bal_fw_class *class =
		proof->packet.iif ? class_of(fw, &proof->packet, proof->tos) :
				    NULL;
	unsigned whole = 0;

	if (class && class->draws.n && is_aside(fw, &proof->packet))
		class = NULL;
	proof->drawn = class && class->draws.n;
	if (!proof->drawn) {
		promise_by(&m, class ? class->mark : 0, 100);
		return;
	}
	for (size_t i = 0; i < class->draws.n; i++)
		whole += class->draws.v[i].weight;
	for (size_t i = 0; i < class->draws.n; i++)
		promise_by(&m, class->draws.v[i].mark,
			   100 * class->draws.v[i].weight / whole);
}

/* --- what was seen -------------------------------------------------------- */

const struct bal_promised *
bal_prove_by(const struct bal_proof *proof, const struct bal_proof_sight *s)
{
	for (size_t i = 0; i < proof->promised.n; i++)
		if (proof->promised.v[i].link->ifindex == s->ifindex &&
		    (!proof->asks || s->arp))
			return &proof->promised.v[i];
	return NULL;
}

static bool
is_own(const struct bal_facts *f, int ifindex, const struct bal_addr *addr)
{
	for (size_t i = 0; i < f->snap->addrs.n; i++)
		if (f->snap->addrs.v[i].ifindex == ifindex &&
		    bal_addr_same_host(&f->snap->addrs.v[i].addr, addr))
			return true;
	return false;
}

bool
bal_prove_source(const struct bal_facts *f, const struct bal_promised *p,
		 const struct bal_proof_sight *s)
{
	if (s->arp)
		return p->on_link && (bal_addr_none(&s->src) ||
				      is_own(f, s->ifindex, &s->src));
	if (p->or_own && is_own(f, s->ifindex, &s->src))
		return true;
	if (bal_addr_none(&p->src))
		return !p->or_own;
	return bal_addr_same_host(&p->src, &s->src);
}

bool
bal_prove_kept(const struct bal_facts *f, const struct bal_proof *proof)
{
	for (size_t i = 0; i < proof->sights.n; i++) {
		const struct bal_promised *p =
			bal_prove_by(proof, &proof->sights.v[i]);

		if (p && bal_prove_source(f, p, &proof->sights.v[i]))
			return true;
	}
	return false;
}
