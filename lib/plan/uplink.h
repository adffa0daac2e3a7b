/* uplink - configuration, state and kernel put together: what there is now. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_UPLINK_H
#define BAL_UPLINK_H

#include "config/conf.h"
#include "kernel/snapshot.h"
#include "state/state.h"

/* One uplink as a plan sees it.  Lives in the pass's arena. */
struct bal_uplink {
	char name[BAL_IFNAMSIZ];
	uint32_t slot, table;
	struct bal_settings set; /* every source merged, precedence applied */
	bool admin_up;
	bool share; /* of new connections, as far as it lives: over.h */
	bool base; /* not over another uplink: fit for the last resort */

	/* from the kernel */
	int ifindex; /* 0: there is no such device */
	bool up, carrier, no_arp;
	const struct bal_link *link;
	const struct bal_ifaddr **addrs; /* of the device, A first */
	size_t n_addrs;
	struct bal_addr gateway; /* none: a device that needs none, or unknown */
	/*
	 * A host whose packets the `from` rules keep here: A as long as the
	 * device is gone and nobody else took it over.
	 */
	struct bal_addr absent_addr;
	bool shared_addr; /* A is another uplink's address as well */
	/*
	 * Is bal_uplink_used_addr() still on this device?  Does it belong to
	 * another uplink as well or, gone from this one, to any other device?
	 */
	bool used_addr_here, used_addr_elsewhere;

	/* verdicts */
	bool usable; /* device, address and carrier, and somewhere to send to */
	bool stranded; /* a tunnel over an uplink that is dead or gone */
	bool alive;  /* usable, and not found dead (or when_all_dead = keep) */
	bool degraded; /* last in order, and in no group with better ones */
	bool lossy;    /* degraded, and for its loss */
	enum bal_health health;

	/* what bal-down puts back on this very device, 1 << enum bal_devconf */
	unsigned restore_mask;
	const int32_t *restore;
};

struct bal_uplinks {
	struct bal_uplink *v; /* by slot: the one canonical order */
	size_t n;
	bool kept; /* all look dead and are used all the same */
	/* CLOCK_BOOTTIME: then one of these is given up; 0: none is. */
	uint64_t next_ms;
};

/*
 * Merge @conf, @state and @snap into @out.  Pure.  Settings rank: told
 * (options, stanza), bal.conf's section, [check], learned, built-in.
 * Fails with BAL_ECONF where the merged settings contradict each other.
 */
int bal_uplinks_resolve(const struct bal_conf *conf,
			const struct bal_state *state,
			const struct bal_snapshot *snap,
			struct bal_arena *arena, struct bal_uplinks *out,
			struct bal_err *err);

/* Do these settings of one go together?  -1 with BAL_ECONF: they do not. */
int bal_uplink_agrees(const char *name, const struct bal_settings *set,
		      struct bal_err *err);

/* Where they do not: what is degraded counts, and recovers well below. */
void bal_uplink_settle(struct bal_settings *set);

/*
 * Do the settings of every uplink go together?  -1 with BAL_ECONF: these do
 * not, and bal_uplinks_resolve() would fail for all; or some are over each
 * other in a circle.
 */
int bal_uplinks_agree(const struct bal_conf *conf,
		      const struct bal_state *state, struct bal_err *err);

/*
 * An uplink that is over itself by way of others, which only what was learned
 * can lead to: no packet of it would ever leave.  NULL: there is none.
 */
const struct bal_uplink *bal_uplinks_circle(const struct bal_uplinks *ups);

/* The merged settings of one uplink, learned values not among them. */
struct bal_settings bal_uplink_settings(const struct bal_conf *conf,
					const struct bal_uplink_state *us,
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

/* Its offset among metrics: degraded last, smaller priority first, then slot. */
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
 * Order the addresses of device @ifindex with A first: the primary address
 * in the subnet of @gateway, else the first primary one.  Into the arena.
 */
const struct bal_ifaddr **bal_uplink_addrs(const struct bal_snapshot *snap,
					   int ifindex,
					   const struct bal_addr *gateway,
					   size_t *n, struct bal_arena *arena);

#endif
