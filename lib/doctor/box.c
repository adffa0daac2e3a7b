// SPDX-License-Identifier: GPL-2.0-or-later
/* box - bal's own files, the clock, the conntrack table. */
#include <stdlib.h>
#include <string.h>

#include "doctor/internal.h"

#define YEAR_MIN 2024 /* bal is younger: a clock before that is wrong */
#define FULL_SOON 80  /* per cent */
#define FULL_NOW 95
/* Of a small box's table of some thousand, a burst takes a fifth at once. */
#define FULL_SMALL 50
#define ROOM_MIN 2000 /* connections */

static void
find_conf_wrong(struct bal_diagnosis *d)
{
	bal_doctor_find(d, BAL_SEVERITY_BROKEN, "configuration", "",
			"A command by hand stops there, if it "
			"changes something; hooks and bal-check go on, but not "
			"with what the file says now. Fix this first: what "
			"depends on the configuration is not looked at before.");
}

/* "PATH:LINE: ..." */
static bool
names_a_line(const char *fault, char path[BAL_PATH_MAX], unsigned *line)
{
	const char *colon = fault;

	while ((colon = strchr(colon, ':'))) {
		if (sscanf(++colon, "%u: ", line) != 1 ||
		    colon - fault > BAL_PATH_MAX)
			continue;
		(void)snprintf(path, (size_t)(colon - fault), "%s", fault);
		return true;
	}
	return false;
}

/* Fault number @i, of those reported so. */
static void
conf_fault(const struct bal_facts *f, struct bal_diagnosis *d, size_t i)
{
	const char *fault = f->conf_faults.v[i];
	char path[BAL_PATH_MAX];
	unsigned line;

	if (i == 0)
		find_conf_wrong(d);
	else
		bal_doctor_find(d, BAL_SEVERITY_BROKEN, "configuration", "",
				"It is one more mistake in the same file.");
	bal_doctor_what(d, "the configuration cannot be used: %s", fault);
	if (names_a_line(fault, path, &line))
		bal_doctor_fix(d, "editor +%u %s", line,
				bal_doctor_word(d, path));
	else
		bal_doctor_fix(d, "editor %s",
				bal_doctor_word(d, f->conf_path));
}

static void
configuration(const struct bal_facts *f, struct bal_diagnosis *d)
{
	const struct bal_conf_trouble *trouble = f->trouble;

	/* A lack of read permission is no fault of the file. */
	if (!bal_doctor_conf_wrong(f) || trouble->why.kind == BAL_EPERM)
		return;
	for (size_t i = 0; i < f->conf_faults.n; i++)
		conf_fault(f, d, i);
	if (f->conf_faults.n)
		return;
	find_conf_wrong(d);
	if (trouble->faults > 1)
		bal_doctor_what(d,
				"the configuration cannot be used: %s (and %u "
				"more)",
				trouble->first, trouble->faults - 1);
	else
		bal_doctor_what(d, "the configuration cannot be used: %s",
				trouble->first);
	if (trouble->line)
		bal_doctor_fix(d, "editor +%u %s", trouble->line,
				bal_doctor_word(d, trouble->file));
	else
		bal_doctor_fix(d, "editor %s",
				bal_doctor_word(d, f->conf_path));
}

static void
state(const struct bal_facts *f, struct bal_diagnosis *d)
{
	if (!f->state_damaged)
		return;
	bal_doctor_find(d, BAL_SEVERITY_RISK, "state", "",
			"The options of bal-up and the settings from before "
			"it are in there. The next command keeps the file as "
			"state.bad, drops the lines that are wrong, and finds "
			"the uplinks again in the kernel, as far as they show "
			"there.");
	bal_doctor_what(d, "the state file %s is damaged", f->state_path);
	/* No command gets that far before the configuration is fixed. */
	if (!bal_doctor_conf_wrong(f))
		bal_doctor_fix(d, "bal-check --no-probe");
}

static void
look(const struct bal_facts *f, struct bal_diagnosis *d)
{
	if (!f->look_fault)
		return;
	bal_doctor_find(d, BAL_SEVERITY_BROKEN, "unreadable", "",
			"bal changes nothing that it cannot read.");
	bal_doctor_what(d, "the kernel's routing cannot be read: %s",
			f->look_fault);
}

