// SPDX-License-Identifier: GPL-2.0-or-later
/* policy_nft - rules and groups that nftables has to carry out, and cannot. */
#include <string.h>

#include "doctor/internal.h"
#include "plan/group.h"

/* Of the 65535 sources that a map has room for. */
#define FULL 60000

static const struct bal_set_fact *
find_set(const struct bal_facts *f, const char *name)
{
	for (size_t i = 0; i < f->sets.n; i++)
		if (strcmp(f->sets.v[i].name, name) == 0)
			return &f->sets.v[i];
	return NULL;
}

/* It is no more what bal has made: a pass makes it anew. */
static void
find_wrong(struct bal_diagnosis *d, const struct bal_conf_rule *rule,
	   const char *name, const struct bal_set_fact *set)
{
	bal_doctor_find(d, BAL_SEVERITY_RISK, "set-wrong", "",
			"What fills it, dnsmasq for one, fails then, and the "
			"rule selects nothing.");
	bal_doctor_what(d, "rule %s: nftables' %s inet bal %s %s", rule->name,
			strncmp(name, BAL_RULE_STICKY,
				sizeof(BAL_RULE_STICKY) - 1) ?
				"set" :
				"map",
			name, set ? "is not of addresses" : "is not there");
	bal_doctor_fix(d, "bal-check --no-probe");
}

static void
find_empty(const struct bal_facts *f, struct bal_diagnosis *d,
	   const struct bal_conf_rule *rule, const char *name)
{
	bal_doctor_find(d, BAL_SEVERITY_NOTE, "set-empty", "",
			"It selects nothing until something fills the set: "
			"nft add element, or dnsmasq by nftset, once a name is "
			"asked for.");
	bal_doctor_what(d, "rule %s: nothing is in the set %s", rule->name,
			name);
	bal_doctor_fix_place(d, bal_conf_place(f->conf, rule->nft_line));
}

static void
look_at_set(const struct bal_facts *f, struct bal_diagnosis *d,
	    const struct bal_conf_rule *rule, const char *name)
{
	const struct bal_set_fact *set = find_set(f, name);

	if (!name[0])
		return;
	if (!set || !set->of_addresses)
		find_wrong(d, rule, name, set);
	else if (!set->n)
		find_empty(f, d, rule, name);
}

static void
look_at_map(const struct bal_facts *f, struct bal_diagnosis *d,
	    const struct bal_conf_rule *rule)
{
	char name[sizeof(BAL_RULE_STICKY) + BAL_IFNAMSIZ];
	const struct bal_set_fact *map;

	snprintf(name, sizeof(name), BAL_RULE_STICKY "%s", rule->name);
	map = find_set(f, name);
	if (!map || !map->of_addresses) {
		find_wrong(d, rule, name, map);
	} else if (map->n >= FULL) {
		bal_doctor_find(d, BAL_SEVERITY_RISK, "sticky-full", "",
				"No further source is remembered once it has "
				"65535. A shorter time forgets them earlier.");
		bal_doctor_what(d, "rule %s: sticky remembers %zu sources",
				rule->name, map->n);
		bal_doctor_fix_place(d, bal_conf_place(f->conf,
						       rule->sticky_line));
	}
}

/* A rule whose group has no table is not carried out yet. */
static bool
is_carried_out(const struct bal_facts *f, const struct bal_conf_rule *rule)
{
	char only[BAL_GROUP_TABLELEN];

	snprintf(only, sizeof(only), BAL_ONLY "%s", rule->group);
	return rule->lead > BAL_LEAD_UPLINK ||
	       bal_state_find_group(f->state, rule->lead == BAL_LEAD_UPLINK ?
						      only :
						      rule->group);
}

static void
sets(const struct bal_facts *f, struct bal_diagnosis *d)
{
	const struct bal_policy *p = &f->conf->policy;

	if (!f->looked || f->sets_known != BAL_YES || !bal_doctor_any_up(f))
		return;
	for (size_t i = 0; i < p->n_rules; i++) {
		if (!is_carried_out(f, &p->rules[i]))
			continue;
		look_at_set(f, d, &p->rules[i], p->rules[i].from_set);
		look_at_set(f, d, &p->rules[i], p->rules[i].to_set);
		if (p->rules[i].sticky_ms)
			look_at_map(f, d, &p->rules[i]);
	}
}

static bool
is_selected(const struct bal_policy *p, const char *set)
{
	for (size_t i = 0; i < p->n_rules; i++)
		if (strcmp(p->rules[i].from_set, set) == 0 ||
		    strcmp(p->rules[i].to_set, set) == 0)
			return true;
	return false;
}

