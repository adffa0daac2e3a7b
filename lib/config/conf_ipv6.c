// SPDX-License-Identifier: GPL-2.0-or-later
/* conf_ipv6 - does all of bal.conf fit `ipv6 = balance`? */
#include <sys/socket.h>

#include "config/conf_internal.h"

static void
check_balance(struct bal_conf_reader *r)
{
	struct bal_globals *g = &r->conf.globals;

	if (g->firewall != BAL_FIREWALL_LEGACY)
		return;
	bal_lines_fault(&r->lines, g->ipv6_line,
			"ipv6 = balance needs nftables, but firewall is legacy");
	g->ipv6 = BAL_IPV6_IGNORE;
}

static bool
has_targets6(const struct bal_settings *set)
{
	for (size_t i = 0; i < set->n_targets; i++)
		if (set->targets[i].addr.family == AF_INET6)
			return true;
	return false;
}

static bool
has_prefix6(const struct bal_addr *list, size_t n)
{
	(void)bal_prefixes_of(list, &n, AF_INET6);
	return n;
}

static void
tell_prefix(struct bal_conf_reader *r, unsigned line, const char *key)
{
	bal_lines_fault(&r->lines, line,
			"an IPv6 prefix in %s needs ipv6 = balance in [bal]",
			key);
}

/* What they are for would go where they do not say. */
static void
check_prefixes(struct bal_conf_reader *r)
{
	struct bal_conf *conf = &r->conf;
	const struct bal_globals *g = &conf->globals;
	struct bal_policy *p = &conf->policy;

	if (has_prefix6(g->destinations, g->n_destinations))
		tell_prefix(r, g->destinations_line, "destinations");
	for (size_t i = 0; i < p->n_groups; i++)
		if (has_prefix6(p->groups[i].destinations,
				p->groups[i].n_destinations))
			tell_prefix(r, p->groups[i].destinations_line,
				    "destinations");
	for (size_t i = 0; i < p->n_rules; i++)
		if (has_prefix6(p->rules[i].from, p->rules[i].n_from) ||
		    has_prefix6(p->rules[i].to, p->rules[i].n_to))
			tell_prefix(r, p->rules[i].line, "a rule");
}

/* They would not be asked, nor used. */
static void
check_settings(struct bal_conf_reader *r, const struct bal_settings *set,
	       unsigned line)
{
	if (set->has & BAL_SET_PREFIX6 && !bal_addr_none(&set->prefix6))
		bal_lines_fault(&r->lines, line,
				"prefix6 needs ipv6 = balance in [bal]");
	if (has_targets6(set))
		bal_lines_fault(&r->lines, line,
				"targets with an IPv6 address need ipv6 = "
				"balance in [bal]");
}

void
bal_conf_check_ipv6(struct bal_conf_reader *r)
{
	const struct bal_conf *conf = &r->conf;

	if (conf->globals.ipv6 == BAL_IPV6_BALANCE) {
		check_balance(r);
		return;
	}
	check_prefixes(r);
	if (conf->globals.masquerade6_line)
		bal_lines_fault(&r->lines, conf->globals.masquerade6_line,
				"masquerade6 needs ipv6 = balance");
	check_settings(r, &conf->check, r->begun[SECTION_CHECK]);
	for (size_t i = 0; i < conf->n_uplinks; i++)
		check_settings(r, &conf->uplinks[i].set, r->uplink_line[i]);
}
