// SPDX-License-Identifier: GPL-2.0-or-later
/* intent - up, down, mode and probe results, as changes of the state. */
#include "reconcile/intent.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "state/budget.h"
#include "plan/merge.h"
#include "plan/observe.h"
#include "plan/over.h"
#include "openvpn/tunnel.h"

/* The one uplink that has @addr: a tunnel's packets leave by it. */
static void
learn_by_addr(struct bal_uplink_state *us, const struct bal_state *state,
	   const struct bal_snapshot *snap, const struct bal_addr *addr)
{
	const char *found = NULL;

	if (bal_addr_none(addr))
		return;
	for (size_t i = 0; i < snap->addrs.n; i++) {
		const struct bal_link *link;

		if (!bal_addr_same_host(&snap->addrs.v[i].addr, addr))
			continue;
		link = bal_snapshot_ifindex(snap, snap->addrs.v[i].ifindex);
		if (!link || !bal_state_find(state, link->name) ||
		    strcmp(link->name, us->name) == 0)
			continue;
		if (found)
			return; /* two of them: ambiguous */
		found = link->name;
	}
	if (found)
		(void)bal_copy(us->learned_over, sizeof(us->learned_over),
			       found);
}

/*
 * Options that an incomplete intent (a person, a request) leaves out are kept.
 */
static void
learn_over(struct bal_uplink_state *us, const struct bal_intent *intent,
	   const struct bal_state *state, const struct bal_snapshot *snap)
{
	if (!intent->keep_options || !bal_addr_none(&intent->hook.server)) {
		us->learned_server = intent->hook.server;
		us->learned_local = bal_addr_none(&intent->hook.transport) ?
					    (struct bal_addr){ 0 } :
					    bal_addr_host(&intent->hook.transport);
		us->learned_port = intent->hook.port;
		us->learned_proto = intent->hook.proto;
	}
	if (!intent->keep_options)
		us->learned_over[0] = '\0';
	else if (!us->since_ms)
		(void)bal_copy(us->learned_over, BAL_IFNAMSIZ,
			       bal_over_remembered(state, us->name));
	if (intent->hook.over[0] && strcmp(intent->hook.over, us->name) != 0)
		memcpy(us->learned_over, intent->hook.over, BAL_IFNAMSIZ);
	else
		learn_by_addr(us, state, snap, &intent->hook.transport);
}

/*
 * Mark the tunnels over the uplink: their packets no longer leave by it.  A
 * device without a record was none.
 */
static void
take_line_away(const struct bal_intent *intent, const struct bal_conf *conf,
	       struct bal_state *state)
{
	if (!bal_state_find(state, intent->dev))
		return;
	for (size_t i = 0; i < state->n_uplinks; i++) {
		struct bal_uplink_state *us = &state->uplinks[i];

		if (!strcmp(bal_over_of(conf, state, us->name), intent->dev))
			(void)bal_copy(us->line_down, sizeof(us->line_down),
				       intent->dev);
	}
}

static void
give_line_back(const struct bal_intent *intent, struct bal_state *state)
{
	for (size_t i = 0; i < state->n_uplinks; i++) {
		struct bal_uplink_state *us = &state->uplinks[i];

		if (strcmp(us->name, intent->dev) == 0 ||
		    strcmp(us->line_down, intent->dev) == 0)
			us->line_down[0] = '\0';
	}
}

/*
 * It was dead when it was taken down, as an unplugged stick is: it is held back
 * until its probes succeed, if it has any.
 */
static void
hold_back(const struct bal_conf *conf, const struct bal_snapshot *snap,
	  const struct bal_former *former, struct bal_uplink_state *us)
{
	const struct bal_link *link = bal_snapshot_link(snap, us->name);
	const struct bal_settings *targets =
		bal_uplink_said(conf, us, us->name, BAL_SET_TARGETS);

	if (!former->dead || us->record.health != BAL_HEALTH_UNKNOWN ||
	    !((targets && targets->n_targets) ||
	      bal_uplink_said(conf, us, us->name, BAL_SET_OVER) ||
	      (link && link->no_arp)))
		return;
	us->record.health = BAL_HEALTH_DEAD;
	us->record.bad = former->bad;
	us->record.flaps = former->flaps;
	us->record.flap_ms = former->flap_ms;
	(void)bal_copy(us->reason, sizeof(us->reason),
		       BAL_REASON_HELD_BACK);
}

