/* use - the use of an uplink, and the effects of its change; pure. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The use of an uplink has four levels (enum bal_use), by what may go by it:
 *
 *                      own sockets  established  new connections
 *   full                    x            x              x
 *   kept                    x            x
 *   own                     x
 *   none
 *
 * It follows from the plan alone.  Whatever brings a change about, the duties
 * are those of the levels before and after:
 *
 *   what happens                         use becomes   another one's use
 *   -----------------------------------  ------------  -----------------
 *   found dead; no carrier, link down,   none          full, in solo
 *     no address, unplugged; its               of the next in order
 *     underlay is dead or down;
 *     refused by the kernel; bal-down,
 *     ifdown
 *   degraded by loss                     own           full
 *   degraded by its round trip           kept          full
 *   share = no                           kept          full
 *   share = no, and in a [group]         kept          -
 *   solo: a better one is used again     kept          full
 *     (alive, not degraded any more,
 *     bal-up, ifup, replugged, a boot)
 *   solo: priorities changed             kept          full
 *   bal-mode solo, but for the best      kept          -
 *   all dead, when_all_dead = keep       as if alive   -
 *   bal-mode multi, share = yes          full          -
 *   another address                      as before     -
 *
 *   from          to    duty
 *   ------------  ----  -------------------------------------------------
 *   full or kept  none  flush its conntrack entries, close its own sockets
 *   full or kept  own   flush its conntrack entries
 *   own           none  flush, close
 *   full          kept  solo, if the one that is used comes before it by
 *                       priority: flush and close after `failback_drain`
 *   any           more  nothing; what is still to be drained is not
 *   any but none  same  with another address: close sockets of the old one
 *
 * `on_dead` says which of flush and close are done.  They wait until another
 * uplink can take over, to drain until that one has answered; an uplink whose
 * use is restored before that owes nothing.  Nor does one that is back while
 * bal-flush is at it: what it holds goes on there, and what is new is its own.
 */
#ifndef BAL_USE_H
#define BAL_USE_H

#include "actions/outcome.h"

/*
 * The use of @up.  @before: its use until now, for an uplink without a share
 * keeps its use.  @best: the first by priority of those that are alive and have
 * a share, NULL: there is none.
 */
enum bal_use bal_use_of(const struct bal_uplinks *ups, enum bal_mode mode,
			const struct bal_uplink *up,
			const struct bal_uplink *best, enum bal_use before);

/*
 * Compare the use of each uplink with the one recorded in @state, update that,
 * and add what is to be flushed and closed to @out.  Lack of memory shows in
 * @arena.
 */
void bal_use_conclude(const struct bal_outcome_from *from,
		      struct bal_state *state, struct bal_arena *arena,
		      bal_release_list *out);

/* When the next uplink is to be drained (CLOCK_BOOTTIME in ms); 0: never. */
uint64_t bal_use_next_ms(const struct bal_state *state);

#endif
