/* state - the memory of bal between two commands: /run/bal/state. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_STATE_H
#define BAL_STATE_H

#include "config/conf.h"
#include "health/health.h"
#include "netlink/object.h"

/* What of this box's traffic goes by an uplink; use.h has the transitions. */
enum bal_use {
	BAL_USE_UNRECORDED, /* a state file of an older version */
	BAL_USE_NONE,
	BAL_USE_OWN,  /* only sockets bound to its address */
	BAL_USE_KEPT, /* and established connections, but no new ones */
	BAL_USE_FULL, /* and new connections */
};

/* One uplink, made known by bal-up. */
struct bal_uplink_state {
	char name[BAL_IFNAMSIZ];
	bool admin_up; /* false: bal-down has begun and not finished */
	bool partial;  /* lines of its record were lost */
	struct bal_settings options; /* from command line, stanza, OpenVPN */
	struct bal_addr learned_gateway;
	struct bal_addr learned_addr; /* with prefix length */
	struct bal_addr learned_server; /* of its OpenVPN client, or none */
	char learned_over[BAL_IFNAMSIZ];
	char line_down[BAL_IFNAMSIZ]; /* its underlay, taken down by bal-down */
	/* The name that pppd dialled it by, where that is not the device's. */
	char stanza[BAL_IFNAMSIZ];
	uint32_t slot;	/* 1 to 250: its mark; 0: not chosen yet */
	uint32_t table; /* routing table id; 0: not chosen yet */
	int ifindex;	/* the device's last number */
	int tun_ifindex; /* of these, of a tun or tap device; 0: none */

	struct bal_health_record record; /* by its probes */
	/*
	 * The overall health, as reported: dead without a carrier or over a
	 * dead uplink, too.
	 */
	enum bal_health condition;
	uint64_t since_ms; /* CLOCK_BOOTTIME of its last change */
	char reason[64];   /* of the last bad round */
	uint32_t rtt_us;   /* last good answer */
	uint64_t sent, answered; /* probes since it is known */
	uint64_t spent;		 /* bytes of probes in this month */
	uint64_t spent_saved;	 /* of these, recorded on disk */
	uint32_t spent_month;	 /* of @spent, as 202611; 0: none yet */
	/*
	 * Its use when the duties of a change were done last, and its address
	 * then: they differ from the present ones where a change waits for
	 * another uplink, or was cut short by a kill.
	 */
	enum bal_use use;
	struct bal_addr used_addr; /* with prefix length */
	uint64_t drain_ms; /* CLOCK_BOOTTIME: flush it then; 0: never */
	uint32_t unreleased; /* from files without @use: 1 is BAL_USE_KEPT */

	uint64_t rx_bytes, tx_bytes; /* counters at @counted_ms */
	uint64_t counted_ms;	     /* CLOCK_BOOTTIME; 0: never */
	uint64_t rx_rate, tx_rate;   /* bytes a second between two checks */
	uint64_t heard_ms; /* CLOCK_BOOTTIME: @rx_bytes grew last; 0: never */

	/* values before bal, of the device with this ifindex; 0: none */
	int saved_ifindex;
	unsigned saved_mask; /* 1 << enum bal_devconf */
	int32_t saved[BAL_DC_MAX];
};

/* The reason of an uplink that was dead when its record ended: hold_back(). */
#define BAL_REASON_HELD_BACK "held back until it answers, it was dead before"

/* Was a tunnel stopped on purpose?  tunnel.h has the rules. */
enum bal_tunnel_stop {
	BAL_TUNNEL_WANTED,
	BAL_TUNNEL_STOPPED, /* its client was stopped, or by ifdown */
	BAL_TUNNEL_DOWN,    /* bal-down by hand */
};

/*
 * The record of a tunnel between two checks, by its own name, with or without
 * an uplink's record.  Zero state: nothing known.
 */
struct bal_tunnel_try {
	char name[BAL_IFNAMSIZ];
	uint64_t at_ms;	     /* CLOCK_BOOTTIME of the last start; 0: never */
	uint32_t tries;	     /* since it was up or its underlay down last */
	uint64_t missing_ms; /* CLOCK_BOOTTIME, missing since; 0: it is there */
	bool starting;	     /* it has not come up since @at_ms */
	enum bal_tunnel_stop stop;
	char over[BAL_IFNAMSIZ]; /* its underlay, while it is no uplink */
};

/* The record of a device that is an uplink no longer. */
struct bal_former {
	char name[BAL_IFNAMSIZ];
	/* It was dead: as an uplink again it has to answer first, and hold. */
	bool dead;
	uint32_t bad, flaps; /* of its struct bal_health_record then */
	uint64_t flap_ms;
	/* To be flushed and closed when another uplink can take over: */
	uint32_t slot;	      /* 0: no mark */
	struct bal_addr addr; /* with prefix length; none: no sockets */
	int ifindex;	      /* its number then */
};

