// SPDX-License-Identifier: GPL-2.0-or-later
/* rules - foreign policy rules, and the kernel's own. */
/*
 * Each of them has a purpose.  So a finding says what it is for, if known, what
 * it does to bal, and how to have both.
 */
#include <string.h>

#include "doctor/rules_internal.h"

#define KERNELS_MAIN 32766
#define KERNELS_DEFAULT 32767

#define TAILSCALE_MASK 0xff0000
#define TAILSCALE_BYPASS 0x80000

/* Does it match every packet? */
static bool
is_plain(const struct bal_rule *r)
{
	return !r->invert && !r->narrow && bal_addr_none(&r->src) &&
	       bal_addr_none(&r->dst) && !r->iif[0] && !r->oif[0] &&
	       !r->has_mark;
}

/* Does it match nearly every packet? */
static bool
takes_all(const struct bal_rule *r)
{
	return r->invert || is_plain(r);
}

static bool
is_tailscale_own(const struct bal_rule *r)
{
	return r->has_mark && !r->invert && r->mask == TAILSCALE_MASK &&
	       r->mark == TAILSCALE_BYPASS;
}

/* @words without the "priority N" in front. */
static const char *
behind_priority(const char *words)
{
	const char *at = strncmp(words, "priority ", 9) == 0 ?
				 strchr(words + 9, ' ') :
				 NULL;

	return at ? at + 1 : words;
}

/* --- rules for everything ------------------------------------------------- */

/* --- rules for some packets ----------------------------------------------- */

/* The uplink that has @addr; whether any device of this box has it. */
static const struct bal_uplink *
holder_of(const struct bal_facts *f, const struct bal_addr *addr, bool *here)
{
	for (size_t i = 0; i < f->snap->addrs.n; i++) {
		const struct bal_ifaddr *a = &f->snap->addrs.v[i];
		const struct bal_link *link;

		if (!bal_addr_is_host(addr) ||
		    !bal_addr_same_host(&a->addr, addr))
			continue;
		*here = true;
		link = bal_snapshot_ifindex(f->snap, a->ifindex);
		return link ? bal_facts_uplink(f, link->name) : NULL;
	}
	*here = false;
	return NULL;
}

/* As iptables matches: the selectors of a rule for forwarded packets. */
static void
print_matches(const struct bal_rule *r, struct bal_diagnosis *d, char *out,
	      size_t size)
{
	char src[BAL_ADDR_STRLEN], dst[BAL_ADDR_STRLEN];

	snprintf(out, size, "%s%s%s%s%s%s", r->iif[0] ? " -i " : "",
		 r->iif[0] ? bal_doctor_word(d, r->iif) : "",
		 bal_addr_none(&r->src) ? "" : " -s ",
		 bal_addr_none(&r->src) ? "" : bal_addr_str(&r->src, src),
		 bal_addr_none(&r->dst) ? "" : " -d ",
		 bal_addr_none(&r->dst) ? "" : bal_addr_str(&r->dst, dst));
}

/* The uplink's mark, in place of a rule that ignores its health. */
static void
by_mark(const struct bal_facts *f, struct bal_diagnosis *d,
	const struct bal_foreign_rule *found, const struct bal_uplink *up)
{
	const uint32_t mask = f->conf->globals.mark_mask;
	const uint32_t mark = bal_mark_of(up->slot, mask);
	const struct bal_rule *r = found->rule;
	char matches[2 * BAL_ADDR_STRLEN + 4 * BAL_IFNAMSIZ + 16];

	if (r->has_mark) {
		bal_doctor_fix(d,
				"--set-xmark 0x%x/0x%x (for new connections, "
				"in place of what sets mark 0x%x)",
				mark, mask, r->mark);
		return;
	}
	print_matches(r, d, matches, sizeof(matches));
	bal_doctor_fix(d,
			"iptables-legacy -t mangle -A PREROUTING%s -m "
			"conntrack --ctstate NEW -j MARK --set-xmark "
			"0x%x/0x%x && %s",
			matches, mark, mask, found->deletion);
}

