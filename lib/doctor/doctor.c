// SPDX-License-Identifier: GPL-2.0-or-later
/* doctor - runs every rule, and sorts the findings; pure. */
#include "doctor/doctor.h"

#include <string.h>

#include "doctor/internal.h"

static const struct bal_doctor_rule *const chapters[] = {
	bal_doctor_rules_prove,
	bal_doctor_rules_box,	    bal_doctor_rules_kernel,
	bal_doctor_rules_steer,	    bal_doctor_rules_mptcp,
	bal_doctor_rules_rules,	    bal_doctor_rules_routing,
	bal_doctor_rules_ways,	    bal_doctor_rules_marks,
	bal_doctor_rules_tunnels,   bal_doctor_rules_endpoints,
	bal_doctor_rules_smooth,
	bal_doctor_rules_names,
	bal_doctor_rules_policy,    bal_doctor_rules_policy_nft,
	bal_doctor_rules_gateway,   bal_doctor_rules_uplinks,
	bal_doctor_rules_probing,   bal_doctor_rules_stanzas,
	bal_doctor_rules_stanza_up, bal_doctor_rules_overridden,
	bal_doctor_rules_unused,    bal_doctor_rules_managers,
	bal_doctor_rules_caps,
};

static bool
is_same(const struct bal_finding *a, const struct bal_finding *b)
{
	return a->severity == b->severity && !strcmp(a->id, b->id) &&
	       !strcmp(a->what, b->what) && !strcmp(a->why, b->why) &&
	       !strcmp(a->fix, b->fix);
}

/* Merge findings of several uplinks with the same text. */
static void
merge(struct bal_diagnosis *d)
{
	size_t kept = 0;

	for (size_t i = 0; i < d->findings.n; i++) {
		struct bal_finding *f = &d->findings.v[i], *same = NULL;
		const char **slot;

		for (size_t k = 0; k < kept && !same; k++)
			if (is_same(&d->findings.v[k], f))
				same = &d->findings.v[k];
		if (!same)
			d->findings.v[kept++] = *f;
		for (size_t n = 0; same && n < f->devs.n; n++)
			if (!bal_doctor_is_about(same, f->devs.v[n]) &&
			    (slot = BAL_PUSH(d->arena, &same->devs)))
				*slot = f->devs.v[n];
	}
	d->findings.n = kept;
}

/* The worst first; stable, there are few. */
static void
sort(struct bal_diagnosis *d)
{
	for (size_t i = 1; i < d->findings.n; i++) {
		struct bal_finding moved = d->findings.v[i];
		size_t k = i;

		for (; k > 0 && d->findings.v[k - 1].severity < moved.severity;
		     k--)
			d->findings.v[k] = d->findings.v[k - 1];
		d->findings.v[k] = moved;
	}
}

int
bal_doctor_check(const struct bal_facts *facts, struct bal_arena *arena,
		 struct bal_diagnosis *out, struct bal_err *err)
{
	struct bal_diagnosis d = { .arena = arena, .facts = facts };

	for (size_t c = 0; c < sizeof(chapters) / sizeof(chapters[0]); c++)
		for (const struct bal_doctor_rule *r = chapters[c]; r->check; r++)
			if (!r->by_conf || !bal_doctor_conf_wrong(facts))
				r->check(facts, &d);
	merge(&d);
	if (arena->oom)
		return bal_err_nomem(err);
	sort(&d);
	*out = d;
	return 0;
}

bool
bal_doctor_problem(const struct bal_diagnosis *d)
{
	/* The worst is the first one. */
	return d->findings.n && d->findings.v[0].severity > BAL_SEVERITY_NOTE;
}

void
bal_doctor_hush(struct bal_diagnosis *d)
{
	d->quiet = true;
	while (d->findings.n &&
	       d->findings.v[d->findings.n - 1].severity == BAL_SEVERITY_NOTE)
		d->findings.n--;
}
