/* state - what bal remembers between two commands: /run/bal/state. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_STATE_H
#define BAL_STATE_H

#include "config/conf.h"
#include "health/health.h"
#include "netlink/object.h"

/* What of this box's traffic goes by an uplink; use.h has the transitions. */
enum bal_use {
	BAL_USE_UNRECORDED, /* a state file of before there was this */
	BAL_USE_NONE,
	BAL_USE_OWN,  /* sockets bound to its address, and nothing else */
	BAL_USE_KEPT, /* and what is established, but nothing new */
	BAL_USE_FULL, /* and new connections */
};

/* One uplink that bal-up was told of. */
struct bal_uplink_state {
	char name[BAL_IFNAMSIZ];
	bool admin_up; /* false: bal-down was here and has not finished */
	bool partial;  /* lines of its record were lost; the kernel may know */
	struct bal_settings options; /* by options, stanza, OpenVPN */
	struct bal_addr learned_gateway;
	struct bal_addr learned_addr; /* with prefix length */
	struct bal_addr learned_server; /* of its client, or none */
	char learned_over[BAL_IFNAMSIZ];
	char line_down[BAL_IFNAMSIZ]; /* what it was over, by bal-down's hand */
	/* That pppd has dialled it by, where its name is not the device's. */
	char stanza[BAL_IFNAMSIZ];
	uint32_t slot;	/* 1 to 250: its mark; 0: not chosen yet */
	uint32_t table; /* routing table id; 0: not chosen yet */
	int ifindex;	/* that the device had last */
	int tun_ifindex; /* of these, of a tun or tap device; 0: it was none */

	struct bal_health_record record; /* by its probes */
	/*
	 * What it is all in all, and was told of: dead without a carrier or
	 * over a dead uplink, too.
	 */
	enum bal_health condition;
	uint64_t since_ms; /* CLOCK_BOOTTIME of its last change */
	char reason[64];   /* of the last bad round */
	uint32_t rtt_us;   /* last good answer */
	uint64_t sent, answered; /* probes since it is known */
	uint64_t spent;		 /* bytes of probes in this month */
	uint64_t spent_saved;	 /* of these, what the disk knows */
	uint32_t spent_month;	 /* that it is counted to: 202611; 0: none yet */
	/*
	 * Its use when the duties of a change were done last, and the address
	 * that it had then: they differ from what is in force where a change
	 * waits for another uplink, or was cut short by a kill.
	 */
	enum bal_use use;
	struct bal_addr used_addr; /* with prefix length */
	uint64_t drain_ms; /* CLOCK_BOOTTIME: flush it then; 0: never */
	uint32_t unreleased; /* read from before @use: 1 is BAL_USE_KEPT */

	uint64_t rx_bytes, tx_bytes; /* counters at @counted_ms */
	uint64_t counted_ms;	     /* CLOCK_BOOTTIME; 0: never */
	uint64_t rx_rate, tx_rate;   /* bytes a second between two checks */
	uint64_t heard_ms; /* CLOCK_BOOTTIME: @rx_bytes grew last; 0: never */

	/* values before ours, of the device with this ifindex; 0: none */
	int saved_ifindex;
	unsigned saved_mask; /* 1 << enum bal_devconf */
	int32_t saved[BAL_DC_MAX];
};

/* The reason of one that was dead when its record ended: hold_back(). */
#define BAL_REASON_HELD_BACK "held back until it answers, it was dead before"

/* Was a tunnel stopped on purpose?  tunnel.h tells when which is so. */
enum bal_tunnel_stop {
	BAL_TUNNEL_WANTED,
	BAL_TUNNEL_STOPPED, /* its client was told to end, or by ifdown */
	BAL_TUNNEL_DOWN,    /* bal-down by hand */
};

/*
 * What is remembered of a tunnel between two looks, by its own name: there
 * need not be an uplink's record.  Zero state: nothing known.
 */
struct bal_tunnel_try {
	char name[BAL_IFNAMSIZ];
	uint64_t at_ms;	     /* CLOCK_BOOTTIME of the last start; 0: never */
	uint32_t tries;	     /* since it lived or its underlay died last */
	uint64_t missing_ms; /* CLOCK_BOOTTIME, first seen so; 0: it is there */
	bool starting;	     /* it did not come up since @at_ms */
	enum bal_tunnel_stop stop;
	char over[BAL_IFNAMSIZ]; /* what it went over, while it is no uplink */
};

