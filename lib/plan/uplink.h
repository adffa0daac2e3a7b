/* uplink - configuration, state and kernel put together: what there is now. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_UPLINK_H
#define BAL_UPLINK_H

#include "config/conf.h"
#include "kernel/snapshot.h"
#include "state/state.h"

/* An uplink in one address family; zero but for that: it has none of it. */
struct bal_leg {
	int family; /* AF_INET, AF_INET6 */
	const struct bal_ifaddr **addrs; /* of the device, A first */
	size_t n_addrs;
	struct bal_addr gateway; /* none: a device that needs none, or unknown */
	/*
	 * No gateway was configured or known: others' default routes by the
	 * device were asked, and say this one, or none.
	 */
	bool asked_gateway;
	struct bal_addr foreign_gateway;
	/*
	 * A host whose packets the `from` rules keep here: A as long as the
	 * device is gone and no other has it.
	 */
	struct bal_addr absent_addr;
	bool shared_addr; /* A is another uplink's address as well */
	/*
	 * Is bal_uplink_used_addr() still on this device?  Does it belong to
	 * another uplink as well or, gone from this one, to any other device?
	 */
	bool used_addr_here, used_addr_elsewhere;
	bool usable; /* device, address and carrier, and somewhere to send to */
	enum bal_health health;
};

/* What its data cap lets it do; each is stricter than those before it. */
enum bal_capped {
	BAL_CAPPED_NONE, /* it has none, or some of it is left */
	BAL_CAPPED_LAST, /* new connections only where no other one is alive */
	BAL_CAPPED_OFF,	 /* likewise, and it is in no group meanwhile */
	BAL_CAPPED_HARD, /* no new connections at all */
};

/* Why a tunnel is not smoothed. */
enum bal_smooth_lack {
	BAL_SMOOTH_UNWANTED,
	BAL_SMOOTH_LACKS_NOTHING, /* it is */
	BAL_SMOOTH_NO_NFT, /* the kernel cannot copy */
	BAL_SMOOTH_NO_TUNNEL,
	BAL_SMOOTH_MANY_LINES, /* over = any, or a group */
	BAL_SMOOTH_NO_LINE,    /* what it is over is no uplink that is up */
	BAL_SMOOTH_UNKNOWN,    /* its client came up before bal could tell */
	BAL_SMOOTH_TCP,
	BAL_SMOOTH_BIND_DEV,
	BAL_SMOOTH_MOVED, /* its own address is another device's, too */
	/* Of WireGuard. */
	BAL_SMOOTH_NO_ENDPOINT, /* or the device has no port */
	BAL_SMOOTH_PEERS,	/* several */
	BAL_SMOOTH_ENDPOINT6,
	BAL_SMOOTH_SLOW_PROBES,
	BAL_SMOOTH_NO_PROBES,
	BAL_SMOOTH_BUDGET,
	BAL_SMOOTH_SAME_LINE, /* only its own line is listed */
	BAL_SMOOTH_ONE_LINE,  /* no other one is up, of those listed */
	BAL_SMOOTH_NO_COPY,   /* no other line is fit for it */
};

/* How a tunnel is smoothed: smooth.h. */
struct bal_smoothing {
	enum bal_smooth_lack lack;
	char copy[BAL_IFNAMSIZ]; /* the second line */
	struct bal_addr source;  /* the client's own, a host */
	struct bal_addr server;  /* where it sends to; none: not known */
	uint16_t port;		 /* of its server */
	uint16_t own_port;	 /* of WireGuard; 0: OpenVPN's */
	uint32_t silence_ms;	 /* 0: always */
};

/* One uplink as a plan sees it.  Lives in the pass's arena. */
struct bal_uplink {
	char name[BAL_IFNAMSIZ];
	uint32_t slot, table;
	struct bal_settings set; /* every source merged, precedence applied */
	bool admin_up;
	bool share; /* of new connections, as far as it lives: over.h */
	bool grouped; /* in a [group], or rules lead to it by itself */
	bool base; /* not over another uplink: fit for the last resort */
	/*
	 * Of a tunnel over any line, or over a group: the table by which what
	 * this box sends to @server leaves; 0: it is no such one, or has none
	 * yet.  @set.over is the line in use then.
	 */
	uint32_t underlay;
	bool over_any;
	const char *over_group; /* "": any; of @over_any */
	struct bal_addr server; /* none: not known */
	struct bal_smoothing smoothing;

	/* from the kernel */
	int ifindex; /* 0: there is no such device */
	bool up, carrier, no_arp;
	const struct bal_link *link;
	struct bal_leg v4;
	/* Zero but for its family where `ipv6 = balance` does not hold. */
	struct bal_leg v6;
	bool six; /* it holds: also of one that has no address (yet) */
	struct bal_addr prefix6; /* its provider delegated it; or none */