/* An uplink that is dialled again may get another device: the old one goes. */
static void
take_stanza(struct bal_uplink_state *us, const char *stanza,
	    struct bal_state *state)
{
	for (size_t i = 0; *stanza && i < state->n_uplinks; i++) {
		struct bal_uplink_state *other = &state->uplinks[i];

		if (other != us && strcmp(other->stanza, stanza) == 0)
			other->admin_up = false;
	}
	if (*stanza)
		(void)bal_copy(us->stanza, sizeof(us->stanza), stanza);
}

static uint32_t
stanza_bit(const struct bal_intent *intent)
{
	if (!intent->hook.family)
		return 0;
	return intent->hook.family == AF_INET6 ? 2 : 1;
}

/* ifdown of one family: the stanza of the other has it as an uplink still. */
static bool
stays_for_other(const struct bal_intent *intent, const struct bal_state *state)
{
	struct bal_uplink_state *us = bal_state_find(state, intent->dev);

	if (intent->all || !us || !stanza_bit(intent))
		return false;
	us->stanzas &= ~stanza_bit(intent);
	return us->stanzas != 0;
}

static int
apply_up(const struct bal_intent *intent, const struct bal_conf *conf,
	 const struct bal_snapshot *snap, struct bal_state *state,
	 struct bal_err *err)
{
	struct bal_uplink_state *us = bal_state_find(state, intent->dev);
	struct bal_former former;
	bool keep;

	if (!intent->hook.comes_late && !bal_snapshot_link(snap, intent->dev))
		return bal_err(err, BAL_EUNAVAIL, "%s: no such device",
			       intent->dev);
	if (!us)
		return bal_err(err, BAL_ESYS, "%s was not admitted",
			       intent->dev);
	us->admin_up = true;
	us->stanzas |= stanza_bit(intent);
	take_stanza(us, intent->hook.stanza, state);
	give_line_back(intent, state);
	if (intent->keep_options)
		bal_settings_merge(&us->options, &intent->options);
	else
		us->options = intent->options;
	/* A request is complete, but for options. */
	keep = intent->keep_options && !intent->requested;
	if ((!keep && !intent->hook.restart) ||
	    !bal_addr_none(&intent->hook.gateway))
		us->learned_gateway = intent->hook.gateway;
	learn_over(us, intent, state, snap);
	if (us->since_ms == 0)
		us->since_ms = snap->now_ms;
	if (bal_state_forget_former(state, us->name, &former))
		hold_back(conf, snap, &former, us);
	return 0;
}

static bool
still_probed(const struct bal_uplink_state *us, const struct bal_probe *p,
	     const struct bal_snapshot *snap)
{
	const struct bal_link *link = bal_snapshot_link(snap, p->dev);
	const bal_ifaddr_list *addrs = p->family == AF_INET6 ? &snap->addrs6 :
							       &snap->addrs;

	if (!us || !us->admin_up || !link || link->ifindex != p->ifindex)
		return false;
	for (size_t i = 0; i < addrs->n; i++)
		if (addrs->v[i].ifindex == p->ifindex &&
		    bal_addr_same_host(&addrs->v[i].addr, &p->source))
			return true;
	return false;
}

static void
apply_probe(struct bal_uplink_state *us, const struct bal_probe *p,
	    uint64_t now_ms)
{
	us->sent += p->sent;
	us->answered += p->answered;
	bal_rtts_merge(&us->rtts, &p->rtts);
	bal_budget_spend(us, p->spent);
	if (p->family == AF_INET6) {
		us->record6 = p->record;
		(void)bal_copy(us->reason6, sizeof(us->reason6), p->reason);
		return;
	}
	bal_capacity_learn(&us->capacity, &p->fill, now_ms);
	us->record = p->record;
	if (p->rtt_us)
		us->rtt_us = p->rtt_us;
	(void)bal_copy(us->reason, sizeof(us->reason), p->reason);
}

