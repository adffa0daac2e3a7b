// SPDX-License-Identifier: GPL-2.0-or-later
/* rules_everything - foreign policy rules that take all traffic. */
#include <string.h>

#include "doctor/rules_internal.h"

#define ONCE_LAST 30000	 /* priority of bal's last rule in old versions */
#define GIVEN_FROM 32700 /* the kernel's own choice without a priority */
#define BEFORE_US 32000
#define TAILSCALE_TABLE 52

/* Does it match all but a VPN's own packets, as VPN clients set it? */
static bool
is_vpn(const struct bal_rule *r)
{
	return r->invert && r->has_mark;
}

/* Made by wg-quick and NetworkManager: not fwmark N lookup N. */
static bool
is_wireguard(const struct bal_rule *r)
{
	return is_vpn(r) && r->mark == r->table;
}

const struct bal_rule *
bal_doctor_first_rule(const struct bal_facts *f)
{
	for (size_t i = 0; i < f->snap->rules.n; i++)
		if (f->snap->rules.v[i].protocol == BAL_PROTO)
			return &f->snap->rules.v[i];
	return NULL;
}

uint32_t
bal_doctor_priority_before(const struct bal_facts *f)
{
	const struct bal_rule *ours = bal_doctor_first_rule(f);

	return ours && ours->priority <= BEFORE_US ? ours->priority - 1 :
						     BEFORE_US;
}

static void
wireguard(struct bal_diagnosis *d)
{
	bal_doctor_find(d, BAL_SEVERITY_RISK, "foreign-rule", "",
			"wg-quick or NetworkManager made it, for a tunnel that "
			"is to have all traffic. bal carries what the tunnel "
			"itself sends, and balances nothing else. Where that "
			"is meant, nothing has to be done. Without the rule "
			"the tunnel can be an uplink among others, by bal-up "
			"in PostUp.");
	bal_doctor_fix(d, "Table = off (in the [Interface] section of the "
			   "configuration of wg-quick)");
}

/* Without it, packets would leave in clear: only the client may remove it. */
static void
vpn(struct bal_diagnosis *d)
{
	bal_doctor_find(d, BAL_SEVERITY_RISK, "foreign-rule", "",
			"The client of a VPN made it, which is to have all "
			"traffic. bal carries what that client itself sends, "
			"and balances nothing else. Where that is meant, "
			"nothing has to be done. Else end it by the client, "
			"not by ip(8): it keeps traffic from leaving outside "
			"of the VPN.");
}

static void
exit_node(struct bal_diagnosis *d)
{
	bal_doctor_find(d, BAL_SEVERITY_RISK, "foreign-rule", "",
			"Tailscale made it, and sends all traffic through an "
			"exit node. bal carries what Tailscale itself sends at "
			"best, and balances nothing else. Where that is meant, "
			"nothing has to be done.");
	bal_doctor_fix(d, "tailscale set --exit-node=");
}

/* A priority above 30000 was after all of bal's before those moved. */
static bool
was_fallback(const struct bal_facts *f, const struct bal_foreign_rule *found)
{
	const struct bal_rule *ours = bal_doctor_first_rule(f);

	return found->place == BAL_PLACE_BEFORE && ours &&
	       ours->priority > GIVEN_FROM &&
	       found->rule->priority > ONCE_LAST &&
	       found->rule->priority <= GIVEN_FROM;
}

static void
fallback(struct bal_diagnosis *d, const struct bal_foreign_rule *found)
{
	char via[BAL_ADDR_STRLEN + 8] = "", host[BAL_ADDR_STRLEN];

	bal_doctor_find(d, BAL_SEVERITY_RISK, "foreign-rule", "",
			"It takes everything away from bal. In versions of bal "
			"whose last rule was 30000 it was asked only where "
			"nothing else led anywhere. As a fallback it can be a "
			"route in table balancing, after those of bal:");
	if (!bal_addr_none(&found->gateway))
		snprintf(via, sizeof(via), " via %s",
			 bal_addr_host_str(&found->gateway, host));
	bal_doctor_fix(d,
			"ip route add default%s dev %s table balancing metric "
			"900000 && %s",
			via, bal_doctor_word(d, found->dev), found->deletion);
}

void
bal_doctor_rule_for_everything(const struct bal_facts *f, struct bal_diagnosis *d,
	       const struct bal_foreign_rule *found)
{
	const struct bal_uplink *up = bal_facts_uplink(f, found->dev);

	if (is_wireguard(found->rule)) {
		wireguard(d);
	} else if (is_vpn(found->rule)) {
		vpn(d);
	} else if (found->rule->table == TAILSCALE_TABLE) {
		exit_node(d);
	} else if (found->dev[0] && was_fallback(f, found)) {
		fallback(d, found);
	} else if (up) {
		bal_doctor_find(d, BAL_SEVERITY_RISK, "foreign-rule", up->name,
				"All traffic takes that uplink, dead or alive. "
				"In mode solo bal does so as long as it is "
				"alive, with the smallest priority for it; the "
				"rule can go then.");
		bal_doctor_fix(d,
				"bal-up %s --priority 1 && bal-mode --save "
				"solo && %s",
				bal_doctor_word(d, up->name), found->deletion);
	} else if (found->dev[0]) {
		bal_doctor_find(d, BAL_SEVERITY_RISK, "foreign-rule", "",
				"All traffic takes a device that is "
				"no uplink, as of a VPN that is to have all. "
				"Where that is meant, nothing has to be done. "
				"Else make the device an uplink among others; "
				"the rule can go then, and what makes it has "
				"to stop.");
		bal_doctor_fix(d, "bal-up %s && %s",
				bal_doctor_word(d, found->dev),
				found->deletion);
	} else {
		bal_doctor_find(d, BAL_SEVERITY_RISK, "foreign-rule", "",
				"It takes everything away from bal. Look what "
				"it leads to, and what made it.");
		bal_doctor_fix(d, "ip route show table %u",
				found->rule->table);
	}
}

/* A VPN's packets to its own network; a rule that bypasses its rules. */
void
bal_doctor_rule_tailscale(const struct bal_facts *f, struct bal_diagnosis *d,
	  const struct bal_foreign_rule *found)
{
	const struct bal_rule *ours = bal_doctor_first_rule(f);

	bal_doctor_find(d, BAL_SEVERITY_RISK, "foreign-rule", "",
			"Tailscale made it, so that what it sends itself does "
			"not enter its tunnel. That takes the first default "
			"route of the table, be the line dead or alive. A "
			"rule before it leads these packets to bal; it has to "
			"be made at each boot.");
	if (ours)
		bal_doctor_fix(d,
				"ip rule add priority %u fwmark 0x%x/0x%x goto "
				"%u",
				found->rule->priority - 1, found->rule->mark,
				found->rule->mask, ours->priority);
}
