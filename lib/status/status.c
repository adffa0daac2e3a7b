// SPDX-License-Identifier: GPL-2.0-or-later
/* status - judges what there is to be shown; pure. */
#include "status/status.h"

#include <stdlib.h>
#include <string.h>

#include "actions/outcome_event.h"
#include "plan/merge.h"
#include "plan/over.h"
#include "plan/resort.h"
#include "reconcile/pass_mode.h"
#include "reconcile/pass_plan.h"
#include "reconcile/probe_plan.h"
#include "status/smooth.h"

static const char *
state_word(const struct bal_uplink *up)
{
	const char *lack = bal_uplink_lacks(up);

	if (up->ifindex && !up->admin_up)
		return "down";
	if (lack)
		return lack;
	if (up->underlay_down)
		return "underlay down";
	return bal_health_name(up->v4.health);
}

/* Its part of 100 per cent is what is left of @weight after whole ones. */
static uint32_t
remainder_of(const struct bal_status_row *row, uint32_t sum)
{
	return row->set.weight * 100 % sum;
}

/* The one that lost most by rounding down, of those that were not given yet. */
static struct bal_status_row *
most_cheated(const struct bal_status *status, uint32_t sum)
{
	struct bal_status_row *most = NULL;

	for (size_t i = 0; i < status->rows.n; i++) {
		struct bal_status_row *row = &status->rows.v[i];

		if (row->shares && row->share == row->set.weight * 100 / sum &&
		    (!most || remainder_of(row, sum) > remainder_of(most, sum)))
			most = row;
	}
	return most;
}

/* In whole per cents that add up to 100: the largest remainders round up. */
static void
share_out(struct bal_status *status)
{
	struct bal_status_row *row = status->rows.v;
	uint32_t sum = 0, left = 100;

	for (size_t i = 0; i < status->rows.n; i++)
		if (row[i].shares)
			sum += row[i].set.weight;
	if (!sum)
		return;
	for (size_t i = 0; i < status->rows.n; i++)
		if (row[i].shares) {
			row[i].share = row[i].set.weight * 100 / sum;
			left -= row[i].share;
		}
	for (; left; left--)
		most_cheated(status, sum)->share++;
}

static struct bal_status_row *
add_row(struct bal_status *status, struct bal_arena *arena, const char *name)
{
	struct bal_status_row *row = BAL_PUSH(arena, &status->rows);

	if (row)
		(void)bal_copy(row->name, sizeof(row->name), name);
	return row;
}

/* The judge's words and numbers, as of the last check. */
static void
judge_probes(struct bal_status_probes *out, const struct bal_probe *p,
	     uint64_t now_ms)
{
	const struct bal_health_record *j = &p->record;

	bal_health_reason(j, &p->rule, now_ms, out->reason, BAL_STATUS_WORDS);
	bal_health_suspicion(j, &p->rule, out->suspicion, BAL_STATUS_WORDS);
	bal_health_grown(j, &p->rule, now_ms, out->grown, BAL_STATUS_WORDS);
	out->suspected = out->suspicion[0] != '\0';
	out->recent_rounds = bal_health_recent_rounds(j);
	out->recent_lost = bal_health_recent_lost(j);
	out->flaps = bal_health_flaps(j, now_ms);
	out->hold_ms = bal_health_hold_ms(j, &p->rule, now_ms);
	out->hold_left_ms = bal_health_hold_left_ms(j, &p->rule, now_ms);
	out->bad = j->bad;
	out->misses = bal_health_misses(j, &p->rule);
}

static void
add_probes(struct bal_status_row *row, const struct bal_pass *pass)
{
	struct bal_probe p;
	bool planned = bal_pass_probe(pass, row->up, &p);

	if (!row->remembered)
		return;
	judge_probes(&row->probes, &p, pass->snap.now_ms);
	if (planned && p.n_targets)
		row->probes.interval_ms = p.rule.interval_ms;
	if (row->set.budget)
		row->probes.spent = row->remembered->spent;
}

static void
add_uplink(struct bal_status *status, const struct bal_pass *pass,
	   const struct bal_uplink *up, const struct bal_group *group,
	   struct bal_arena *arena)
{
	struct bal_status_row *row = add_row(status, arena, up->name);

