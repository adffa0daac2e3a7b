// SPDX-License-Identifier: GPL-2.0-or-later
/* pass - the one path of a change: intent, plan, diff, apply. */
#include "pass.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "aftermath.h"
#include "apply.h"
#include "diff.h"
#include "nl_read.h"
#include "pass_parts.h"
#include "sysctl.h"
#include "use.h"

int
bal_pass_init(struct bal_pass *pass, const char *conf_option,
	      struct bal_err *err)
{
	pass->lock_wait_ms = BAL_LOCK_WAIT_MS;
	if (bal_paths_init(&pass->paths, conf_option, err) < 0 ||
	    bal_pass_read_conf(pass, err) < 0)
		return -1;
	pass->nl = bal_nl_open(err);
	return pass->nl ? 0 : -1;
}

void
bal_pass_forget(struct bal_pass *pass)
{
	bal_arena_fini(&pass->arena);
	memset(&pass->snap, 0, sizeof(pass->snap));
	memset(&pass->uplinks, 0, sizeof(pass->uplinks));
	memset(&pass->fresh, 0, sizeof(pass->fresh));
	memset(&pass->refused, 0, sizeof(pass->refused));
	memset(&pass->outcome, 0, sizeof(pass->outcome));
	pass->unwritten = (struct bal_err){ 0 };
	pass->locked_out = pass->chains_wait = false;
	pass->n_changes = 0;
}

void
bal_pass_fini(struct bal_pass *pass)
{
	bal_aftermath_wait(pass);
	bal_pass_forget(pass);
	bal_state_fini(&pass->state);
	bal_conf_fini(&pass->conf);
	bal_nl_close(pass->nl);
	pass->nl = NULL;
	bal_unlock(&pass->lock);
	if (pass->run_lock >= 0)
		close(pass->run_lock);
	pass->run_lock = -1;
}

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

/* The kernel as it is now; a lost state is found again in it. */
static int
see_kernel(struct bal_pass *pass, struct bal_err *err)
{
	bool none = pass->state.n_uplinks == 0;

	if (take_snapshot(pass, err) < 0)
		return -1;
	if (!pass->state_lost)
		return 0;
	pass->state_lost = false;
	if (bal_state_recover(&pass->state, &pass->conf, &pass->snap, err) < 0)
		return -1;
	/* 0 is what the kernel begins with. */
	if (none && pass->state.n_uplinks && pass->snap.hash_policy == 1)
		pass->state.saved_hash_policy = 0;
	assume_saved(pass);
	return 0;
}

static int
resolve(struct bal_pass *pass, struct bal_err *err)
{
	return bal_uplinks_resolve(&pass->conf, &pass->state, &pass->snap,
				   &pass->arena, &pass->uplinks, err);
}

int
bal_pass_look(struct bal_pass *pass, struct bal_err *err)
{
	bal_pass_forget(pass);
	if (bal_pass_load(pass, err) < 0 || see_kernel(pass, err) < 0)
		return -1;
	bal_pass_reconcile_conf(pass);
	return resolve(pass, err);
}

/*
 * Where nobody named a gateway, the default route that somebody else made by
 * the device tells it.
 */
static int
find_gateways(struct bal_pass *pass, struct bal_err *err)
{
	bool found = false;

	for (size_t i = 0; i < pass->uplinks.n; i++) {
		const struct bal_uplink *up = &pass->uplinks.v[i];
		struct bal_uplink_state *us;

		if (!up->admin_up || !up->up || up->no_arp ||
		    !bal_addr_none(&up->gateway))
			continue;
		us = bal_state_find(&pass->state, up->name);
		if (bal_nl_foreign_gateway(pass->nl, up->ifindex,
					   &us->learned_gateway, err) < 0)
			return -1;
		found |= !bal_addr_none(&us->learned_gateway);
	}
	return found ? resolve(pass, err) : 0;
}

static void
print_ops(struct bal_pass *pass, const bal_op_list *ops,
	  const struct bal_plan *plan)
{
	for (size_t i = 0; pass->out && i < ops->n; i++)
		bal_op_print(pass->out, &ops->v[i], &plan->chains,
			     &pass->snap.chains);
}

static int
make_ops(struct bal_pass *pass, struct bal_plan *plan, bal_op_list *ops,
	 struct bal_err *err)
{
	struct bal_world world = {
		.globals = &pass->conf.globals,
		.mode = bal_pass_mode(pass),
		.uplinks = &pass->uplinks,
		.balancing = pass->state.balancing_table,
		.saved_hash_policy = pass->state.saved_hash_policy,
	};
	bool objects = pass->conf.globals.nexthop_objects &&
		       pass->snap.has_nexthops;

