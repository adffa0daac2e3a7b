// SPDX-License-Identifier: GPL-2.0-or-later
/* view - puts what the kernel does beside what bal.conf says. */
#include "explain/view.h"

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "reconcile/pass_tables.h"

int
bal_explain_view(struct bal_pass *pass, const struct bal_packet *packet,
		 struct bal_explain_view *out, struct bal_err *err)
{
	*out = (struct bal_explain_view){ .pass = pass, .packet = packet };
	out->tables = bal_pass_names(pass, err);
	if (!out->tables ||
	    bal_pass_groups(pass, &pass->arena, &out->groups, err) < 0 ||
	    bal_pass_due(pass, &out->due, err) < 0)
		return -1;
	return bal_explain(&pass->snap, packet, &pass->arena, &out->explained,
			   err);
}

bool
bal_explain_arrives(const struct bal_explain_view *view)
{
	return view->explained.exits.n ||
	       view->explained.fate == BAL_FATE_LOCAL ||
	       view->explained.fate == BAL_FATE_OTHER;
}

const struct bal_group *
bal_explain_group(const struct bal_explain_view *view,
		  const struct bal_rule *rule)
{
	for (size_t i = 0; i < view->groups.n; i++)
		if (rule->action == BAL_RULE_LOOKUP &&
		    view->groups.v[i].table == rule->table)
			return &view->groups.v[i];
	return NULL;
}

bool
bal_explain_is_planned(const struct bal_explain_view *view,
		       const struct bal_rule *rule)
{
	const bal_rule_list *rules = &view->due.plan.rules;

	for (size_t i = 0; i < rules->n; i++)
		if (bal_rule_cmp(&rules->v[i], rule) == 0)
			return true;
	return false;
}

const struct bal_conf_rule *
bal_explain_conf_rule(const struct bal_explain_view *view,
		      const struct bal_rule *rule)
{
	const struct bal_conf *conf = &view->pass->in.conf;
	const uint32_t first = conf->globals.rule_priority + BAL_RULE_POLICY;
	const uint32_t k = (rule->priority - first + 1) / BAL_RULE_POLICY_STEP;

	if (rule->protocol != BAL_PROTO || rule->priority + 1 < first ||
	    k >= conf->policy.n_rules || !bal_explain_is_planned(view, rule))
		return NULL;
	return &conf->policy.rules[k];
}

const struct bal_uplink *
bal_explain_uplink(const struct bal_explain_view *view,
		   const struct bal_link *link)
{
	const struct bal_uplinks *ups = &view->pass->uplinks;

	for (size_t i = 0; link && i < ups->n; i++)
		if (ups->v[i].admin_up && ups->v[i].ifindex == link->ifindex)
			return &ups->v[i];
	return NULL;
}

uint32_t
bal_explain_mark(const struct bal_explain_view *view,
		 const struct bal_exit *exit)
{
	const uint32_t mask = view->pass->in.conf.globals.mark_mask;
	const struct bal_uplinks *ups = &view->pass->uplinks;
	const struct bal_uplink *in = bal_explain_uplink(view,
							 view->packet->iif);
	const struct bal_uplink *up = bal_explain_uplink(view, exit->link);

	if (view->packet->mark & mask)
		return view->packet->mark & mask;
	if (in)
		return bal_mark_of(bal_plan_inbound(ups, in, mask), mask);
	return up ? bal_mark_of(up->slot, mask) : 0;
}

bool
bal_explain_is_class(const struct bal_explain_view *view,
		     const struct bal_rule *rule)
{
	const uint32_t mask = view->pass->in.conf.globals.mark_mask;
	const uint32_t values = mask / (mask & ~(mask - 1));

	/* The upper half of all values (LAYOUT: 2Q and above). */
	return rule->has_mark && rule->mask == mask && rule->mark & mask &&
	       rule->mark / (mask & ~(mask - 1)) > values / 2;
}

const char *
bal_explain_proto(uint8_t proto, char *buf)
{
	const char *name = proto == IPPROTO_TCP	 ? "tcp" :
			   proto == IPPROTO_UDP	 ? "udp" :
			   proto == IPPROTO_ICMP ? "icmp" :
						   NULL;

	if (name)
		snprintf(buf, 16, "%s", name);
	else
		snprintf(buf, 16, "protocol %u", proto);
	return buf;
}

const char *
bal_explain_fate(enum bal_fate fate)
{
	static const char *const words[] = {
		[BAL_FATE_NO_ROUTE] = "no route",
		[BAL_FATE_FORWARD] = "sent",
		[BAL_FATE_LOCAL] = "local",
		[BAL_FATE_UNREACHABLE] = "unreachable",
		[BAL_FATE_PROHIBIT] = "prohibit",
		[BAL_FATE_BLACKHOLE] = "blackhole",
		[BAL_FATE_ON_LINK] = "on_link",
		[BAL_FATE_OTHER] = "other",
	};

	return words[fate];
}
