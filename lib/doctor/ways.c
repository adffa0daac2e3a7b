// SPDX-License-Identifier: GPL-2.0-or-later
/* ways - routes out that bal does not use or observe, and LANs. */
#include <string.h>

#include "doctor/internal.h"
#include "plan/group.h"

/* --- halves of a default route -------------------------------------------- */

/* A rule before bal's looks up main, with the halves of a default route. */
static bool
main_comes_first(const struct bal_facts *f)
{
	for (size_t i = 0; i < f->foreign_rules.n; i++) {
		const struct bal_foreign_rule *r = &f->foreign_rules.v[i];

		if (r->place == BAL_PLACE_BEFORE && r->wide &&
		    r->rule->action == BAL_RULE_LOOKUP &&
		    r->rule->table == BAL_TABLE_MAIN)
			return true;
	}
	return false;
}

static void
half(const struct bal_facts *f, struct bal_diagnosis *d, const char *dev)
{
	if (bal_facts_uplink(f, dev)) {
		bal_doctor_find(d, BAL_SEVERITY_NOTE, "half-routes", dev,
				"They are to send all traffic there, as "
				"OpenVPN's redirect-gateway wants it. bal "
				"spreads traffic all the same. The route to "
				"the server that comes with them may lead the "
				"tunnel astray:");
		bal_doctor_what(d, "bal passes by its routes 0.0.0.0/1 and "
				   "128.0.0.0/1");
		bal_doctor_fix(d, "route-nopull (in the client's "
				   "configuration)");
		return;
	}
	bal_doctor_find(d, BAL_SEVERITY_RISK, "half-routes", "",
			"They are to send all traffic there, as OpenVPN's "
			"redirect-gateway wants it for a VPN. bal takes no "
			"default route from the main table, nor half of one: "
			"what the VPN is to have leaves by the uplinks, in "
			"clear. A rule before bal's lets them decide; or make "
			"the device an uplink, by bal-up.");
	bal_doctor_what(d,
			"bal passes by the routes 0.0.0.0/1 and 128.0.0.0/1 of "
			"%s",
			dev);
	bal_doctor_fix(d,
			"ip rule add priority %u lookup main "
			"suppress_prefixlength 0",
			bal_doctor_priority_before(f));
}

static void
halves(const struct bal_facts *f, struct bal_diagnosis *d)
{
	if (!bal_doctor_any_up(f) || main_comes_first(f))
		return;
	for (size_t i = 0; i < f->main_ways.n; i++) {
		const struct bal_main_way *way = &f->main_ways.v[i];
		bool again = false;

		for (size_t k = 0; k < i; k++)
			again |= f->main_ways.v[k].dst.len == 1 &&
				strcmp(f->main_ways.v[k].dev, way->dev) == 0;
		if (way->dst.len == 1 && !again)
			half(f, d, way->dev);
	}
}

/* --- an end of the search ------------------------------------------------- */

static void
main_end(const struct bal_facts *f, struct bal_diagnosis *d)
{
	if (!f->main_end || !bal_doctor_any_up(f))
		return;
	bal_doctor_find(d, BAL_SEVERITY_BROKEN, "main-end", "",
			"bal looks into the main table first, for LANs and "
			"static routes. A default route is passed by there, "
			"but this one ends the search: probes get no answer, "
			"and new connections no way, though the lines work. "
			"Take it out of the stanza or the program that adds "
			"it. For nothing to leave where no uplink is alive, "
			"there is last_resort = no below [bal].");
	bal_doctor_what(d, "nothing leaves: the main table has the route %s",
			f->main_end);
	bal_doctor_fix(d, "ip route del %s", f->main_end);
}

/* --- two gateways on one device ------------------------------------------- */

static bool
is_of(const struct bal_stanza *s, const char *dev)
{
	const size_t len = strcspn(s->name, ":");

	return strlen(dev) == len && strncmp(s->name, dev, len) == 0;
}

static bool
gateway_of_option(const struct bal_stanza_option *o, struct bal_addr *out)
{
	struct bal_err ignored;

	return (strcmp(o->name, "gateway") == 0 ||
		strcmp(o->name, "bal-gateway") == 0) &&
	       bal_host_parse(o->value, out, &ignored) == 0;
}

/*
 * The stanzas of @up's device name two gateways: get the one that it does not
 * use, into @out.  A single one may just have been changed.
 */
