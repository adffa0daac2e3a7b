// SPDX-License-Identifier: GPL-2.0-or-later
/* pass_state - reads and writes the state. */
#include <string.h>
#include <unistd.h>

#include "reconcile/pass_internal.h"
#include "state/read.h"
#include "reconcile/pass_mode.h"
#include "state/write.h"

/* The bytes that are in use of an array of @state. */
#define BYTES(state, array) ((state)->n_##array * sizeof(*(state)->array))

#define COPY(arena, state, array) \
	bal_arena_copy(arena, (state)->array, BYTES(state, array))

void
bal_pass_remember(struct bal_pass *pass)
{
	const struct bal_state *now = &pass->in.state;
	struct bal_state *was = &pass->in.was;

	*was = *now;
	was->uplinks = COPY(&pass->arena, now, uplinks);
	was->tunnels = COPY(&pass->arena, now, tunnels);
	was->leases = COPY(&pass->arena, now, leases);
	was->groups = COPY(&pass->arena, now, groups);
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
		       BYTES(&pass->in.state, leases));
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
	now.groups = was->groups;
	return !was->damaged && was->format == BAL_STATE_FORMAT &&
	       memcmp(&now, was, sizeof(now)) == 0 &&
	       is_same(pass->in.state.uplinks, was->uplinks,
		       BYTES(was, uplinks)) &&
	       is_same(pass->in.state.tunnels, was->tunnels,
		       BYTES(was, tunnels)) &&
	       is_same(pass->in.state.groups, was->groups,
		       BYTES(was, groups)) &&
	       bal_pass_leases_are_as_read(pass);
}

/* Without it, or where it is damaged, what was read is what was reported. */
static void
load_reported(struct bal_pass *pass)
{
	struct bal_err ignored;

	bal_state_fini(&pass->in.reported);
	if (bal_state_read(&pass->in.reported, pass->session.paths.reported, false,
			   &ignored) <= 0)
		bal_state_fini(&pass->in.reported);
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
	load_reported(pass);
	bal_pass_load_mode(&pass->in, &pass->session.paths);
	return 0;
}

int
bal_pass_put_state(const struct bal_paths *paths, const struct bal_state *was,
		   enum bal_mode mode, const struct bal_state *now,
		   struct bal_err *err)
{
	struct bal_state reported = *was;

	reported.has_mode = true;
	reported.mode = mode;
	/* Of two without a pass between them the first is what was reported. */
	if (access(paths->reported, F_OK) != 0 &&
	    bal_state_write(&reported, paths->reported, err) < 0)
		return -1;
	return bal_state_write(now, paths->state, err);
}

int
bal_pass_write(struct bal_pass *pass, struct bal_err *err)
{
	pass->state_written = bal_state_write(&pass->in.state, pass->session.paths.state,
					      err) == 0;
	return pass->state_written ? 0 : -1;
}
