// SPDX-License-Identifier: GPL-2.0-or-later
/* tunnels - does a tunnel use the uplink that bal assumes? */
#include <string.h>

#include "doctor/internal.h"
#include "plan/agree.h"

/* The uplink that has @addr. */
static const struct bal_uplink *
holder_of(const struct bal_facts *f, const struct bal_addr *addr)
{
	for (size_t i = 0; i < f->uplinks->n; i++)
		for (size_t k = 0; k < f->uplinks->v[i].v4.n_addrs; k++)
			if (bal_addr_same_host(
				    &f->uplinks->v[i].v4.addrs[k]->addr, addr))
				return &f->uplinks->v[i];
	return NULL;
}

/* Only where the kernel tells uplinks apart by their addresses. */
static void
underlay(const struct bal_facts *f, struct bal_diagnosis *d,
	 const struct bal_client *c)
{
	const struct bal_uplink *under = holder_of(f, &c->local);
	char remote[BAL_ADDR_STRLEN], local[BAL_ADDR_STRLEN];

	if (!c->looked_up || !under || under->v4.shared_addr || !under->up ||
	    !under->v4.usable || strcmp(c->leaves, under->name) == 0)
		return;
	bal_addr_host_str(&c->remote, remote);
	bal_addr_host_str(&c->local, local);
	bal_doctor_find(d, BAL_SEVERITY_RISK, "underlay", under->name,
			"Routes in the main table that are no defaults come "
			"first, as to a LAN. The tunnel goes by a line that "
			"it is not counted for, and dies with it.");
	bal_doctor_what(d, "packets of a tunnel from %s to %s leave %s%s",
			local, remote, c->leaves[0] ? "by " : "nowhere",
			c->leaves);
	bal_doctor_fix(d, "ip route del %s (see ip route get %s from %s)",
			remote, remote, local);
}

/* "?": it was known, and is lost with the state. */
static bool
is_over_known(const struct bal_uplink *tun)
{
	return tun->set.over[0] && strcmp(tun->set.over, "?") != 0;
}

/* Present, or an unplugged stick, or a typing error? */
static bool
is_over_a_line(const struct bal_facts *f, const struct bal_uplink *tun)
{
	return bal_facts_uplink(f, tun->set.over) ||
	       bal_snapshot_link(f->snap, tun->set.over) ||
	       bal_conf_find(f->conf, tun->set.over);
}

/* Over @line; where that is "", the underlay is unknown. */
static void
fix_over(const struct bal_facts *f, struct bal_diagnosis *d,
	  const struct bal_uplink *tun, const char *line)
{
	const struct bal_uplink_state *us = bal_state_find(f->state, tun->name);

	if (!bal_facts_uplink(f, line))
		line = "DEVICE";
	if (us && us->options.has & BAL_SET_OVER)
		bal_doctor_fix(d, "bal-up %s --over %s (and where bal-up is "
				   "called at boot)",
				bal_doctor_word(d, tun->name),
				bal_doctor_word(d, line));
	else
		bal_doctor_fix(d,
				"over = %s (in the [uplink %s] section of "
				"bal.conf)",
				line, tun->name);
}

/* Change the client's file to match bal.conf, or `over` to match that. */
static void
fix_client(const struct bal_facts *f, struct bal_diagnosis *d,
	    const struct bal_client *c, const struct bal_uplink *tun,
	    const char *in_place)
{
	if (is_over_a_line(f, tun))
		bal_doctor_fix(d, "bind-dev %s (%sin %s)", tun->set.over,
				in_place, c->path);
	else
		fix_over(f, d, tun, c->bind_dev);
}

static void
no_local(const struct bal_facts *f, struct bal_diagnosis *d,
	 const struct bal_client *c, const struct bal_uplink *tun)
{
	bal_doctor_find(d, BAL_SEVERITY_RISK, "no-local", tun->name,
			"The kernel chooses the line that carries the "
			"tunnel, and chooses anew when routes change.");
	bal_doctor_what(d,
			"%s has no local line: nothing keeps the tunnel on %s",
			c->path, tun->set.over);
	fix_client(f, d, c, tun, "");
}

static void
wrong_local(const struct bal_facts *f, struct bal_diagnosis *d,
	    const struct bal_client *c, const struct bal_uplink *tun)
{
	char local[BAL_ADDR_STRLEN];

	bal_addr_host_str(&c->local, local);
	bal_doctor_find(d, BAL_SEVERITY_RISK, "local", tun->name,
			"The client cannot bind to it: the tunnel does not "
			"come up again when it has ended.");
	bal_doctor_what(d, "%s has local %s, which no uplink has", c->path,
			local);
	fix_client(f, d, c, tun, "in place of it, ");
}

static void
wrong_device(const struct bal_facts *f, struct bal_diagnosis *d,
	     const struct bal_client *c, const struct bal_uplink *tun)
{
	bal_doctor_find(d, BAL_SEVERITY_RISK, "bind-dev", tun->name,
			"The tunnel goes by a line that it is not counted "
			"for, and dies with it.");
	bal_doctor_what(d, "%s has bind-dev %s, and over is %s", c->path,
			c->bind_dev, tun->set.over);
	fix_client(f, d, c, tun, "");
}

