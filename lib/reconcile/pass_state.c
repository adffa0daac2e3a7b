// SPDX-License-Identifier: GPL-2.0-or-later
/* pass_state - reads and writes the state. */
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
	pass->in.was = pass->in.state;
	pass->in.was.uplinks = copy(&pass->arena, pass->in.state.uplinks,
				 uplinks_size(&pass->in.state));
	pass->in.was.tunnels = copy(&pass->arena, pass->in.state.tunnels,
				 tunnels_size(&pass->in.state));
	pass->in.was.leases = copy(&pass->arena, pass->in.state.leases,
				leases_size(&pass->in.state));
}

static bool
is_same(const void *a, const void *b, size_t size)
{
	return !size || (a && b && memcmp(a, b, size) == 0);
}

bool
bal_pass_leases_are_as_read(const struct bal_pass *pass)
{
	return pass->in.state.n_leases == pass->in.was.n_leases &&
	       is_same(pass->in.state.leases, pass->in.was.leases,
		       leases_size(&pass->in.state));
}

/* By bytes: a difference in padding alone only causes a needless write. */
bool
bal_pass_state_is_as_read(const struct bal_pass *pass)
{
	const struct bal_state *was = &pass->in.was;
	struct bal_state now = pass->in.state;

	now.uplinks = was->uplinks;
	now.tunnels = was->tunnels;
	now.leases = was->leases;
	return !was->damaged && was->format == BAL_STATE_FORMAT &&
	       memcmp(&now, was, sizeof(now)) == 0 &&
	       is_same(pass->in.state.uplinks, was->uplinks, uplinks_size(&now)) &&
	       is_same(pass->in.state.tunnels, was->tunnels, tunnels_size(&now)) &&
	       bal_pass_leases_are_as_read(pass);
}

int
bal_pass_load(struct bal_pass *pass, struct bal_err *err)
{
	bool touch = !pass->session.dry_run && pass->session.lock >= 0;
	struct bal_state state;
	int rc;

	pass->state_written = false;
	if (bal_check_private(pass->session.paths.rundir, err) < 0 ||
	    bal_check_private(pass->session.paths.state, err) < 0)
		return -1;
	rc = bal_state_read(&state, pass->session.paths.state, touch, err);
	if (rc < 0)
		return -1;
	bal_state_fini(&pass->in.state);
	pass->in.state = state;
	pass->in.state_lost = rc == 0;
	bal_pass_remember(pass);
	bal_pass_load_mode(&pass->in, &pass->session.paths);
	return 0;
}

int
bal_pass_write(struct bal_pass *pass, struct bal_err *err)
{
	pass->state_written = bal_state_write(&pass->in.state, pass->session.paths.state,
					      err) == 0;
	return pass->state_written ? 0 : -1;
}
