// SPDX-License-Identifier: GPL-2.0-or-later
/* gateway - uplinks that lack nothing but a working gateway. */
#include <string.h>

#include "doctor/stanza.h"

/* The gateway, requested or observed; none: unknown. */
static struct bal_addr
gateway_of(const struct bal_facts *f, const struct bal_uplink *up)
{
	const struct bal_uplink_state *us = bal_state_find(f->state, up->name);

	if (!bal_addr_none(&up->set.gateway) || !us)
		return up->set.gateway;
	return us->learned_gateway;
}

/* The device with that address; NULL: none, so it means a whole subnet. */
static const struct bal_link *
holder_of(const struct bal_facts *f, const struct bal_addr *addr)
{
	for (size_t i = 0; i < f->snap->addrs.n; i++)
		if (bal_addr_same_host(&f->snap->addrs.v[i].addr, addr))
			return bal_snapshot_ifindex(
				f->snap, f->snap->addrs.v[i].ifindex);
	return NULL;
}

static void
say_why(const struct bal_facts *f, struct bal_diagnosis *d,
	const struct bal_uplink *up, const struct bal_addr *gateway)
{
	const struct bal_link *holder;
	char text[BAL_ADDR_STRLEN];

	if (bal_addr_none(gateway)) {
		bal_doctor_what(d, "it is not used: no gateway is known");
		return;
	}
	holder = holder_of(f, gateway);
	bal_addr_host_str(gateway, text);
	if (!holder)
		bal_doctor_what(d,
				"it is not used: its gateway %s means all of "
				"its subnet",
				text);
	else if (strcmp(holder->name, up->name) == 0)
		bal_doctor_what(d,
				"it is not used: its gateway %s is its own "
				"address",
				text);
	else
		bal_doctor_what(d,
				"it is not used: its gateway %s is an address "
				"of %s",
				text, holder->name);
}

/* The line that sets it, and its stanza; NULL: there is none. */
static const struct bal_stanza_option *
line_of(const struct bal_facts *f, const struct bal_uplink *up,
	const struct bal_stanza **stanza)
{
	const struct bal_stanza_option *plain = NULL;
	char key[BAL_STANZA_KEY_MAX];

	for (size_t i = 0; i < f->stanzas.n; i++) {
		const struct bal_stanza *s = &f->stanzas.v[i];

		if (strcmp(bal_stanza_device(f, s), up->name) != 0 ||
		    bal_stanza_is_elsewhere(f, s))
			continue;
		for (size_t k = 0; k < s->options.n; k++) {
			const struct bal_stanza_option *o = &s->options.v[k];
			const bool ours = bal_stanza_key(o->name, key);

			if (strcmp(ours ? key : o->name, "gateway") != 0)
				continue;
			*stanza = s;
			if (ours)
				return o;
			plain = o;
		}
	}
	return plain;
}

/* Does its stanza have another one by now, or for the first time? */
static bool
is_fixed(const struct bal_stanza_option *o, const struct bal_addr *gateway)
{
	struct bal_addr said;
	struct bal_err ignored;

	return bal_host_parse(o->value, &said, &ignored) == 0 &&
	       !bal_addr_same_host(&said, gateway);
}

static void
fix(const struct bal_facts *f, struct bal_diagnosis *d,
     const struct bal_uplink *up, const struct bal_addr *gateway)
{
	const struct bal_conf_uplink *section =
		bal_conf_find(f->conf, up->name);
	const struct bal_uplink_state *us = bal_state_find(f->state, up->name);
	const struct bal_stanza *s = NULL;
	const struct bal_stanza_option *o = line_of(f, up, &s);
	struct bal_settings set = { 0 };

	if (o && is_fixed(o, gateway) && bal_stanza_makes_uplink(f, s, &set))
		bal_stanza_fix_by_bal_up(d, up->name, s, &set);
	else if (o)
		bal_stanza_fix_by_editor(d, o->path, o->line);
	else if (section && section->set.has & BAL_SET_GATEWAY &&
		 !(us && us->options.has & BAL_SET_GATEWAY))
		bal_doctor_fix(d, "editor %s",
				bal_doctor_word(d, f->conf_path));
	else
		bal_doctor_fix(d,
				"bal-up %s --gateway ADDRESS (of the modem; in "
				"the stanza: bal-gateway ADDRESS)",
				bal_doctor_word(d, up->name));
}

