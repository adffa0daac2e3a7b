// SPDX-License-Identifier: GPL-2.0-or-later
/* doctor_routing - foreign rules, routes and masquerading. */
#include <string.h>

#include "doctor_parts.h"

/* Does it take nearly everything that comes along? */
static bool
takes_all(const struct bal_rule *r)
{
	return r->invert || (bal_addr_none(&r->src) && bal_addr_none(&r->dst) &&
			     !r->iif[0] && !r->oif[0] && !r->has_mark);
}

/* What wg-quick makes: not fwmark N lookup N. */
static bool
is_wg_quick(const struct bal_rule *r)
{
	return r->invert && r->has_mark && r->mark == r->table;
}

static void
foreign_rule(const struct bal_facts *f, struct bal_diagnosis *d,
	     const struct bal_foreign_rule *found)
{
	const struct bal_rule *r = found->rule;

	if (!found->wide)
		return;
	if (takes_all(r) && r->priority > f->conf->globals.rule_priority) {
		bal_doctor_find(d, BAL_SEVERITY_RISK, "foreign-rule", "",
				"It takes new connections away before bal "
				"spreads them.");
	} else if (takes_all(r)) {
		bal_doctor_find(d, BAL_SEVERITY_RISK, "foreign-rule", "",
				"It takes everything away from bal: new "
				"connections, replies, probes and the packets "
				"of tunnels.");
	} else {
		bal_doctor_find(d, BAL_SEVERITY_NOTE, "foreign-rule", "",
				"What it matches is not balanced.");
	}
	bal_doctor_what(d, "a foreign rule comes before bal's: %s",
			found->words);
	if (is_wg_quick(r))
		bal_doctor_mend(d, "Table = off (in the [Interface] section of "
				   "the configuration of wg-quick)");
	else
		bal_doctor_mend(d, "ip rule del %s", found->words);
}

static void
foreign_rules(const struct bal_facts *f, struct bal_diagnosis *d)
{
	for (size_t i = 0; i < f->foreign_rules.n; i++)
		foreign_rule(f, d, &f->foreign_rules.v[i]);
}

/* The uplink whose table that is. */
static const struct bal_uplink *
owner_of(const struct bal_facts *f, uint32_t table)
{
	for (size_t i = 0; i < f->uplinks->n; i++)
		if (f->uplinks->v[i].table == table)
			return &f->uplinks->v[i];
	return NULL;
}

/* Is a route of ours at that prefix, which it comes before or beside? */
static bool
beats_ours(const struct bal_facts *f, const struct bal_route *foreign)
{
	for (size_t i = 0; i < f->plan.routes.n; i++) {
		const struct bal_route *r = &f->plan.routes.v[i];

		if (r->table == foreign->table &&
		    bal_addr_cmp(&r->dst, &foreign->dst) == 0 &&
		    foreign->metric <= r->metric)
			return true;
	}
	return false;
}

static void
foreign_routes(const struct bal_facts *f, struct bal_diagnosis *d)
{
	char dst[BAL_ADDR_STRLEN];

	for (size_t i = 0; f->looked && i < f->snap->routes.n; i++) {
		const struct bal_route *r = &f->snap->routes.v[i];
		const struct bal_uplink *up = owner_of(f, r->table);

		if (r->protocol == BAL_PROTO || !beats_ours(f, r))
			continue;
		bal_doctor_find(d, BAL_SEVERITY_RISK, "foreign-route",
				up ? up->name : "",
				"The kernel may take it instead. bal never "
				"replaces what is not its own.");
		bal_addr_str(&r->dst, dst);
		bal_doctor_what(d,
				"a foreign route to %s stands in table %u, "
				"at the place of bal's",
				dst, r->table);
		bal_doctor_mend(d,
				"ip route del %s table %u proto %u metric %u",
				dst, r->table, r->protocol, r->metric);
	}
}

static bool
nat_covers(const struct bal_facts *f, const char *dev)
{
	for (size_t i = 0; i < f->nat.n; i++) {
		const struct bal_nat_rule *r = &f->nat.v[i];
		const size_t len = strcspn(r->out, "+");
		bool same;

		same = strncmp(r->out, dev, len) == 0 &&
		       (r->out[len] == '+' || !dev[len] || !len);
		if (same != r->invert)
			return true;
	}
	return false;
}

/* A device with a subnet that is no uplink: hosts may sit there. */
static const struct bal_link *
find_lan(const struct bal_facts *f)
{
	for (size_t i = 0; i < f->snap->addrs.n; i++) {
		const struct bal_ifaddr *a = &f->snap->addrs.v[i];
		const struct bal_link *link;

		link = bal_snapshot_ifindex(f->snap, a->ifindex);
		if (link && link->up && !link->no_arp && a->addr.len < 31 &&
		    strcmp(link->name, "lo") != 0 &&
		    !bal_state_find(f->state, link->name))
			return link;
	}
	return NULL;
}

static bool
lacks_masquerade(const struct bal_facts *f, const struct bal_uplink *up,
		 bool tunnel)
{
	return up->admin_up && up->set.balance &&
	       bal_uplink_is_tunnel(up) == tunnel && !nat_covers(f, up->name);
}

