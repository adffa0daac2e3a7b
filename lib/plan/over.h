/* over - which lines carry tunnels, and so who has a share; pure. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_OVER_H
#define BAL_OVER_H

#include "base/arena.h"
#include "plan/uplink.h"

/* Names of lines, owned by conf, state and uplinks. */
typedef BAL_LIST(const char *) bal_line_list;

/* What `over` has for every line. */
#define BAL_OVER_ANY "any"

/* Does @over mean several lines: any, or those of a group? */
bool bal_over_is_several(const struct bal_policy *policy, const char *over);

/*
 * Of the lines that @over, which means several, stands for, the one to use: the
 * first in order of those that are well, else of those that are up; NULL: none.
 */
const struct bal_uplink *bal_over_best(const struct bal_policy *policy,
				       const struct bal_uplinks *ups,
				       const char *over);

/*
 * The place of @up among those: smaller first, degraded ones behind, and last
 * those that have used their caps; -1: it is none of them.
 */
int64_t bal_over_place(const struct bal_policy *policy, const char *over,
		       const struct bal_uplink *up);

/* The name of the table for @over, which means several, in @buf. */
const char *bal_over_table(const char *over, char buf[BAL_GROUP_TABLELEN]);

/*
 * Is @over, which was said of a tunnel, neither an uplink on record nor a
 * section?  Then a device of that name is the only thing that it can mean.
 */
bool bal_over_is_nowhere(const struct bal_conf *conf,
			 const struct bal_state *state, const char *over);

/*
 * What the tunnel @name goes over: said, or else learned, or remembered of one
 * that is no uplink now; these also where what is said is nowhere.  "": nothing
 * is known.  "?": something that is lost.  Owned by @conf or @state.
 */
const char *bal_over_of(const struct bal_conf *conf,
			const struct bal_state *state, const char *name);

/* What @name, which was an uplink, went over; "": nothing is known. */
const char *bal_over_remembered(const struct bal_state *state,
				const char *name);

/*
 * The lines that an uplink goes over which may have a share itself: one of
 * @ups, of @conf's sections, or one that was an uplink.  Whether it lives does
 * not matter: a tunnel that flaps must not let its traffic out by the bare
 * line.  Memory that runs out shows in @arena.
 */
void bal_over_lines(const struct bal_conf *conf, const struct bal_state *state,
		    const struct bal_uplinks *ups, struct bal_arena *arena,
		    bal_line_list *out);

/* Has @name, of which @share was said, a share in the end? */
bool bal_over_has_share(const bal_line_list *lines, const char *name,
			enum bal_share share);

/*
 * The record of @name ends: what it went over is kept, unless it had no share.
 * -1: no memory or room.
 */
int bal_over_remember(const struct bal_conf *conf, struct bal_state *state,
		      const char *name, struct bal_err *err);

#endif
