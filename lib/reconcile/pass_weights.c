// SPDX-License-Identifier: GPL-2.0-or-later
/* pass_weights - weights of uplinks with weight = auto. */
#include "reconcile/pass_weights.h"

#include "plan/merge.h"
#include "state/capacity_file.h"

static bool
is_auto(const struct bal_pass *pass, const struct bal_uplink_state *us)
{
	const struct bal_settings *said =
		bal_uplink_said(&pass->in.conf, us, us->name, BAL_SET_WEIGHT);

	return said && said->weight == BAL_WEIGHT_AUTO;
}

static void
load(struct bal_pass *pass)
{
	struct bal_state *state = &pass->in.state;
	struct bal_err why;
	bool unknown = false;

	for (size_t i = 0; i < state->n_uplinks; i++)
		unknown |= is_auto(pass, &state->uplinks[i]) &&
			   !state->uplinks[i].capacity.rate;
	if (unknown && bal_capacity_load(pass->session.paths.capacity, state,
					 &why) < 0)
		bal_warn("%s", why.msg);
}

static bool
another_is_full(struct bal_capacity *const *v, size_t n, size_t self,
		uint64_t now_ms)
{
	for (size_t i = 0; i < n; i++)
		if (i != self && bal_capacity_is_full(v[i], now_ms))
			return true;
	return false;
}

void
bal_pass_weigh(struct bal_pass *pass)
{
	struct bal_capacity *v[BAL_UPLINKS_MAX];
	struct bal_state *state = &pass->in.state;
	const uint64_t now_ms = pass->snap.now_ms;
	size_t n = 0;

	if (!bal_is_said(&pass->in.conf, state, BAL_SET_WEIGHT))
		return;
	load(pass);
	for (size_t i = 0; i < state->n_uplinks && n < BAL_UPLINKS_MAX; i++)
		if (is_auto(pass, &state->uplinks[i]))
			v[n++] = &state->uplinks[i].capacity;
	for (size_t i = 0; i < n; i++)
		bal_capacity_explore(v[i], another_is_full(v, n, i, now_ms),
				     now_ms);
	(void)bal_capacity_weigh(v, n);
}

static bool
is_due(const struct bal_uplink_state *us)
{
	const uint64_t now = us->capacity.rate, then = us->capacity_saved;

	return now > then + then / 10 || now < then - then / 10;
}

void
bal_pass_keep_capacities(struct bal_pass *pass)
{
	struct bal_state *state = &pass->in.state;
	struct bal_err why;
	bool due = false;

	if (!bal_is_said(&pass->in.conf, state, BAL_SET_WEIGHT))
		return;
	for (size_t i = 0; i < state->n_uplinks; i++)
		due |= is_auto(pass, &state->uplinks[i]) &&
		       is_due(&state->uplinks[i]);
	if (due && bal_capacity_save(pass->session.paths.capacity, state,
				     &why) < 0)
		bal_warn("%s", why.msg);
}