	if (!row)
		return;
	row->up = up;
	row->remembered = bal_state_find(&pass->in.state, up->name);
	row->set = up->set;
	row->state = state_word(up);
	row->alive = up->alive;
	row->balanced = bal_group_has(group, up);
	row->share_due = up->share;
	row->missing = up->set.required && !up->admin_up;
	row->shares = row->balanced && up->alive &&
		      bal_plan_shares(group->mode, up, bal_group_best(group));
	for (size_t i = 0; i < up->set.n_targets; i++)
		row->n_own += bal_uplink_owns(up, &up->set.targets[i]);
	row->unprobed = up->admin_up && row->n_own == up->set.n_targets &&
			(row->n_own || !bal_uplink_is_tunnel(up));
	add_probes(row, pass);
	if (row->remembered && row->remembered->since_ms &&
	    row->remembered->since_ms < pass->snap.now_ms)
		row->for_ms = pass->snap.now_ms - row->remembered->since_ms;
}

/* One of which only the configuration knows. */
static void
add_section(struct bal_status *status, const struct bal_pass *pass,
	    const bal_line_list *lines, const char *name,
	    struct bal_arena *arena)
{
	struct bal_status_row *row = add_row(status, arena, name);

	if (!row)
		return;
	row->state =
		bal_snapshot_link(&pass->snap, name) ? "down" : "no device";
	row->set = bal_uplink_settings(&pass->in.conf, NULL, name);
	if (row->set.weight == BAL_WEIGHT_AUTO)
		row->set.weight = 1;
	row->share_due = bal_over_has_share(lines, name, row->set.share);
	row->missing = row->set.required;
}

static struct bal_status_row *
find_row(const struct bal_status *status, const char *name)
{
	for (size_t i = 0; i < status->rows.n; i++)
		if (strcmp(status->rows.v[i].name, name) == 0)
			return &status->rows.v[i];
	return NULL;
}

static int
by_name(const void *a, const void *b)
{
	const struct bal_status_row *x = a, *y = b;

	return strverscmp(x->name, y->name);
}

/* Does a tunnel that lives go over it? */
static bool
carries(const struct bal_status *status, const struct bal_status_row *row)
{
	for (size_t i = 0; i < status->rows.n; i++)
		if (status->rows.v[i].alive &&
		    !strcmp(status->rows.v[i].set.over, row->name))
			return true;
	return false;
}

static bool
in_use(const struct bal_status *status, const struct bal_status_row *row)
{
	if (!row->alive || row->balanced)
		return row->shares;
	return row->up->grouped || carries(status, row);
}

static void
count(struct bal_status *status)
{
	status->n_all = status->rows.n;
	status->n_up = status->n_alive = status->n_ready = 0;
	status->n_in_use = 0;
	for (size_t i = 0; i < status->rows.n; i++) {
		struct bal_status_row *row = &status->rows.v[i];

		row->in_use = in_use(status, row);
		status->n_up += row->up && row->up->admin_up;
		status->n_alive += row->alive;
		status->n_in_use += row->in_use;
		status->n_ready += row->alive && row->balanced && !row->shares;
	}
}

/* A mode that was set long ago must not surprise who edits bal.conf today. */
static const char *
who_overrules(const struct bal_pass *pass)
{
	if (bal_pass_mode(&pass->in) == pass->in.conf.globals.mode ||
	    pass->in.trouble.faults)
		return NULL;
	return pass->in.state.has_mode ? "bal-mode" : "bal-mode --save";
}

/* The same of a kind of balancing. */
static const char *
who_overrules_balance(const struct bal_pass *pass)
{
	const struct bal_state *state = &pass->in.state;
	const struct bal_conf *conf = &pass->in.conf;

	if (bal_state_balance(state, conf) == conf->globals.balance ||
	    pass->in.trouble.faults)
		return NULL;
	return state->balance ? "bal-mode" : "bal-mode --save";
}

/* What is tried next with those that are dead. */
static void
add_revivals(struct bal_status *status, const struct bal_pass *pass)
{
	struct bal_revivals all;

	if (bal_pass_revivals(pass, &all))
		for (size_t i = 0; i < status->rows.n; i++) {
			struct bal_status_row *row = &status->rows.v[i];

			row->revive = bal_pass_revive_next(pass, &all, row->name);
			if (row->revive.due_ms > pass->snap.now_ms)
				row->revive_left_ms = row->revive.due_ms -
						      pass->snap.now_ms;
		}
	bal_revivals_fini(&all);
}