static bool
second_in_stanzas(const struct bal_facts *f, const struct bal_uplink *up,
		  struct bal_addr *out)
{
	bool used = false, other = false;

	for (size_t i = 0; i < f->stanzas.n; i++) {
		const struct bal_stanza *s = &f->stanzas.v[i];

		for (size_t k = 0; k < s->options.n && is_of(s, up->name);
		     k++) {
			struct bal_addr gateway;

			if (!gateway_of_option(&s->options.v[k], &gateway))
				continue;
			if (bal_addr_same_host(&gateway, &up->v4.gateway)) {
				used = true;
			} else {
				other = true;
				*out = gateway;
			}
		}
	}
	return used && other;
}

/* A foreign default route by @up's device and another gateway. */
static bool
second_in_main(const struct bal_facts *f, const struct bal_uplink *up,
	       struct bal_addr *out)
{
	for (size_t i = 0; i < f->main_ways.n; i++) {
		const struct bal_main_way *way = &f->main_ways.v[i];

		if (strcmp(way->dev, up->name) != 0 ||
		    bal_addr_none(&way->gateway) ||
		    bal_addr_same_host(&way->gateway, &up->v4.gateway))
			continue;
		*out = way->gateway;
		return true;
	}
	return false;
}

static void
second_gateways(const struct bal_facts *f, struct bal_diagnosis *d)
{
	for (size_t i = 0; f->looked && i < f->uplinks->n; i++) {
		const struct bal_uplink *up = &f->uplinks->v[i];
		struct bal_addr other;
		char host[BAL_ADDR_STRLEN], name[BAL_IFNAMSIZ];

		if (!up->admin_up || bal_addr_none(&up->v4.gateway) ||
		    (!second_in_main(f, up, &other) &&
		     !second_in_stanzas(f, up, &other)))
			continue;
		bal_doctor_find(d, BAL_SEVERITY_RISK, "second-gateway",
				up->name,
				"An uplink is a device with one gateway: "
				"nothing is sent by the other one, and the "
				"line behind it is not probed. On a second "
				"device of the same wire, with an address of "
				"its own, it can be an uplink of its own. "
				"Where it is a mistake, take that gateway out "
				"of its stanza.");
		bal_doctor_what(d, "its device has a second gateway, %s",
				bal_addr_host_str(&other, host));
		snprintf(name, sizeof(name), "%.12sb", up->name);
		bal_doctor_fix(d,
				"ip link add link %s name %s type macvlan "
				"(and a stanza for that, with bal-gateway %s)",
				bal_doctor_word(d, up->name),
				bal_doctor_word(d, name), host);
	}
}

/* --- IPv6 ----------------------------------------------------------------- */

static void
v6_way(const struct bal_facts *f, struct bal_diagnosis *d,
       const struct bal_v6_way *way)
{
	const struct bal_uplink *up = bal_facts_uplink(f, way->dev);
	const bool dead = up && up->admin_up &&
			  bal_uplink_condition(up) == BAL_HEALTH_DEAD;
	const bool leaks = !f->conf->globals.last_resort &&
			   !(up && bal_plan_balanced(up));

	bal_doctor_find(d,
			dead || leaks ? BAL_SEVERITY_RISK :
					BAL_SEVERITY_NOTE,
			"ipv6-default", way->dev,
			"bal does not look at IPv6 here, and takes it off no "
			"line. Programs try IPv6 first, and wait for it in vain "
			"when that line is dead; and last_resort = no is of "
			"IPv4 alone. ipv6 = balance in [bal] probes "
			"and balances it (by tunnels that have it, where there "
			"are tunnels). Where IPv6 can be done without, "
			"ipv6 = block there ends it on all lines; or, on this "
			"one:");
	bal_doctor_what(d, "IPv6 leaves by it, dead or alive");
	if (way->learned)
		bal_doctor_fix(d,
				"sysctl -w net/ipv6/conf/%s/accept_ra_defrtr=0 "
				"&& ip -6 route del default dev %s",
				bal_doctor_word(d, way->dev),
				bal_doctor_word(d, way->dev));
	else
		bal_doctor_fix(d,
				"ip -6 route del default dev %s (and its line "
				"in the inet6 stanza)",
				bal_doctor_word(d, way->dev));
}