/* bal-up learns it when the client comes up, unless it could see neither. */
static void
over_unsaid(const struct bal_facts *f, struct bal_diagnosis *d,
	    const struct bal_client *c, const struct bal_uplink *tun)
{
	if (!bal_facts_uplink(f, c->bind_dev) ||
	    strcmp(c->bind_dev, tun->name) == 0)
		return;
	bal_doctor_find(d, BAL_SEVERITY_RISK, "over-unset", tun->name,
			"bal-up has not learned it when the client came up: "
			"the tunnel is not marked down with its line, and both "
			"may get a share.");
	bal_doctor_what(d, "%s has bind-dev %s, and nothing says what %s is over",
			c->path, c->bind_dev, tun->name);
	fix_over(f, d, tun, c->bind_dev);
}

static const struct bal_client *
client_of(const struct bal_facts *f, const char *dev)
{
	for (size_t i = 0; i < f->clients.n; i++)
		if (strcmp(f->clients.v[i].dev, dev) == 0)
			return &f->clients.v[i];
	return NULL;
}

/* An underlay for the tunnel: an uplink, else main's default; "": none. */
static const char *
line_for(const struct bal_facts *f, const struct bal_uplink *tun)
{
	const struct bal_uplink *best = NULL;

	for (size_t i = 0; i < f->uplinks->n; i++) {
		const struct bal_uplink *up = &f->uplinks->v[i];

		if (up->admin_up && up->v4.usable &&
		    !bal_uplink_is_tunnel(up) &&
		    (!best || up->set.priority < best->set.priority))
			best = up;
	}
	if (best)
		return best->name;
	for (size_t i = 0; i < f->main_ways.n; i++)
		if (strcmp(f->main_ways.v[i].dev, tun->name) != 0)
			return f->main_ways.v[i].dev;
	return "";
}

/* Unbound packets leave by any uplink, and the tunnel is one. */
static void
into_itself(const struct bal_facts *f, struct bal_diagnosis *d,
	    const struct bal_client *c, const struct bal_uplink *tun)
{
	const char *line = line_for(f, tun);

	if (!c->looked_up || c->by_main || !tun->share ||
	    (f->mode == BAL_MODE_SOLO && strcmp(c->leaves, tun->name) != 0))
		return;
	bal_doctor_find(d, BAL_SEVERITY_RISK, "into-itself", tun->name,
			"Nothing keeps its own packets on a line: when it is "
			"up, they can leave by the tunnel itself, which dies "
			"of that, comes back, and dies again.");
	bal_doctor_what(d, "%s binds to no line, and the tunnel is an uplink",
			c->path);
	if (*line)
		bal_doctor_fix(d, "bind-dev %s (in %s; then restart it)", line,
				c->path);
}

/* Is the underlay of the tunnel the one that bal assumes? */
static void
transport(const struct bal_facts *f, struct bal_diagnosis *d,
	  const struct bal_client *c)
{
	const struct bal_uplink *tun = bal_facts_uplink(f, c->dev);

	if (!tun || !tun->admin_up || tun->over_any)
		return;
	if (!is_over_known(tun) && !c->has_local && !c->bind_dev[0]) {
		into_itself(f, d, c, tun);
	} else if (!is_over_known(tun)) {
		over_unsaid(f, d, c, tun);
	} else if (c->bind_dev[0]) {
		if (strcmp(c->bind_dev, tun->set.over) != 0)
			wrong_device(f, d, c, tun);
	} else if (!c->has_local) {
		no_local(f, d, c, tun);
	} else if (!bal_addr_none(&c->local) && !holder_of(f, &c->local)) {
		wrong_local(f, d, c, tun);
	}
}

/*
 * A tunnel of OpenVPN whose configuration is elsewhere: bal-up learns nothing
 * where a script before it clears the environment, or runs as user nobody.
 */
static void
over_unknown(const struct bal_facts *f, struct bal_diagnosis *d)
{
	for (size_t i = 0; f->looked && i < f->uplinks->n; i++) {
		const struct bal_uplink *tun = &f->uplinks->v[i];
		const struct bal_uplink_state *us =
			bal_state_find(f->state, tun->name);

		if (!tun->admin_up || !us || bal_addr_none(&us->learned_server) ||
		    is_over_known(tun) || client_of(f, tun->name))
			continue;
		bal_doctor_find(d, BAL_SEVERITY_RISK, "over-unknown", tun->name,
				"bal-up has found neither the configuration of "
				"its client nor a device that its sockets are "
				"bound to: the tunnel is not marked down with "
				"its line, and both may get a share.");
		bal_doctor_what(d, "no line is known that it is over");
		fix_over(f, d, tun, "");
	}
}

static void
clients(const struct bal_facts *f, struct bal_diagnosis *d)
{
	for (size_t i = 0; f->looked && i < f->clients.n; i++) {
		underlay(f, d, &f->clients.v[i]);
		transport(f, d, &f->clients.v[i]);
	}
}

