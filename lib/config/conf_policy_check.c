// SPDX-License-Identifier: GPL-2.0-or-later
/* conf_policy_check - do groups and rules of bal.conf fit together? */
#include <string.h>

#include "base/suggest.h"
#include "config/conf_internal.h"

/* The group that @typed was meant for, or NULL. */
static const char *
group_near(const struct bal_policy *p, const char *typed)
{
	const char *near = NULL;

	for (size_t i = 0; i < p->n_groups; i++)
		near = bal_suggest_nearer(typed, near, p->groups[i].name);
	return near;
}

static void
tell_unknown_group(struct bal_conf_reader *r, unsigned line, const char *what,
		   const char *name, const char *near)
{
	if (near)
		bal_lines_fault(&r->lines, line,
				"%s \"%s\" is no group, did you mean \"%s\"?",
				what, name, near);
	else
		bal_lines_fault(&r->lines, line, "%s \"%s\" is no group", what,
				name);
}

static void
check_members(struct bal_conf_reader *r, const struct bal_conf_group *g)
{
	if (!g->n_uplinks)
		bal_lines_fault(&r->lines, g->line,
				"group \"%s\" has no uplinks", g->name);
	if (bal_conf_find(&r->conf, g->name))
		bal_lines_fault(&r->lines, g->line,
				"group \"%s\" has the name of an uplink",
				g->name);
	for (size_t i = 0; i < g->n_uplinks; i++)
		if (bal_policy_group(&r->conf.policy, g->uplinks[i]))
			bal_lines_fault(&r->lines, g->uplinks_line,
					"uplinks \"%s\" is a group, not an "
					"uplink",
					g->uplinks[i]);
}

/* Does the chain of fallbacks of @g come back to it? */
static bool
is_circle(const struct bal_policy *p, const struct bal_conf_group *g)
{
	const struct bal_conf_group *at = g;

	for (size_t i = 0; i < p->n_groups; i++) {
		if (at->fallback != BAL_FALLBACK_GROUP)
			return false;
		at = bal_policy_group(p, at->fallback_group);
		if (!at || at == g)
			return at == g;
	}
	return false;
}

static void
check_fallback(struct bal_conf_reader *r, struct bal_conf_group *g)
{
	const struct bal_policy *p = &r->conf.policy;

	if (g->fallback != BAL_FALLBACK_GROUP)
		return;
	if (!bal_policy_group(p, g->fallback_group))
		tell_unknown_group(r, g->fallback_line, "fallback",
				   g->fallback_group,
				   group_near(p, g->fallback_group));
	else if (is_circle(p, g))
		bal_lines_fault(&r->lines, g->fallback_line,
				"group \"%s\" falls back to itself by way of "
				"\"%s\"",
				g->name, g->fallback_group);
	else
		return;
	g->fallback = BAL_FALLBACK_NEXT;
}

/* The one of @list, of @n, that has addresses in common with @prefix. */
static const struct bal_addr *
overlap(const struct bal_addr *list, size_t n, const struct bal_addr *prefix)
{
	for (size_t i = 0; i < n; i++)
		if (bal_addr_in(&list[i], prefix) ||
		    bal_addr_in(prefix, &list[i]))
			return &list[i];
	return NULL;
}

/* A part of what the rest has may be a group's; the same cannot be both's. */
static void
check_rest(struct bal_conf_reader *r, const struct bal_conf_group *g)
{
	const struct bal_globals *rest = &r->conf.globals;
	char text[BAL_ADDR_STRLEN];

	for (size_t i = 0; i < g->n_destinations; i++)
		for (size_t k = 0; k < rest->n_destinations; k++)
			if (!bal_addr_cmp(&g->destinations[i],
					  &rest->destinations[k]))
				bal_lines_fault(&r->lines, g->destinations_line,
						"destinations \"%s\" is in "
						"[bal], too",
						bal_addr_str(
							&g->destinations[i],
							text));
}

/* Each overlap once, in the later of the two groups. */
static void
check_destinations(struct bal_conf_reader *r, struct bal_conf_group *g)
{
	const struct bal_conf_group *all = r->conf.policy.groups;
	char ours[BAL_ADDR_STRLEN], theirs[BAL_ADDR_STRLEN];
	const unsigned before = r->lines.faults;

	for (const struct bal_conf_group *o = all; o < g; o++)
		for (size_t i = 0; i < g->n_destinations; i++) {
			const struct bal_addr *dst = &g->destinations[i];
			const struct bal_addr *other = overlap(
				o->destinations, o->n_destinations, dst);

			if (other)
				bal_lines_fault(
					&r->lines, g->destinations_line,
					"destinations \"%s\" overlaps \"%s\" "
					"of group \"%s\"",
					bal_addr_str(dst, ours),
					bal_addr_str(other, theirs), o->name);
		}
	check_rest(r, g);
	if (r->lines.faults != before)
		g->n_destinations = 0;
}

/*
 * An uplink need not be in bal.conf, so a name is taken for one unless it looks
 * like a slip.
 */
static void
check_lead(struct bal_conf_reader *r, struct bal_conf_rule *rule)
{
	const struct bal_policy *p = &r->conf.policy;
	const char *near;

	if (rule->lead != BAL_LEAD_GROUP || bal_policy_group(p, rule->group))
		return;
	rule->lead = BAL_LEAD_UPLINK;
	near = group_near(p, rule->group);
	if (bal_conf_find(&r->conf, rule->group) ||
	    (!near && strcmp(rule->group, "lo") != 0))
		return;
	tell_unknown_group(r, rule->group_line, "group", rule->group, near);
	rule->wrong = true;
}

