// SPDX-License-Identifier: GPL-2.0-or-later
/* probing - whether uplinks are probed, and checks are made. */
#include <string.h>

#include "doctor/internal.h"

#define UNPROBED_LONG_MS 120000 /* two of cron's minutes */
#define OVERDUE_MS 600000

/* A tunnel without targets is probed through its gateway. */
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
				"Nothing is probed by this line: when "
				"it is dead beyond the first device, traffic "
				"goes on being lost there. A target that is "
				"the uplink's own address is not asked.");
		bal_doctor_what(d, "not probed, there are no targets");
		bal_doctor_fix(d, "targets = 9.9.9.9, 1.1.1.1 (in the [check] "
				   "section of bal.conf)");
	}
}

/* A missing target is reported instead. */
static bool
is_unprobed(const struct bal_facts *f, const struct bal_uplink *up)
{
	const struct bal_uplink_state *us = bal_state_find(f->state, up->name);

	return us && us->record.health == BAL_HEALTH_UNKNOWN && !us->sent &&
	       !has_nobody_to_ask(up);
}

static bool
is_unprobed_for_long(const struct bal_facts *f, const struct bal_uplink *up)
{
	const struct bal_uplink_state *us = bal_state_find(f->state, up->name);

	/* 0: a lost state was recovered, and the time is unknown. */
	return us && us->since_ms &&
	       f->snap->now_ms > us->since_ms + UNPROBED_LONG_MS;
}

/* Where nothing calls bal-check, that is reported. */
static void
unprobed(const struct bal_facts *f, struct bal_diagnosis *d)
{
	const struct bal_uplink *first = bal_doctor_first_if_all(f, is_unprobed);

	if (!first || !bal_doctor_probed(f))
		return;
	if (bal_doctor_first_if_all(f, is_unprobed_for_long))
		bal_doctor_find(d, BAL_SEVERITY_RISK, "unprobed", first->name,
				"bal-check is to be called each minute, and "
				"was not for two, or it ends with an error. By "
				"hand it prints which. Until then a dead line "
				"gets its share of traffic.");
	else
		bal_doctor_find(d, BAL_SEVERITY_NOTE, "unprobed", first->name,
				"They have come up lately. Until the first "
				"bal-check each is used as if it worked.");
	bal_doctor_what(d, "no uplink has been probed yet");
	bal_doctor_fix(d, "bal-check");
	bal_doctor_about_all(f, d);
}

/* The last probe of any uplink; 0: unknown. */
static uint64_t
last_check(const struct bal_facts *f)
{
	uint64_t last = 0;

	for (size_t i = 0; i < f->state->n_uplinks; i++)
		if (f->state->uplinks[i].counted_ms > last)
			last = f->state->uplinks[i].counted_ms;
	return last;
}

static bool
some_to_probe(const struct bal_facts *f)
{
	for (size_t i = 0; f->looked && i < f->uplinks->n; i++)
		if (f->uplinks->v[i].admin_up &&
		    !has_nobody_to_ask(&f->uplinks->v[i]))
			return true;
	return false;
}

static bool
is_any(const struct bal_facts *f, const struct bal_uplink *up)
{
	(void)f;
	(void)up;
	return true;
}

/*
 * Cron's line or the timer is there without effect: unprobed() is for new ones.
 */
static void
check_overdue(const struct bal_facts *f, struct bal_diagnosis *d)
{
	const uint64_t last = last_check(f);
	const struct bal_uplink *first = bal_doctor_first_if_all(f, is_any);

	if (f->watch || !bal_doctor_probed(f) || !some_to_probe(f) || !last ||
	    !first || f->snap->now_ms <= last + OVERDUE_MS ||
	    bal_doctor_first_if_all(f, is_unprobed))
		return;
	bal_doctor_find(d, BAL_SEVERITY_RISK, "check-overdue", first->name,
			"Something is to call it each minute, and does not, or "
			"it ends with an error, which it prints by hand. What "
			"bal-status shows is as old as that: a line that has "
			"died since keeps its share of traffic.");
	bal_doctor_what(d, "the last bal-check was %llu minutes ago",
			(unsigned long long)(f->snap->now_ms - last) / 60000);
	if (f->timed)
		bal_doctor_fix(d, "systemctl list-timers bal-check.timer (is "
				   "it active?)");
	else
		bal_doctor_fix(d, "pgrep -a cron (does it run?)");
	bal_doctor_about_all(f, d);
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
			"A device or an address has come or gone, or bal.conf "
			"has been edited, and nothing has followed it yet; or "
			"others have changed or removed what bal made. The "
			"next bal-check repairs it before it probes.");
	if (f->due)
		bal_doctor_what(d, "changes that bal-check would make: %zu",
				f->due);
	else
		bal_doctor_what(d, "bal's firewall rules are gone");
	bal_doctor_fix(d, "bal-check --no-probe");
}

const struct bal_doctor_rule bal_doctor_rules_probing[] = {
	{ no_targets, true },
	{ unprobed, true },
	{ check_overdue, true },
	{ drift, true },
	{ NULL, false },
};