	if (bal_plan_make(&world, &pass->arena, plan, err) < 0)
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

uint64_t
bal_pass_next_ms(const struct bal_pass *pass)
{
	const uint64_t all[] = { bal_use_next_ms(&pass->state),
				 pass->outcome.tunnels_ms,
				 pass->uplinks.next_ms };
	uint64_t next = 0;

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (all[i] && (!next || all[i] < next))
			next = all[i];
	return next;
}

/*
 * An uplink that the kernel refuses, whatever is tried, is left out of this
 * pass: a group that it is to join would be refused as a whole, and with it
 * every change of the others.
 */
static void
leave_out_refused(struct bal_pass *pass)
{
	for (size_t i = 0; i < pass->uplinks.n; i++)
		for (size_t k = 0; k < pass->refused.n; k++)
			if (strcmp(pass->uplinks.v[i].name,
				   pass->refused.v[k].dev) == 0)
				bal_uplink_disable(&pass->uplinks.v[i]);
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

/*
 * A disk that is full or cannot be written must not keep traffic on a dead
 * uplink: what probes have shown is shown again to the next pass.  What
 * somebody wants is not.
 */
static bool
may_go_on(const struct bal_intent *intent)
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
	if (!may_go_on(intent))
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
	pass->n_changes += ops->n;
	return rc;
}

/* Plan, diff, apply.  1: refused, which @applied tells more of. */
static int
reconcile(struct bal_pass *pass, const struct bal_intent *intent,
	  struct bal_applied *applied, struct bal_err *err)
{
	struct bal_plan plan = { 0 };
	bal_op_list ops = { 0 };