/* "This host always by uplink 2." */
static void
by_one_line(const struct bal_facts *f, struct bal_diagnosis *d,
	    const struct bal_foreign_rule *found, const struct bal_uplink *up)
{
	bool here;
	const struct bal_uplink *own = holder_of(f, &found->rule->src, &here);

	if (own == up) {
		bal_doctor_find(d, BAL_SEVERITY_NOTE, "foreign-rule", up->name,
				"It keeps packets from the uplink's own "
				"address there. bal does so by itself, and "
				"leaves them the way to the LAN, which this "
				"rule takes from them. What made it can "
				"stop.");
		bal_doctor_fix(d, "%s", found->deletion);
		return;
	}
	bal_doctor_find(d, BAL_SEVERITY_RISK, "foreign-rule", up->name,
			"What it matches always leaves by that uplink, and is "
			"cut off when it dies. With the uplink's mark, "
			"forwarded connections take it as long as it is "
			"alive, and another one else; bal-exec does it for a "
			"program of this box.");
	if (here || found->rule->narrow || strcmp(found->rule->iif, "lo") == 0)
		bal_doctor_fix(d, "bal-exec %s COMMAND (in place of the rule)",
				bal_doctor_word(d, up->name));
	else
		by_mark(f, d, found, up);
}

static void
for_some(const struct bal_facts *f, struct bal_diagnosis *d,
	 const struct bal_foreign_rule *found)
{
	const struct bal_uplink *up = bal_facts_uplink(f, found->dev);

	if (found->local) {
		bal_doctor_find(d, BAL_SEVERITY_NOTE, "foreign-rule", "",
				"It hands what it matches to a program of this "
				"box, as a transparent proxy wants it. What "
				"that sends itself is balanced. Nothing has to "
				"be done.");
	} else if (is_tailscale_own(found->rule)) {
		bal_doctor_rule_tailscale(f, d, found);
	} else if (up) {
		by_one_line(f, d, found, up);
	} else if (found->rule->action != BAL_RULE_LOOKUP) {
		bal_doctor_find(d, BAL_SEVERITY_NOTE, "foreign-rule", "",
				"What it matches goes nowhere, whatever "
				"uplinks there are. Nothing has to be done "
				"where that is meant.");
	} else {
		bal_doctor_find(d, BAL_SEVERITY_NOTE, "foreign-rule", "",
				"What it matches is not balanced. Nothing has "
				"to be done where that is meant.");
	}
}

/* --- order ---------------------------------------------------------------- */

/* What makes it come first. */
static void
fix_place(const struct bal_facts *f, struct bal_diagnosis *d,
	   const struct bal_foreign_rule *found)
{
	const uint32_t before = bal_doctor_priority_before(f);

	/* Else one for some packets might return as one for all. */
	if (found->whole)
		bal_doctor_fix(d, "ip rule add priority %u %s && %s", before,
				behind_priority(found->words),
				found->deletion);
	else
		bal_doctor_fix(d,
				"ip rule show priority %u (to make it anew, "
				"with priority %u)",
				found->rule->priority, before);
}

/* Between the jump to bal's rules and these: never reached. */
static void
passed_by(const struct bal_facts *f, struct bal_diagnosis *d,
	  const struct bal_foreign_rule *found)
{
	bal_doctor_find(d, BAL_SEVERITY_RISK, "rule-passed", "",
			"bal's first rule leads past it to the others of bal, "
			"so that no packet comes to it. With a smaller "
			"priority it comes before bal's.");
	bal_doctor_what(d, "a foreign rule is never asked: %s", found->words);
	fix_place(f, d, found);
}

static void
behind(const struct bal_facts *f, struct bal_diagnosis *d,
       const struct bal_foreign_rule *found)
{
	bal_doctor_find(d, BAL_SEVERITY_NOTE, "rule-behind", "",
			"Only what finds no route by bal's rules comes to it. "
			"Nothing has to be done where that is meant. With a "
			"smaller priority it comes before bal's.");
	bal_doctor_what(d, "a foreign rule comes after bal's: %s",
			found->words);
	fix_place(f, d, found);
}

