// SPDX-License-Identifier: GPL-2.0-or-later
/* pass_kernel - compares the kernel with the plan, and changes it. */
#include <stdio.h>
#include <string.h>

#include "kernel/apply.h"
#include "plan/resolve.h"
#include "reconcile/pass_firewall.h"
#include "reconcile/pass_internal.h"
#include "reconcile/pass_plan.h"
#include "state/write.h"

int
bal_pass_resolve(struct bal_pass *pass, struct bal_err *err)
{
	return bal_uplinks_resolve(&pass->in.conf, &pass->in.state, &pass->snap,
				   &pass->arena, &pass->uplinks, err);
}

/* Keep the gateways that were found by the uplinks' devices. */
static void
keep_gateways(struct bal_pass *pass)
{
	for (size_t i = 0; i < pass->uplinks.n; i++) {
		const struct bal_uplink *up = &pass->uplinks.v[i];
		struct bal_uplink_state *us;

		if (!up->v4.asked_gateway)
			continue;
		us = bal_state_find(&pass->in.state, up->name);
		us->learned_gateway = up->v4.foreign_gateway;
	}
}

static void
print_ops(struct bal_pass *pass, const struct bal_due *due)
{
	for (size_t i = 0; pass->session.out && i < due->ops.n; i++)
		bal_op_print(pass->session.out, &due->ops.v[i]);
}

/*
 * An uplink that the kernel refuses, whatever is tried, is left out of this
 * pass: a nexthop group with it would be refused as a whole, and with that
 * every change of the others.
 */
static void
leave_out_refused(struct bal_pass *pass)
{
	for (size_t i = 0; i < pass->refused.n; i++) {
		struct bal_uplink *up = bal_uplinks_find(
			&pass->uplinks, pass->refused.v[i].dev);

		if (up && pass->refused.v[i].six)
			bal_uplink_disable6(up);
		else if (up)
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
		if (pass->refused.v[k].six == applied->six &&
		    strcmp(pass->refused.v[k].dev, applied->dev) == 0)
			return false;
	slot = BAL_PUSH(&pass->arena, &pass->refused);
	if (!slot)
		return false;
	memcpy(slot->dev, applied->dev, sizeof(slot->dev));
	slot->why = applied->first;
	slot->six = applied->six;
	us = bal_state_find(&pass->in.state, slot->dev);
	if (us && !slot->six)
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
	if (bal_pass_write(pass, err) == 0)
		return 0;
	if (!bal_pass_may_go_on(intent))
		return -1;
	pass->unwritten = *err;
	return 0;
}

static int
apply(struct bal_pass *pass, const struct bal_due *due,
      struct bal_applied *applied, struct bal_err *err)
{
	const struct bal_changes changes = {
		.ops = &due->ops,
		.lock_wait_ms = pass->session.lock_wait_ms < BAL_XTABLES_WAIT_MS ?
					pass->session.lock_wait_ms :
					BAL_XTABLES_WAIT_MS,
	};
	int rc = bal_apply(pass->session.nl, &changes, applied, err);

	pass->chains_wait = applied->chains_wait;
	return rc;
}

/* Plan, diff, apply.  1: an uplink was refused, see @applied. */
static int
reconcile(struct bal_pass *pass, const struct bal_intent *intent,
	  struct bal_applied *applied, struct bal_err *err)
{
	struct bal_due due = { 0 };
	int rc;

	if (bal_pass_resolve(pass, err) < 0)
		return -1;
	keep_gateways(pass);
	leave_out_refused(pass);
	if (bal_pass_due(pass, &due, err) < 0)
		return -1;
	print_ops(pass, &due);
	/* With nothing to do there is nothing that a kill could interrupt. */
	if (pass->session.dry_run || due.ops.n == 0)
		return 0;
	if (pass->session.lock >= 0 && write_ahead(pass, intent, err) < 0)
		return -1;
	rc = apply(pass, &due, applied, err);
	bal_pass_prove(pass, &due);
	bal_pass_note_smooth(pass, &due, true);
	if (rc < 0)
		return -1;
	return applied->refused ? 1 : 0;
}

static int
look_again(struct bal_pass *pass, struct bal_err *err)
{
	if (bal_pass_see(pass, err) < 0)
		return -1;
	bal_state_observe(&pass->in.state, &pass->in.conf, &pass->snap, &pass->arena);
	pass->state_written = false;
	return 0;
}

/* Until the kernel is as planned, without the refused uplinks. */
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

		if (!r->six && strcmp(r->dev, intent->dev) == 0) {
			*err = r->why;
			rc = -1;
		} else {
			bal_warn("%s: %s", r->dev, r->why.msg);
		}
	}
	return rc;
}
