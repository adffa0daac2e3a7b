// SPDX-License-Identifier: GPL-2.0-or-later
/* smooth - tunnels that are to be smoothed, and what is in the way of that. */
#include "doctor/internal.h"
#include "plan/smooth.h"

static void
off_fix(struct bal_diagnosis *d, const struct bal_uplink *up)
{
	const char *name = bal_doctor_word(d, up->name);

	switch (up->smoothing.lack) {
	case BAL_SMOOTH_TCP:
		bal_doctor_fix(d, "proto udp (at the client of %s and at its "
				  "server)", name);
		break;
	case BAL_SMOOTH_BIND_DEV:
		bal_doctor_fix(d, "local ADDRESS (and lport 0, in place of "
				  "bind-dev and nobind, at the client of %s; "
				  "openvpn-client@ has a nobind of its own: "
				  "bal-recipes(7), Tunnels over sticks)",
			       name);
		break;
	case BAL_SMOOTH_UNKNOWN:
		bal_doctor_fix(d, "systemctl restart openvpn-client@NAME (the "
				  "client of %s)", name);
		break;
	case BAL_SMOOTH_SAME_LINE:
		bal_doctor_fix(d, "smooth_over = auto (below [uplink %s] in %s)",
			       up->name, "bal.conf");
		break;
	default:
		break;
	}
}

static void
off(const struct bal_facts *f, struct bal_diagnosis *d)
{
	for (size_t i = 0; f->looked && i < f->uplinks->n; i++) {
		const struct bal_uplink *up = &f->uplinks->v[i];

		if (!*bal_smooth_reason(up))
			continue;
		bal_doctor_find(d, BAL_SEVERITY_RISK, "smooth-off", up->name,
				"Nothing of it is copied: when its line dies, "
				"it is down until another is found.");
		bal_doctor_what(d, "not smoothed: %s", bal_smooth_reason(up));
		off_fix(d, up);
	}
}

/* The answers to its probes tell silence from rest. */
static void
unwatched(const struct bal_facts *f, struct bal_diagnosis *d)
{
	for (size_t i = 0; f->looked && !f->watch && i < f->uplinks->n; i++) {
		const struct bal_uplink *up = &f->uplinks->v[i];

		if (!bal_smooth_is_on(up) ||
		    up->set.smooth != BAL_SMOOTH_SUSPICION)
			continue;
		bal_doctor_find(d, BAL_SEVERITY_RISK, "smooth-watch", up->name,
				"Only answers to probes show that its line is "
				"not silent, and a timer asks once a minute. "
				"Until something probes all the time, nearly "
				"all of it is copied.");
		bal_doctor_what(d, "smooth is suspicion, and no bal-check "
				   "--watch runs");
		bal_doctor_fix(d, "systemctl enable --now bal-check.service");
	}
}

/* What its server has is not to be seen from here. */
static void
server_log(const struct bal_facts *f, struct bal_diagnosis *d)
{
	for (size_t i = 0; f->looked && i < f->uplinks->n; i++) {
		const struct bal_uplink *up = &f->uplinks->v[i];

		if (!bal_smooth_is_on(up) || up->smoothing.own_port ||
		    up->set.smooth != BAL_SMOOTH_ALWAYS)
			continue;
		bal_doctor_find(d, BAL_SEVERITY_NOTE, "smooth-log", up->name,
				"A server of OpenVPN drops each copy and writes "
				"211 bytes about it into its log, from verb 1 "
				"on, unless it is not to.");
		bal_doctor_what(d, "all of it is copied: its server may log "
				   "each copy");
		bal_doctor_fix(d, "mute-replay-warnings (in the configuration "
				  "of its server)");
	}
}

const struct bal_doctor_rule bal_doctor_rules_smooth[] = {
	{ off, true },
	{ unwatched, true },
	{ server_log, true },
	{ NULL, false },
};
