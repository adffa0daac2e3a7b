// SPDX-License-Identifier: GPL-2.0-or-later
/* managers - other managers, callers of bal-check, scripts and their modes. */
#include <string.h>

#include "doctor/internal.h"

static void
fix_manager(struct bal_diagnosis *d, const char *name, const char *dev)
{
	if (strcmp(name, "NetworkManager") == 0)
		bal_doctor_fix(d, "nmcli device set %s managed no",
			       bal_doctor_word(d, dev));
	else if (strcmp(name, "dhcpcd") == 0)
		bal_doctor_fix(d, "denyinterfaces %s (in /etc/dhcpcd.conf)",
				dev);
	else if (strcmp(name, "connman") == 0)
		bal_doctor_fix(d,
				"NetworkInterfaceBlacklist = %s (in the "
				"[General] section of "
				"/etc/connman/main.conf, with those that stand "
				"there)",
				dev);
	else
		bal_doctor_fix(d, "Unmanaged = yes (in the [Link] section of "
				   "its file in /etc/systemd/network)");
}

static void
managers(const struct bal_facts *f, struct bal_diagnosis *d)
{
	for (size_t i = 0; i < f->managers.n; i++) {
		const struct bal_manager *m = &f->managers.v[i];

		bal_doctor_find(
			d, BAL_SEVERITY_RISK, "manager", m->dev,
			"It takes addresses and routes for its own, and "
			"removes or replaces what others set.");
		bal_doctor_what(d, "%s manages it", m->name);
		fix_manager(d, m->name, m->dev);
	}
}

/* An existing file is the package's, or the administrator's. */
static void
fix_crontab(const struct bal_facts *f, struct bal_diagnosis *d)
{
	if (f->cron_comment) {
		bal_doctor_what(d, "nothing calls bal-check: the line in "
				   "/etc/cron.d/bal is a comment");
		bal_doctor_fix(d, "sed -i '/bal-check/s/^#[# ]*\\*/*/' "
				   "/etc/cron.d/bal");
	} else if (f->cron_file) {
		bal_doctor_what(d, "nothing calls bal-check: no line in "
				   "/etc/cron.d/bal does");
		bal_doctor_fix(d, "editor /etc/cron.d/bal");
	} else {
		/* As in hooks/bal.cron; cron's PATH has no sbin directories. */
		bal_doctor_fix(d, "echo '* * * * * root "
				   "PATH=/usr/local/sbin:/usr/sbin:/sbin:$PATH "
				   "bal-check --if-idle 2>&1 | logger -t "
				   "bal-check' >>/etc/cron.d/bal");
	}
}

static void
nobody_probes(const struct bal_facts *f, struct bal_diagnosis *d)
{
	if (!bal_doctor_any_up(f) || bal_doctor_probed(f))
		return;
	bal_doctor_find(d, BAL_SEVERITY_RISK, "no-check", "",
			"A line that dies silently keeps its share of traffic, "
			"and what others change is not repaired.");
	if (f->unit_idle) {
		bal_doctor_what(d,
				"nothing calls bal-check: %s is enabled, and "
				"not active",
				f->unit_idle);
		bal_doctor_fix(d, "systemctl restart %s", f->unit_idle);
		return;
	}
	bal_doctor_what(d, "nothing calls bal-check: there is no --watch, no "
			   "line for cron, no unit of systemd");
	if (f->systemd)
		bal_doctor_fix(d, "systemctl enable --now bal-check.timer");
	else
		fix_crontab(f, d);
}

static void
stopped_command(const struct bal_facts *f, struct bal_diagnosis *d)
{
	const struct bal_holder *h = &f->stopped.holder;

	if (!h->pid)
		return;
	bal_doctor_find(d, BAL_SEVERITY_BROKEN, "stopped-command", "",
			"Other commands wait for it in vain, and what is "
			"recorded of uplinks may be old. bal-check takes "
			"traffic off dead ones all the same.");
	bal_doctor_what(d, "process %d (%s) is stopped with bal's file %s locked",
			(int)h->pid, h->name, f->stopped.lock);
	bal_doctor_fix(d, "kill -CONT %d", (int)h->pid);
}

