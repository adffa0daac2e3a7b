// SPDX-License-Identifier: GPL-2.0-or-later
/* pass_state - what is remembered is read, and written. */
#include <string.h>

#include "reconcile/pass_internal.h"
#include "state/read.h"
#include "reconcile/pass_mode.h"
#include "state/write.h"

static size_t
uplinks_size(const struct bal_state *state)
{
	return state->n_uplinks * sizeof(*state->uplinks);
}

static size_t
tunnels_size(const struct bal_state *state)
{
	return state->n_tunnels * sizeof(*state->tunnels);
}

static size_t
leases_size(const struct bal_state *state)
{
	return state->n_leases * sizeof(*state->leases);
}

static void *
copy(struct bal_arena *arena, const void *from, size_t size)
{
	void *to = bal_arena_alloc(arena, size ? size : 1);

	if (to && size)
		memcpy(to, from, size);
	return to;
}

void
bal_pass_remember(struct bal_pass *pass)
{
	pass->was = pass->state;
	pass->was.uplinks = copy(&pass->arena, pass->state.uplinks,
				 uplinks_size(&pass->state));
	pass->was.tunnels = copy(&pass->arena, pass->state.tunnels,
				 tunnels_size(&pass->state));
	pass->was.leases = copy(&pass->arena, pass->state.leases,
				leases_size(&pass->state));
}

static bool
is_same(const void *a, const void *b, size_t size)
{
	return !size || (a && b && memcmp(a, b, size) == 0);
}

bool
bal_pass_leases_are_as_read(const struct bal_pass *pass)
{
	return pass->state.n_leases == pass->was.n_leases &&
	       is_same(pass->state.leases, pass->was.leases,
		       leases_size(&pass->state));
}

/* By bytes: what differs in padding only is written once too often. */
bool
bal_pass_state_is_as_read(const struct bal_pass *pass)
{
	const struct bal_state *was = &pass->was;
	struct bal_state now = pass->state;

	now.uplinks = was->uplinks;
	now.tunnels = was->tunnels;
	now.leases = was->leases;
	return !was->damaged && was->format == BAL_STATE_FORMAT &&
	       memcmp(&now, was, sizeof(now)) == 0 &&
	       is_same(pass->state.uplinks, was->uplinks, uplinks_size(&now)) &&
	       is_same(pass->state.tunnels, was->tunnels, tunnels_size(&now)) &&
	       bal_pass_leases_are_as_read(pass);
}

int
bal_pass_load(struct bal_pass *pass, struct bal_err *err)
{
	bool touch = !pass->dry_run && pass->lock >= 0;
	struct bal_state state;
	int rc;

	pass->state_written = false;
	if (bal_check_private(pass->paths.rundir, err) < 0 ||
	    bal_check_private(pass->paths.state, err) < 0)
		return -1;
	rc = bal_state_read(&state, pass->paths.state, touch, err);
	if (rc < 0)
		return -1;
	bal_state_fini(&pass->state);
	pass->state = state;
	pass->state_lost = rc == 0;
	bal_pass_remember(pass);
	bal_pass_load_mode(pass);
	return 0;
}

int
bal_pass_write(struct bal_pass *pass, struct bal_err *err)
{
	pass->state_written = bal_state_write(&pass->state, pass->paths.state,
					      err) == 0;
	return pass->state_written ? 0 : -1;
}
