/* probe - asks far hosts through one device each, all at the same time. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_PROBE_H
#define BAL_PROBE_H

#include "health.h"
#include "settings.h"

/* One uplink to be probed, and what came of it. */
struct bal_probe {
	/* what to do */
	char dev[BAL_IFNAMSIZ];
	int ifindex;
	struct bal_addr source; /* address of @dev when the probe was planned */
	uint32_t mark;          /* fwmark of the probe's socket, 0: none */
	struct bal_addr targets[BAL_TARGETS_MAX];
	size_t n_targets;
	uint32_t need;
	uint32_t interval_ms, timeout_ms;
	struct bal_health_rule rule;
	bool no_carrier; /* every round fails at once, nothing is sent */

	/* what came of it */
	struct bal_health_state state; /* in: before; out: after the pass */
	uint32_t sent, answered;       /* packets */
	uint32_t rtt_us;               /* of the last good answer, 0: none */
	char reason[64];               /* of the last bad round: "no answer from 9.9.9.9" */
};

/*
 * Probe all @n uplinks in parallel until each has a verdict: rounds start
 * every interval_ms, each lasts timeout_ms at most, @rule.down rounds at most,
 * so that a pass takes (down - 1) * interval + timeout of the slowest uplink
 * whatever @n is.  ICMP echo with a random payload over a socket bound to the
 * device (an unprivileged ICMP socket where ping_group_range allows it, else a
 * raw one); an answer counts only if source, id, sequence and payload are
 * those sent.  A send that fails (ENETUNREACH, ENODEV) is a failed probe, not
 * an error.  -1 only if nothing can be probed at all: no privilege, no memory,
 * no clock.
 */
int bal_probe_run(struct bal_probe *probes, size_t n, struct bal_err *err);

#endif
