/* outcome - what a pass changed for the uplinks, and what follows; pure. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_OUTCOME_H
#define BAL_OUTCOME_H

#include "actions/event.h"
#include "state/state.h"
#include "plan/resort.h"
#include "plan/uplink.h"

typedef BAL_LIST(struct bal_event) bal_event_list;

/* What is bound to an uplink and has to look for another one. */
struct bal_release {
	char dev[BAL_IFNAMSIZ];
	unsigned on_dead; /* BAL_ON_DEAD_..., never 0 */
	uint32_t mark;
	int ifindex;
	/*
	 * None: unknown.  With its prefix length where the own subnet is the
	 * modem's and stays reachable; that of a tunnel is behind it.
	 */
	struct bal_addr source;
	bool shared;		/* others have that address, too */
	bool inbound_stays;	/* its device can answer who asked by it */
};

typedef BAL_LIST(struct bal_release) bal_release_list;

/* An OpenVPN client that is missing. */
struct bal_start {
	char dev[BAL_IFNAMSIZ];
	char openvpn[64]; /* its configuration's name */
	uint32_t tries;	  /* this one among them */
};

typedef BAL_LIST(struct bal_start) bal_start_list;

struct bal_outcome {
	bal_start_list starts; /* by bal_pass_tunnels() */
	uint64_t tunnels_ms; /* when that may find one more; 0: never */
	bal_event_list events;
	bal_release_list releases;
};

/* What a pass knows when the kernel is as planned. */
struct bal_outcome_from {
	const struct bal_state *was; /* as read; .uplinks NULL: nothing */
	const struct bal_uplinks *uplinks;
	const struct bal_globals *globals;
	enum bal_mode mode, mode_before;
	const struct bal_resort *last_resort; /* NULL: not asked */
	uint64_t now_ms;   /* CLOCK_BOOTTIME */
	uint64_t now_wall; /* seconds since 1970 */
};

/*
 * Compare what the uplinks are now with what was told of them last, which
 * stands in @state and is brought up to date.  Events come in the order of
 * the slots: up, down, alive, degraded, dead; then mode, all-dead, last_resort.  Releases
 * are the duties of use.h.
 */
int bal_outcome_make(const struct bal_outcome_from *from,
		     struct bal_state *state, struct bal_arena *arena,
		     struct bal_outcome *out, struct bal_err *err);

/* A number that tells what is to be done from other things to be done; not 0. */
uint64_t bal_outcome_sum(const struct bal_outcome *outcome);

/*
 * Why it is not alive: what it lacks, else what its probes found.  "": nothing
 * is known against it.
 */
const char *bal_outcome_reason(const struct bal_uplink *up,
			       const struct bal_uplink_state *us);

#endif
