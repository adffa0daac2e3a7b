// SPDX-License-Identifier: GPL-2.0-or-later
/* names - what bal.conf names, and is nowhere. */
#include <string.h>

#include "config/globals.h"
#include "doctor/internal.h"
#include "plan/over.h"

static void
over_nowhere(const struct bal_facts *f, struct bal_diagnosis *d)
{
	for (size_t i = 0; f->looked && i < f->conf->n_uplinks; i++) {
		const struct bal_conf_uplink *u = &f->conf->uplinks[i];

		if (!(u->set.has & BAL_SET_OVER) ||
		    !bal_over_is_nowhere(f->conf, f->state, u->set.over) ||
		    bal_snapshot_link(f->snap, u->set.over) ||
		    /* Told with what its client says. */
		    bal_doctor_found(d, "bind-dev", u->name) ||
		    bal_doctor_found(d, "no-local", u->name))
			continue;
		bal_doctor_find(d, BAL_SEVERITY_RISK, "over-nowhere", u->name,
				"A misspelt name leaves the line that carries "
				"the tunnel with a share of its own, outside of "
				"the tunnel, unless that is learned from the "
				"client. A stick that is not plugged in is as it "
				"should be; a section of its own says so.");
		bal_doctor_what(d,
				"over = %s: no uplink, device or section has "
				"that name",
				u->set.over);
		bal_doctor_mend(d, "editor +%u %s", u->over_line,
				bal_doctor_word(d, f->conf_path));
	}
}

/* Is there a file of that name, wherever clients are? */
static bool
has_client(const struct bal_facts *f, const char *name)
{
	const size_t len = strlen(name);

	for (size_t i = 0; i < f->clients.n; i++) {
		const char *file = strrchr(f->clients.v[i].path, '/');

		file = file ? file + 1 : f->clients.v[i].path;
		if (strncmp(file, name, len) == 0 &&
		    strcmp(file + len, ".conf") == 0)
			return true;
	}
	return false;
}

/* Another command than the built-in one may know the name from elsewhere. */
static void
openvpn_nowhere(const struct bal_facts *f, struct bal_diagnosis *d)
{
	const struct bal_globals built_in = bal_globals_default();

	if (!f->privileged || strcmp(f->conf->globals.openvpn_command,
				     built_in.openvpn_command) != 0)
		return;
	for (size_t i = 0; f->looked && i < f->conf->n_uplinks; i++) {
		const struct bal_conf_uplink *u = &f->conf->uplinks[i];

		if (!(u->set.has & BAL_SET_OPENVPN) ||
		    has_client(f, u->set.openvpn))
			continue;
		bal_doctor_find(d, BAL_SEVERITY_RISK, "openvpn-nowhere", u->name,
				"When the tunnel is gone, bal-check starts that "
				"client, which systemd does not find.");
		bal_doctor_what(d,
				"openvpn = %s: there is no "
				"/etc/openvpn/client/%s.conf",
				u->set.openvpn, u->set.openvpn);
		bal_doctor_mend(d, "ls /etc/openvpn/client (shows the names "
				   "there are)");
	}
}

const struct bal_doctor_rule bal_doctor_rules_names[] = {
	{ over_nowhere, true },
	{ openvpn_nowhere, true },
	{ NULL, false },
};
