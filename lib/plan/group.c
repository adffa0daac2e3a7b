// SPDX-License-Identifier: GPL-2.0-or-later
/* group - which uplinks are in a group, and which of them take new traffic. */
#include "plan/group.h"

#include <string.h>
#include <sys/socket.h>

int
bal_groups_make(const struct bal_uplinks *ups, enum bal_mode mode,
		uint32_t table, struct bal_arena *arena, bal_group_list *out,
		struct bal_err *err)
{
	struct bal_group *group = BAL_PUSH(arena, out);

	if (!group)
		return bal_err_nomem(err);
	group->name = "balancing";
	group->table = table;
	group->mode = mode;
	group->kind = BAL_BALANCE_CONNECTION;
	for (size_t i = 0; i < ups->n; i++) {
		const struct bal_uplink **slot;

		if (!bal_plan_balanced(&ups->v[i]))
			continue;
		slot = BAL_PUSH(arena, &group->members);
		if (slot)
			*slot = &ups->v[i];
	}
	return arena->oom ? bal_err_nomem(err) : 0;
}

bool
bal_group_has(const struct bal_group *group, const struct bal_uplink *up)
{
	for (size_t i = 0; i < group->members.n; i++)
		if (group->members.v[i] == up)
			return true;
	return false;
}

bool
bal_groups_have(const bal_group_list *groups, const struct bal_uplink *up)
{
	for (size_t i = 0; i < groups->n; i++)
		if (bal_group_has(&groups->v[i], up))
			return true;
	return false;
}

bool
bal_groups_own(const bal_group_list *groups, uint32_t table)
{
	for (size_t i = 0; i < groups->n; i++)
		if (groups->v[i].table == table)
			return true;
	return false;
}

bool
bal_plan_better(const struct bal_uplink *up, const struct bal_uplink *than)
{
	return up->alive &&
	       (!than || bal_uplink_metric(up) < bal_uplink_metric(than));
}

const struct bal_group *
bal_groups_find(const bal_group_list *groups, const char *name)
{
	for (size_t i = 1; i < groups->n; i++)
		if (strcmp(groups->v[i].name, name) == 0)
			return &groups->v[i];
	return NULL;
}

uint32_t
bal_group_metric(const struct bal_group *group, const struct bal_uplink *up)
{
	uint32_t place = 0;

	if (!group->ordered)
		return bal_uplink_metric(up);
	while (place + 1 < group->members.n && group->members.v[place] != up)
		place++;
	place += bal_uplink_rank(up) * (BAL_PRIORITY_MAX + 1);
	return place * 256 + up->slot;
}

static bool
is_alive(const struct bal_uplink *up, int family)
{
	return family == AF_INET6 ? up->alive6 : up->alive;
}

const struct bal_uplink *
bal_group_best_of(const struct bal_group *group, int family)
{
	const struct bal_uplink *best = NULL;

	for (size_t i = 0; i < group->members.n; i++) {
		const struct bal_uplink *up = group->members.v[i];

		if (is_alive(up, family) &&
		    (!best || bal_group_metric(group, up) <
				      bal_group_metric(group, best)))
			best = up;
	}
	return best;
}

const struct bal_uplink *
bal_group_best(const struct bal_group *group)
{
	return bal_group_best_of(group, AF_INET);
}

const struct bal_uplink *
bal_group_best6(const struct bal_group *group)
{
	return bal_group_best_of(group, AF_INET6);
}

bool
bal_group_spreads_over(const struct bal_group *group,
		       const struct bal_uplink *up,
		       const struct bal_uplink *best, int family)
{
	return is_alive(up, family) &&
	       (family == AF_INET6 || bal_uplink_addr(up)) && best &&
	       bal_plan_shares(group->mode, up, best);
}

bool
bal_plan_balanced(const struct bal_uplink *up)
{
	return up->admin_up && up->share;
}

bool
bal_plan_shares(enum bal_mode mode, const struct bal_uplink *up,
		const struct bal_uplink *best)
{
	if (mode == BAL_MODE_SOLO)
		return up == best;
	return bal_uplink_rank(up) <= bal_uplink_rank(best);
}

bool
bal_plan_shunned(const struct bal_uplinks *ups, const struct bal_uplink *up)
{
	if (!up->lossy)
		return false;
	for (size_t i = 0; i < ups->n; i++)
		if (bal_plan_balanced(&ups->v[i]) && ups->v[i].alive &&
		    !ups->v[i].degraded)
			return true;
	return false;
}
