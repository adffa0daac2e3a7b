// SPDX-License-Identifier: GPL-2.0-or-later
/* use_group - when a group takes back what others carried for it; pure. */
#include <string.h>

#include "actions/use6.h"
#include "plan/plan.h"

bool
bal_use_groups_drain(const bal_group_list *groups)
{
	for (size_t i = 1; groups && i < groups->n; i++)
		if (groups->v[i].has_drain)
			return true;
	return false;
}

/* Is it known to be alive?  Without targets it never is. */
static bool
is_proven(const struct bal_uplink *up, bool six)
{
	const enum bal_health health = six ? up->v6.health : up->v4.health;

	return (six ? health : bal_uplink_condition(up)) != BAL_HEALTH_DEAD &&
	       (health != BAL_HEALTH_UNKNOWN || !up->set.n_targets);
}

static size_t
place_of(const struct bal_group *group, const struct bal_uplink *up)
{
	size_t place = 0;

	while (place < group->members.n && group->members.v[place] != up)
		place++;
	return place;
}

/*
 * Would @group have no connection by @up that begins now?  One that comes before
 * the member in use is left as it is: it is degraded, and may be back soon.
 */
static bool
is_stopgap(const struct bal_group *group, const struct bal_uplink *up,
	   const struct bal_uplink *first)
{
	if (!bal_group_has(group, up))
		return true;
	return group->mode == BAL_MODE_SOLO &&
	       place_of(group, up) > place_of(group, first);
}

static void
take_back(struct bal_use_maker *m, const struct bal_group *group,
	  const struct bal_uplink *first, bool six)
{
	const struct bal_uplinks *ups = m->from->uplinks;

	m->of = BAL_RELEASE_GROUP;
	m->group = group->name;
	for (size_t i = 0; i < ups->n; i++) {
		const struct bal_uplink *up = &ups->v[i];
		const struct bal_uplink_state *us =
			bal_state_find(m->state, up->name);

		if (!us || !up->admin_up || !is_stopgap(group, up, first))
			continue;
		if (six && up->alive6)
			bal_use6_release(m, up, BAL_CAUSE_DRAINED);
		if (!six && up->alive)
			bal_use_release(m, up, us, bal_uplink_used_addr(us),
					BAL_ON_DEAD_CONNTRACK |
						BAL_ON_DEAD_SOCKETS,
					BAL_CAUSE_DRAINED);
	}
	m->of = BAL_RELEASE_ALL;
	m->group = "";
}

/* Another one is first, or it is again: the time begins. */
static void
begin(struct bal_use_maker *m, const struct bal_group *group,
      struct bal_group_drain *d, const char *first)
{
	memset(d->proven, 0, sizeof(d->proven));
	(void)bal_copy(d->proven, sizeof(d->proven), first);
	d->ms = first[0] ? m->from->now_ms + group->drain_ms : 0;
}

static void
see_group(struct bal_use_maker *m, const struct bal_group *group,
	  struct bal_group_drain *d, bool six)
{
	const struct bal_uplink *first = six ? bal_group_best6(group) :
					       bal_group_best(group);
	const bool drains = group->has_drain &&
			    group->drain_ms != BAL_DRAIN_NEVER;

	if (!drains || !first || !is_proven(first, six))
		begin(m, group, d, "");
	else if (strcmp(d->proven, first->name) != 0)
		begin(m, group, d, first->name);
	if (!d->ms || d->ms > m->from->now_ms)
		return;
	d->ms = 0;
	take_back(m, group, first, six);
}

void
bal_use_see_groups(struct bal_use_maker *m)
{
	const bal_group_list *groups = m->from->groups;

	/* What was recorded when there was one is void. */
	for (size_t i = 0; !groups && i < m->state->n_groups; i++)
		memset(m->state->groups[i].drains, 0,
		       sizeof(m->state->groups[i].drains));
	for (size_t i = 1; groups && i < groups->n; i++) {
		struct bal_group_state *gs =
			bal_state_find_group(m->state, groups->v[i].name);

		for (size_t k = 0; gs && k < 2; k++)
			see_group(m, &groups->v[i], &gs->drains[k], k == 1);
	}
}