/* One finding for all lines, and one for all tunnels. */
static void
unmasqueraded(const struct bal_facts *f, struct bal_diagnosis *d,
	      const struct bal_link *lan, bool tunnel)
{
	bool found = false;

	for (size_t i = 0; i < f->uplinks->n; i++) {
		const struct bal_uplink *up = &f->uplinks->v[i];

		if (!lacks_masquerade(f, up, tunnel))
			continue;
		if (found) {
			bal_doctor_also(d, up->name);
			continue;
		}
		found = true;
		bal_doctor_find(d,
				tunnel ? BAL_SEVERITY_NOTE : BAL_SEVERITY_RISK,
				"no-masquerade", up->name,
				"Forwarding is on. Packets of hosts behind "
				"this box leave with addresses that nobody "
				"outside can answer, unless the other side "
				"knows the way back to them.");
		bal_doctor_what(d,
				"what comes from %s goes out without "
				"masquerading",
				lan->name);
		bal_doctor_mend(d, "masquerade = yes (in the [bal] section of "
				   "bal.conf)");
	}
}

static void
masquerade(const struct bal_facts *f, struct bal_diagnosis *d)
{
	const struct bal_link *lan;

	if (!f->looked || f->ip_forward != 1 || f->nat_known != BAL_YES ||
	    f->conf->globals.masquerade)
		return;
	lan = find_lan(f);
	if (!lan)
		return;
	unmasqueraded(f, d, lan, false);
	unmasqueraded(f, d, lan, true);
}

/* --- tunnels ---------------------------------------------------------------- */

/* The uplink that has @addr. */
static const struct bal_uplink *
holder_of(const struct bal_facts *f, const struct bal_addr *addr)
{
	for (size_t i = 0; i < f->uplinks->n; i++)
		for (size_t k = 0; k < f->uplinks->v[i].n_addrs; k++)
			if (bal_addr_same_host(&f->uplinks->v[i].addrs[k]->addr,
					       addr))
				return &f->uplinks->v[i];
	return NULL;
}

/* Only where the kernel tells uplinks apart by their addresses. */
static void
underlay(const struct bal_facts *f, struct bal_diagnosis *d,
	 const struct bal_client *c)
{
	const struct bal_uplink *under = holder_of(f, &c->local);
	char remote[BAL_ADDR_STRLEN], local[BAL_ADDR_STRLEN];

	if (!c->looked_up || !under || under->shared_addr || !under->up ||
	    !under->usable || strcmp(c->leaves, under->name) == 0)
		return;
	bal_addr_host_str(&c->remote, remote);
	bal_addr_host_str(&c->local, local);
	bal_doctor_find(d, BAL_SEVERITY_RISK, "underlay", under->name,
			"Routes in the main table that are no defaults come "
			"first, as to a LAN. The tunnel goes by a line that "
			"it is not counted for, and dies with it.");
	bal_doctor_what(d, "packets of a tunnel from %s to %s leave %s%s",
			local, remote, c->leaves[0] ? "by " : "nowhere",
			c->leaves);
	bal_doctor_mend(d, "ip route del %s (see ip route get %s from %s)",
			remote, remote, local);
}

static void
no_local(struct bal_diagnosis *d, const struct bal_client *c,
	 const struct bal_uplink *tun)
{
	bal_doctor_find(d, BAL_SEVERITY_RISK, "no-local", tun->name,
			"The kernel chooses the line that carries the "
			"tunnel, and chooses anew when routes change.");
	bal_doctor_what(d,
			"%s has no local line: nothing keeps the tunnel on %s",
			c->path, tun->set.over);
	bal_doctor_mend(d, "bind-dev %s (in %s)", tun->set.over, c->path);
}

static void
wrong_local(struct bal_diagnosis *d, const struct bal_client *c,
	    const struct bal_uplink *tun)
{
	char local[BAL_ADDR_STRLEN];

	bal_addr_host_str(&c->local, local);
	bal_doctor_find(d, BAL_SEVERITY_RISK, "local", tun->name,
			"The client cannot bind to it: the tunnel does not "
			"come up again when it has ended.");
	bal_doctor_what(d, "%s has local %s, which no uplink has", c->path,
			local);
	bal_doctor_mend(d, "bind-dev %s (in place of it, in %s)",
			tun->set.over, c->path);
}

static void
wrong_device(struct bal_diagnosis *d, const struct bal_client *c,
	     const struct bal_uplink *tun)
{
	bal_doctor_find(d, BAL_SEVERITY_RISK, "bind-dev", tun->name,
			"The tunnel goes by a line that it is not counted "
			"for, and dies with it.");
	bal_doctor_what(d, "%s has bind-dev %s, and over is %s", c->path,
			c->bind_dev, tun->set.over);
	bal_doctor_mend(d, "bind-dev %s (in %s)", tun->set.over, c->path);
}

/* Is the line of the tunnel the one that bal takes it for? */
static void
transport(const struct bal_facts *f, struct bal_diagnosis *d,
	  const struct bal_client *c)
{
	const struct bal_uplink *tun = bal_facts_uplink(f, c->dev);

	if (!tun || !tun->admin_up || !tun->set.over[0])
		return;
	if (c->bind_dev[0]) {
		if (strcmp(c->bind_dev, tun->set.over) != 0)
			wrong_device(d, c, tun);
	} else if (!c->has_local) {
		no_local(d, c, tun);
	} else if (!bal_addr_none(&c->local) && !holder_of(f, &c->local)) {
		wrong_local(d, c, tun);
	}
}

static void
clients(const struct bal_facts *f, struct bal_diagnosis *d)
{
	for (size_t i = 0; f->looked && i < f->clients.n; i++) {
		underlay(f, d, &f->clients.v[i]);
		transport(f, d, &f->clients.v[i]);
	}
}

const struct bal_doctor_rule bal_doctor_rules_routing[] = {
	{ foreign_rules, true },
	{ foreign_routes, true },
	{ masquerade, true },
	{ clients, true },
	{ NULL, false },
};