static void
circle(const struct bal_facts *f, struct bal_diagnosis *d)
{
	const struct bal_uplink *tun =
		f->looked ? bal_uplinks_circle(f->uplinks) : NULL;
	const struct bal_client *c = tun ? client_of(f, tun->name) : NULL;
	const char *line;

	if (!tun)
		return;
	bal_doctor_find(d, BAL_SEVERITY_RISK, "over-circle", tun->name,
			"The clients of these tunnels bind to each other's "
			"devices: no packet of them can leave, and none of "
			"them gets a share. One of them has to be over a "
			"line.");
	bal_doctor_what(d, "it is over itself by way of %s", tun->set.over);
	line = line_for(f, tun);
	if (c && c->bind_dev[0])
		bal_doctor_fix(d, "bind-dev %s (in place of bind-dev %s, in "
				   "%s)",
				*line ? line : "DEVICE", c->bind_dev, c->path);
	else
		fix_over(f, d, tun, line);
}

/* --- a target that is the tunnel's own server ----------------------------- */

/* By the address that the client is connected to, or may connect to. */
static bool
is_server(const struct bal_facts *f, const struct bal_uplink *tun,
	  const struct bal_addr *addr)
{
	const struct bal_uplink_state *us = bal_state_find(f->state, tun->name);

	if (us && bal_addr_same_host(&us->learned_server, addr))
		return true;
	for (size_t i = 0; i < f->clients.n; i++) {
		const struct bal_client *c = &f->clients.v[i];

		if (strcmp(c->dev, tun->name) != 0)
			continue;
		for (size_t k = 0; k < c->remotes.n; k++)
			if (bal_addr_same_host(&c->remotes.v[k], addr))
				return true;
	}
	return false;
}

/* An option makes OpenVPN take it. */
static bool
is_recursive(const struct bal_facts *f, const struct bal_uplink *tun)
{
	for (size_t i = 0; i < f->clients.n; i++)
		if (f->clients.v[i].recursive &&
		    strcmp(f->clients.v[i].dev, tun->name) == 0)
			return true;
	return false;
}

/*
 * Probes are answered, and every target has to: so its server does.  OpenVPN 2.7
 * drops its own packets alone.
 */
static bool
answers(const struct bal_facts *f, const struct bal_uplink *tun)
{
	const struct bal_uplink_state *us = bal_state_find(f->state, tun->name);

	return us && us->answered && tun->set.need >= tun->set.n_targets &&
	       (tun->v4.health == BAL_HEALTH_ALIVE ||
		tun->v4.health == BAL_HEALTH_DEGRADED);
}

/* A better target: its gateway, or a likely one; none: there is none. */
static struct bal_addr
within(const struct bal_uplink *tun)
{
	const struct bal_ifaddr *a = bal_uplink_addr(tun);
	struct bal_addr first;

	if (!bal_addr_none(&tun->v4.gateway) || !a || a->peer ||
	    bal_addr_is_host(&a->addr))
		return tun->v4.gateway;
	first = bal_addr_first_host(&a->addr);
	return bal_addr_same_host(&first, &a->addr) ? tun->v4.gateway : first;
}

static void
target_is_server(const struct bal_facts *f, struct bal_diagnosis *d,
		 const struct bal_uplink *tun, const struct bal_addr *target)
{
	const struct bal_addr better = within(tun);
	char host[BAL_ADDR_STRLEN], text[BAL_ADDR_STRLEN];
	const bool known = !bal_addr_none(&better) &&
			   !is_server(f, tun, &better);

	bal_addr_host_str(target, host);
	bal_doctor_find(d, BAL_SEVERITY_RISK, "target-is-server", tun->name,
			"OpenVPN before 2.7 drops what would go to its own "
			"server through the tunnel (\"Recursive routing detected\" in its "
			"log, at verb 4): the probe is never answered, however good the "
			"tunnel is. Ask a host behind the server, or the "
			"server's address within the tunnel.");
	bal_doctor_what(d, "its target %s is the server of the tunnel itself",
			host);
	bal_doctor_fix(d, "targets = %s (in the [uplink %s] section of "
			   "bal.conf)",
			known ? bal_addr_host_str(&better, text) :
				"ADDRESS-BEHIND-THE-SERVER",
			tun->name);
}

static void
targets(const struct bal_facts *f, struct bal_diagnosis *d)
{
	for (size_t i = 0; f->looked && i < f->uplinks->n; i++) {
		const struct bal_uplink *tun = &f->uplinks->v[i];

		if (!tun->admin_up || is_recursive(f, tun) || answers(f, tun))
			continue;
		for (size_t k = 0; k < tun->set.n_targets; k++) {
			const struct bal_addr *a = &tun->set.targets[k].addr;

			if (bal_addr_none(a) || !is_server(f, tun, a))
				continue;
			target_is_server(f, d, tun, a);
			break;
		}
	}
}

const struct bal_doctor_rule bal_doctor_rules_tunnels[] = {
	{ circle, true },
	{ clients, true },
	{ over_unknown, true },
	{ targets, true },
	{ NULL, false },
};
