/* state - what bal remembers between two commands: /run/bal/state. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_STATE_H
#define BAL_STATE_H

#include "conf.h"
#include "judge.h"
#include "object.h"

/* One uplink that bal-up was told of. */
struct bal_uplink_state {
	char name[BAL_IFNAMSIZ];
	bool admin_up; /* false: bal-down was here and has not finished */
	struct bal_settings told; /* by options, stanza, OpenVPN */
	struct bal_addr learned_gateway;
	struct bal_addr learned_addr; /* with prefix length */
	char learned_over[BAL_IFNAMSIZ];
	char line_down[BAL_IFNAMSIZ]; /* what it was over, by bal-down's hand */
	uint32_t slot;	/* 1 to 250: its mark; 0: not chosen yet */
	uint32_t table; /* routing table id; 0: not chosen yet */
	int ifindex;	/* that the device had last */
	int tun_ifindex; /* of these, of a tun or tap device; 0: it was none */

	struct bal_judge judge; /* by its probes */
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
	uint32_t spent_month;	 /* 202611; 0: not known yet */
	uint64_t drain_ms; /* CLOCK_BOOTTIME: let go of it then; 0: never */
	uint32_t unreleased; /* 1: died when no other lived, to be let go yet */

	uint64_t rx_bytes, tx_bytes; /* counters at @counted_ms */
	uint64_t counted_ms;	     /* CLOCK_BOOTTIME; 0: never */
	uint64_t rx_rate, tx_rate;   /* bytes a second between two checks */
	uint64_t heard_ms; /* CLOCK_BOOTTIME: @rx_bytes grew last; 0: never */

	/* values before ours, of the device with this ifindex; 0: none */
	int saved_ifindex;
	unsigned saved_mask; /* 1 << enum bal_devconf */
	int32_t saved[BAL_DC_MAX];
};

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
};

/* Zero state: nothing known. */
struct bal_state {
	bool has_mode; /* bal-mode overrides the configuration */
	enum bal_mode mode;
	uint32_t balancing_table; /* 0: not chosen yet */
	bool masquerading;	  /* a chain of ours may be in the nat table */
	/* fib_multipath_hash_policy before ours; -1: none */
	int32_t saved_hash_policy;
	struct bal_uplink_state *uplinks;
	size_t n_uplinks;
	struct bal_tunnel_try *tunnels;
	size_t n_tunnels;
};

/*
 * Read @path.  1: read.  0: there is none, or it was unreadable and has been
 * put aside as "@path.bad" with a bal_warn(); @state is then the zero state
 * with saved_hash_policy -1 and must be recovered from the kernel.  With
 * @touch false nothing is renamed.  -1: no memory or no descriptor is left.
 * Half-written or hostile content never crashes and never yields a name or
 * number out of range, nor two uplinks with one name, slot or table, nor a
 * table of the kernel's.
 */
int bal_state_read(struct bal_state *state, const char *path, bool touch,
		   struct bal_err *err);

/*
 * Write @state to @path: temporary file beside it, fsync, rename.  Nothing is
 * written if the file already says the same; uplinks stand there by name,
 * whatever their order here.
 */
int bal_state_write(const struct bal_state *state, const char *path,
		    struct bal_err *err);

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

/*
 * What is remembered of the tunnel @name, a new zeroed one where there is
 * none: NULL as bal_state_add().  Pointers from earlier calls are stale.
 */
struct bal_tunnel_try *bal_state_tunnel(struct bal_state *state,
					const char *name, struct bal_err *err);

/* Forget @name. */
void bal_state_remove(struct bal_state *state, const char *name);

#endif
