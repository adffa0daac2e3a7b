/* best - which member of a group of mode best is used; pure. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_BEST_H
#define BAL_BEST_H

#include "plan/group.h"

/* Another member is better when it gains so much of its round trip... */
#define BAL_BEST_GAIN_PERCENT 25
/* ...and not less than that. */
#define BAL_BEST_GAIN_US 5000

/*
 * The place of the member of @group that is to be used, @current being the one
 * in use ("": none): the shortest smoothed round trip that @state has of those
 * that live and are not degraded, nor have used their caps.  A living one in
 * use stays until another one is better by both of the limits above.  One
 * without a measured round trip is behind those with one; equal ones come in
 * the order of the list.  With no member alive that is the first one.
 */
size_t bal_best_of(const struct bal_group *group, const struct bal_state *state,
		   const char *current);

/*
 * Record in @state which member each group of mode best uses.
 */
void bal_best_remember(const bal_group_list *groups, struct bal_state *state);

#endif
