// SPDX-License-Identifier: GPL-2.0-or-later
/* fuzz_state - a state file, half written or of a stranger's making. */
#include "fuzz.h"

#include "state/state.h"
#include "state/read.h"

static void
check(const struct bal_state *state)
{
	struct bal_err err;

	if (state->n_uplinks > BAL_UPLINKS_MAX ||
	    state->n_leases > BAL_UPLINKS_MAX ||
	    state->kept_len > BAL_STATE_KEPT_MAX)
		abort();
	for (size_t i = 0; i < state->n_uplinks; i++) {
		const struct bal_uplink_state *u = &state->uplinks[i];

		if (bal_check_ifname(u->name, &err) < 0 ||
		    bal_state_find(state, u->name) != u ||
		    u->slot > BAL_UPLINKS_MAX ||
		    (u->table >= BAL_TABLE_DEFAULT &&
		     u->table <= BAL_TABLE_LOCAL))
			abort();
		for (size_t k = 0; k < i; k++)
			if ((u->slot && state->uplinks[k].slot == u->slot) ||
			    (u->table && state->uplinks[k].table == u->table))
				abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bal_err err = { 0 };
	struct bal_state state;

	if (bal_state_read(&state, file_of(data, size), false, &err) >= 0)
		check(&state);
	bal_state_fini(&state);
	return 0;
}
