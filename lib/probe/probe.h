/* probe - one uplink to be probed: its targets, and the results. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_PROBE_H
#define BAL_PROBE_H

#include "health/capacity.h"
#include "health/health.h"
#include "health/rtts.h"
#include "config/target.h"
#include "base/text.h"

#define BAL_REASON_MAX 64

/* Plain data: made by bal_pass_probes(), filled in by a prober. */
struct bal_probe {
	/* input */
	char dev[BAL_IFNAMSIZ];
	int ifindex;
	int family; /* of the targets; 0 is AF_INET */
	struct bal_addr source; /* address of @dev when the probe was planned */
	struct bal_addr gateway;
	struct bal_addr link; /* the subnet of its modem, or none */
	uint32_t mark;		 /* fwmark of the probes' sockets, 0: none */
	char over[BAL_IFNAMSIZ]; /* its underlay if it is a tunnel, else "" */
	struct bal_target targets[BAL_TARGETS_MAX];
	size_t n_targets;
	uint32_t need; /* targets that must answer */
	char http_host[BAL_TARGET_TEXT], http_expect[BAL_TARGET_TEXT];
	struct bal_health_rule rule; /* its interval by the budget */
	uint32_t pace_ms; /* the interval without a budget; 0: that of @rule */
	uint32_t
		pass_ms; /* of a pass: (down - 1) * interval + timeout */
	uint32_t passive; /* bytes received in an interval that prove life */
	bool metered; /* traffic may save probes, which alone find loss */
	bool no_carrier;  /* it is dead, and nothing is sent */

	/* results */
	struct bal_health_record record; /* in: before; out: now */
	uint32_t sent, answered;
	uint64_t spent;	 /* bytes of probes and their answers */
	struct bal_fill_sum fill; /* what its line carried */
	uint32_t rtt_us; /* of the last answer, 0: none */
	struct bal_rtts rtts; /* of all of them */
	char reason[BAL_REASON_MAX]; /* "no answer from 9.9.9.9" */
};

#endif
