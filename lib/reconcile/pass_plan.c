// SPDX-License-Identifier: GPL-2.0-or-later
/* pass_plan - the planned kernel state, and the operations to get there. */
#include "reconcile/pass_plan.h"

#include "plan/diff.h"
#include "reconcile/pass_internal.h"
#include "reconcile/pass_mode.h"

/* An uplink of bal.conf that was never up has no table. */
static void
name_configured(const struct bal_conf *conf, struct bal_arena *arena,
		bal_table_list *names)
{
	for (size_t i = 0; i < conf->n_uplinks; i++) {
		struct bal_table_name *name = BAL_PUSH(arena, names);

		if (!name)
			return;
		name->id = UINT32_MAX;
		(void)bal_copy(name->name, sizeof(name->name),
			       conf->uplinks[i].name);
	}
}

/* Table names of rt_tables, and of uplinks that bal.conf names. */
static int
all_names(struct bal_pass *pass, bal_table_list *out, struct bal_err *err)
{
	const bal_table_list *names = bal_pass_names(pass, err);

	if (!names)
		return -1;
	for (size_t i = 0; i < names->n; i++) {
		struct bal_table_name *slot = BAL_PUSH(&pass->arena, out);

		if (!slot)
			return bal_err_nomem(err);
		*slot = names->v[i];
	}
	name_configured(&pass->in.conf, &pass->arena, out);
	return 0;
}

static int
plan(struct bal_pass *pass, const bal_group_list *groups,
     struct bal_plan *out, struct bal_err *err)
{
	struct bal_world world = {
		.globals = &pass->in.conf.globals,
		.uplinks = &pass->uplinks,
		.groups = groups,
		.snap = &pass->snap,
		.saved_sysctls = pass->in.state.saved_sysctls,
	};
	bal_table_list names = { 0 };

	if (bal_plan_wants_names(&world, &pass->arena)) {
		if (all_names(pass, &names, err) < 0)
			return -1;
		world.names = &names;
	}
	return bal_plan_make(&world, &pass->arena, out, err);
}

int
bal_pass_due(struct bal_pass *pass, struct bal_due *due, struct bal_err *err)
{
	bool objects = pass->in.conf.globals.nexthop_objects &&
		       pass->snap.has_nexthops;
	bal_group_list groups = { 0 };

	if (bal_groups_make(&pass->uplinks, bal_pass_mode(&pass->in),
			    pass->in.state.balancing_table, &pass->arena,
			    &groups, err) < 0 ||
	    plan(pass, &groups, &due->plan, err) < 0)
		return -1;
	pass->in.state.masquerading |= due->plan.firewall.masquerade;
	return bal_diff_make(&due->plan, &pass->snap, &groups, objects,
			     &pass->arena, &due->ops, err);
}
