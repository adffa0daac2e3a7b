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

static void
same_addresses(const struct bal_facts *f, struct bal_diagnosis *d)
{
	for (size_t i = 0; f->looked && i < f->uplinks->n; i++) {
		const struct bal_uplink *up = &f->uplinks->v[i];

		if (!up->shared_addr)
			continue;
		bal_doctor_find(d, BAL_SEVERITY_NOTE, "same-address", up->name,
				"They are kept apart by marks, which works. A "
				"program that binds to the address cannot say "
				"which uplink it means; one that binds to the "
				"device can.");
		bal_doctor_what(d, "another uplink has the same address");
	}
}

static void
no_targets(const struct bal_facts *f, struct bal_diagnosis *d)
{
	for (size_t i = 0; f->looked && i < f->uplinks->n; i++) {
		const struct bal_uplink *up = &f->uplinks->v[i];

		if (!up->admin_up || up->set.n_targets ||
		    bal_uplink_is_tunnel(up))
			continue;
		bal_doctor_find(d, BAL_SEVERITY_RISK, "no-targets", up->name,
				"It is not probed: when its line is dead "
				"beyond the first device, traffic goes on "
				"being lost there.");
		bal_doctor_what(d, "there is nobody to ask whether it works");
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

bal_doctor_rule *const bal_doctor_rules_uplinks[] = {
	unnamed_tables, same_addresses, no_targets, drift, NULL,
};
