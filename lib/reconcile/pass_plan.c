// SPDX-License-Identifier: GPL-2.0-or-later
/* pass_plan - the planned kernel state, and the operations to get there. */
#include "reconcile/pass_plan.h"

#include "plan/best.h"
#include "kinds/steer.h"
#include "plan/diff.h"
#include "reconcile/pass_firewall.h"
#include "plan/rules6.h"
#include "reconcile/pass_internal.h"
#include "reconcile/pass_mode.h"
#include "reconcile/pass_mptcp.h"

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

/* Whose IPv6 is ours to put back: before it is turned off. */
static void
note_ipv6(struct bal_pass *pass)
{
	for (size_t i = 0; i < pass->uplinks.n; i++) {
		const struct bal_uplink *up = &pass->uplinks.v[i];
		struct bal_uplink_state *us =
			bal_state_find(&pass->in.state, up->name);

		if (!us || !up->link || !up->link->has_ipv6 ||
		    up->link->ipv6_off)
			continue;
		us->ipv6_ifindex = bal_plan_blocks_ipv6(up) ? up->ifindex : 0;
	}
}

/*
 * What the sysctls of its device were, before they are set; and no more once
 * they are put back.
 */
static void
note_devconf6(struct bal_uplink_state *us, const struct bal_uplink *up)
{
	const bool known = us->saved6_ifindex == up->ifindex;
	bool waits = false;
	int32_t value;

	for (int i = 0; i < BAL_DC6_MAX; i++)
		waits |= bal_plan_restores6(up, i, &value);
	if (up->six ? known : waits)
		return;
	us->saved6_ifindex = up->six ? up->ifindex : 0;
	for (int i = 0; i < BAL_DC6_MAX; i++)
		us->saved6[i] = up->six ? (uint32_t)(up->link->devconf6[i] + 1) :
					  0;
}

static void
note_six(struct bal_pass *pass)
{
	for (size_t i = 0; i < pass->uplinks.n; i++) {
		const struct bal_uplink *up = &pass->uplinks.v[i];
		struct bal_uplink_state *us =
			bal_state_find(&pass->in.state, up->name);

		if (us && up->link && up->link->has_ipv6)
			note_devconf6(us, up);
	}
}

int
bal_pass_groups(const struct bal_pass *pass, struct bal_arena *arena,
		bal_group_list *out, struct bal_err *err)
{
	if (bal_groups_make(&pass->uplinks, bal_pass_mode(&pass->in),
			    pass->in.state.balancing_table, arena, out,
			    err) < 0)
		return -1;
	out->v[0].kind = bal_state_balance(&pass->in.state, &pass->in.conf);
	return bal_groups_add(&pass->in.conf.policy, &pass->in.state,
			      &pass->uplinks, arena, out, err);
}

static bool
has_sessions(const bal_group_list *groups)
{
	for (size_t i = 0; i < groups->n; i++)
		if (groups->v[i].kind == BAL_BALANCE_SESSION)
			return true;
	return false;
}

/* Once: it would be said again in each pass of a process. */
static void
warn_absent6(const struct bal_pass *pass, const struct bal_plan *plan)
{
	const bool block = pass->in.conf.globals.ipv6 == BAL_IPV6_BLOCK;
	static bool warned;

	if (warned || !plan->rules6.n || pass->snap.has_rules6)
		return;
	warned = true;
	bal_warn("this kernel has no IPv6: ipv6 = %s does nothing",
		 block ? "block" : "balance");
}

int
bal_pass_due(struct bal_pass *pass, struct bal_due *due, struct bal_err *err)
{
	struct bal_world world = {
		.globals = &pass->in.conf.globals,
		.uplinks = &pass->uplinks,
		.policy = &pass->in.conf.policy,
		.snap = &pass->snap,
		.saved_sysctls = pass->in.state.saved_sysctls,
		.saved_mptcp = pass->in.state.saved_mptcp,
	};
	bal_group_list groups = { 0 };
	bal_table_list names = { 0 };
	bool steered;

	if (bal_pass_groups(pass, &pass->arena, &groups, err) < 0)
		return -1;
	bal_best_remember(&groups, &pass->in.state);
	world.groups = &groups;
	if (has_sessions(&groups))
		world.seed = bal_pass_seed(pass);
	if (bal_plan_wants_names(&world, &pass->arena)) {
		if (all_names(pass, &names, err) < 0)
			return -1;
		world.names = &names;
	}
	if (bal_plan_make(&world, &pass->arena, &due->plan, err) < 0)
		return -1;
	if (bal_kind_steer_see(&pass->snap, due->plan.steer, &steered,
			       &pass->arena, err) < 0)
		return -1;
	if (bal_diff_make(&world, &due->plan, &pass->arena, &due->ops, err) < 0)
		return -1;
	bal_pass_note_firewall(pass, due);
	bal_pass_note_smooth(pass, due, false);
	pass->in.state.rules6 |= due->plan.rules6.n > 0;
	pass->in.state.routes6 |= due->plan.six;
	pass->in.state.steered = steered || due->plan.steer;
	note_ipv6(pass);
	warn_absent6(pass, &due->plan);
	bal_pass_note_mptcp(pass, &world, &due->plan.mptcp);
	note_six(pass);
	return 0;
}
