// SPDX-License-Identifier: GPL-2.0-or-later
/* pass_tunnels - which OpenVPN clients are to be started after this pass. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "plan/merge.h"
#include "plan/over.h"
#include "reconcile/pass_internal.h"
#include "openvpn/tunnel.h"

/* The `over`; "" for one that is no uplink, as if it were not set. */
static const char *
line_of(const struct bal_pass *pass, const char *name, bool over_said)
{
	const struct bal_uplink_state *us = bal_state_find(&pass->in.state, name);
	const char *over = bal_over_of(&pass->in.conf, &pass->in.state, name);
	const struct bal_policy *policy = &pass->in.conf.policy;
	const struct bal_uplink *line;

	if (bal_over_is_several(policy, over)) {
		line = bal_over_best(policy, &pass->uplinks, over);
		return line ? line->name : "";
	}
	if (over_said || bal_uplinks_find(&pass->uplinks, over) ||
	    bal_conf_find(&pass->in.conf, over) ||
	    (us && !strcmp(us->line_down, over)) || !strcmp(over, "?"))
		return over;
	return "";
}

static uint64_t
since(uint64_t then_ms, uint64_t now_ms)
{
	return then_ms && then_ms < now_ms ? now_ms - then_ms : 0;
}

/*
 * How long its health has lasted; if dead, no longer than its underlay is
 * alive.
 */
static uint64_t
lasted(const struct bal_pass *pass, const struct bal_uplink_state *us,
       const struct bal_uplink *underlay, bool alive)
{
	const uint64_t now = pass->snap.now_ms;
	const struct bal_uplink_state *under;
	uint64_t ms = us ? since(us->since_ms, now) : 0, lives;

	under = underlay ? bal_state_find(&pass->in.state, underlay->name) : NULL;
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

/* Record the tries; an empty record is not made. */
static int
remember(struct bal_pass *pass, const struct bal_tunnel_try *tried,
	 struct bal_err *err)
{
	struct bal_tunnel_try none = { 0 }, *kept;

	memcpy(none.name, tried->name, sizeof(none.name));
	if (!bal_state_find_tunnel(&pass->in.state, tried->name) &&
	    memcmp(tried, &none, sizeof(none)) == 0)
		return 0;
	kept = bal_state_tunnel(&pass->in.state, tried->name, err);
	if (!kept)
		return -1;
	*kept = *tried;
	return 0;
}

static int
tell(struct bal_pass *pass, const struct bal_start *start, struct bal_err *err)
{
	struct bal_event *e = bal_pass_add_event(
		pass, BAL_EVENT_TUNNEL_RESTARTED, start->dev, err);

	if (!e)
		return -1;
	snprintf(e->reason, sizeof(e->reason), "OpenVPN client %.32s, try %" PRIu32,
		 start->openvpn, start->tries);
	return 0;
}

static int
start(struct bal_pass *pass, const struct bal_tunnel_try *t,
      const char *openvpn, struct bal_err *err)
{
	struct bal_start *start = BAL_PUSH(&pass->arena, &pass->outcome.starts);

	if (!start)
		return bal_err_nomem(err);
	memcpy(start->dev, t->name, sizeof(start->dev));
	(void)bal_copy(start->openvpn, sizeof(start->openvpn), openvpn);
	start->tries = t->tries;
	return tell(pass, start, err);
}

static int
look_at(struct bal_pass *pass, const char *name, const char *openvpn,
	bool over_said, struct bal_err *err)
{
	const struct bal_globals *g = &pass->in.conf.globals;
	const struct bal_uplink *up = bal_uplinks_find(&pass->uplinks, name);
	const char *over = line_of(pass, name, over_said);
	const struct bal_uplink_state *us = bal_state_find(&pass->in.state, name);
	const struct bal_tunnel_try *known =
		bal_state_find_tunnel(&pass->in.state, name);
	struct bal_tunnel_try t = known ? *known :
					  (struct bal_tunnel_try){ 0 };
	struct bal_tunnel_look look = {
		.there = up && up->ifindex && up->up && up->carrier &&
			 up->v4.n_addrs,
		.alive = up && (up->v4.health != BAL_HEALTH_DEAD ||
				(us && us->record.good)),
		.underlay_alive = bal_tunnel_underlay_alive(
			&pass->in.conf, &pass->uplinks, name, over),
		.dead_ms = g->openvpn_dead_ms,
		.pause_ms = g->openvpn_pause_ms,
		.now_ms = pass->snap.now_ms,
	};
	bool due;

	(void)bal_copy(t.name, sizeof(t.name), name);
	look.lasted_ms = lasted(pass, us,
				bal_uplinks_find(&pass->uplinks, over),
				look.alive);
	due = bal_tunnel_due(&t, &look);
	note_next(pass, bal_tunnel_next_ms(&t, &look));
	if (remember(pass, &t, err) < 0)
		return -1;
	return due ? start(pass, &t, openvpn, err) : 0;
}

int
bal_pass_tunnels(struct bal_pass *pass, struct bal_err *err)
{
	const struct bal_conf *conf = &pass->in.conf;

	for (size_t i = 0; i < conf->n_uplinks; i++) {
		const char *name = conf->uplinks[i].name;
		const struct bal_uplink_state *us =
			bal_state_find(&pass->in.state, name);
		const struct bal_settings *said =
			bal_uplink_said(conf, us, name, BAL_SET_OPENVPN);

		if (said &&
		    look_at(pass, name, said->openvpn,
			    bal_uplink_said(conf, us, name, BAL_SET_OVER),
			    err) < 0)
			return -1;
	}
	/* And those with options from a stanza only. */
	for (size_t i = 0; i < pass->uplinks.n; i++) {
		const struct bal_uplink *up = &pass->uplinks.v[i];

		if (up->set.has & BAL_SET_OPENVPN &&
		    !bal_conf_find(conf, up->name) &&
		    look_at(pass, up->name, up->set.openvpn,
			    up->set.has & BAL_SET_OVER, err) < 0)
			return -1;
	}
	return 0;
}