static bool
has_tunnel(const struct bal_facts *f)
{
	for (size_t i = 0; f->looked && i < f->uplinks->n; i++)
		if (f->uplinks->v[i].admin_up &&
		    bal_uplink_is_tunnel(&f->uplinks->v[i]))
			return true;
	return f->clients.n > 0;
}

/*
 * Chrony also corrects a clock that is years off, once at its start.  What sets
 * the clock beside systemd is a package of its own, which may be missing.
 */
void
bal_doctor_fix_clock(const struct bal_facts *f, struct bal_diagnosis *d)
{
	bal_doctor_fix(d, "%s",
		       f->systemd ? "timedatectl set-ntp yes || "
				    "apt-get install systemd-timesyncd" :
				    "apt-get install chrony");
}

static void
clock_wrong(const struct bal_facts *f, struct bal_diagnosis *d)
{
	if (f->year >= YEAR_MIN)
		return;
	bal_doctor_find(d, BAL_SEVERITY_RISK, "clock", "",
			"OpenVPN and HTTPS refuse certificates that are not "
			"valid yet, and budgets count by months.");
	bal_doctor_what(d, "the clock is wrong: it shows the year %d", f->year);
	bal_doctor_fix_clock(f, d);
}

static void
clock_free(const struct bal_facts *f, struct bal_diagnosis *d)
{
	if (f->clock_synced != BAL_NO || f->year < YEAR_MIN || !has_tunnel(f))
		return;
	bal_doctor_find(d, BAL_SEVERITY_NOTE, "clock-free", "",
			"A clock that drifts far, or begins anew at each boot, "
			"makes OpenVPN refuse certificates.");
	bal_doctor_what(d, "no program sets the clock");
	bal_doctor_fix_clock(f, d);
}

static void
conntrack_full(const struct bal_facts *f, struct bal_diagnosis *d)
{
	int64_t full, room;

	if (f->conntrack_max <= 0 || f->conntrack_count < 0)
		return;
	full = (int64_t)f->conntrack_count * 100 / f->conntrack_max;
	room = (int64_t)f->conntrack_max - f->conntrack_count;
	if (full < FULL_SOON && (full < FULL_SMALL || room >= ROOM_MIN))
		return;
	bal_doctor_find(
		d, full < FULL_NOW ? BAL_SEVERITY_RISK : BAL_SEVERITY_BROKEN,
		"conntrack-full", "",
		"When it is full, the kernel drops the packets of new "
		"connections, and probes with them.");
	bal_doctor_what(d, "the connection table is full to %d per cent of %d",
			(int)full, f->conntrack_max);
	bal_doctor_fix(d, "sysctl -w net.netfilter.nf_conntrack_max=%lld",
			(long long)f->conntrack_max * 2);
}

/* The next lease writes that file again, unless the client is kept from it. */
static void
resolver_passed(const struct bal_facts *f, struct bal_diagnosis *d)
{
	if (f->conf->globals.name_servers != BAL_NAME_SERVERS_DNSMASQ ||
	    !f->asked)
		return;
	bal_doctor_find(d, BAL_SEVERITY_RISK, "resolver-passed", "",
			"A DHCP client has written /etc/resolv.conf, most "
			"often. Names are asked for by one line, and when that "
			"is dead, none is resolved though others live. "
			"name_servers in man bal.conf says how each client is "
			"kept from it.");
	bal_doctor_what(d, "name_servers = dnsmasq, and /etc/resolv.conf names "
			   "%s, not this box", f->asked);
	bal_doctor_fix(d, "%secho nameserver 127.0.0.1 >/etc/resolv.conf",
		       f->dhclient ? "echo 'make_resolv_conf() { :; }' "
				     ">" BAL_DHCLIENT_ENTER "/no-resolv-conf; " :
				     "");
}

const struct bal_doctor_rule bal_doctor_rules_box[] = {
	{ configuration, false },
	{ state, false },
	{ look, false },
	{ clock_wrong, false },
	{ clock_free, false },
	{ conntrack_full, false },
	{ resolver_passed, true },
	{ NULL, false },
};