static void
probed_twice(const struct bal_facts *f, struct bal_diagnosis *d)
{
	if (!f->watch || !f->cron_insists)
		return;
	bal_doctor_find(d, BAL_SEVERITY_NOTE, "probed-twice", "",
			"Only one probes at a time; the other one ends with a "
			"message, every minute. With --if-idle it does so "
			"silently.");
	bal_doctor_what(d, "bal-check --watch runs, and cron calls bal-check "
			   "without --if-idle");
	bal_doctor_fix(d,
			"sed -i '/^ *#/!s/bal-check/& --if-idle/' %s",
			bal_doctor_word(d, f->cron_insists));
}

static void
event_programs(const struct bal_facts *f, struct bal_diagnosis *d)
{
	for (size_t i = 0; i < f->events.n; i++) {
		const struct bal_event_file *e = &f->events.v[i];

		bal_doctor_find(d, BAL_SEVERITY_RISK, "event-program", "",
				"It would run as root: what others can write "
				"is not for them to say.");
		if (e->foreign_owner) {
			bal_doctor_what(d,
					"%s is not run: it belongs to "
					"another user",
					e->path);
			bal_doctor_fix(d, "chown root %s",
					bal_doctor_word(d, e->path));
		} else {
			bal_doctor_what(d,
					"%s is not run: others than its "
					"owner can write it",
					e->path);
			bal_doctor_fix(d, "chmod go-w %s",
					bal_doctor_word(d, e->path));
		}
	}
}

static void
client_rights(const struct bal_facts *f, struct bal_diagnosis *d)
{
	for (size_t i = 0; i < f->clients.n; i++) {
		const struct bal_client *c = &f->clients.v[i];

		if (!c->unprivileged || !c->calls_bal ||
		    strcmp(c->group, "bal") == 0)
			continue;
		bal_doctor_find(d, BAL_SEVERITY_RISK, "openvpn-user", c->dev,
				"Its scripts lose their rights with it: when "
				"the tunnel goes down, bal does not notice.");
		bal_doctor_what(d, "%s has a user line without group bal",
				c->path);
		bal_doctor_fix(d, "group bal (in %s)", c->path);
	}
}

/* Another device's line before number @i with the same metric; NULL: none. */
static const struct bal_gateway_line *
rival_of(const struct bal_facts *f, size_t i)
{
	const struct bal_gateway_line *g = &f->gateways.v[i];
	const struct bal_gateway_line *rival = NULL;

	for (size_t k = 0; k < i; k++) {
		const struct bal_gateway_line *other = &f->gateways.v[k];

		if (other->metric != g->metric)
			continue;
		/* Reported with the first: a file may be read twice. */
		if (strcmp(other->dev, g->dev) == 0)
			return NULL;
		if (!rival)
			rival = other;
	}
	return rival;
}

/* The kernel has room for one default route of a metric. */
static void
gateway_lines(const struct bal_facts *f, struct bal_diagnosis *d)
{
	for (size_t i = 1; i < f->gateways.n; i++) {
		const struct bal_gateway_line *g = &f->gateways.v[i];
		const struct bal_gateway_line *rival = rival_of(f, i);

		if (!rival)
			continue;
		bal_doctor_find(d, BAL_SEVERITY_RISK, "gateway-lines", g->dev,
				"The kernel takes one default route of each "
				"metric: whichever comes second fails, and its "
				"up lines are not run.");
		bal_doctor_what(d,
				"it and %s both have a gateway line in "
				"interfaces(5)",
				rival->dev);
		bal_doctor_fix(d,
				"bal-gateway %s (in place of the gateway "
				"line)",
				g->gateway);
	}
}

const struct bal_doctor_rule bal_doctor_rules_managers[] = {
	{ managers, false },
	{ nobody_probes, false },
	{ stopped_command, false },
	{ probed_twice, false },
	{ event_programs, false },
	{ client_rights, false },
	{ gateway_lines, false },
	{ NULL, false },
};
