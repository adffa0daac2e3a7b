// SPDX-License-Identifier: GPL-2.0-or-later
/* pass_kernel - the kernel is read, compared with the plan, and changed. */
#include <stdio.h>
#include <string.h>

#include "kernel/apply.h"
#include "plan/diff.h"
#include "plan/resolve.h"
#include "netlink/read.h"
#include "reconcile/pass_internal.h"
#include "netlink/sysctl.h"
#include "state/write.h"

static int
take_snapshot(struct bal_pass *pass, struct bal_err *err)
{
	const struct bal_state *state = &pass->state;
	uint32_t tables[BAL_UPLINKS_MAX + 1];
	struct bal_snapshot_want want = { .tables = tables,
					  .stats = pass->want_stats };

	for (size_t i = 0; i < state->n_uplinks; i++)
		tables[want.n_tables++] = state->uplinks[i].table;
	tables[want.n_tables++] = state->balancing_table;
	want.xtable[BAL_XTABLE_MANGLE] = !pass->no_chains;
	/* Reading it loads NAT into the kernel: only where it is ours. */
	want.xtable[BAL_XTABLE_NAT] = !pass->no_chains &&
				      (pass->conf.globals.masquerade ||
				       state->masquerading);
	return bal_snapshot_read(&pass->snap, pass->nl, &want, &pass->arena,
				 err);
}

/*
 * The values from before us went with the state.  What a new device begins
 * with comes closest; bal-down puts it back where ours still stands.
 */
static void
assume_saved(struct bal_pass *pass)
{
	for (size_t i = 0; i < pass->state.n_uplinks; i++) {
		struct bal_uplink_state *us = &pass->state.uplinks[i];
		const struct bal_link *link;

		link = bal_snapshot_link(&pass->snap, us->name);
		if (!link || !us->partial || us->saved_mask)
			continue;
		us->saved_ifindex = us->ifindex = link->ifindex;
		for (int dc = 0; dc < BAL_DC_MAX; dc++) {
			us->saved[dc] = bal_devconf_read("default", dc);
			if (us->saved[dc] >= 0)
				us->saved_mask |= 1u << dc;
		}
	}
}

/* What the kernel begins with, where ours stands. */
static void
assume_saved_sysctls(struct bal_state *state,
		     const struct bal_sysctl_values *now)
{
	for (int i = 0; i < BAL_SYSCTL_MAX; i++)
		if (now->of[i] == bal_sysctls[i].ours)
			state->saved_sysctls.of[i] = bal_sysctls[i].initial;
}

/* The kernel as it is now; a lost state is found again in it. */
int
bal_pass_see(struct bal_pass *pass, struct bal_err *err)
{
	bool none = pass->state.n_uplinks == 0;

	if (take_snapshot(pass, err) < 0)
		return -1;
	if (!pass->state_lost)
		return 0;
	pass->state_lost = false;
	if (bal_state_recover(&pass->state, &pass->conf, &pass->snap, err) < 0)
		return -1;
	if (none && pass->state.n_uplinks)
		assume_saved_sysctls(&pass->state, &pass->snap.sysctls);
	assume_saved(pass);
	return 0;
}

int
bal_pass_resolve(struct bal_pass *pass, struct bal_err *err)
{
	return bal_uplinks_resolve(&pass->conf, &pass->state, &pass->snap,
				   &pass->arena, &pass->uplinks, err);
}

/* What the uplinks' devices have told of their gateways holds. */
static void
keep_gateways(struct bal_pass *pass)
{
	for (size_t i = 0; i < pass->uplinks.n; i++) {
		const struct bal_uplink *up = &pass->uplinks.v[i];
		struct bal_uplink_state *us;

		if (!up->asked_gateway)
			continue;
		us = bal_state_find(&pass->state, up->name);
		us->learned_gateway = up->foreign_gateway;
	}
}

static void
print_ops(struct bal_pass *pass, const bal_op_list *ops,
	  const struct bal_plan *plan)
{
	for (size_t i = 0; pass->out && i < ops->n; i++)
		bal_op_print(pass->out, &ops->v[i], &plan->chains,
			     &pass->snap.chains);
}

/* An uplink by bal.conf may not have been up yet, and have no table. */
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

int
bal_pass_plan(struct bal_pass *pass, struct bal_arena *arena,
	      struct bal_plan *plan, struct bal_err *err)
{
	struct bal_world world = {
		.globals = &pass->conf.globals,
		.mode = bal_pass_mode(pass),
		.uplinks = &pass->uplinks,
		.snap = &pass->snap,
		.balancing = pass->state.balancing_table,
		.saved_sysctls = pass->state.saved_sysctls,
	};
	bal_table_list names = { 0 };

	if (bal_plan_wants_names(&world, arena)) {
		if (bal_tables_read(pass->paths.rt_dir, arena, &names, err) < 0)
			return -1;
		name_configured(&pass->conf, arena, &names);
		world.names = &names;
	}
	return bal_plan_make(&world, arena, plan, err);
}

static int
make_ops(struct bal_pass *pass, struct bal_plan *plan, bal_op_list *ops,
	 struct bal_err *err)
{
	bool objects = pass->conf.globals.nexthop_objects &&
		       pass->snap.has_nexthops;

