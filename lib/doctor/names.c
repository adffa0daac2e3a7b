// SPDX-License-Identifier: GPL-2.0-or-later
/* names - names in bal.conf that nothing has. */
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
		    /* Reported with the client's own option. */
		    bal_doctor_found(d, "bind-dev", u->name) ||
		    bal_doctor_found(d, "no-local", u->name))
			continue;
		bal_doctor_find(d, BAL_SEVERITY_RISK, "over-nowhere", u->name,
				"A misspelt name leaves the line that carries "
				"the tunnel with a share of its own, outside of "
				"the tunnel, unless that is observed from the "
				"client. A stick that is not plugged in is as it "
				"should be; a section of its own says so.");
		bal_doctor_what(d,
				"over = %s: no uplink, device or section has "
				"that name",
				u->set.over);
		bal_doctor_fix_place(d, bal_conf_place(f->conf, u->over_line));
	}
}

/* Is there a client configuration of that name in any directory? */
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

/* Another command than the default may find the name elsewhere. */
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
		bal_doctor_fix(d, "ls /etc/openvpn/client (shows the names "
				   "there are)");
	}
}

/* --- sections without a device -------------------------------------------- */

/* What creates the device of @name, by its client's file or bal.conf. */
static const char *
client_of(const struct bal_facts *f, const char *name, bool *in_client)
{
	const struct bal_conf_uplink *u = bal_conf_find(f->conf, name);

	*in_client = true;
	for (size_t i = 0; i < f->clients.n; i++) {
		const struct bal_client *c = &f->clients.v[i];
		const char *file = strrchr(c->path, '/');

		if (strcmp(c->dev, name) != 0 || !file)
			continue;
		*in_client = strstr(c->path, "/client/") != NULL;
		return file + 1;
	}
	return u && u->set.has & BAL_SET_OPENVPN ? u->set.openvpn : NULL;
}

/* A tunnel is no stick: its client's log explains its absence. */
static void
no_tunnel(const struct bal_facts *f, struct bal_diagnosis *d, const char *name)
{
	bool in_client;
	const char *client = client_of(f, name, &in_client);
	size_t len = client ? strlen(client) : 0;
	char unit[BAL_PATH_MAX];

	if (len > 5 && strcmp(client + len - 5, ".conf") == 0)
		len -= 5;
	bal_doctor_find(d, BAL_SEVERITY_NOTE, "no-device", name,
			"The device of a tunnel comes with its client, which "
			"does not run, or does not reach its server: its log "
			"says why.");
	bal_doctor_what(d, "bal.conf has a section for it, and there is no "
			   "such device");
	snprintf(unit, sizeof(unit), "openvpn%s@%.*s",
		 in_client ? "-client" : "", (int)len, client ? client : "");
	if (client && f->systemd)
		bal_doctor_fix(d, "journalctl -u %s", bal_doctor_word(d, unit));
	else
		bal_doctor_fix(d, "grep -i openvpn /var/log/syslog (or where "
				   "its client writes its log)");
}

static bool
is_of_client(const struct bal_facts *f, const char *name)
{
	const struct bal_conf_uplink *u = bal_conf_find(f->conf, name);
	bool in_client;

	return client_of(f, name, &in_client) || (u && u->set.has & BAL_SET_OVER);
}

static bool
is_missing(const struct bal_facts *f, const char *name)
{
	return !bal_snapshot_link(f->snap, name) &&
	       !bal_state_find(f->state, name);
}

static void
no_tunnels(const struct bal_facts *f, struct bal_diagnosis *d)
{
	for (size_t i = 0; f->looked && i < f->conf->n_uplinks; i++) {
		const char *name = f->conf->uplinks[i].name;

		if (is_missing(f, name) && is_of_client(f, name))
			no_tunnel(f, d, name);
	}
}

static void
no_devices(const struct bal_facts *f, struct bal_diagnosis *d)
{
	bool found = false;

	for (size_t i = 0; f->looked && i < f->conf->n_uplinks; i++) {
		const char *name = f->conf->uplinks[i].name;

		if (!is_missing(f, name) || is_of_client(f, name))
			continue;
		if (found) {
			bal_doctor_also(d, name);
			continue;
		}
		found = true;
		bal_doctor_find(
			d, BAL_SEVERITY_NOTE, "no-device", name,
			"A stick that is not plugged in is as it should be, "
			"and so is a line that is not dialled. Else the name "
			"may be wrong: then the section means nothing.");
		bal_doctor_what(d, "bal.conf has a section for it, and there "
				   "is no such device");
		bal_doctor_fix(d, "ip -br link (shows the names there are)");
	}
}

const struct bal_doctor_rule bal_doctor_rules_names[] = {
	{ over_nowhere, true },
	{ openvpn_nowhere, true },
	{ no_devices, true },
	{ no_tunnels, true },
	{ NULL, false },
};
