// SPDX-License-Identifier: GPL-2.0-or-later
/* conf_ipv6 - does all of bal.conf fit `ipv6 = balance`? */
#include <sys/socket.h>

#include "config/conf_internal.h"

/* What is for IPv4 alone would leave IPv6 to an uplink that is not meant. */
static const char *
what_is_of_ipv4(const struct bal_conf *conf)
{
	if (conf->policy.n_rules)
		return "a [rule]";
	if (conf->policy.n_groups)
		return "a [group]";
	return conf->globals.n_destinations ? "destinations" : NULL;
}

static void
check_balance(struct bal_conf_reader *r)
{
	struct bal_globals *g = &r->conf.globals;
	const char *other = what_is_of_ipv4(&r->conf);

	if (other)
		bal_lines_fault(&r->lines, g->ipv6_line,
				"ipv6 = balance and %s cannot be together: that "
				"is for IPv4 alone",
				other);
	else if (g->firewall == BAL_FIREWALL_LEGACY)
		bal_lines_fault(&r->lines, g->ipv6_line,
				"ipv6 = balance needs nftables, but firewall is "
				"legacy");
	else
		return;
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

/* They would not be asked. */
static void
check_targets(struct bal_conf_reader *r, const struct bal_settings *set,
	      unsigned line)
{
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
	check_targets(r, &conf->check, r->begun[SECTION_CHECK]);
	for (size_t i = 0; i < conf->n_uplinks; i++)
		check_targets(r, &conf->uplinks[i].set, r->uplink_line[i]);
}
