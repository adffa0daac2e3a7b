// SPDX-License-Identifier: GPL-2.0-or-later
/* diff - orders the difference of all kinds.  Pure. */
#include "plan/diff.h"

#include "plan/stages.h"

int
bal_diff_make(const struct bal_world *world, const struct bal_plan *plan,
	      struct bal_arena *arena, bal_op_list *out, struct bal_err *err)
{
	struct bal_diff d = { .world = world,
			      .plan = plan,
			      .routes = plan->routes,
			      .arena = arena };
	const struct bal_snapshot *snap = world->snap;

	for (size_t i = 0; snap->kinds[i]; i++)
		snap->kinds[i]->diff(&d, snap->have[i]);
	for (int s = 0; s < BAL_STAGE_MAX; s++) {
		for (size_t i = 0; i < d.stage[s].n; i++) {
			struct bal_op *op = BAL_PUSH(arena, out);

			if (op)
				*op = d.stage[s].v[i];
		}
	}
	return arena->oom ? bal_err_nomem(err) : 0;
}
