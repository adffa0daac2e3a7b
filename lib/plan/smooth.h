/* smooth - which second line a tunnel's datagrams are copied to; pure. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_PLAN_SMOOTH_H
#define BAL_PLAN_SMOOTH_H

#include "firewall/smooth.h"
#include "plan/device.h"

/*
 * A tunnel is smoothed over its own line and one other:
 *
 *   smooth_over = auto   the best base uplink that is alive, not degraded, not
 *                        at the end of its cap, and not the tunnel's own line
 *   smooth_over = DEV... the first of these that is so
 *
 * A copy that arrives first draws the replies to its line, so that a degraded
 * one is only taken while the tunnel's own line is dead, and better than none.
 *
 * `suspicion` copies while nothing came in by the own line, from beyond its
 * modem, for an interval of its probes, a quarter of one and 20 ms: the first
 * answer that is missing begins it, long before three of them are a death.
 * Without probes that are so close and so steady it would copy all the time.
 */
#define BAL_SMOOTH_SILENCE_MS 20
#define BAL_SMOOTH_INTERVAL_MAX_MS 1000

/*
 * Fill in the smoothing of all tunnels of @ups; @all are the box's addresses, of
 * @snap.
 */
void bal_uplinks_smooth(struct bal_uplinks *ups, const struct bal_state *state,
			const struct bal_snapshot *snap,
			const struct bal_holders *all);

/*
 * What the datagrams of @up over @line look like, source, server and ports, into
 * its smoothing; or what keeps them from being copied.
 */
enum bal_smooth_lack
bal_smooth_client(struct bal_uplink *up, const struct bal_uplink_state *us,
		  const struct bal_uplink *line,
		  const struct bal_snapshot *snap,
		  const struct bal_holders *all);

/* Is @up smoothed now? */
bool bal_smooth_is_on(const struct bal_uplink *up);

/* Do datagrams of a smoothed tunnel leave by @line: its own, or copies? */
bool bal_smooth_uses(const struct bal_uplinks *ups,
		     const struct bal_uplink *line);

/* Why @up, which is to be smoothed, is not; "": it is, or need not be. */
const char *bal_smooth_reason(const struct bal_uplink *up);

#endif
