// SPDX-License-Identifier: GPL-2.0-or-later
/* policy - groups and rules as bal.conf has them. */
#include "config/policy.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

void
bal_policy_fini(struct bal_policy *policy)
{
	free(policy->groups);
	free(policy->rules);
	*policy = (struct bal_policy){ 0 };
}

const struct bal_conf_group *
bal_policy_group(const struct bal_policy *policy, const char *name)
{
	for (size_t i = 0; i < policy->n_groups; i++)
		if (!strcmp(policy->groups[i].name, name))
			return &policy->groups[i];
	return NULL;
}

bool
bal_policy_leads_to(const struct bal_policy *policy, const char *name)
{
	for (size_t i = 0; i < policy->n_rules; i++)
		if (policy->rules[i].lead == BAL_LEAD_UPLINK &&
		    !strcmp(policy->rules[i].group, name))
			return true;
	for (size_t i = 0; i < policy->n_groups; i++)
		for (size_t k = 0; k < policy->groups[i].n_uplinks; k++)
			if (!strcmp(policy->groups[i].uplinks[k], name))
				return true;
	return false;
}

bool
bal_policy_closes(const struct bal_policy *policy)
{
	for (size_t i = 0; i < policy->n_rules; i++)
		if (policy->rules[i].lead == BAL_LEAD_UNREACHABLE)
			return true;
	for (size_t i = 0; i < policy->n_groups; i++)
		if (policy->groups[i].fallback == BAL_FALLBACK_UNREACHABLE ||
		    policy->groups[i].fallback == BAL_FALLBACK_PROHIBIT)
			return true;
	return false;
}

const struct bal_conf_group *
bal_policy_of_packets(const struct bal_policy *policy)
{
	for (size_t i = 0; i < policy->n_groups; i++)
		if (policy->groups[i].has_balance &&
		    policy->groups[i].balance == BAL_BALANCE_PACKET)
			return &policy->groups[i];
	return NULL;
}

const struct bal_conf_rule *
bal_policy_of_nft(const struct bal_policy *policy)
{
	for (size_t i = 0; i < policy->n_rules; i++)
		if (policy->rules[i].nft_key)
			return &policy->rules[i];
	return NULL;
}

bool
bal_policy_is_plain(const struct bal_conf_rule *rule)
{
	return !rule->has_dscp && !rule->from_set[0] && !rule->to_set[0];
}

const char *
bal_policy_hidden(const struct bal_conf_rule *rule)
{
	if (rule->has_dscp)
		return "dscp";
	if (rule->from_set[0] || rule->to_set[0])
		return BAL_RULE_SET;
	if (rule->has_mark)
		return "mark";
	return rule->iif[0] && strcmp(rule->iif, "lo") != 0 ? "iif" : NULL;
}

/* Its upper half, but for the value with all bits. */
uint32_t
bal_policy_classes(uint32_t mask)
{
	return (mask >> __builtin_ctz(mask)) / 2;
}

static size_t
at_least_one(size_t n)
{
	return n ? n : 1;
}

bool
bal_policy_is_of(const struct bal_conf_rule *rule, int family)
{
	size_t from = rule->n_from, to = rule->n_to;

	(void)bal_prefixes_of(rule->from, &from, family);
	(void)bal_prefixes_of(rule->to, &to, family);
	if ((rule->n_from && !from) || (rule->n_to && !to))
		return false;
	if (family == AF_INET)
		return rule->proto != IPPROTO_ICMPV6;
	return rule->proto != IPPROTO_ICMP && !rule->from_set[0] &&
	       !rule->to_set[0];
}

static size_t
addresses(const struct bal_conf_rule *rule, int family)
{
	size_t from = rule->n_from, to = rule->n_to;

	(void)bal_prefixes_of(rule->from, &from, family);
	(void)bal_prefixes_of(rule->to, &to, family);
	return at_least_one(from) * at_least_one(to);
}

size_t
bal_policy_parts(const struct bal_conf_rule *rule)
{
	const bool ports = rule->n_sport || rule->n_dport;
	const size_t four = addresses(rule, AF_INET);
	const size_t six = addresses(rule, AF_INET6);

	/* Ports without a protocol: those of TCP and of UDP. */
	return (four > six ? four : six) *
	       at_least_one(rule->n_sport) * at_least_one(rule->n_dport) *
	       (ports && !rule->proto ? 2 : 1);
}