	if (resolve(pass, err) < 0 || find_gateways(pass, err) < 0)
		return -1;
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

/* What bal-down left until the kernel was clean; with @all everything. */
static void
drop_leftovers(struct bal_pass *pass, bool all)
{
	struct bal_state *state = &pass->state;
	bool up = false, masquerading;

	while (all && state->n_formers)
		(void)bal_state_forget_former(state, state->formers[0].name,
					      NULL);

	for (size_t i = state->n_uplinks; i-- > 0;) {
		if (state->uplinks[i].admin_up) {
			up = true;
			continue;
		}
		bal_state_remove(state, state->uplinks[i].name);
		pass->state_written = false;
	}
	if (!up && state->saved_hash_policy >= 0) {
		state->saved_hash_policy = -1;
		pass->state_written = false;
	}
	masquerading = up && pass->conf.globals.masquerade;
	if (state->masquerading != masquerading) {
		state->masquerading = masquerading;
		pass->state_written = false;
	}
}

static int
finish(struct bal_pass *pass, const struct bal_intent *intent,
       struct bal_err *err)
{
	if (intent->save_mode && bal_pass_save_mode(pass, intent->mode, err) < 0)
		return -1;
	drop_leftovers(pass, intent->all);
	if (pass->state_written || bal_pass_state_is_as_read(pass))
		return 0;
	return bal_state_write(&pass->state, pass->paths.state, err);
}

/* What happens to a device that is nobody's uplink is not our business. */
static bool
is_known(const struct bal_pass *pass, const struct bal_intent *intent)
{
	const struct bal_uplink_state *us =
		bal_state_find(&pass->state, intent->dev);

	return (us && us->admin_up) ||
	       (intent->known_conf && bal_conf_find(&pass->conf, intent->dev));
}

/* A damaged state told no table or mark of them, and the kernel neither. */
static int
admit_lost(struct bal_pass *pass, struct bal_err *err)
{
	for (size_t i = 0; i < pass->state.n_uplinks; i++) {
		const struct bal_uplink_state *us = &pass->state.uplinks[i];
		struct bal_intent intent = { .comes_late = true };

		if (us->slot && us->table && pass->state.balancing_table)
			continue;
		memcpy(intent.dev, us->name, sizeof(intent.dev));
		if (bal_pass_admit(pass, &intent, err) < 0)
			return -1;
	}
	return 0;
}

/* The kernel as it is, and what the intent makes of it. */
static int
begin(struct bal_pass *pass, struct bal_intent *intent, struct bal_err *err)
{
	if (bal_pass_load(pass, err) < 0 ||
	    (pass->state_lost && see_kernel(pass, err) < 0))
		return -1;
	bal_pass_follow_lease(pass, intent);
	bal_pass_reconcile_conf(pass);
	if (bal_state_fit_slots(&pass->state, pass->conf.globals.mark_mask,
				err) < 0 ||
	    see_kernel(pass, err) < 0 || admit_lost(pass, err) < 0)
		return -1;
	pass->mode_before = bal_pass_mode(pass);
	if (intent->is_left && !intent->is_left(intent->left))
		*intent = (struct bal_intent){ .kind = BAL_INTENT_CHECK };
	if (intent->requested &&
	    bal_intent_permit(intent, &pass->conf, &pass->snap, &pass->state,
			      err) < 0)
		return -1;
	if (intent->known_only && !is_known(pass, intent))
		*intent = (struct bal_intent){ .kind = BAL_INTENT_CHECK };
	if (intent->kind == BAL_INTENT_UP) {
		bal_intent_wish(intent, &pass->conf, &pass->state);
		if (!bal_snapshot_link(&pass->snap, intent->dev) &&
		    !pass->dry_run && pass->state.n_tunnels &&
		    bal_state_write(&pass->state, pass->paths.state, err) < 0)
			return -1;
		if (bal_pass_admit(pass, intent, err) < 0)
			return -1;
	}
	if (bal_intent_apply(intent, &pass->conf, &pass->snap, &pass->state,
			     &pass->arena, err) < 0)
		return -1;
	if (intent->kind == BAL_INTENT_UP) {
		/* The uplink was told something new. */
		bal_pass_reconcile_conf(pass);
		if (bal_uplinks_agree(&pass->conf, &pass->state, err) < 0)
			return -1;
	}
	bal_pass_register(pass);
	return 0;
}

static int
look_again(struct bal_pass *pass, struct bal_err *err)
{
	if (see_kernel(pass, err) < 0)
		return -1;
	bal_state_learn(&pass->state, &pass->conf, &pass->snap, &pass->arena);
	pass->state_written = false;
	return 0;
}

/* Until the kernel holds what it should, the refused left out. */
static int
converge(struct bal_pass *pass, const struct bal_intent *intent,
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
static int
tell_refusals(const struct bal_pass *pass, const struct bal_intent *intent,
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

/*
 * Events are for when it can be remembered that they were reported.  Without
 * the lock that may take long, and connections must not wait for it.
 */
static int
end_unwritten(struct bal_pass *pass, struct bal_err *err)
{
	if (pass->locked_out && pass->n_changes &&
	    bal_pass_outcome(pass, err) == 0)
		bal_aftermath_release(pass);
	pass->outcome.events.n = 0;
	*err = pass->unwritten;
	return -1;
}

static int
run_locked(struct bal_pass *pass, struct bal_intent *intent,
	   struct bal_err *err)
{
	if (begin(pass, intent, err) < 0 || converge(pass, intent, err) < 0)
		return -1;
	if (pass->dry_run)
		return 0;
	if (pass->unwritten.kind != BAL_EOK)
		return end_unwritten(pass, err);
	if (bal_pass_conclude(pass, intent, err) < 0)
		return -1;
	bal_aftermath_release(pass);
	if (finish(pass, intent, err) < 0) {
		if (may_go_on(intent))
			pass->unwritten = *err;
		/* Whoever comes next finds the same, and tells it. */
		pass->outcome.events.n = pass->outcome.starts.n = 0;
		return -1;
	}
	bal_pass_tell(pass);
	bal_pass_keep_conf(pass);
	return tell_refusals(pass, intent, err);
}

/* 0: it is ours, or @intent can do without it. */
static int
take_lock(struct bal_pass *pass, const struct bal_intent *intent,
	  struct bal_err *err)
{
	pass->lock = bal_lock(&pass->paths, pass->lock_wait_ms, err);
	if (pass->lock >= 0)
		return 0;
	pass->locked_out = err->kind == BAL_EBUSY;
	if (err->kind != BAL_EBUSY || !pass->go_unlocked ||
	    intent->kind != BAL_INTENT_CHECK)
		return -1;
	bal_lock_explain(&pass->paths, pass->lock_wait_ms, &pass->unwritten);
	return 0;
}

int
bal_pass_run(struct bal_pass *pass, const struct bal_intent *intent,
	     struct bal_err *err)
{
	struct bal_intent mine = *intent;
	int rc;

	bal_pass_forget(pass);
	if (!pass->dry_run && take_lock(pass, &mine, err) < 0)
		return -1;
	rc = run_locked(pass, &mine, err);
	bal_unlock(&pass->lock);
	/* What was concluded holds, whatever was refused behind it. */
	if (!pass->dry_run)
		bal_aftermath(pass);
	return rc;
}
