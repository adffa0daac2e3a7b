// SPDX-License-Identifier: GPL-2.0-or-later
/* mptcp - why endpoints that bal.conf wants are of no use. */
#include "doctor/internal.h"

static bool
is_wanted(const struct bal_facts *f)
{
	return f->conf->globals.mptcp && bal_doctor_any_up(f) && f->snap->mptcp;
}

static void
absent(const struct bal_facts *f, struct bal_diagnosis *d)
{
	if (!is_wanted(f) || f->snap->mptcp->there)
		return;
	bal_doctor_find(d, BAL_SEVERITY_NOTE, "mptcp-absent", "",
			"mptcp = yes in bal.conf does nothing here: it takes "
			"Linux 5.6 with CONFIG_MPTCP.");
	bal_doctor_what(d, "the kernel has no MPTCP");
}

static void
off(const struct bal_facts *f, struct bal_diagnosis *d)
{
	if (!is_wanted(f) || !f->snap->mptcp->there || f->snap->mptcp->enabled)
		return;
	bal_doctor_find(d, BAL_SEVERITY_NOTE, "mptcp-off", "",
			"Uplinks have their endpoints by mptcp = yes, but no "
			"program gets a socket of MPTCP.");
	bal_doctor_what(d, "net.mptcp.enabled is 0");
	bal_doctor_fix(d, "sysctl -w net.mptcp.enabled=1");
}

const struct bal_doctor_rule bal_doctor_rules_mptcp[] = {
	{ absent, true },
	{ off, true },
	{ NULL, false },
};
