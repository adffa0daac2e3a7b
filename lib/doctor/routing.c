// SPDX-License-Identifier: GPL-2.0-or-later
/* routing - foreign routes and masquerading. */
#include <string.h>

#include "doctor/internal.h"

/* The uplink with that table. */
static const struct bal_uplink *
owner_of(const struct bal_facts *f, uint32_t table)
{
	for (size_t i = 0; i < f->uplinks->n; i++)
		if (f->uplinks->v[i].table == table)
			return &f->uplinks->v[i];
	return NULL;
}

/* Is a route of ours at the prefix that it precedes or equals? */
static bool
beats_ours(const struct bal_facts *f, const struct bal_route *foreign)
{
	for (size_t i = 0; i < f->plan.routes.n; i++) {
		const struct bal_route *r = &f->plan.routes.v[i];

		/* A fallback may precede the unreachable route of a table. */
		if (r->table == foreign->table &&
		    r->type == BAL_ROUTE_UNICAST &&
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
				"replaces what is not its own. Where a script "
				"makes it, a table of its own, by another "
				"number, keeps both.");
		bal_addr_str(&r->dst, dst);
		bal_doctor_what(d,
				"a foreign route to %s stands in table %u, "
				"at the place of bal's",
				dst, r->table);
		bal_doctor_fix(d,
				"ip route del %s table %u proto %u metric %u",
				dst, r->table, r->protocol, r->metric);
	}
}

bool
bal_doctor_nat_covers(const struct bal_facts *f, const char *dev)
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

/* A device with a subnet that is no uplink: it may have hosts. */
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
	return up->admin_up && up->share &&
	       bal_uplink_is_tunnel(up) == tunnel && !bal_doctor_nat_covers(f, up->name);
}

/* One finding for all base uplinks, and one for all tunnels. */
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
				"this box leave with addresses that get no "
				"answer from outside, unless the other side "
				"has a route back to them.");
		bal_doctor_what(d,
				"what comes from %s goes out without "
				"masquerading",
				lan->name);
		bal_doctor_fix(d, "masquerade = yes (in the [bal] section of "
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
	/* Else the far end of tunnels has a route back. */
	if (!f->conf->globals.packet_server)
		unmasqueraded(f, d, lan, true);
}

static void
forwarding(const struct bal_facts *f, struct bal_diagnosis *d)
{
	static const char file[] = "/etc/sysctl.d/ip_forward.conf";

	if (f->ip_forward != 0 || !f->conf->globals.masquerade ||
	    !bal_doctor_any_up(f))
		return;
	bal_doctor_find(d, BAL_SEVERITY_RISK, "no-forwarding", "",
			"Nothing comes from other hosts through this box: what "
			"they send to it for others is dropped.");
	bal_doctor_what(d, "masquerade is yes, and net.ipv4.ip_forward is 0");
	bal_doctor_fix(d, "echo net.ipv4.ip_forward=1 >%s && sysctl -p %s",
			file, file);
}

const struct bal_doctor_rule bal_doctor_rules_routing[] = {
	{ foreign_routes, true },
	{ masquerade, true },
	{ forwarding, true },
	{ NULL, false },
};