static void
foreign_rule(const struct bal_facts *f, struct bal_diagnosis *d,
	     const struct bal_foreign_rule *found)
{
	if (found->place == BAL_PLACE_PASSED) {
		passed_by(f, d, found);
		return;
	}
	if (found->place == BAL_PLACE_BEHIND) {
		behind(f, d, found);
		return;
	}
	/* Its last one refuses what none of the others has routed. */
	if (!found->wide || (is_tailscale_own(found->rule) &&
			     found->rule->action != BAL_RULE_LOOKUP))
		return;
	if (takes_all(found->rule) && !found->local)
		bal_doctor_rule_for_everything(f, d, found);
	else
		for_some(f, d, found);
	bal_doctor_what(d,
			found->place == BAL_PLACE_BEFORE ?
				"a foreign rule comes before bal's: %s" :
				"a foreign rule comes before bal balances: %s",
			found->words);
}

static void
foreign_rules(const struct bal_facts *f, struct bal_diagnosis *d)
{
	for (size_t i = 0; i < f->foreign_rules.n; i++)
		foreign_rule(f, d, &f->foreign_rules.v[i]);
}

/* --- the kernel's own ----------------------------------------------------- */

/* The first rule that looks up @table for every packet; NULL: there is none. */
static const struct bal_rule *
plain_lookup(const struct bal_facts *f, uint32_t table)
{
	for (size_t i = 0; i < f->snap->rules.n; i++) {
		const struct bal_rule *r = &f->snap->rules.v[i];

		if (r->protocol != BAL_PROTO && r->table == table &&
		    r->action == BAL_RULE_LOOKUP && is_plain(r) &&
		    r->suppress_prefixlen < 0)
			return r;
	}
	return NULL;
}

static void
missing_rule(const struct bal_facts *f, struct bal_diagnosis *d, uint32_t table,
	     unsigned priority, const char *name)
{
	if (plain_lookup(f, table))
		return;
	bal_doctor_find(d,
			table == BAL_TABLE_MAIN ? BAL_SEVERITY_RISK :
						  BAL_SEVERITY_NOTE,
			"kernel-rule", "",
			"bal's own rules look there too, so that nothing is "
			"lost while bal is there; after the last bal-down "
			"nothing is found in it. Where systemd-networkd "
			"deletes rules that are not its own, "
			"ManageForeignRoutingPolicyRules=no in the [Network] "
			"section of networkd.conf keeps them.");
	bal_doctor_what(d, "the kernel's rule %u, lookup %s, is missing",
			priority, name);
	bal_doctor_fix(d, "ip rule add priority %u lookup %s", priority, name);
}

/* Packets for this box itself are routed there. */
static void
local_rule(const struct bal_facts *f, struct bal_diagnosis *d)
{
	const struct bal_rule *local = plain_lookup(f, BAL_TABLE_LOCAL);
	const struct bal_rule *ours = bal_doctor_first_rule(f);

	/* Their order is the kernel's. */
	if (local && (!ours || local < ours))
		return;
	bal_doctor_find(d, BAL_SEVERITY_BROKEN, "local-rule", "",
			"Packets for this box itself, and what its programs "
			"say to each other, are routed as if they were for "
			"others. Where VRFs want the rule after their "
			"own, it still has to come before bal's.");
	bal_doctor_what(d,
			local ? "rule %u, lookup local, comes after bal's" :
				"the kernel's rule %u, lookup local, is "
				"missing",
			local ? local->priority : 0);
	bal_doctor_fix(d, "ip rule add priority 0 lookup local");
}

static void
kernels_rules(const struct bal_facts *f, struct bal_diagnosis *d)
{
	if (!f->looked || !bal_doctor_any_up(f))
		return;
	local_rule(f, d);
	missing_rule(f, d, BAL_TABLE_MAIN, KERNELS_MAIN, "main");
	missing_rule(f, d, BAL_TABLE_DEFAULT, KERNELS_DEFAULT, "default");
}

const struct bal_doctor_rule bal_doctor_rules_rules[] = {
	{ foreign_rules, true },
	{ kernels_rules, false },
	{ NULL, false },
};