int
bal_status_make(const struct bal_pass *pass, struct bal_arena *arena,
		struct bal_status *out, struct bal_err *err)
{
	struct bal_status status = {
		.mode = bal_pass_mode(&pass->in),
		.balance = bal_state_balance(&pass->in.state, &pass->in.conf),
		.overrules = who_overrules(pass),
		.overrules_balance = who_overrules_balance(pass),
		.trouble = pass->in.trouble.faults ? &pass->in.trouble : NULL,
		.kept = pass->uplinks.kept,
		.pass_ms = pass->in.state.pass_ms,
		.pass_us = pass->in.state.pass_us,
		.pass_age_ms =
			pass->snap.now_ms > pass->in.state.pass_ms ?
				pass->snap.now_ms - pass->in.state.pass_ms :
				0,
		.no_marks = !pass->session.no_chains &&
			    !bal_fw_holds_marks(&pass->snap.firewalls),
		.no_objects = !pass->snap.has_nexthops ||
			      !pass->in.conf.globals.nexthop_objects,
		.mark_mask = pass->in.conf.globals.mark_mask,
		.policy = &pass->in.conf.policy,
	};

	bal_line_list lines = { 0 };
	bal_group_list groups = { 0 };

	if (bal_pass_groups(pass, arena, &groups, err) < 0)
		return -1;
	bal_over_lines(&pass->in.conf, &pass->in.state, &pass->uplinks, arena,
		       &lines);
	for (size_t i = 0; i < pass->uplinks.n; i++)
		add_uplink(&status, pass, &pass->uplinks.v[i],
			   &groups.v[0], arena);
	for (size_t i = 0; i < pass->in.conf.n_uplinks; i++)
		if (!find_row(&status, pass->in.conf.uplinks[i].name))
			add_section(&status, pass, &lines,
				    pass->in.conf.uplinks[i].name, arena);
	bal_status_groups(&pass->in.conf.policy, &groups, arena,
			  &status.groups);
	if (arena->oom)
		return bal_err_nomem(err);
	if (bal_pass_resort(pass, &status.last_resort, err) < 0)
		return -1;
	share_out(&status);
	count(&status);
	bal_status_smooth(pass, &status, arena);
	add_revivals(&status, pass);
	if (status.rows.n)
		qsort(status.rows.v, status.rows.n, sizeof(*status.rows.v),
		      by_name);
	*out = status;
	return 0;
}

const struct bal_status_row *
bal_status_narrow(struct bal_status *status, const char *name)
{
	struct bal_status_row *row = find_row(status, name);

	if (!row)
		return NULL;
	status->rows.v = row;
	status->rows.n = 1;
	row->expected = true;
	return row;
}

int
bal_status_expect(struct bal_status *status, const char *list,
		  struct bal_arena *arena, struct bal_err *err)
{
	char name[BAL_IFNAMSIZ];
	struct bal_status_row *row;
	int got;

	while ((got = bal_next_word(&list, name, sizeof(name))) > 0) {
		row = find_row(status, name);
		if (!row && bal_check_ifname(name, err) < 0)
			break;
		if (!row)
			row = add_row(status, arena, name);
		if (!row)
			return bal_err_nomem(err);
		if (!row->state)
			row->state = "no uplink";
		row->expected = true;
	}
	if (got == 0)
		return 0;
	return bal_err(err, BAL_EUSAGE,
		       "--expect has a word that is no name of a device");
}

bool
bal_status_disappoints(const struct bal_status *status)
{
	for (size_t i = 0; i < status->rows.n; i++)
		if (status->rows.v[i].expected && !status->rows.v[i].alive)
			return true;
	return false;
}

uint32_t
bal_status_loss(const struct bal_status_probes *probes)
{
	return (probes->recent_lost * 100 + probes->recent_rounds / 2) /
	       probes->recent_rounds;
}

const char *
bal_status_reason(const struct bal_status_row *row)
{
	if (!row->remembered)
		return "";
	return row->up && row->up->admin_up ?
		       bal_outcome_reason(row->up, row->remembered) :
		       row->remembered->reason;
}

const char *
bal_status_capped(const struct bal_status_row *row)
{
	static const char *const words[] = {
		[BAL_CAPPED_NONE] = NULL,
		[BAL_CAPPED_LAST] = "last_resort",
		[BAL_CAPPED_OFF] = "off",
		[BAL_CAPPED_HARD] = "hard",
	};

	return row->up ? words[row->up->capped] : NULL;
}