#define BAL_FORMERS_MAX 32 /* the oldest goes first */

/* The gateway in a device's DHCP lease, be it an uplink or not yet. */
struct bal_lease {
	char dev[BAL_IFNAMSIZ];
	struct bal_addr gateway;
};

/*
 * The format of this version.  Files of other versions are read all the same:
 * what is unknown in them is kept, and nothing of the first format may change,
 * so that a package can be downgraded.  The first version refused every unknown
 * key but passed over comments: so a newer key is behind ";=", and has
 * BAL_STATE_LATE in the tables of state/field.c.
 */
#define BAL_STATE_FORMAT 2
#define BAL_STATE_KEPT_MAX 65536 /* bytes of unknown lines */

/* Zero state: nothing known. */
struct bal_state {
	uint32_t format; /* of the file that was read; 0: the first one */
	bool damaged;	 /* a part was unusable: to be written anew */
	bool has_mode; /* bal-mode overrides the configuration */
	enum bal_mode mode;
	uint32_t balancing_table; /* 0: not chosen yet */
	bool masquerading;	  /* a chain of ours may be in the nat table */
	/* The last result of bal_resort_find(), as reported. */
	char last_resort[BAL_IFNAMSIZ];
	bool nothing_leaves;
	/* 1 + enum bal_mode, as last read from disk; 0: none */
	uint32_t saved_mode;
	/* The month of the clock, and CLOCK_BOOTTIME since when */
	uint32_t clock_month;
	uint64_t clock_since_ms; /* 0: it is believed; see budget.h */
	struct bal_sysctl_values saved_sysctls; /* those before bal */
	struct bal_uplink_state *uplinks;
	size_t n_uplinks;
	struct bal_tunnel_try *tunnels;
	size_t n_tunnels;
	struct bal_lease *leases;
	size_t n_leases;
	/*
	 * Lines of other versions: section and line in turn, each with a NUL.
	 */
	char *kept;
	size_t kept_len;
	struct bal_former formers[BAL_FORMERS_MAX];
	size_t n_formers;
};

/* Free everything in @state: zero state again. */
void bal_state_fini(struct bal_state *state);

/* The uplink @name, or NULL. */
struct bal_uplink_state *bal_state_find(const struct bal_state *state,
					const char *name);

/*
 * The uplink @name, a new zeroed one where there is none: NULL when memory or
 * room (BAL_UPLINKS_MAX) ran out, or for a name that bal_check_ifname()
 * refuses.  Pointers from earlier calls are stale.
 */
struct bal_uplink_state *bal_state_add(struct bal_state *state,
				       const char *name, struct bal_err *err);

/* The same without a search, where @name is known not to be there. */
struct bal_uplink_state *bal_state_append(struct bal_state *state,
					  const char *name,
					  struct bal_err *err);

/* The record of the tunnel @name, or NULL. */
struct bal_tunnel_try *bal_state_find_tunnel(const struct bal_state *state,
					     const char *name);

/*
 * The record of the tunnel @name, a new zeroed one where there is none: NULL as
 * bal_state_add().  Pointers from earlier calls are stale.
 */
struct bal_tunnel_try *bal_state_tunnel(struct bal_state *state,
					const char *name, struct bal_err *err);

/* The gateway in the lease of @dev, or NULL. */
const struct bal_addr *bal_state_lease(const struct bal_state *state,
				       const char *dev);

/*
 * Set the lease of @dev to @gateway, or with NULL remove it.  -1: memory or
 * room ran out, or bal_check_ifname() refuses the name.
 */
int bal_state_set_lease(struct bal_state *state, const char *dev,
			const struct bal_addr *gateway, struct bal_err *err);

/*
 * Write @line (without a newline) in [@section] at every write.  -1: no memory,
 * or more than BAL_STATE_KEPT_MAX.
 */
int bal_state_keep(struct bal_state *state, const char *section,
		   const char *line, struct bal_err *err);

/*
 * The former uplink @name, a new zeroed one behind the others where there is
 * none.  @name must pass bal_check_ifname().
 */
struct bal_former *bal_state_former(struct bal_state *state, const char *name);

/*
 * Remove the former uplink @name.  Was there one?  Its record, or zeros, goes
 * to @out, which may be NULL.
 */
bool bal_state_forget_former(struct bal_state *state, const char *name,
			     struct bal_former *out);

/* Remove the uplink @name. */
void bal_state_remove(struct bal_state *state, const char *name);

#endif
