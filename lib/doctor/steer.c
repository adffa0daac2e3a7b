// SPDX-License-Identifier: GPL-2.0-or-later
/* steer - why no program gives connections of this box their uplinks. */
#include "doctor/internal.h"

static bool
is_wanted(const struct bal_facts *f)
{
	return f->looked && f->plan.steer && !f->steer.there;
}

#define ALONE                                                             \
	" The kernel alone spreads them: see steer and balance in "       \
	"bal.conf(5)."

static void
no_cgroup(const struct bal_facts *f, struct bal_diagnosis *d)
{
	if (!is_wanted(f) || f->steer.can != BAL_STEER_NO_CGROUP)
		return;
	bal_doctor_find(d, BAL_SEVERITY_NOTE, "steer-cgroup", "",
			"The BPF program that gives connections of this box "
			"their uplinks has no place to be in." ALONE);
	bal_doctor_what(d, "cgroup v2 is not mounted");
	bal_doctor_fix(d, "mkdir -p /run/cgroup2 && mount -t cgroup2 cgroup2 "
			  "/run/cgroup2 && bal-check --no-probe");
}

static void
no_bpf(const struct bal_facts *f, struct bal_diagnosis *d)
{
	if (!is_wanted(f) || f->steer.can != BAL_STEER_NO_BPF)
		return;
	bal_doctor_find(d, BAL_SEVERITY_NOTE, "steer-bpf", "",
			"Linux 5.14 with CONFIG_CGROUP_BPF can run the program "
			"that gives connections of this box their uplinks, "
			"unless kernel lockdown or a container forbids it."
			ALONE);
	bal_doctor_what(d, "the kernel allows no BPF program at connect()");
}

static void
excluded(const struct bal_facts *f, struct bal_diagnosis *d)
{
	if (!is_wanted(f) || f->steer.can != BAL_STEER_EXCLUDED)
		return;
	bal_doctor_find(d, BAL_SEVERITY_NOTE, "steer-excluded", "",
			"It is not bal's, and was attached to the root cgroup "
			"without BPF_F_ALLOW_MULTI: bal's own, which gives "
			"connections of this box their uplinks, cannot stand "
			"beside it. Who made it may know how to attach it "
			"otherwise." ALONE);
	bal_doctor_what(d,
			"BPF program %u (%s) at connect() allows none beside "
			"it",
			f->steer.blocker_id,
			f->steer.blocker[0] ? f->steer.blocker : "no name");
}

const struct bal_doctor_rule bal_doctor_rules_steer[] = {
	{ no_cgroup, true },
	{ no_bpf, true },
	{ excluded, true },
	{ NULL, false },
};
