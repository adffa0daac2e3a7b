// SPDX-License-Identifier: GPL-2.0-or-later
/* policy - groups and rules of bal.conf that come to nothing. */
#include <string.h>

#include "doctor/internal.h"
#include "plan/over.h"

static bool
is_nowhere(const struct bal_facts *f, const char *name)
{
	return bal_over_is_nowhere(f->conf, f->state, name) &&
	       !bal_snapshot_link(f->snap, name);
}

static void
find_nowhere(const struct bal_facts *f, struct bal_diagnosis *d,
	     const char *name, unsigned line)
{
	bal_doctor_find(d, BAL_SEVERITY_RISK, "group-nowhere", name,
			"A misspelt name has no traffic, which then goes by "
			"what comes behind it. A stick that is not plugged in "
			"is as it should be; a section of its own says so.");
	bal_doctor_what(d, "a group or rule names %s: no uplink, device or "
			   "section has that name",
			name);
	bal_doctor_fix_place(d, bal_conf_place(f->conf, line));
}

static void
group_nowhere(const struct bal_facts *f, struct bal_diagnosis *d)
{
	const struct bal_policy *p = &f->conf->policy;

	for (size_t i = 0; f->looked && i < p->n_groups; i++)
		for (size_t k = 0; k < p->groups[i].n_uplinks; k++) {
			const char *name = p->groups[i].uplinks[k];

			if (is_nowhere(f, name) &&
			    !bal_doctor_found(d, "group-nowhere", name))
				find_nowhere(f, d, name,
					     p->groups[i].uplinks_line);
		}
	for (size_t i = 0; f->looked && i < p->n_rules; i++)
		if (p->rules[i].lead == BAL_LEAD_UPLINK &&
		    is_nowhere(f, p->rules[i].group) &&
		    !bal_doctor_found(d, "group-nowhere", p->rules[i].group))
			find_nowhere(f, d, p->rules[i].group,
				     p->rules[i].group_line);
}

/* Does anything lead to @group: a rule, its destinations, another group? */
static bool
is_used(const struct bal_policy *p, const struct bal_conf_group *group)
{
	for (size_t i = 0; i < p->n_rules; i++)
		if (p->rules[i].lead == BAL_LEAD_GROUP &&
		    strcmp(p->rules[i].group, group->name) == 0)
			return true;
	for (size_t i = 0; i < p->n_groups; i++)
		if (p->groups[i].fallback == BAL_FALLBACK_GROUP &&
		    strcmp(p->groups[i].fallback_group, group->name) == 0)
			return true;
	return group->n_destinations;
}

static void
group_unused(const struct bal_facts *f, struct bal_diagnosis *d)
{
	const struct bal_policy *p = &f->conf->policy;

	for (size_t i = 0; i < p->n_groups; i++) {
		if (is_used(p, &p->groups[i]))
			continue;
		bal_doctor_find(d, BAL_SEVERITY_NOTE, "group-unused", "",
				"Traffic comes to a group by a rule with group "
				"= NAME, by destinations of its own, or as the "
				"fallback of another one.");
		bal_doctor_what(d, "nothing leads to group %s",
				p->groups[i].name);
		bal_doctor_fix_place(d, bal_conf_place(f->conf,
						       p->groups[i].line));
	}
}

const struct bal_doctor_rule bal_doctor_rules_policy[] = {
	{ group_nowhere, true },
	{ group_unused, true },
	{ NULL, false },
};