/* dnsmasq logs a set that is not there for each answer, and goes on. */
static void
set_unknown(const struct bal_facts *f, struct bal_diagnosis *d)
{
	for (size_t i = 0; i < f->fillers.n; i++) {
		const struct bal_filler *at = &f->fillers.v[i];

		if (is_selected(&f->conf->policy, at->set))
			continue;
		bal_doctor_find(d, BAL_SEVERITY_RISK, "set-unknown", "",
				"Sets of table inet bal are those that rules of "
				"bal.conf name.");
		bal_doctor_what(d, "dnsmasq fills the set %s, which no rule "
				   "names",
				at->set);
		bal_doctor_fix(d, "editor +%u %s", at->line,
			       bal_doctor_word(d, at->path));
	}
}

/* The first line that asks for it; 0: bal-mode did, if anything. */
static unsigned
line_of_packets(const struct bal_conf *conf)
{
	const struct bal_conf_group *group =
		bal_policy_of_packets(&conf->policy);

	if (conf->globals.balance == BAL_BALANCE_PACKET)
		return conf->globals.balance_line;
	return group ? group->balance_line : 0;
}

static bool
draws(const struct bal_facts *f)
{
	const struct bal_fw_model *m = &f->plan.firewall;

	for (size_t i = 0; i < m->classes.n; i++)
		if (m->classes.v[i].draws.n)
			return true;
	return false;
}

/* What nftables does for rules and packets is for what is forwarded. */
static void
not_forwarded(const struct bal_facts *f, struct bal_diagnosis *d)
{
	static const char file[] = "/etc/sysctl.d/ip_forward.conf";
	const struct bal_conf_rule *rule = bal_policy_of_nft(&f->conf->policy);

	if (f->ip_forward != 0 || !bal_doctor_any_up(f) || (!rule && !draws(f)) ||
	    bal_doctor_found(d, "no-forwarding", ""))
		return;
	bal_doctor_find(d, BAL_SEVERITY_RISK, "rule-forward", "",
			"It is for what is forwarded: the box's own "
			"connections have their uplink before nftables sees "
			"them.");
	if (rule)
		bal_doctor_what(d, "rule %s: sticky, dscp and sets: nothing is "
				   "forwarded",
				rule->name);
	else
		bal_doctor_what(d, "balance = packet: nothing is forwarded");
	bal_doctor_fix(d, "echo net.ipv4.ip_forward=1 >%s && sysctl -p %s",
		       file, file);
}

static bool
is_drawn(const struct bal_facts *f, const struct bal_uplink *up)
{
	const struct bal_fw_model *m = &f->plan.firewall;
	const uint32_t mark = bal_mark_of(
		bal_plan_inbound(f->uplinks, up, m->mask), m->mask);

	for (size_t i = 0; i < m->classes.n; i++)
		for (size_t k = 0; k < m->classes.v[i].draws.n; k++)
			if (m->classes.v[i].draws.v[k].mark == mark)
				return true;
	return false;
}

static void
fix_packets(const struct bal_facts *f, struct bal_diagnosis *d)
{
	const unsigned line = line_of_packets(f->conf);

	if (line)
		bal_doctor_fix_place(d, bal_conf_place(f->conf, line));
	else
		bal_doctor_fix(d, "bal-mode --balance connection");
}

static void
find_line(struct bal_diagnosis *d, const char *dev)
{
	bal_doctor_find(d, BAL_SEVERITY_RISK, "packet-line", dev,
			"A provider passes on what has the address that it "
			"leased, and drops the packets that another line is "
			"due.");
	bal_doctor_what(d, "packets are balanced one by one over %s, which is "
			   "no tunnel",
			dev);
}

static void
find_nat(struct bal_diagnosis *d, const char *dev)
{
	bal_doctor_find(d, BAL_SEVERITY_RISK, "packet-nat", dev,
			"The address is that of the tunnel of its first "
			"packet: the kernel, or the far end, drops those by "
			"the others.");
	bal_doctor_what(d, "packets are balanced one by one over %s, where "
			   "others translate addresses",
			dev);
}

/* A connection has one address, and each packet another uplink. */
static void
packets(const struct bal_facts *f, struct bal_diagnosis *d)
{
	for (size_t i = 0; f->looked && i < f->uplinks->n; i++) {
		const struct bal_uplink *up = &f->uplinks->v[i];
		const bool line = !bal_uplink_is_tunnel(up);

		if (!is_drawn(f, up) ||
		    (!line && (f->nat_known != BAL_YES ||
			       !bal_doctor_nat_covers(f, up->name))))
			continue;
		if (line)
			find_line(d, up->name);
		else
			find_nat(d, up->name);
		fix_packets(f, d);
	}
}

const struct bal_doctor_rule bal_doctor_rules_policy_nft[] = {
	{ sets, true },
	{ set_unknown, true },
	{ not_forwarded, true },
	{ packets, true },
	{ NULL, false },
};
