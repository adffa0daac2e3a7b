// SPDX-License-Identifier: GPL-2.0-or-later
/* probe_plan - what bal-check asks, of whom, and through which device. */
#include <stdlib.h>
#include <string.h>

#include "pass.h"

/* The first host of @a's subnet: an OpenVPN server's own address. */
static struct bal_addr
first_host(const struct bal_addr *a)
{
	struct bal_addr host = bal_addr_network(a);

	host.bytes[bal_addr_bits(a->family) / 8 - 1] |= 1;
	return bal_addr_host(&host);
}

static void
choose_targets(const struct bal_uplink *up, struct bal_probe *p)
{
	const struct bal_ifaddr *a = bal_uplink_addr(up);
	struct bal_addr guess;

	if (up->set.n_targets) {
		memcpy(p->targets, up->set.targets, sizeof(p->targets));
		p->n_targets = up->set.n_targets;
		return;
	}
	if (!bal_uplink_is_tunnel(up))
		return;
	p->need = 1;
	if (!bal_addr_none(&up->gateway)) {
		p->targets[p->n_targets++] = up->gateway;
		return;
	}
	guess = first_host(&a->addr);
	if (a->peer || bal_addr_is_host(&a->addr) ||
	    bal_addr_same_host(&guess, &a->addr))
		return;
	p->targets[p->n_targets++] = guess;
	p->rule.guessed = true;
}

static void
fill(struct bal_probe *p, const struct bal_uplink *up,
     const struct bal_uplink_state *us, uint32_t mark_mask)
{
	memcpy(p->dev, up->name, sizeof(p->dev));
	p->ifindex = up->ifindex;
	p->source = bal_addr_host(&bal_uplink_addr(up)->addr);
	p->mark = bal_mark_of(up->slot, mark_mask);
	p->need = up->set.need;
	p->interval_ms = up->set.interval_ms;
	p->timeout_ms = up->set.timeout_ms;
	p->rule.down = up->set.down;
	p->rule.up = up->set.up;
	p->state = us->health;
	choose_targets(up, p);
	if (p->need > p->n_targets)
		p->need = (uint32_t)p->n_targets;
	/* Nobody to ask (any more): no verdict, old ones do not stand. */
	if (p->n_targets)
		p->no_carrier = !up->carrier;
	else
		p->state = (struct bal_health_state){ 0 };
}

int
bal_pass_probes(const struct bal_pass *pass, struct bal_probe **out, size_t *n,
		struct bal_err *err)
{
	const struct bal_uplinks *ups = &pass->uplinks;
	struct bal_probe *v = calloc(ups->n + 1, sizeof(*v));

	if (!v)
		return bal_err_nomem(err);
	*n = 0;
	for (size_t i = 0; i < ups->n; i++) {
		const struct bal_uplink *up = &ups->v[i];
		const struct bal_uplink_state *us;

		us = bal_state_find(&pass->state, up->name);
		if (!us || !up->admin_up || !up->up || !up->n_addrs)
			continue;
		fill(&v[(*n)++], up, us, pass->conf.globals.mark_mask);
	}
	*out = v;
	return 0;
}
