/* probe - one uplink to be probed: what to ask through it, what came of it. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_PROBE_H
#define BAL_PROBE_H

#include "health/health.h"
#include "config/target.h"
#include "base/text.h"

#define BAL_REASON_MAX 64

/* Plain data: made by bal_pass_probes(), filled in by a prober. */
struct bal_probe {
	/* what to do */
	char dev[BAL_IFNAMSIZ];
	int ifindex;
	struct bal_addr source; /* address of @dev when the probe was planned */
	struct bal_addr gateway;
	struct bal_addr link; /* what is no farther than the modem, or none */
	uint32_t mark;		 /* fwmark of the probes' sockets, 0: none */
	char over[BAL_IFNAMSIZ]; /* the uplink that it is a tunnel over, "" */
	struct bal_target targets[BAL_TARGETS_MAX];
	size_t n_targets;
	uint32_t need; /* targets that must answer */
	char http_host[BAL_TARGET_TEXT], http_expect[BAL_TARGET_TEXT];
	struct bal_health_rule rule; /* its interval by the budget */
	uint32_t
		pass_ms; /* that a pass takes: (down - 1) * interval + timeout */
	uint32_t passive; /* bytes received in an interval that prove life */
	bool metered; /* traffic may save probes, though they find loss */
	bool no_carrier;  /* nothing is sent, it is dead */

	/* what came of it */
	struct bal_health_record record; /* in: before; out: now */
	uint32_t sent, answered;
	uint64_t spent;	 /* bytes of probes and their answers */
	uint32_t rtt_us; /* of the last answer, 0: none */
	char reason[BAL_REASON_MAX]; /* "no answer from 9.9.9.9" */
};

#endif
