/* group - uplinks that share the new connections of one routing table; pure. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_GROUP_H
#define BAL_GROUP_H

#include "base/arena.h"
#include "plan/uplink.h"

/* Lives in the pass's arena. */
struct bal_group {
	const char *name;
	uint32_t table;
	BAL_LIST(const struct bal_uplink *) members; /* dead ones too */
	enum bal_mode mode;
	enum bal_balance kind;
	/* Members come by their place in @members, not by their priority. */
	bool ordered;
	bool best; /* solo: the first member is the one chosen for its delay */
	/* What has the traffic when no member lives. */
	enum bal_fallback fallback;
	size_t fallback_at; /* of BAL_FALLBACK_GROUP: its place in the list */
	bool has_drain; /* its own failback_drain, drain_ms */
	uint32_t drain_ms;
	/* Of these alone, whatever rules say; none: all. */
	const struct bal_addr *destinations;
	size_t n_destinations;
};

/*
 * The groups of a plan.  The first one is for whatever no rule leads to
 * another; the table of a further one says nothing of what it does not take.
 */
typedef BAL_LIST(struct bal_group) bal_group_list;

/*
 * The groups that there are without any in bal.conf: one, `balancing`, with
 * @table, of all @ups that have a share.  Appended to @out, in @arena, and
 * owned by it; @ups must outlive it.  -1 only when memory ran out.
 */
int bal_groups_make(const struct bal_uplinks *ups, enum bal_mode mode,
		    uint32_t table, struct bal_arena *arena,
		    bal_group_list *out, struct bal_err *err);
/* It spreads connections; bal_groups_add() has its kind for those without. */

/*
 * Append the groups of @policy that have a table by @state, and of each uplink
 * that its rules lead to by itself one named as the uplink.  @policy must
 * outlive @out; see above for the rest.
 */
int bal_groups_add(const struct bal_policy *policy,
		   const struct bal_state *state, const struct bal_uplinks *ups,
		   struct bal_arena *arena, bal_group_list *out,
		   struct bal_err *err);

/* The group @name, not the first one; or NULL. */
const struct bal_group *bal_groups_find(const bal_group_list *groups,
					const char *name);

/*
 * The offset of the member @up of @group among metrics: degraded ones behind, and
 * last those that have used their caps;
 * below BAL_GROUP_METRICS.
 */
uint32_t bal_group_metric(const struct bal_group *group,
			  const struct bal_uplink *up);
#define BAL_GROUP_METRICS ((3 * (BAL_PRIORITY_MAX + 1)) * 256)

/* Is @up, of the uplinks that @group was made of, a member, alive or not? */
bool bal_group_has(const struct bal_group *group, const struct bal_uplink *up);

/* Is @up a member of any of @groups? */
bool bal_groups_have(const bal_group_list *groups, const struct bal_uplink *up);

/* Is @table that of one of @groups? */
bool bal_groups_own(const bal_group_list *groups, uint32_t table);

/*
 * Is @up alive, and the first of the two in order?  @than: one that is alive, or
 * NULL.
 */
bool bal_plan_better(const struct bal_uplink *up,
		     const struct bal_uplink *than);

/*
 * Does the living member @up take new traffic of @group and @family, of which
 * @best is the first one?
 */
bool bal_group_spreads_over(const struct bal_group *group,
			    const struct bal_uplink *up,
			    const struct bal_uplink *best, int family);

/* The member alive by @family that is first in order, or NULL; of IPv4; of IPv6. */
const struct bal_uplink *bal_group_best_of(const struct bal_group *group,
					   int family);
const struct bal_uplink *bal_group_best(const struct bal_group *group);
const struct bal_uplink *bal_group_best6(const struct bal_group *group);

/* Is @up a member of the implicit group, alive or not? */
bool bal_plan_balanced(const struct bal_uplink *up);

/*
 * Does new traffic go by @up, one of those that live, @best being the first of
 * them in order?  In multi one of a worse rank only where there is no better one.
 */
bool bal_plan_shares(enum bal_mode mode, const struct bal_uplink *up,
		     const struct bal_uplink *best);

/*
 * Do even its connections leave @up?  So much is lost that they are better off
 * with a new beginning by one that is well, if there is one.
 */
bool bal_plan_shunned(const struct bal_uplinks *ups,
		      const struct bal_uplink *up);

#endif
