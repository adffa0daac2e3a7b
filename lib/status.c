// SPDX-License-Identifier: GPL-2.0-or-later
/* status - judges what there is to be shown; pure. */
#include "status.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "budget.h"

static const char *
state_word(const struct bal_uplink *up)
{
	if (!up->admin_up)
		return "down";
	if (!up->ifindex)
		return "no device";
	if (!up->up)
		return "link down";
	if (!up->carrier)
		return "no carrier";
	if (!up->n_addrs)
		return "no address";
	if (!up->usable)
		return "no gateway";
	if (up->stranded)
		return "stranded";
	return bal_health_name(up->health);
}

static bool
takes_share(const struct bal_uplink *up)
{
	return bal_plan_balanced(up) && up->alive;
}

static const struct bal_uplink *
best_of(const struct bal_uplinks *ups)
{
	const struct bal_uplink *best = NULL;

	for (size_t i = 0; i < ups->n; i++) {
		const struct bal_uplink *up = &ups->v[i];

		if (takes_share(up) && (!best || bal_uplink_metric(up) <
							 bal_uplink_metric(best)))
			best = up;
	}
	return best;
}

static unsigned
share_of(const struct bal_uplink *up, const struct bal_uplinks *ups,
	 enum bal_mode mode)
{
	const struct bal_uplink *best = best_of(ups);
	uint32_t sum = 0;

	if (!takes_share(up) || !bal_plan_shares(mode, up, best))
		return 0;
	for (size_t i = 0; i < ups->n; i++)
		if (takes_share(&ups->v[i]) &&
		    bal_plan_shares(mode, &ups->v[i], best))
			sum += ups->v[i].set.weight;
	return (up->set.weight * 100 + sum / 2) / sum;
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
	const struct bal_judge *j = &p->judge;

	bal_judge_reason(j, &p->rule, now_ms, out->reason, BAL_STATUS_WORDS);
	bal_judge_suspicion(j, &p->rule, out->suspicion, BAL_STATUS_WORDS);
	bal_judge_grown(j, &p->rule, now_ms, out->grown, BAL_STATUS_WORDS);
	out->suspected = out->suspicion[0] != '\0';
	out->recent_rounds = bal_judge_recent_rounds(j);
	out->recent_lost = bal_judge_recent_lost(j);
	out->flaps = bal_judge_flaps(j, now_ms);
	out->hold_ms = bal_judge_hold_ms(j, &p->rule, now_ms);
	out->hold_left_ms = bal_judge_hold_left_ms(j, &p->rule, now_ms);
	out->bad = j->bad;
	out->misses = bal_judge_misses(j, &p->rule);
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
	if (row->set.budget &&
	    row->remembered->spent_month == bal_budget_month(time(NULL)))
		row->probes.spent = row->remembered->spent;
}

static void
add_uplink(struct bal_status *status, const struct bal_pass *pass,
	   const struct bal_uplink *up, struct bal_arena *arena)
{
	struct bal_status_row *row = add_row(status, arena, up->name);

	if (!row)
		return;
	row->up = up;
	row->remembered = bal_state_find(&pass->state, up->name);
	row->set = up->set;
	row->state = state_word(up);
	row->alive = up->alive;
	row->balanced = bal_plan_balanced(up);
	row->share = share_of(up, &pass->uplinks, status->mode);
	for (size_t i = 0; i < up->set.n_targets; i++)
		row->n_own += bal_uplink_owns(up, &up->set.targets[i]);
	row->unprobed = up->admin_up && row->n_own == up->set.n_targets &&
			(row->n_own || !bal_uplink_is_tunnel(up));
	add_probes(row, pass);
	if (row->remembered && row->remembered->since_ms &&
	    row->remembered->since_ms < pass->snap.now_ms)
		row->for_ms = pass->snap.now_ms - row->remembered->since_ms;
	status->n_alive += up->alive;
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

/* A mode that was set long ago must not surprise who edits bal.conf today. */
static const char *
who_overrules(const struct bal_pass *pass)
{
	if (bal_pass_mode(pass) == pass->conf.globals.mode ||
	    pass->trouble.faults)
		return NULL;
	return pass->state.has_mode ? "bal-mode" : "bal-mode --save";
}

int
bal_status_make(const struct bal_pass *pass, struct bal_arena *arena,
		struct bal_status *out, struct bal_err *err)
{
	struct bal_status status = {
		.mode = bal_pass_mode(pass),
		.overrules = who_overrules(pass),
		.trouble = pass->trouble.faults ? &pass->trouble : NULL,
		.kept = pass->uplinks.kept,
		.no_marks = !pass->no_chains &&
			    !pass->snap.has_xtable[BAL_XTABLE_MANGLE],
		.no_objects = !pass->snap.has_nexthops ||
			      !pass->conf.globals.nexthop_objects,
		.mark_mask = pass->conf.globals.mark_mask,
	};

	for (size_t i = 0; i < pass->uplinks.n; i++)
		add_uplink(&status, pass, &pass->uplinks.v[i], arena);
	for (size_t i = 0; i < pass->conf.n_uplinks; i++) {
		const char *name = pass->conf.uplinks[i].name;
		struct bal_status_row *row;

		if (find_row(&status, name))
			continue;
		row = add_row(&status, arena, name);
		if (!row)
			continue;
		row->state = "down";
		row->set = bal_uplink_settings(&pass->conf, NULL, name);
	}
	if (arena->oom)
		return bal_err_nomem(err);
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
	status->n_alive = row->alive;
	return row;
}
