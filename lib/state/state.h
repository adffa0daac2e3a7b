/* state - the memory of bal between two commands: /run/bal/state. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_STATE_H
#define BAL_STATE_H

#include "base/servers.h"
#include "config/conf.h"
#include "health/capacity.h"
#include "health/health.h"
#include "health/rtts.h"
#include "health/trace.h"
#include "netlink/object.h"

/* What of this box's traffic goes by an uplink; use.h has the transitions. */
enum bal_use {
	BAL_USE_UNRECORDED, /* a state file of an older version */
	BAL_USE_NONE,
	BAL_USE_OWN,  /* only sockets bound to its address */
	BAL_USE_KEPT, /* and established connections, but no new ones */
	BAL_USE_FULL, /* and new connections */
};

/*
 * Bytes that an uplink with a cap has carried, see usage.h.  Zero state: no
 * record, in memory or on disk.
 */
struct bal_usage {
	bool known;
	uint64_t bytes;	   /* in this period */
	uint64_t saved;	   /* of these, recorded on disk; more: none is */
	uint64_t saved_ms; /* CLOCK_BOOTTIME of that; 0: in another boot */
	uint32_t period;   /* the month in which it began; 0: none yet */
	uint32_t reported; /* the last threshold, in per cent of the cap */
	/* The device and its counters at the last sample; 0: of another boot */
	int ifindex;
	uint64_t rx, tx;
	/* The clock names another period, and CLOCK_BOOTTIME since when */
	uint32_t doubt_period;
	uint64_t doubt_ms;
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
	/* Its client's own address, if it is bound to one, and what it speaks. */
	struct bal_addr learned_local;
	uint32_t learned_port, learned_proto; /* the server's; 0: not known */
	bool smooth_told; /* that its server may log each copy */
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
	uint64_t told_ms;  /* when it was reported that it lasts; 0: never */
	char reason[64];   /* of the last bad round */
	uint32_t rtt_us;   /* last good answer */
	uint64_t sent, answered; /* probes since it is known */
	struct bal_rtts rtts;	 /* of these that were answered */
	struct bal_trace trace;	 /* round trip and traffic lately */
	uint64_t deaths;	 /* events "dead" since it is known */
	uint64_t spent;		 /* bytes of probes in this month */
	uint64_t spent_saved;	 /* of these, recorded on disk */
	uint32_t spent_month;	 /* of @spent, as 202611; 0: none yet */
	struct bal_usage usage;
	struct bal_capacity capacity;
	uint64_t capacity_saved; /* its rate, as recorded on disk */
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
	int ipv6_ifindex; /* the device whose IPv6 is off by us; 0: none */
	/* Its endpoint of MPTCP in the kernel, as far as there is one. */
	uint32_t mptcp_id; /* 0: none */
	struct bal_addr mptcp_addr;
	uint32_t stanzas; /* of ifupdown that are up: bit 0 inet, 1 inet6 */
	/* Likewise of IPv6: each value plus 1, so that 0 is none. */
	int saved6_ifindex;
	uint32_t saved6[BAL_DC6_MAX];
	struct bal_health_record record6; /* by its probes of IPv6 */
	char reason6[64];		  /* of the last bad round of these */
	bool held6; /* connections of IPv6 were its own when this was written */
	bool dead6; /* that it is dead by IPv6 was reported */
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

/*
 * What is remembered of a group, by the name of its table: that of the group,
 * or BAL_ONLY and an uplink that rules lead to by itself.
 */
struct bal_group_state {
	char name[BAL_GROUP_TABLELEN];
	uint32_t table;
	char best[BAL_IFNAMSIZ]; /* the member in use, of mode best; "": none */
	/* With a failback_drain, of each family. */
	struct bal_group_drain {
		char proven[BAL_IFNAMSIZ]; /* its first member, once it has answered */
		uint64_t ms; /* CLOCK_BOOTTIME: flush what is elsewhere; 0: never */
	} drains[2]; /* of IPv4, of IPv6 */
};

#define BAL_GROUP_STATES_MAX 192

#define BAL_FORMERS_MAX 32 /* the oldest goes first */

/* What a device's line says of itself, be it an uplink or not yet. */
struct bal_lease {
	char dev[BAL_IFNAMSIZ];
	struct bal_addr gateway; /* of a DHCP lease; none: there is none */
	struct bal_servers servers; /* of DHCP, ppp or the stanza */
	struct bal_addr prefix6; /* delegated by DHCPv6; none: there is none */
};

/*
 * What nftables held when it was right last: a struct bal_fw_proof.  Zero state:
 * it is not known.
 */
struct bal_nft_seen {
	uint64_t place, model;
	uint32_t generation;
	bool translates;
	bool refuses, draws;
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
	bool rules6; /* rules of ours may be among those of IPv6 */
	bool routes6; /* so may routes, and sysctls be set */
	bool steered; /* a program of ours may be at connect() */
	bool mptcp; /* endpoints of ours may be there, or our limit */
	uint32_t saved_mptcp; /* 1 + the limit of subflows before bal; 0: none */
	bool smoothed; /* a table that copies datagrams may be there */
	struct bal_nft_seen smooth; /* what it held, likewise; see @nft */
	/* The last pass that wrote the file: CLOCK_BOOTTIME; how long it took */
	uint64_t pass_ms, pass_us;
	bool uses_nft; /* nftables held the marks when they were written last */
	struct bal_nft_seen nft;
	/* The last result of bal_resort_find(), as reported. */
	char last_resort[BAL_IFNAMSIZ];
	bool nothing_leaves;
	/* CLOCK_BOOTTIME: no uplink is alive since, reported last; 0: one is */
	uint64_t offline_ms, told_ms;
	bool conf_wrong; /* that bal.conf is wrong was reported */
	/* 1 + enum bal_mode, as last read from disk; 0: none */
	uint32_t saved_mode;
	/* 1 + enum bal_balance: by bal-mode, and as last read from disk */
	uint32_t balance, saved_balance;
	uint32_t seed; /* as last read from disk; 0: none */
	/* The month of the clock, and CLOCK_BOOTTIME since when */
	uint32_t clock_month;
	uint64_t clock_since_ms; /* 0: it is believed; see budget.h */
	/* Seconds since 1970 at boot, by a clock that was believed; 0: none */
	uint64_t believed_boot_s;
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
	/* Those that have a table, as long as there is an uplink. */
	struct bal_group_state *groups; /* room for BAL_GROUP_STATES_MAX */
	size_t n_groups;
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
 * Set the lease of @dev to @gateway, or with NULL remove it, with its name
 * servers.  -1: memory or room ran out, or bal_check_ifname() refuses the name.
 */
int bal_state_set_lease(struct bal_state *state, const char *dev,
			const struct bal_addr *gateway, struct bal_err *err);

/* What DHCPv6 has delegated by the line of @dev, or none. */
struct bal_addr bal_state_prefix6(const struct bal_state *state,
				  const char *dev);

/* Set that to @prefix, which may be none; as bal_state_set_lease(). */
int bal_state_set_prefix6(struct bal_state *state, const char *dev,
			  const struct bal_addr *prefix, struct bal_err *err);

/* The name servers of the line of @dev, or NULL. */
const struct bal_servers *bal_state_servers(const struct bal_state *state,
					    const char *dev);

/* Set these to @servers, which may be none; as bal_state_set_lease(). */
int bal_state_set_servers(struct bal_state *state, const char *dev,
			  const struct bal_servers *servers,
			  struct bal_err *err);

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

/* The record of the group with the table @name, or NULL. */
struct bal_group_state *bal_state_find_group(const struct bal_state *state,
					     const char *name);

/* The same, a new zeroed one where there is none; NULL: no room, or memory. */
struct bal_group_state *bal_state_group(struct bal_state *state,
					const char *name);

/* Forget all groups. */
void bal_state_forget_groups(struct bal_state *state);

/*
 * The kind of balance in force: of this boot, saved, or of @conf; that of packets
 * only while @conf has their server.
 */
enum bal_balance bal_state_balance(const struct bal_state *state,
				   const struct bal_conf *conf);

/* Remove the uplink @name. */
void bal_state_remove(struct bal_state *state, const char *name);

#endif
