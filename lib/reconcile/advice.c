// SPDX-License-Identifier: GPL-2.0-or-later
/* advice - warnings about one uplink, and about names in bal.conf. */
#include "reconcile/advice.h"

#include <string.h>

#include "netlink/sysctl.h"
#include "plan/agree.h"
#include "plan/over.h"

static void
advise_gateway(const struct bal_uplink *up)
{
	char buf[BAL_ADDR_STRLEN];

	if (bal_addr_none(&up->v4.gateway) && !bal_addr_none(&up->set.gateway))
		bal_warn("%s: %s cannot be a gateway, it is an address of this "
			 "box or of the whole subnet: not used",
			 up->name, bal_addr_host_str(&up->set.gateway, buf));
	else if (bal_addr_none(&up->v4.gateway) && !up->no_arp)
		bal_warn("%s: no gateway is known: not used until there is one",
			 up->name);
	else if (!bal_addr_none(&up->v4.gateway) &&
		 !bal_uplink_gateway_is_near(up))
		bal_warn("%s: gateway %s is outside the device's subnet",
			 up->name, bal_addr_host_str(&up->v4.gateway, buf));
}

static void
advise_sysctls(const struct bal_uplink *up)
{
	if (bal_devconf_read("all", BAL_DC_ARP_FILTER) > 0)
		bal_warn("net.ipv4.conf.all.arp_filter is 1: %s may be deaf to "
			 "ARP; set it to 0",
			 up->name);
	if (up->v4.shared_addr && bal_devconf_read("all", BAL_DC_RP_FILTER) > 0)
		bal_warn("net.ipv4.conf.all.rp_filter is not 0: replies to %s, "
			 "whose address another uplink has too, may be "
			 "dropped; set it to 0",
			 up->name);
}

static bool
is_nowhere(const struct bal_pass *pass, const char *uplink)
{
	return bal_over_is_nowhere(&pass->in.conf, &pass->in.state, uplink) &&
	       !bal_snapshot_link(&pass->snap, uplink);
}

static bool
is_over_nowhere(const struct bal_pass *pass, const struct bal_settings *set)
{
	return set->has & BAL_SET_OVER && is_nowhere(pass, set->over);
}

/*
 * For options and stanzas: bal.conf's own values are reported with their line.
 */
static void
advise_over(const struct bal_pass *pass, const char *dev)
{
	const struct bal_uplink_state *us = bal_state_find(&pass->in.state, dev);

	if (us && is_over_nowhere(pass, &us->options))
		bal_warn("%s: over \"%s\" is no uplink, no device and no "
			 "section of bal.conf",
			 dev, us->options.over);
}

static void
advise_group(const struct bal_pass *pass, const struct bal_conf_group *g)
{
	const struct bal_conf_place at =
		bal_conf_place(&pass->in.conf, g->uplinks_line);

	for (size_t i = 0; i < g->n_uplinks; i++)
		if (is_nowhere(pass, g->uplinks[i]))
			bal_warn("%s:%u: uplinks \"%s\" is no uplink, no device "
				 "and no section",
				 at.path, at.line, g->uplinks[i]);
}

static void
advise_policy(const struct bal_pass *pass)
{
	const struct bal_policy *p = &pass->in.conf.policy;

	for (size_t i = 0; i < p->n_groups; i++)
		advise_group(pass, &p->groups[i]);
	for (size_t i = 0; i < p->n_rules; i++) {
		const struct bal_conf_rule *rule = &p->rules[i];
		const struct bal_conf_place at =
			bal_conf_place(&pass->in.conf, rule->group_line);

		if (rule->lead == BAL_LEAD_UPLINK &&
		    is_nowhere(pass, rule->group))
			bal_warn("%s:%u: group \"%s\" is no uplink, no device "
				 "and no section",
				 at.path, at.line, rule->group);
	}
}

void
bal_advise_conf(const struct bal_pass *pass)
{
	/* Line numbers hold only if the configuration in use is the file's. */
	for (size_t i = 0; !pass->in.trouble.faults && i < pass->in.conf.n_uplinks;
	     i++) {
		const struct bal_conf_uplink *u = &pass->in.conf.uplinks[i];
		const struct bal_conf_place at =
			bal_conf_place(&pass->in.conf, u->over_line);

		if (is_over_nowhere(pass, &u->set))
			bal_warn("%s:%u: over \"%s\" is no uplink, no device "
				 "and no section",
				 at.path, at.line, u->set.over);
	}
	if (!pass->in.trouble.faults)
		advise_policy(pass);
}

void
bal_advise(const struct bal_pass *pass, const char *dev)
{
	const struct bal_uplink *up = bal_uplinks_find(&pass->uplinks, dev);

	advise_over(pass, dev);
	if (!up)
		return;
	if (!up->up || !up->v4.n_addrs) {
		bal_warn("%s: %s: used as soon as that changes", dev,
			 up->up ? "no address yet" : "the link is down");
		return;
	}
	advise_gateway(up);
	advise_sysctls(up);
}

bool
bal_advise_amiss(const struct bal_pass *pass)
{
	const struct bal_uplink *circle = bal_uplinks_circle(&pass->uplinks);
	bool amiss = bal_uplinks_some_dead(&pass->uplinks) ||
		     pass->last_resort.kind != BAL_RESORT_NONE || circle;

	if (circle)
		bal_warn("%s is over itself by way of %s", circle->name,
			 circle->set.over);
	for (size_t i = 0; i < pass->in.conf.n_uplinks; i++) {
		const struct bal_conf_uplink *u = &pass->in.conf.uplinks[i];

		if (!bal_uplink_missing(u, &pass->in.state))
			continue;
		bal_warn("%s is required, and not up", u->name);
		amiss = true;
	}
	return amiss;
}