/* The promise that what tunnels carry leaves by tunnels holds for IPv6, too. */
static void
v6_shut(const struct bal_facts *f, struct bal_diagnosis *d)
{
	const struct bal_uplink *line = NULL;

	for (size_t i = 0; f->looked && i < f->uplinks->n; i++) {
		const struct bal_uplink *up = &f->uplinks->v[i];

		if (!up->six || !up->v6.n_addrs)
			continue;
		if (bal_plan_balanced(up))
			return;
		line = up;
	}
	if (!line || f->conf->globals.ipv6 != BAL_IPV6_BALANCE)
		return;
	bal_doctor_find(d, BAL_SEVERITY_RISK, "ipv6-shut", line->name,
			"With a tunnel among the uplinks, IPv6 leaves by those "
			"with a share alone, as IPv4 does. Programs try IPv6 "
			"first and fail at once, but clients of a LAN "
			"may wait. Where the tunnels are to be without IPv6, "
			"ipv6 = ignore or block in [bal] says so.");
	bal_doctor_what(d, "it has IPv6, and no uplink with a share has: "
			   "nothing leaves by IPv6");
	bal_doctor_fix(d, "server-ipv6 (in the configuration of the tunnels' "
			  "server)");
}

static void
v6_ways(const struct bal_facts *f, struct bal_diagnosis *d)
{
	v6_shut(f, d);
	if (!bal_doctor_any_up(f) || f->conf->globals.ipv6 != BAL_IPV6_IGNORE)
		return;
	for (size_t i = 0; i < f->v6_ways.n; i++)
		v6_way(f, d, &f->v6_ways.v[i]);
}

/* --- LANs in an uplink's subnet ------------------------------------------- */

/* Have @up and @lan an address whose subnets overlap? */
static bool
overlaps(const struct bal_uplink *up, const struct bal_ifaddr *lan)
{
	for (size_t i = 0; i < up->v4.n_addrs; i++) {
		const struct bal_ifaddr *a = up->v4.addrs[i];

		if (!a->peer && a->addr.len < 31 &&
		    (bal_addr_in(&lan->addr, &a->addr) ||
		     bal_addr_in(&a->addr, &lan->addr)))
			return true;
	}
	return false;
}

static bool
is_lan(const struct bal_facts *f, const struct bal_ifaddr *a)
{
	const struct bal_link *link = bal_snapshot_ifindex(f->snap, a->ifindex);

	return link && link->up && !link->loopback && !link->no_arp &&
	       !a->peer && a->addr.len < 31 &&
	       !bal_state_find(f->state, link->name) &&
	       !bal_tables_id(&f->names, link->name);
}

/* About all uplinks that overlap with @lan. */
static void
shared_lan(const struct bal_facts *f, struct bal_diagnosis *d,
	   const struct bal_ifaddr *lan)
{
	struct bal_addr net = bal_addr_network(&lan->addr);
	const struct bal_uplink *first = NULL;
	char host[BAL_ADDR_STRLEN], buf[BAL_ADDR_STRLEN];

	for (size_t i = 0; i < f->uplinks->n; i++) {
		const struct bal_uplink *up = &f->uplinks->v[i];

		if (!up->admin_up || up->no_arp || !overlaps(up, lan))
			continue;
		if (first) {
			bal_doctor_also(d, up->name);
			continue;
		}
		first = up;
		bal_doctor_find(d, BAL_SEVERITY_NOTE, "lan-subnet", up->name,
				"The longer prefix wins, and of equal ones "
				"that of the LAN. So the modem, and hosts "
				"beside it, are found by what is bound to the "
				"uplink alone. Another subnet for the LAN, or "
				"in the modem, ends that.");
		bal_doctor_what(
			d,
			"addresses of its subnet are in %s of %s, "
			"too",
			bal_addr_str(&net, buf),
			bal_snapshot_ifindex(f->snap, lan->ifindex)->name);
		if (!bal_addr_none(&up->v4.gateway))
			bal_doctor_fix(
				d, "bal-exec %s ping -c 1 %s",
				bal_doctor_word(d, up->name),
				bal_addr_host_str(&up->v4.gateway, host));
	}
}

static void
lans(const struct bal_facts *f, struct bal_diagnosis *d)
{
	for (size_t i = 0; f->looked && i < f->snap->addrs.n; i++)
		if (is_lan(f, &f->snap->addrs.v[i]))
			shared_lan(f, d, &f->snap->addrs.v[i]);
}

const struct bal_doctor_rule bal_doctor_rules_ways[] = {
	{ main_end, false }, { halves, true }, { second_gateways, true }, { v6_ways, false },
	{ lans, false },  { NULL, false },
};