/*
 * An uplink with an OpenVPN client: that is restarted unless stopped on
 * purpose.
 */
static int
note_stop(const struct bal_intent *intent, const struct bal_conf *conf,
	  const struct bal_snapshot *snap, struct bal_state *state,
	  const char *name, struct bal_err *err)
{
	struct bal_tunnel_try *t;

	if (!bal_uplink_said(conf, bal_state_find(state, name), name,
			     BAL_SET_OPENVPN))
		return 0;
	t = bal_state_tunnel(state, name, err);
	if (!t)
		return -1;
	t->stop = bal_tunnel_stop_of(t, intent->hook.caller, intent->hook.signal,
				     snap->now_ms);
	return 0;
}

static int
apply_down(const struct bal_intent *intent, const struct bal_conf *conf,
	   const struct bal_snapshot *snap, struct bal_state *state,
	   struct bal_err *err)
{
	if (stays_for_other(intent, state))
		return 0;
	/*
	 * Also for a device that is no uplink now: its client is to stay down.
	 */
	if (!intent->all &&
	    note_stop(intent, conf, snap, state, intent->dev, err) < 0)
		return -1;
	if (!intent->all)
		take_line_away(intent, conf, state);
	for (size_t i = 0; i < state->n_uplinks; i++) {
		struct bal_uplink_state *us = &state->uplinks[i];

		if (!intent->all && strcmp(us->name, intent->dev) != 0)
			continue;
		us->admin_up = false;
		if (intent->all &&
		    note_stop(intent, conf, snap, state, us->name, err) < 0)
			return -1;
	}
	return 0;
}

/* Its client is wanted again; and those over it that ifdown stopped. */
void
bal_intent_mark_wanted(const struct bal_intent *intent, const struct bal_conf *conf,
		struct bal_state *state)
{
	for (size_t i = 0; i < state->n_tunnels; i++) {
		struct bal_tunnel_try *t = &state->tunnels[i];

		if (strcmp(t->name, intent->dev) == 0)
			bal_tunnel_up(t, intent->hook.caller);
		else if (!strcmp(bal_over_of(conf, state, t->name),
				 intent->dev))
			bal_tunnel_underlay_up(t);
	}
}

int
bal_intent_apply(const struct bal_intent *intent, const struct bal_conf *conf,
		 const struct bal_snapshot *snap, struct bal_state *state,
		 struct bal_arena *arena, struct bal_err *err)
{
	struct bal_uplink_state *us;
	int rc = 0;

	switch (intent->kind) {
	case BAL_INTENT_UP:
		rc = apply_up(intent, conf, snap, state, err);
		if (rc == 0)
			bal_intent_mark_wanted(intent, conf, state);
		break;
	case BAL_INTENT_DOWN:
		rc = apply_down(intent, conf, snap, state, err);
		break;
	case BAL_INTENT_MODE:
		if (intent->has_mode) {
			state->has_mode = true;
			state->mode = intent->mode;
		}
		if (intent->balance)
			state->balance = intent->balance;
		break;
	case BAL_INTENT_CHECK:
		us = bal_state_find(state, intent->dev);
		if (us && intent->measured)
			bal_capacity_measured(&us->capacity, intent->measured,
					      snap->now_ms);
		for (size_t i = 0; i < intent->n_probes; i++) {
			const struct bal_probe *p = &intent->probes[i];

			us = bal_state_find(state, p->dev);
			if (still_probed(us, p, snap))
				apply_probe(us, p, snap->now_ms);
		}
		break;
	}
	if (rc == 0)
		bal_state_observe(state, conf, snap, arena);
	return rc;
}
