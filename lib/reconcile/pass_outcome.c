// SPDX-License-Identifier: GPL-2.0-or-later
/* pass_outcome - reports and records the changes of a pass. */
#include <time.h>

#include "state/budget.h"
#include "actions/journal.h"
#include "reconcile/pass_internal.h"
#include "reconcile/pass_mode.h"
#include "reconcile/pass_plan.h"
#include "reconcile/pass_revive.h"
#include "plan/resort.h"
#include "reconcile/pass_usage.h"
#include "reconcile/pass_weights.h"

static bool
is_for_people(const struct bal_event *e)
{
	return e->kind != BAL_EVENT_UP && e->kind != BAL_EVENT_DOWN &&
	       e->kind != BAL_EVENT_MODE && e->kind != BAL_EVENT_BALANCE &&
	       e->kind != BAL_EVENT_TUNNEL_RESTARTED && !e->again;
}

void
bal_pass_say(const struct bal_pass *pass, const char *remark)
{
	const bal_event_list *events = &pass->outcome.events;
	char line[256];

	for (size_t i = 0; i < events->n; i++)
		if (is_for_people(&events->v[i]))
			bal_say(BAL_SAY_EVENT, "%s%s",
				bal_event_str(&events->v[i], line,
					      sizeof(line)),
				remark);
}

/* A failure to write the journal stops no traffic. */
void
bal_pass_tell(const struct bal_pass *pass)
{
	const bal_event_list *events = &pass->outcome.events;
	struct bal_err why;

	bal_pass_say(pass, "");
	if (events->n && bal_journal_add(pass->session.paths.journal, events->v,
					 events->n, &why) < 0)
		bal_warn("%s", why.msg);
}

static bool
has_budget(const struct bal_pass *pass)
{
	for (size_t i = 0; i < pass->uplinks.n; i++)
		if (pass->uplinks.v[i].set.budget)
			return true;
	return false;
}

static bool
account_is_due(const struct bal_pass *pass)
{
	for (size_t i = 0; i < pass->uplinks.n; i++) {
		const struct bal_uplink *up = &pass->uplinks.v[i];
		const struct bal_uplink_state *us =
			bal_state_find(&pass->in.state, up->name);

		if (us && bal_budget_due(us, up->set.budget))
			return true;
	}
	return false;
}

/* The data budget of probes outlives a boot; a full disk stops nothing. */
static void
keep_accounts(struct bal_pass *pass, time_t now)
{
	struct bal_state *state = &pass->in.state;
	struct bal_err why;
	uint32_t month;

	if (bal_budget_load(pass->session.paths.spent, state, &why) < 0) {
		bal_warn("%s", why.msg);
		return;
	}
	month = bal_budget_believe(state, now, pass->snap.now_ms);
	for (size_t i = 0; month && i < state->n_uplinks; i++)
		bal_budget_turn(&state->uplinks[i], month);
	if (account_is_due(pass) &&
	    bal_budget_save(pass->session.paths.spent, state, &why) < 0)
		bal_warn("%s", why.msg);
}

int
bal_pass_resort(const struct bal_pass *pass, struct bal_resort *out,
		struct bal_err *err)
{
	const struct bal_resort_from from = { &pass->in.conf, &pass->in.state,
					      &pass->snap, &pass->uplinks };

	*out = (struct bal_resort){ 0 };
	return pass->session.nl ? bal_resort_find(pass->session.nl, &from, out, err) : 0;
}

/* The groups, where one has a failback_drain; else none. */
static int
find_groups(const struct bal_pass *pass, struct bal_arena *arena,
	    bal_group_list *out, struct bal_err *err)
{
	const struct bal_policy *p = &pass->in.conf.policy;

	for (size_t i = 0; i < p->n_groups; i++)
		if (p->groups[i].has_drain)
			return bal_pass_groups(pass, arena, out, err);
	return 0;
}

/* A configuration of one command only (-c) is no news for the others. */
static const char *
conf_fault(const struct bal_pass *pass)
{
	if (!pass->session.paths.last_good[0])
		return NULL;
	if (pass->in.conf_fault[0] || !pass->in.trouble.faults)
		return pass->in.conf_fault;
	return pass->in.trouble.why.msg;
}

int
bal_pass_outcome(struct bal_pass *pass, const struct bal_intent *intent,
		 struct bal_err *err)
{
	struct bal_outcome_from from = {
		.was = &pass->in.was,
		.uplinks = &pass->uplinks,
		.globals = &pass->in.conf.globals,
		.mode = bal_pass_mode(&pass->in),
		.mode_before = pass->mode_before,
		.balance = bal_state_balance(&pass->in.state, &pass->in.conf),
		.balance_before = pass->balance_before,
		.now_ms = pass->snap.now_ms,
		.now_wall = bal_journal_now().at,
		/*
		 * At boot uplinks come before their tunnels: no event of that.
		 */
		.last_resort = intent->kind == BAL_INTENT_CHECK ?
				       &pass->last_resort :
				       NULL,
	};
	bal_group_list groups = { 0 };
	struct bal_err why;

	if (intent->kind == BAL_INTENT_CHECK)
		from.conf_fault = conf_fault(pass);
	if (find_groups(pass, &pass->arena, &groups, err) < 0)
		return -1;
	if (groups.n)
		from.groups = &groups;
	if (pass->in.reported.has_mode) {
		from.was = &pass->in.reported;
		from.mode_before = pass->in.reported.mode;
	}
	/* Without the kernel's answer the last report holds. */
	if (bal_pass_resort(pass, &pass->last_resort, &why) < 0)
		from.last_resort = NULL;
	return bal_outcome_make(&from, &pass->in.state, &pass->arena,
				&pass->outcome, err);
}

int
bal_pass_conclude(struct bal_pass *pass, const struct bal_intent *intent,
		  struct bal_err *err)
{
	if (bal_pass_outcome(pass, intent, err) < 0)
		return -1;
	/* Never start tunnels in a hook of a tunnel. */
	if (intent->kind == BAL_INTENT_CHECK &&
	    (bal_pass_tunnels(pass, err) < 0 || bal_pass_revive(pass, err) < 0))
		return -1;
	if (has_budget(pass))
		keep_accounts(pass, time(NULL));
	bal_pass_keep_capacities(pass);
	/* It may be the last look for long, and at a device that goes away. */
	bal_pass_keep_usage(pass, pass->session.ends ||
					  intent->kind == BAL_INTENT_DOWN);
	/* Conditions, and what is due later, are part of the state. */
	if (!bal_pass_state_is_as_read(pass))
		pass->state_written = false;
	return 0;
}