/* What holds for a device that is an uplink no longer. */
struct bal_former {
	char name[BAL_IFNAMSIZ];
	/* It was: as an uplink again it has to answer first, and hold. */
	bool dead;
	uint32_t bad, flaps; /* of its struct bal_health_record then */
	uint64_t flap_ms;
	/* To be flushed and closed when another uplink can take over: */
	uint32_t slot;	      /* 0: no mark */
	struct bal_addr addr; /* with prefix length; none: no sockets */
	int ifindex;	      /* that it had then */
};

#define BAL_FORMERS_MAX 32 /* the oldest goes first */

/* What a DHCP server named for a device, be it an uplink or not yet. */
struct bal_lease {
	char dev[BAL_IFNAMSIZ];
	struct bal_addr gateway;
};

/*
 * What this version writes.  A file of another one is read all the same: what
 * is unknown in it is kept, and nothing of the first format may change, so that
 * a package can be taken back.  That one refused every key that it did not
 * know, but passed over comments: so a key that is new since then stands behind
 * ";=", and has BAL_STATE_LATE in the tables of state/field.c.
 */
#define BAL_STATE_FORMAT 2
#define BAL_STATE_KEPT_MAX 65536 /* bytes of what is not understood */

/* Zero state: nothing known. */
struct bal_state {
	uint32_t format; /* of the file that was read; 0: the first one */
	bool damaged;	 /* not all of it was used: to be written anew */
	bool has_mode; /* bal-mode overrides the configuration */
	enum bal_mode mode;
	uint32_t balancing_table; /* 0: not chosen yet */
	bool masquerading;	  /* a chain of ours may be in the nat table */
	/* What bal_resort_find() found last: was told. */
	char last_resort[BAL_IFNAMSIZ];
	bool nothing_leaves;
	/* 1 + enum bal_mode, as the disk had it when it was read last; 0: none */
	uint32_t saved_mode;
	/* The month that the clock names, and CLOCK_BOOTTIME since when */
	uint32_t clock_month;
	uint64_t clock_since_ms; /* 0: it is believed; see budget.h */
	struct bal_sysctl_values saved_sysctls; /* those before ours */
	struct bal_uplink_state *uplinks;
	size_t n_uplinks;
	struct bal_tunnel_try *tunnels;
	size_t n_tunnels;
	struct bal_lease *leases;
	size_t n_leases;
	/* Lines of other versions: section and line in turn, each with a NUL. */
	char *kept;
	size_t kept_len;
	struct bal_former formers[BAL_FORMERS_MAX];
	size_t n_formers;
};

void bal_state_fini(struct bal_state *state);

/* The uplink @name, or NULL. */
struct bal_uplink_state *bal_state_find(const struct bal_state *state,
					const char *name);

/*
 * The uplink @name, a new zeroed one where there is none: NULL when memory or
 * room (BAL_UPLINKS_MAX) ran out, or for what bal_check_ifname() refuses.
 * Pointers from earlier calls are stale.
 */
struct bal_uplink_state *bal_state_add(struct bal_state *state,
				       const char *name, struct bal_err *err);

/* The same where @name is known not to be there: it is not looked for. */
struct bal_uplink_state *bal_state_append(struct bal_state *state,
					  const char *name,
					  struct bal_err *err);

/* What is remembered of the tunnel @name, or NULL. */
struct bal_tunnel_try *bal_state_find_tunnel(const struct bal_state *state,
					     const char *name);

/*
 * What is remembered of the tunnel @name, a new zeroed one where there is
 * none: NULL as bal_state_add().  Pointers from earlier calls are stale.
 */
struct bal_tunnel_try *bal_state_tunnel(struct bal_state *state,
					const char *name, struct bal_err *err);

/* What the lease of @dev says, or NULL. */
const struct bal_addr *bal_state_lease(const struct bal_state *state,
				       const char *dev);

/*
 * The lease of @dev: @gateway, or none any more with NULL.  -1: memory or room
 * ran out, or for what bal_check_ifname() refuses.
 */
int bal_state_set_lease(struct bal_state *state, const char *dev,
			const struct bal_addr *gateway, struct bal_err *err);

/*
 * Write @line (without a newline) again in [@section] each time.  -1: no
 * memory, or more than BAL_STATE_KEPT_MAX.
 */
int bal_state_keep(struct bal_state *state, const char *section,
		   const char *line, struct bal_err *err);

/*
 * The former uplink @name, a new zeroed one behind the others where there is
 * none.  @name is one that bal_check_ifname() lets pass.
 */
struct bal_former *bal_state_former(struct bal_state *state, const char *name);

/*
 * Forget the former uplink @name.  Was there one?  What was known of it, or
 * zeros, goes to @out, which may be NULL.
 */
bool bal_state_forget_former(struct bal_state *state, const char *name,
			     struct bal_former *out);

/* Forget @name. */
void bal_state_remove(struct bal_state *state, const char *name);

#endif