	/* verdicts */
	bool underlay_down; /* a tunnel over an uplink that is dead or gone */
	bool alive;  /* usable, and not found dead (or when_all_dead = keep) */
	bool alive6; /* the same of IPv6 */
	bool degraded; /* last in order, and in no group with better ones */
	bool lossy;    /* degraded, and for its loss */
	enum bal_capped capped; /* by its own cap, or that of its underlay */
	bool spared;		/* for its cap: no [group], no rule leads to it */

	/* what bal-down puts back on this very device, 1 << enum bal_devconf */
	unsigned restore_mask;
	const int32_t *restore;
	bool ipv6_off; /* likewise: IPv6 of this very device is off by us */
	/* The endpoint of MPTCP on record; 0: none. */
	uint8_t mptcp_id;
	struct bal_addr mptcp_addr;
	/* Likewise, each value plus 1, 0 where it is not known; NULL: none. */
	const uint32_t *restore6;
};

struct bal_uplinks {
	struct bal_uplink *v; /* by slot: the one canonical order */
	size_t n;
	bool kept; /* all look dead and are used all the same */
	/* CLOCK_BOOTTIME: then one of these is given up; 0: none is. */
	uint64_t next_ms;
};

/* The uplink @name among @ups, or NULL. */
struct bal_uplink *bal_uplinks_find(const struct bal_uplinks *ups,
				    const char *name);

/* The address, with its prefix length, that @us was used with last, or none. */
const struct bal_addr *bal_uplink_used_addr(const struct bal_uplink_state *us);

/* All in all: BAL_HEALTH_DEAD also where its device or underlay is at fault. */
enum bal_health bal_uplink_condition(const struct bal_uplink *up);

/* Is there one that is wanted (admin_up) and dead, all in all? */
bool bal_uplinks_some_dead(const struct bal_uplinks *ups);

/* Is what this section is about required, and not up? */
bool bal_uplink_missing(const struct bal_conf_uplink *section,
			const struct bal_state *state);

/* Leave it with its own subnet only: nothing goes by its gateway. */
void bal_uplink_disable(struct bal_uplink *up);

/* The same of IPv6 alone. */
void bal_uplink_disable6(struct bal_uplink *up);

/* A tunnel's packets leave by another uplink, or it knows no neighbours. */
bool bal_uplink_is_tunnel(const struct bal_uplink *up);

/*
 * Is @target an address of this very device?  It would answer whatever happens
 * to the line; those of other devices are asked for on the line.
 */
bool bal_uplink_owns(const struct bal_uplink *up,
		     const struct bal_target *target);

/*
 * Is its gateway in a subnet of its device, or is it as it should be that it is
 * not: with an address of a point-to-point link, or one without a subnet?
 */
bool bal_uplink_gateway_is_near(const struct bal_uplink *up);

/* A, the primary address in the gateway's subnet; NULL without addresses. */
const struct bal_ifaddr *bal_uplink_addr(const struct bal_uplink *up);

/*
 * What its device lacks: "no device", "link down", "no carrier", "no address" or
 * "no gateway", the first that holds; NULL: nothing.
 */
const char *bal_uplink_lacks(const struct bal_uplink *up);

/* The same of IPv6: "no IPv6 address" or "no IPv6 gateway" in the end. */
const char *bal_uplink_lacks6(const struct bal_uplink *up);

/*
 * Can a command leave by @up, which was asked for as @dev and may be NULL?  -1
 * with BAL_EUNAVAIL: it is no uplink, or has no device or address.
 */
int bal_uplink_require(const struct bal_uplink *up, const char *dev,
		       struct bal_err *err);

/*
 * Its rank among those that are alive: 0, behind it 1 for degraded ones, and 2
 * for those that have used their caps.  A better rank takes all that is new.
 */
uint32_t bal_uplink_rank(const struct bal_uplink *up);

/* Its offset among metrics: by rank, smaller priority first, then slot. */
uint32_t bal_uplink_metric(const struct bal_uplink *up);

/*
 * How many slots leave room in @mask, a run of bits, for all that marks say:
 * a quarter of its values, less the 0 (LAYOUT.md 4).  The next quarter is for
 * connections that came in, the rest for classes of rules.
 */
uint32_t bal_mark_slots(uint32_t mask);

/* The fwmark of slot @slot in @mask. */
uint32_t bal_mark_of(uint32_t slot, uint32_t mask);

/*
 * The value of a connection that came in by @up: Q + slot, Q being the number
 * of slots that leave room for it in @mask (bal_mark_slots() + 1).  Where
 * that is another one's slot, or @up's own slot is too high for one, it is the
 * slot: a connection that came in is then routed as one that left.
 */
uint32_t bal_plan_inbound(const struct bal_uplinks *ups,
			  const struct bal_uplink *up, uint32_t mask);

#endif
