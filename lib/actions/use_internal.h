/* use_internal - shared by the files of use. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_USE_INTERNAL_H
#define BAL_USE_INTERNAL_H

#include "actions/use.h"

/* One call of bal_use_conclude(). */
struct bal_use_maker {
	const struct bal_outcome_from *from;
	struct bal_state *state;
	struct bal_arena *arena;
	bal_release_list *out;
	const struct bal_uplink *best;
	/* Whose connections are released. */
	enum bal_release_of of;
	const char *group;
};

/* Why something is released. */
enum bal_use_cause {
	BAL_CAUSE_OLD_ADDR, /* only what has that address */
	BAL_CAUSE_DRAINED, /* the uplink is alive, and another one is better */
	BAL_CAUSE_GONE, /* ends with its return */
};

/* --- use_release.c -------------------------------------------------------- */

/* Has an uplink that is up, other than @but (NULL: any), the address @addr? */
bool bal_use_is_addr_of_another(const struct bal_uplinks *ups,
				const struct bal_uplink *but,
				const struct bal_addr *addr);

/*
 * Add what of @on_dead @up allows to the list, for what has the address
 * @source, or unless @cause is an old address any of @up's.
 */
void bal_use_release(struct bal_use_maker *m, const struct bal_uplink *up,
		     const struct bal_uplink_state *us,
		     const struct bal_addr *source, unsigned on_dead,
		     enum bal_use_cause cause);

/* --- use_group.c ---------------------------------------------------------- */

/* Has any of @groups, NULL: none, a failback_drain of its own? */
bool bal_use_groups_drain(const bal_group_list *groups);

/*
 * Which groups carry again what others carried for them: what is left there is
 * released when its time has come.
 */
void bal_use_see_groups(struct bal_use_maker *m);

#endif