static void
check_mark(struct bal_conf_reader *r, struct bal_conf_rule *rule)
{
	const uint32_t ours = r->conf.globals.mark_mask;

	if (!rule->has_mark || !((rule->mark | rule->mask) & ours))
		return;
	bal_lines_fault(&r->lines, rule->mark_line,
			"mark has bits of 0x%x, which are bal's (mark_mask)",
			ours);
	rule->wrong = true;
}

/* What only nftables can do, and what it has marks of classes for. */
static void
check_nft(struct bal_conf_reader *r, struct bal_conf_rule *rule, size_t k)
{
	const uint32_t classes = bal_policy_classes(r->conf.globals.mark_mask);
	const unsigned before = r->lines.faults;

	if (!rule->nft_key)
		return;
	if (r->conf.globals.firewall == BAL_FIREWALL_LEGACY)
		bal_lines_fault(&r->lines, rule->nft_line,
				"rule \"%s\": %s needs nftables, but firewall is "
				"legacy",
				rule->name, rule->nft_key);
	if (rule->sticky_ms && (rule->lead == BAL_LEAD_MAIN ||
				rule->lead == BAL_LEAD_UNREACHABLE))
		bal_lines_fault(&r->lines, rule->nft_line,
				"rule \"%s\": sticky needs a group of uplinks, "
				"not \"%s\"",
				rule->name, rule->group);
	if (k >= classes)
		bal_lines_fault(&r->lines, rule->nft_line,
				"rule \"%s\": %s needs a mark of its own, and "
				"mark_mask has room for those of the first %u "
				"rules",
				rule->name, rule->nft_key, classes);
	rule->wrong |= r->lines.faults != before;
}

/* Its connections must be known by what they show, or it would wait in vain. */
static void
check_drain_by(struct bal_conf_reader *r, struct bal_conf_group *g,
	       const struct bal_conf_rule *rule)
{
	const char *hidden = bal_policy_hidden(rule);
	const unsigned before = r->lines.faults;

	if (hidden)
		bal_lines_fault(&r->lines, g->drain_line,
				"failback_drain: rule \"%s\" selects by %s, "
				"which a connection does not show later",
				rule->name, hidden);
	else if (rule->sticky_ms && g->drain_ms != BAL_DRAIN_NEVER)
		bal_lines_fault(&r->lines, g->drain_line,
				"failback_drain: rule \"%s\" is sticky, and "
				"would keep its sources where they are",
				rule->name);
	if (r->lines.faults != before)
		g->has_drain = false;
}

static void
check_drain(struct bal_conf_reader *r, struct bal_conf_group *g)
{
	const struct bal_policy *p = &r->conf.policy;

	for (size_t i = 0; g->has_drain && i < p->n_rules; i++)
		if (p->rules[i].lead == BAL_LEAD_GROUP &&
		    strcmp(p->rules[i].group, g->name) == 0)
			check_drain_by(r, g, &p->rules[i]);
}

static void
check_packet(struct bal_conf_reader *r, enum bal_balance *kind, unsigned line)
{
	const struct bal_globals *g = &r->conf.globals;

	if (*kind != BAL_BALANCE_PACKET)
		return;
	if (!g->packet_server)
		bal_lines_fault(&r->lines, line,
				"balance = packet needs packet_server = prepared "
				"in [bal], once the far end takes packets "
				"by any tunnel");
	else if (g->firewall == BAL_FIREWALL_LEGACY)
		bal_lines_fault(&r->lines, line,
				"balance = packet needs nftables, but firewall is "
				"legacy");
	else if (r->conf.policy.n_rules + r->conf.policy.n_groups + 1 >
		 bal_policy_classes(g->mark_mask))
		bal_lines_fault(&r->lines, line,
				"balance = packet needs a mark for each rule and "
				"group, and mark_mask has room for %u",
				bal_policy_classes(g->mark_mask));
	else
		return;
	*kind = BAL_BALANCE_CONNECTION;
}

static void
drop_wrong(struct bal_policy *p)
{
	size_t kept = 0;

	for (size_t i = 0; i < p->n_rules; i++)
		if (!p->rules[i].wrong)
			p->rules[kept++] = p->rules[i];
	p->n_rules = kept;
}

void
bal_conf_check_policy(struct bal_conf_reader *r)
{
	struct bal_policy *p = &r->conf.policy;

	check_packet(r, &r->conf.globals.balance,
		     r->conf.globals.balance_line);
	for (size_t i = 0; i < p->n_groups; i++) {
		check_packet(r, &p->groups[i].balance,
			     p->groups[i].balance_line);
		check_members(r, &p->groups[i]);
		check_fallback(r, &p->groups[i]);
		check_destinations(r, &p->groups[i]);
	}
	for (size_t i = 0; i < p->n_rules; i++) {
		check_lead(r, &p->rules[i]);
		check_mark(r, &p->rules[i]);
		check_nft(r, &p->rules[i], i);
	}
	for (size_t i = 0; i < p->n_groups; i++)
		check_drain(r, &p->groups[i]);
	drop_wrong(p);
}
