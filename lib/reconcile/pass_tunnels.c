// SPDX-License-Identifier: GPL-2.0-or-later
/* pass_tunnels - which OpenVPN clients are to be started after this pass. */
#include <string.h>

#include "plan/over.h"
#include "reconcile/pass_internal.h"
#include "openvpn/tunnel.h"

static const struct bal_uplink *
find_uplink(const struct bal_pass *pass, const char *name)
{
	for (size_t i = 0; i < pass->uplinks.n; i++)
		if (strcmp(pass->uplinks.v[i].name, name) == 0)
			return &pass->uplinks.v[i];
	return NULL;
}

/* Of a line that is none of ours nothing is known: "", as if it were not said. */
static const char *
line_of(const struct bal_pass *pass, const char *name,
	const struct bal_settings *set)
{
	const struct bal_uplink_state *us = bal_state_find(&pass->state, name);
	const char *over = bal_over_of(&pass->conf, &pass->state, name);

	if (set->has & BAL_SET_OVER || find_uplink(pass, over) ||
	    bal_conf_find(&pass->conf, over) ||
	    (us && !strcmp(us->line_down, over)) || !strcmp(over, "?"))
		return over;
	return "";
}

static uint64_t
since(uint64_t then_ms, uint64_t now_ms)
{
	return then_ms && then_ms < now_ms ? now_ms - then_ms : 0;
}

/* How long it is as it is; dead, no longer than its underlay lives. */
static uint64_t
lasted(const struct bal_pass *pass, const struct bal_uplink_state *us,
       const struct bal_uplink *underlay, bool alive)
{
	const uint64_t now = pass->snap.now_ms;
	const struct bal_uplink_state *under;
	uint64_t ms = us ? since(us->since_ms, now) : 0, lives;

	under = underlay ? bal_state_find(&pass->state, underlay->name) : NULL;
	if (alive || !under)
		return ms;
	lives = since(under->since_ms, now);
	return lives < ms ? lives : ms;
}

static void
note_next(struct bal_pass *pass, uint64_t ms)
{
	uint64_t *next = &pass->outcome.tunnels_ms;

	if (ms && (!*next || ms < *next))
		*next = ms;
}

static int
look_at(struct bal_pass *pass, const char *name,
	const struct bal_settings *set, struct bal_err *err)
{
	const struct bal_globals *g = &pass->conf.globals;
	const struct bal_uplink *up = find_uplink(pass, name);
	const char *over = line_of(pass, name, set);
	const struct bal_uplink *under = find_uplink(pass, over);
	const struct bal_uplink_state *us = bal_state_find(&pass->state, name);
	struct bal_tunnel_try *t = bal_state_tunnel(&pass->state, name, err);
	struct bal_tunnel_look look = {
		.there = up && up->ifindex && up->up && up->carrier &&
			 up->n_addrs,
		.alive = up && (up->health != BAL_HEALTH_DEAD ||
				(us && us->judge.good)),
		.underlay_alive = bal_tunnel_underlay_alive(
			&pass->conf, &pass->uplinks, name, over),
		.dead_ms = g->openvpn_dead_ms,
		.pause_ms = g->openvpn_pause_ms,
		.now_ms = pass->snap.now_ms,
	};
	struct bal_start *start;
	bool due;

	if (!t)
		return -1;
	look.lasted_ms = lasted(pass, us, under, look.alive);
	due = bal_tunnel_due(t, &look);
	note_next(pass, bal_tunnel_next_ms(t, &look));
	if (!due)
		return 0;
	start = BAL_PUSH(&pass->arena, &pass->outcome.starts);
	if (!start)
		return bal_err_nomem(err);
	memcpy(start->dev, t->name, sizeof(start->dev));
	memcpy(start->openvpn, set->openvpn, sizeof(start->openvpn));
	start->tries = t->tries;
	return 0;
}

int
bal_pass_tunnels(struct bal_pass *pass, struct bal_err *err)
{
	const struct bal_conf *conf = &pass->conf;
	struct bal_settings set;

	for (size_t i = 0; i < conf->n_uplinks; i++) {
		const char *name = conf->uplinks[i].name;

		set = bal_uplink_settings(conf, bal_state_find(&pass->state, name),
					  name);
		if (set.has & BAL_SET_OPENVPN &&
		    look_at(pass, name, &set, err) < 0)
			return -1;
	}
	/* And those that only a stanza told of. */
	for (size_t i = 0; i < pass->uplinks.n; i++) {
		const struct bal_uplink *up = &pass->uplinks.v[i];

		if (up->set.has & BAL_SET_OPENVPN &&
		    !bal_conf_find(conf, up->name) &&
		    look_at(pass, up->name, &up->set, err) < 0)
			return -1;
	}
	return 0;
}
