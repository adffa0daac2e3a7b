// SPDX-License-Identifier: GPL-2.0-or-later
/* doctor_uplinks - what is unusual about single uplinks. */
#include <string.h>

#include "doctor_parts.h"

static void
unnamed_tables(const struct bal_facts *f, struct bal_diagnosis *d)
{
	for (size_t i = 0; f->looked && i < f->uplinks->n; i++) {
		const struct bal_uplink *up = &f->uplinks->v[i];
		const char *name = bal_tables_name(&f->names, up->table);

		if (!up->admin_up || !up->table ||
		    (name && strcmp(name, up->name) == 0))
			continue;
		bal_doctor_find(
			d, BAL_SEVERITY_NOTE, "table-name", up->name,
			"bal knows its number and goes on. For ip(8) it "
			"is a number without a name, and somebody else "
			"may take it.");
		bal_doctor_what(d, "its routing table %u is not registered",
				up->table);
		bal_doctor_mend(d, "bal-addtable %s %u", up->name, up->table);
	}
}

static bool
has_addr(const struct bal_uplink *up, const struct bal_addr *addr)
{
	const struct bal_ifaddr *a = bal_uplink_addr(up);

	return up->shared_addr && a && bal_addr_same_host(&a->addr, addr);
}

/* Those from number @first on that have its address, which is not yet told. */
static void
same_address(const struct bal_facts *f, struct bal_diagnosis *d, size_t first)
{
	const struct bal_uplink *ups = f->uplinks->v;
	const struct bal_addr *addr = &bal_uplink_addr(&ups[first])->addr;
	char text[BAL_ADDR_STRLEN];

	for (size_t i = 0; i < first; i++)
		if (has_addr(&ups[i], addr))
			return;
	bal_doctor_find(d, BAL_SEVERITY_NOTE, "same-address", ups[first].name,
			"They are kept apart by marks, which works. A program "
			"that binds to the address cannot say which uplink it "
			"means; one that binds to the device can.");
	for (size_t i = first + 1; i < f->uplinks->n; i++)
		if (has_addr(&ups[i], addr))
			bal_doctor_also(d, ups[i].name);
	bal_doctor_what(d, "they have the same address, %s",
			bal_addr_host_str(addr, text));
	bal_doctor_mend(d, "bal-exec %s COMMAND (for a program that is to use "
			   "that one)",
			ups[first].name);
}

static void
same_addresses(const struct bal_facts *f, struct bal_diagnosis *d)
{
	for (size_t i = 0; f->looked && i < f->uplinks->n; i++)
		if (f->uplinks->v[i].shared_addr &&
		    bal_uplink_addr(&f->uplinks->v[i]))
			same_address(f, d, i);
}

/* A tunnel without targets is asked through its gateway. */
static bool
has_nobody_to_ask(const struct bal_uplink *up)
{
	size_t own = 0;

	for (size_t i = 0; i < up->set.n_targets; i++)
		own += bal_uplink_owns(up, &up->set.targets[i]);
	return up->admin_up && own == up->set.n_targets &&
	       (own || !bal_uplink_is_tunnel(up));
}

static void
no_targets(const struct bal_facts *f, struct bal_diagnosis *d)
{
	bool found = false;

	for (size_t i = 0; f->looked && i < f->uplinks->n; i++) {
		const struct bal_uplink *up = &f->uplinks->v[i];

		if (!has_nobody_to_ask(up))
			continue;
		if (found) {
			bal_doctor_also(d, up->name);
			continue;
		}
		found = true;
		bal_doctor_find(d, BAL_SEVERITY_RISK, "no-targets", up->name,
				"Nobody is asked whether the line works: when "
				"it is dead beyond the first device, traffic "
				"goes on being lost there. A target that is "
				"the uplink's own address is not asked.");
		bal_doctor_what(d, "not probed, there are no targets");
		bal_doctor_mend(d, "targets = 9.9.9.9, 1.1.1.1 (in the [check] "
				   "section of bal.conf)");
	}
}

static void
drift(const struct bal_facts *f, struct bal_diagnosis *d)
{
	/* Chains cannot be read where the table is not there. */
	const bool chains = bal_doctor_any_up(f) && !f->mangle_loaded &&
			    f->features[BAL_FEATURE_MANGLE] == BAL_YES &&
			    f->privileged;

	if (!f->due && !chains)
		return;
	bal_doctor_find(d, BAL_SEVERITY_NOTE, "drift", "",
			"Somebody has changed or removed what bal made. The "
			"next bal-check puts it right before it probes.");
	if (f->due)
		bal_doctor_what(d, "changes that bal-check would make: %zu",
				f->due);
	else
		bal_doctor_what(d, "bal's iptables chains are gone");
	bal_doctor_mend(d, "bal-check --no-probe");
}

const struct bal_doctor_rule bal_doctor_rules_uplinks[] = {
	{ unnamed_tables, true },
	{ same_addresses, false },
	{ no_targets, true },
	{ drift, true },
	{ NULL, false },
};