	if (bal_pass_plan(pass, &pass->arena, plan, err) < 0)
		return -1;
	pass->state.masquerading |= plan->masquerading;
	return bal_diff_make(plan, &pass->snap, pass->state.balancing_table,
			     objects, &pass->arena, ops, err);
}

int
bal_pass_due(struct bal_pass *pass, size_t *n, struct bal_err *err)
{
	struct bal_plan plan = { 0 };
	bal_op_list ops = { 0 };

	if (make_ops(pass, &plan, &ops, err) < 0)
		return -1;
	*n = ops.n;
	return 0;
}

/*
 * An uplink that the kernel refuses, whatever is tried, is left out of this
 * pass: a group that it is to join would be refused as a whole, and with it
 * every change of the others.
 */
static void
leave_out_refused(struct bal_pass *pass)
{
	for (size_t i = 0; i < pass->refused.n; i++) {
		struct bal_uplink *up = bal_uplinks_find(
			&pass->uplinks, pass->refused.v[i].dev);

		if (up)
			bal_uplink_disable(up);
	}
}

static bool
note_refused(struct bal_pass *pass, const struct bal_applied *applied)
{
	struct bal_uplink_state *us;
	struct bal_refusal *slot;

	if (!applied->dev[0])
		return false;
	for (size_t k = 0; k < pass->refused.n; k++)
		if (strcmp(pass->refused.v[k].dev, applied->dev) == 0)
			return false;
	slot = BAL_PUSH(&pass->arena, &pass->refused);
	if (!slot)
		return false;
	memcpy(slot->dev, applied->dev, sizeof(slot->dev));
	slot->why = applied->first;
	us = bal_state_find(&pass->state, slot->dev);
	if (us)
		snprintf(us->reason, sizeof(us->reason), "refused: %.*s",
			 (int)sizeof(us->reason) - 10, slot->why.msg);
	return true;
}

bool
bal_pass_may_go_on(const struct bal_intent *intent)
{
	return intent->kind == BAL_INTENT_CHECK;
}

/* So that a kill leaves the intent to the next command. */
static int
write_ahead(struct bal_pass *pass, const struct bal_intent *intent,
	    struct bal_err *err)
{
	pass->state_written = bal_state_write(&pass->state, pass->paths.state,
					      err) == 0;
	if (pass->state_written)
		return 0;
	if (!bal_pass_may_go_on(intent))
		return -1;
	pass->unwritten = *err;
	return 0;
}

static int
apply(struct bal_pass *pass, const struct bal_plan *plan,
      const bal_op_list *ops, struct bal_applied *applied, struct bal_err *err)
{
	const struct bal_changes changes = {
		.ops = ops,
		.chains = &plan->chains,
		.lock_wait_ms = pass->lock_wait_ms < BAL_XTABLES_WAIT_MS ?
					pass->lock_wait_ms :
					BAL_XTABLES_WAIT_MS,
	};
	int rc = bal_apply(pass->nl, &changes, applied, err);

	pass->chains_wait = applied->chains_wait;
	return rc;
}

/* Plan, diff, apply.  1: refused, which @applied tells more of. */
static int
reconcile(struct bal_pass *pass, const struct bal_intent *intent,
	  struct bal_applied *applied, struct bal_err *err)
{
	struct bal_plan plan = { 0 };
	bal_op_list ops = { 0 };

	if (bal_pass_resolve(pass, err) < 0)
		return -1;
	keep_gateways(pass);
	leave_out_refused(pass);
	if (make_ops(pass, &plan, &ops, err) < 0)
		return -1;
	print_ops(pass, &ops, &plan);
	/* With nothing to do there is nothing that a kill could cut short. */
	if (pass->dry_run || ops.n == 0)
		return 0;
	if (pass->lock >= 0 && write_ahead(pass, intent, err) < 0)
		return -1;
	if (apply(pass, &plan, &ops, applied, err) < 0)
		return -1;
	return applied->refused ? 1 : 0;
}

static int
look_again(struct bal_pass *pass, struct bal_err *err)
{
	if (bal_pass_see(pass, err) < 0)
		return -1;
	bal_state_observe(&pass->state, &pass->conf, &pass->snap, &pass->arena);
	pass->state_written = false;
	return 0;
}

/* Until the kernel holds what it should, the refused left out. */
int
bal_pass_converge(struct bal_pass *pass, const struct bal_intent *intent,
	 struct bal_err *err)
{
	struct bal_applied applied = { 0 };
	int tries = 0, rc;

	while ((rc = reconcile(pass, intent, &applied, err)) == 1) {
		if (applied.moved && ++tries < BAL_PASS_TRIES) {
			if (look_again(pass, err) < 0)
				return -1;
			continue;
		}
		*err = applied.first;
		if (!note_refused(pass, &applied) || look_again(pass, err) < 0)
			return -1;
		tries = 0;
	}
	return rc;
}

/* The one that the intent is about fails; others are only warned of. */
int
bal_pass_tell_refusals(const struct bal_pass *pass, const struct bal_intent *intent,
	      struct bal_err *err)
{
	int rc = 0;

	for (size_t i = 0; i < pass->refused.n; i++) {
		const struct bal_refusal *r = &pass->refused.v[i];

		if (strcmp(r->dev, intent->dev) == 0) {
			*err = r->why;
			rc = -1;
		} else {
			bal_warn("%s: %s", r->dev, r->why.msg);
		}
	}
	return rc;
}

