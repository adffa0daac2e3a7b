// SPDX-License-Identifier: GPL-2.0-or-later
/* pass_mptcp - which endpoints of MPTCP are on record as ours. */
#include "reconcile/pass_mptcp.h"

#include <string.h>

#include "plan/mptcp.h"

static const struct bal_mptcp_endpoint *
planned_for(const bal_mptcp_list *planned, const char *dev)
{
	for (size_t i = 0; i < planned->n; i++)
		if (strcmp(planned->v[i].dev, dev) == 0)
			return &planned->v[i];
	return NULL;
}

/* What the kernel has of @up and is not planned, or NULL. */
static const struct bal_mptcp_endpoint *
leftover_of(const struct bal_pass *pass, const struct bal_uplink *up,
	    const bal_mptcp_list *planned)
{
	const bal_mptcp_list *there = &pass->snap.mptcp->endpoints;

	for (size_t i = 0; i < there->n; i++)
		if (bal_plan_mptcp_owner(&pass->uplinks, &there->v[i]) == up &&
		    !bal_plan_mptcp_find(planned, &there->v[i]))
			return &there->v[i];
	return NULL;
}

/* Does the record of @us change? */
static bool
record(struct bal_uplink_state *us, const struct bal_mptcp_endpoint *e)
{
	const struct bal_addr addr = e ? e->addr : (struct bal_addr){ 0 };
	const uint32_t id = e ? e->id : 0;

	if (us->mptcp_id == id && bal_addr_cmp(&us->mptcp_addr, &addr) == 0)
		return false;
	us->mptcp_id = id;
	us->mptcp_addr = addr;
	return true;
}

static void
note_limit(struct bal_pass *pass, const struct bal_world *world)
{
	struct bal_state *state = &pass->in.state;
	const struct bal_mptcp_seen *seen = pass->snap.mptcp;

	if (!bal_plan_limits_mptcp(world))
		return;
	state->mptcp = true;
	if (!state->saved_mptcp && seen->subflows < BAL_MPTCP_MAX)
		state->saved_mptcp = 1 + seen->subflows;
}

/* Once: it would be said again in each pass of a process. */
static void
warn_absent(const struct bal_world *world)
{
	static bool warned;

	if (warned || !bal_plan_limits_mptcp(world))
		return;
	warned = true;
	bal_warn("this kernel has no MPTCP: mptcp = yes does nothing");
}

void
bal_pass_note_mptcp(struct bal_pass *pass, const struct bal_world *world,
		    const bal_mptcp_list *planned)
{
	pass->mptcp = *planned;
	if (!pass->snap.mptcp)
		return;
	if (!pass->snap.mptcp->there) {
		warn_absent(world);
		return;
	}
	note_limit(pass, world);
	for (size_t i = 0; i < pass->uplinks.n; i++) {
		const struct bal_uplink *up = &pass->uplinks.v[i];
		struct bal_uplink_state *us =
			bal_state_find(&pass->in.state, up->name);
		const struct bal_mptcp_endpoint *e =
			leftover_of(pass, up, planned);

		if (us)
			(void)record(us, e ? e : planned_for(planned, up->name));
	}
}

void
bal_pass_settle_mptcp(struct bal_pass *pass, bool up)
{
	struct bal_state *state = &pass->in.state;
	const bool mptcp = up && pass->in.conf.globals.mptcp;

	for (size_t i = 0; i < state->n_uplinks; i++)
		if (record(&state->uplinks[i],
			   planned_for(&pass->mptcp, state->uplinks[i].name)))
			pass->state_written = false;
	if (state->mptcp == mptcp && (mptcp || !state->saved_mptcp))
		return;
	state->mptcp = mptcp;
	if (!mptcp)
		state->saved_mptcp = 0;
	pass->state_written = false;
}

/* The key may have been taken out since: our numbers show that it was there. */
static bool
has_ours(const struct bal_state *state, const bal_mptcp_list *there)
{
	for (size_t i = 0; i < state->n_uplinks; i++)
		for (size_t k = 0; k < there->n; k++)
			if (there->v[k].ifindex == state->uplinks[i].ifindex &&
			    bal_plan_mptcp_numbers(&state->uplinks[i],
						   &there->v[k]))
				return true;
	return false;
}

void
bal_pass_assume_mptcp(struct bal_pass *pass)
{
	const struct bal_mptcp_seen *seen = pass->snap.mptcp;

	if (seen && seen->there && seen->subflows == BAL_MPTCP_MAX &&
	    !pass->in.state.saved_mptcp &&
	    (pass->in.conf.globals.mptcp ||
	     has_ours(&pass->in.state, &seen->endpoints)))
		pass->in.state.saved_mptcp = 1 + BAL_MPTCP_INITIAL;
}