static void
no_gateways(const struct bal_facts *f, struct bal_diagnosis *d)
{
	for (size_t i = 0; f->looked && i < f->uplinks->n; i++) {
		const struct bal_uplink *up = &f->uplinks->v[i];
		struct bal_addr gateway;

		/* What else is missing comes by itself, and is no fault. */
		if (!up->admin_up || up->v4.usable || !up->up || !up->carrier ||
		    !up->v4.n_addrs)
			continue;
		gateway = gateway_of(f, up);
		bal_doctor_find(d, BAL_SEVERITY_BROKEN, "no-gateway", up->name,
				"It has an address and a carrier, and no next "
				"hop: it gets no traffic. The "
				"gateway is the address of the modem or router "
				"at the other end.");
		say_why(f, d, up, &gateway);
		fix(f, d, up, &gateway);
	}
}

/* A gateway from a lease was not typed, and the server means it. */
static bool
is_typed(const struct bal_facts *f, const struct bal_uplink *up)
{
	const struct bal_stanza *s;

	return !bal_addr_none(&up->set.gateway) || line_of(f, up, &s);
}

static bool
is_far(const struct bal_facts *f, const struct bal_uplink *up)
{
	return up->admin_up && up->up && up->v4.n_addrs &&
	       !bal_addr_none(&up->v4.gateway) && !bal_uplink_is_tunnel(up) &&
	       !bal_uplink_gateway_is_near(up) && is_typed(f, up);
}

/* Dead ones only: ARP may fail now and then for one that is alive. */
static bool
is_silent(const struct bal_facts *f, const struct bal_uplink *up)
{
	if (!up->admin_up || !up->v4.usable || up->v4.health != BAL_HEALTH_DEAD)
		return false;
	for (size_t i = 0; i < f->mute.n; i++)
		if (strcmp(f->mute.v[i], up->name) == 0)
			return true;
	return false;
}

bool
bal_doctor_gateway_explains(const struct bal_facts *f,
			    const struct bal_uplink *up)
{
	const struct bal_uplink *line =
		up->underlay_down ? bal_facts_uplink(f, up->set.over) : up;

	return line && is_silent(f, line);
}

static enum bal_severity
severity_of(const struct bal_facts *f, const struct bal_uplink *up)
{
	if (is_silent(f, up) && bal_doctor_all_dead(f))
		return BAL_SEVERITY_BROKEN;
	/* A target answers through it: it may be intended. */
	if (up->v4.health == BAL_HEALTH_ALIVE || up->v4.health == BAL_HEALTH_DEGRADED)
		return BAL_SEVERITY_NOTE;
	return BAL_SEVERITY_RISK;
}

static void
far_gateways(const struct bal_facts *f, struct bal_diagnosis *d)
{
	char text[BAL_ADDR_STRLEN];

	for (size_t i = 0; f->looked && i < f->uplinks->n; i++) {
		const struct bal_uplink *up = &f->uplinks->v[i];

		if (!is_far(f, up))
			continue;
		bal_doctor_find(d, severity_of(f, up), "gateway-far", up->name,
				"Most often a typing error in the gateway or "
				"the netmask. The route is made all the same, "
				"and perhaps nothing answers there.");
		bal_doctor_what(d, "its gateway %s is outside its subnet",
				bal_addr_host_str(&up->v4.gateway, text));
		fix(f, d, up, &up->v4.gateway);
	}
}

static void
silent_gateways(const struct bal_facts *f, struct bal_diagnosis *d)
{
	char text[BAL_ADDR_STRLEN];

	for (size_t i = 0; f->looked && i < f->uplinks->n; i++) {
		const struct bal_uplink *up = &f->uplinks->v[i];

		/* A typing error is reported with the cause. */
		if (!is_silent(f, up) || is_far(f, up))
			continue;
		bal_doctor_find(d, severity_of(f, up), "gateway-silent",
				up->name,
				"It does not even answer on the link: a typing "
				"error, or the modem hangs.");
		bal_doctor_what(d, "its gateway %s does not answer",
				bal_addr_host_str(&up->v4.gateway, text));
		if (is_typed(f, up))
			fix(f, d, up, &up->v4.gateway);
		else
			bal_doctor_fix(d, "ip neigh show dev %s",
					bal_doctor_word(d, up->name));
	}
}

const struct bal_doctor_rule bal_doctor_rules_gateway[] = {
	{ no_gateways, true },
	{ far_gateways, true },
	{ silent_gateways, true },
	{ NULL, false },
};
