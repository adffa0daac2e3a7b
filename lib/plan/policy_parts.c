// SPDX-License-Identifier: GPL-2.0-or-later
/* policy_parts - what a [rule] selects and where it leads. */
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "plan/internal.h"

/* --- what it selects ------------------------------------------------------ */

struct maker {
	void (*push)(void *arg, struct bal_rule *r);
	void *arg;
};

static struct bal_ports
ports(const struct bal_range *list, size_t n, size_t i)
{
	if (!n)
		return (struct bal_ports){ 0 };
	return (struct bal_ports){ (uint16_t)list[i].first,
				   (uint16_t)list[i].last };
}

/* The kernel compares ports whatever the protocol: so with those that have. */
static void
push_ports(const struct maker *m, const struct bal_conf_rule *rule,
	   struct bal_rule *r)
{
	const bool both = !rule->proto && (rule->n_sport || rule->n_dport);
	size_t i = 0, k;

	do {
		r->sport = ports(rule->sport, rule->n_sport, i);
		k = 0;
		do {
			r->dport = ports(rule->dport, rule->n_dport, k);
			r->ip_proto = both ? IPPROTO_TCP : rule->proto;
			m->push(m->arg, r);
			if (!both)
				continue;
			r->ip_proto = IPPROTO_UDP;
			m->push(m->arg, r);
		} while (++k < rule->n_dport);
	} while (++i < rule->n_sport);
}

static void
push_addrs(const struct maker *m, const struct bal_conf_rule *rule,
	   struct bal_rule *r)
{
	size_t n_from = rule->n_from, n_to = rule->n_to, i = 0, k;
	const struct bal_addr *from =
		bal_prefixes_of(rule->from, &n_from, r->family);
	const struct bal_addr *to = bal_prefixes_of(rule->to, &n_to, r->family);

	do {
		if (n_from)
			r->src = from[i];
		k = 0;
		do {
			if (n_to)
				r->dst = to[k];
			push_ports(m, rule, r);
		} while (++k < n_to);
	} while (++i < n_from);
}

void
bal_plan_parts(const struct bal_world *world, const struct bal_conf_rule *rule,
	       int family, void (*push)(void *arg, struct bal_rule *r), void *arg)
{
	const struct maker m = { push, arg };
	struct bal_rule r = { .family = family,
			      .protocol = BAL_PROTO,
			      .action = BAL_RULE_LOOKUP,
			      .suppress_prefixlen = -1 };

	if (!bal_policy_is_of(rule, family))
		return;
	memcpy(r.iif, rule->iif, sizeof(r.iif));
	if (rule->has_mark) {
		r.has_mark = true;
		r.mark = rule->mark;
		r.mask = rule->mask ? rule->mask : ~world->globals->mark_mask;
	}
	if (rule->has_uid) {
		/* What is forwarded has user 0, too. */
		memcpy(r.iif, "lo", sizeof("lo"));
		r.has_uid = true;
		r.uid_first = rule->uid.first;
		r.uid_last = rule->uid.last;
	}
	push_addrs(&m, rule, &r);
}

/* --- where it leads ------------------------------------------------------- */

/* What the fallbacks of @group end with. */
static enum bal_fallback
last_fallback(const struct bal_world *world, const struct bal_group *group)
{
	while (group->fallback == BAL_FALLBACK_GROUP)
		group = &world->groups->v[group->fallback_at];
	return group->fallback;
}

struct bal_led
bal_plan_lead_to(const struct bal_world *world, const struct bal_group *group)
{
	const enum bal_fallback last = last_fallback(world, group);

	return (struct bal_led){
		.action = BAL_RULE_LOOKUP,
		.table = group->table,
		.main = last == BAL_FALLBACK_MAIN,
		.closed = last == BAL_FALLBACK_UNREACHABLE ||
			  last == BAL_FALLBACK_PROHIBIT,
		.group = group,
	};
}

bool
bal_plan_lead(const struct bal_world *world, const struct bal_conf_rule *rule,
	      struct bal_led *out)
{
	const struct bal_group *group;

	*out = (struct bal_led){ .action = BAL_RULE_LOOKUP };
	if (rule->lead == BAL_LEAD_UNREACHABLE) {
		out->action = BAL_RULE_UNREACHABLE;
		out->closed = true;
		return true;
	}
	if (rule->lead == BAL_LEAD_MAIN) {
		out->table = BAL_TABLE_MAIN;
		return true;
	}
	group = bal_groups_find(world->groups, rule->group);
	if (group)
		*out = bal_plan_lead_to(world, group);
	return group;
}

/* Many uplinks have the values of classes, too. */
static bool
is_slot(const struct bal_uplinks *ups, uint32_t value, uint32_t mask)
{
	for (size_t i = 0; i < ups->n; i++)
		if (ups->v[i].slot == value ||
		    bal_plan_inbound(ups, &ups->v[i], mask) == value)
			return true;
	return false;
}

/* Unread, it is as the last pass left it: its marks still need their rules. */
static bool
has_nft(const struct bal_snapshot *snap)
{
	return snap && (snap->nft_unread || bal_fw_has_nft(&snap->firewalls));
}

bool
bal_plan_draws(const struct bal_conf_rule *rule, const struct bal_group *group)
{
	return group && group->kind == BAL_BALANCE_PACKET &&
	       group->mode == BAL_MODE_MULTI && !(rule && rule->nft_key);
}

uint32_t
bal_plan_class(const struct bal_world *world, const struct bal_conf_rule *rule,
	       const struct bal_led *lead, size_t k)
{
	const uint32_t mask = world->globals->mark_mask;
	const uint32_t classes = bal_policy_classes(mask);
	const uint32_t value = classes + 1 + (uint32_t)k;

	/* The box's own packets are past the point where marks are set. */
	if (rule && (rule->has_uid || strcmp(rule->iif, "lo") == 0))
		return 0;
	if (!(rule && rule->nft_key) && !lead->closed &&
	    !bal_plan_draws(rule, lead->group))
		return 0;
	if (!has_nft(world->snap) || k >= classes ||
	    is_slot(world->uplinks, value, mask))
		return 0;
	return bal_mark_of(value, mask);
}
