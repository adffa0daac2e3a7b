/* outcome - the changes of a pass for the uplinks, and their effects; pure. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_OUTCOME_H
#define BAL_OUTCOME_H

#include "actions/event.h"
#include "state/state.h"
#include "plan/group.h"
#include "plan/resort.h"
#include "plan/uplink.h"

typedef BAL_LIST(struct bal_event) bal_event_list;

/* Whose connections are flushed and closed. */
enum bal_release_of {
	BAL_RELEASE_ALL,
	BAL_RELEASE_GROUP, /* those of one group */
	BAL_RELEASE_REST, /* but those of groups with a failback_drain */
};

/* What is bound to an uplink, and has to use another one. */
struct bal_release {
	char dev[BAL_IFNAMSIZ];
	unsigned on_dead; /* BAL_ON_DEAD_..., never 0 */
	uint32_t mark;
	int ifindex;
	/*
	 * Unset: unknown.  With its prefix length where the own subnet is the
	 * modem's and stays reachable; that of a tunnel is behind it.
	 */
	struct bal_addr source;
	bool shared;		/* other uplinks have that address, too */
	bool inbound_stays;	/* its device answers inbound connections */
	bool six;		/* of IPv6, and so is @source */
	bool until_back;	/* void as soon as flows are held there again */
	enum bal_release_of of;
	char group[BAL_IFNAMSIZ];
};

typedef BAL_LIST(struct bal_release) bal_release_list;

/* An OpenVPN client to be started. */
struct bal_start {
	char dev[BAL_IFNAMSIZ];
	char openvpn[64]; /* its configuration's name */
	uint32_t tries;	  /* including this one */
};

typedef BAL_LIST(struct bal_start) bal_start_list;

struct bal_outcome {
	bal_start_list starts; /* by bal_pass_tunnels() */
	uint64_t tunnels_ms; /* when to look again; 0: never */
	bool revives;	     /* by bal_pass_revive(): bal-revive has an order */
	uint64_t revive_ms;  /* when to look again; 0: never */
	bal_event_list events;
	bal_release_list releases;
};

/* Input from a pass, the kernel being as planned. */
struct bal_outcome_from {
	const struct bal_state *was; /* as read; .uplinks NULL: unknown */
	const struct bal_uplinks *uplinks;
	/* NULL: none of bal.conf has a failback_drain. */
	const bal_group_list *groups;
	const struct bal_globals *globals;
	enum bal_mode mode, mode_before;
	enum bal_balance balance, balance_before;
	const struct bal_resort *last_resort; /* NULL: unknown */
	uint64_t now_ms;   /* CLOCK_BOOTTIME */
	uint64_t now_wall; /* seconds since 1970 */
	const char *conf_fault; /* of bal.conf; "": none; NULL: not asked */
};

/*
 * Compare the uplinks with their last reported condition, which is in @state
 * and is updated.  Events come in the order of the slots: up, down, alive,
 * degraded, dead, cap_75 to cap_100; then those of IPv6, mode, all-dead,
 * online, last_resort, conf_wrong.  With globals->every_ms those of a state that
 * lasts come again.  Releases are the duties of use.h and use6.h.
 */
int bal_outcome_make(const struct bal_outcome_from *from,
		     struct bal_state *state, struct bal_arena *arena,
		     struct bal_outcome *out, struct bal_err *err);

/* A hash of what is to be done, to compare two outcomes; not 0. */
uint64_t bal_outcome_sum(const struct bal_outcome *outcome);

#endif
