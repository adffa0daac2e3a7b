/* group - uplinks that share the new connections of one routing table; pure. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_GROUP_H
#define BAL_GROUP_H

#include "base/arena.h"
#include "plan/uplink.h"

/* What is spread: each connection by itself, or all those of two hosts. */
enum bal_group_kind {
	BAL_GROUP_CONNECTION,
	BAL_GROUP_SESSION,
};

/* Lives in the pass's arena. */
struct bal_group {
	const char *name;
	uint32_t table;
	BAL_LIST(const struct bal_uplink *) members; /* dead ones too, by slot */
	enum bal_mode mode;
	enum bal_group_kind kind;
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

/* Is @up, of the uplinks that @group was made of, a member, alive or not? */
bool bal_group_has(const struct bal_group *group, const struct bal_uplink *up);

/* Is @up a member of any of @groups? */
bool bal_groups_have(const bal_group_list *groups, const struct bal_uplink *up);

/* Is @table that of one of @groups? */
bool bal_groups_own(const bal_group_list *groups, uint32_t table);

/* The living member that is first in order, or NULL. */
const struct bal_uplink *bal_group_best(const struct bal_group *group);

/* Is @up a member of the implicit group, alive or not? */
bool bal_plan_balanced(const struct bal_uplink *up);

/*
 * Does new traffic go by @up, one of those that live, @best being the first of
 * them in order?  In multi a degraded one only where there is no better one.
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
