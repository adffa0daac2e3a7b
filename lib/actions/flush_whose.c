// SPDX-License-Identifier: GPL-2.0-or-later
/* flush_whose - which group of bal.conf a connection is of; pure. */
#include "actions/flush_whose.h"

#include <netinet/in.h>
#include <string.h>

/* In order: of two answers the smaller one holds. */
enum answer { NO, MAYBE, YES };

static enum answer
both(enum answer a, enum answer b)
{
	return a < b ? a : b;
}

static enum answer
if_so(bool holds)
{
	return holds ? YES : NO;
}

static bool
is_in(const struct bal_addr *list, size_t n, const struct bal_addr *addr)
{
	for (size_t i = 0; i < n; i++)
		if (!list[i].len || bal_addr_in(addr, &list[i]))
			return true;
	return false;
}

/* A connection of this box had no address when it was routed. */
static enum answer
fits_from(const struct bal_conf_rule *rule, const struct bal_flow *flow,
	  bool own)
{
	struct bal_addr none = bal_addr_any(flow->src.family);

	none.len = (uint8_t)bal_addr_bits(none.family);
	if (rule->from_set[0])
		return own ? NO : MAYBE;
	return if_so(!rule->n_from ||
		     is_in(rule->from, rule->n_from, own ? &none : &flow->src));
}

static enum answer
fits_to(const struct bal_conf_rule *rule, const struct bal_flow *flow, bool own)
{
	if (rule->to_set[0])
		return own ? NO : MAYBE;
	return if_so(!rule->n_to || is_in(rule->to, rule->n_to, &flow->dst));
}

static bool
is_among(const struct bal_range *list, size_t n, uint16_t port)
{
	for (size_t i = 0; i < n; i++)
		if (port >= list[i].first && port <= list[i].last)
			return true;
	return false;
}

/* Nor had it a port, unless it was bound to one. */
static enum answer
fits_ports(const struct bal_conf_rule *rule, const struct bal_flow *flow,
	   bool own)
{
	const bool any = !rule->n_sport && !rule->n_dport;
	enum answer source = YES;

	if (rule->proto ? rule->proto != flow->proto :
			  !any && flow->proto != IPPROTO_TCP &&
				  flow->proto != IPPROTO_UDP)
		return NO;
	if (rule->n_dport && !is_among(rule->dport, rule->n_dport, flow->dport))
		return NO;
	if (rule->n_sport)
		source = if_so(is_among(rule->sport, rule->n_sport,
					flow->sport));
	return own ? both(source, rule->n_sport ? MAYBE : YES) : source;
}

static enum answer
fits_user(const struct bal_conf_rule *rule, const struct bal_flow *flow,
	  bool own)
{
	if (!rule->has_uid)
		return YES;
	if (!own)
		return NO;
	return !flow->has_uid ? MAYBE :
				if_so(flow->uid >= rule->uid.first &&
				      flow->uid <= rule->uid.last);
}

/* What came in by a device, and what classes are for, is forwarded. */
static enum answer
fits_hidden(const struct bal_conf_rule *rule, bool own)
{
	if (own && (rule->has_dscp ||
		    (rule->iif[0] && strcmp(rule->iif, "lo") != 0)))
		return NO;
	if (!own && strcmp(rule->iif, "lo") == 0)
		return NO;
	return bal_policy_hidden(rule) ? MAYBE : YES;
}

static enum answer
fits(const struct bal_conf_rule *rule, const struct bal_flow *flow, bool own)
{
	if (!bal_policy_is_of(rule, flow->dst.family))
		return NO;
	return both(both(both(fits_from(rule, flow, own),
			      fits_to(rule, flow, own)),
			 both(fits_ports(rule, flow, own),
			      fits_user(rule, flow, own))),
		    fits_hidden(rule, own));
}

/* Are those meant that lead to @group?  NULL: to no group. */
static bool
is_meant(const struct bal_whose *whose, const struct bal_conf_group *group)
{
	if (whose->group)
		return group && strcmp(group->name, whose->group) == 0;
	return !group || !group->has_drain;
}

/* The group that takes @flow by its destinations, or NULL. */
static const struct bal_conf_group *
by_destination(const struct bal_policy *p, const struct bal_flow *flow)
{
	for (size_t i = 0; i < p->n_groups; i++)
		if (is_in(p->groups[i].destinations, p->groups[i].n_destinations,
			  &flow->dst))
			return &p->groups[i];
	return NULL;
}

bool
bal_whose_has(const struct bal_whose *whose, const struct bal_flow *flow)
{
	const struct bal_policy *p = whose->policy;
	const bool own = is_in(whose->own, whose->n_own, &flow->src);

	for (size_t i = 0; i < p->n_rules; i++) {
		const struct bal_conf_rule *rule = &p->rules[i];
		const struct bal_conf_group *group =
			rule->lead == BAL_LEAD_GROUP ?
				bal_policy_group(p, rule->group) :
				NULL;
		const enum answer answer = fits(rule, flow, own);

		if (answer != NO && !is_meant(whose, group))
			return false;
		if (answer == YES)
			return true;
	}
	return is_meant(whose, by_destination(p, flow));
}
