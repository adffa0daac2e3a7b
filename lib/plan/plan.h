/* plan - what the kernel should hold; pure. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_PLAN_H
#define BAL_PLAN_H

#include "bpf/steer.h"
#include "kernel/snapshot.h"
#include "config/tables.h"
#include "firewall/smooth.h"
#include "plan/group.h"
#include "plan/uplink.h"

/*
 * Priorities of our policy rules: offsets from `rule_priority` (P, 32768).
 * Order within one priority is the order of insertion, so no two roles whose
 * order matters share one.
 *
 *  32765  goto P                         the only way in
 *  P      nop
 *  P      iif lo to SERVER lookup UNDERLAY   of a tunnel over any line
 *  P      iif lo to ENDPOINT udp sport M dport N lookup DEV
 *                                       of a smoothed WireGuard tunnel
 *  P+1    as P+3, and
 *  P+2    as P+4, of a SUBNET that lies inside another; at P+1 without what
 *         others inside it have, so that their order does not matter
 *  P+3    to SUBNET lookup main suppress_prefixlength LEN    longer ones win
 *  P+4    to SUBNET goto P+6             else past main
 *  P+5    lookup main suppress_prefixlength 1       LAN, static routes
 *  P+6    fwmark 0/TOP2 goto P+8         did not come in by an uplink
 *  P+7    fwmark INBOUND/MASK lookup DEV came in by DEV
 *  P+8    not iif lo goto P+14           forwarded: no address of this box
 *  P+9    from A lookup DEV
 *  P+10   from A to SERVER udp dport N lookup DEV2
 *                                       of a smoothed tunnel, without its line;
 *         of WireGuard by its sport in place of A
 *  P+11   from A unreachable
 *  P+13   from 0.0.0.0/32 goto P+16      bound to no address
 *  P+14   fwmark 0/MASK goto P+16
 *  P+15   fwmark SLOT/MASK lookup DEV    left by DEV before
 *  P+16   oif DEV lookup DEV             bound to DEV
 *  P+17   nop
 *  P+100+4k  SELECTOR fwmark SLOT/MASK lookup DEV
 *                                       a socket's mark, where steer sets it
 *  P+101+4k  SELECTOR lookup GROUP      the k-th [rule]; behind the last, the
 *                                       destinations of groups
 *  P+101+4k  fwmark CLASS/MASK lookup GROUP   what nftables has selected for it
 *  P+102+4k  SELECTOR lookup main       of a group with `fallback = main`
 *  P+9901+4j  to SUBNET fwmark 0/MASK lookup balancing
 *                                       suppress_prefixlength LEN-1
 *  P+9990 fwmark 0/MASK goto P+9992
 *  P+9991 fwmark SLOT/MASK lookup DEV    a socket's own mark
 *  P+9992 lookup balancing
 *  P+9993 lookup main
 *  P+9994 lookup default
 *
 * IPv6, where it is blocked: P, P+5 with suppress_prefixlength 7, P+9992 as
 * `prohibit`, and the way in.  Where it is balanced: the same as IPv4 but for
 * SUBNETs, what stands at P+9 to P+17 stands 60 further on, and
 *
 *  P+5    lookup main suppress_prefixlength 7
 *  P+8    oif DEV lookup DEV             where there is any of these:
 *  P+9 to P+68  iif lo SELECTOR unreachable   see refused6.c
 *  P+9 to P+68  iif lo SELECTOR goto P+69     of [rule]s in front of those
 *  P+69   from PREFIX lookup DEV         of a line that is shut: with `oif DEV`
 *  P+71   from PREFIX unreachable
 *  P+72   from 2000::/3 goto P+74        bound to an address
 *  P+72   from fc00::/7 goto P+74
 *  P+73   iif lo goto P+76               bound to none
 *  P+76   from PREFIX lookup DEV         delegated, of a LAN; as long as DEV lives
 *  P+78   from PREFIX prohibit           without masquerade6
 *
 * A rule that somebody makes without a priority gets one in front of the
 * second rule there is (kernel: fib_default_rule_pref()), so in front of 32765,
 * whichever was made first.  Gotos pass over nothing but rules of ours and, the
 * first one, main and default, which the end repeats.
 */
enum bal_rule_role {
	BAL_RULE_HEAD,
	BAL_RULE_UNDERLAY = BAL_RULE_HEAD, /* which needs no order with a nop */
	BAL_RULE_INNER_LONGER,
	BAL_RULE_INNER_PAST_MAIN,
	BAL_RULE_LONGER,
	BAL_RULE_PAST_MAIN,
	BAL_RULE_MAIN,
	BAL_RULE_NOT_INBOUND,
	BAL_RULE_INBOUND,
	BAL_RULE_FORWARDED,
	BAL_RULE_FROM,
	BAL_RULE_SMOOTH,
	BAL_RULE_FROM_ONLY,
	BAL_RULE_BOUND6,
	BAL_RULE_UNBOUND,
	BAL_RULE_UNMARKED,
	BAL_RULE_SLOT,
	BAL_RULE_OIF,
	BAL_RULE_HEAD_END,
	BAL_RULE_PREFIX_ONLY,
	BAL_RULE_POLICY_STEER = 100,
	BAL_RULE_POLICY = 101,
	BAL_RULE_POLICY_MAIN,
	BAL_RULE_SUBNET = 9901,
	BAL_RULE_OWN_UNMARKED = 9990,
	BAL_RULE_OWN_MARK,
	BAL_RULE_BALANCING,
	BAL_RULE_LAST_MAIN,
	BAL_RULE_LAST_DEFAULT,
};
#define BAL_RULE_REFUSED6 BAL_RULE_FROM
#define BAL_RULE_REFUSED6_MAX 60 /* priorities of their own */
#define BAL_RULE_POLICY_STEP 4
#define BAL_RULE_SUBNET_STEP 4
#define BAL_RULE_SUBNETS_MAX 22 /* priorities of their own */

/* Metrics of routes in the tables of groups, and in `default`. */
#define BAL_METRIC_WEIGHTED 1
#define BAL_METRIC_SINGLE 1000
#define BAL_METRIC_LAST_RESORT 1000000 /* dead ones of a shared subnet, too */
#define BAL_METRIC_CLOSED 2000000 /* the `unreachable` behind all of it */
/* Between a group and the one that it falls back to, in one table. */
#define BAL_METRIC_FALLBACK 1000000
#define BAL_METRIC_LEAVE 4294967295 /* the end of a further group */

/* What a plan is made from. */
struct bal_world {
	const struct bal_globals *globals;
	const struct bal_uplinks *uplinks;
	const bal_group_list *groups;
	const struct bal_policy *policy; /* whose rules lead there; or NULL */
	const struct bal_snapshot *snap; /* whose LANs count; NULL: none */
	uint32_t seed; /* of `session`: the same pairs after a boot */
	const bal_table_list *names;	 /* see bal_plan_wants_names(); or NULL */
	struct bal_sysctl_values saved_sysctls; /* to put back behind the last */
	uint32_t saved_mptcp; /* 1 + the limit of subflows, likewise; 0: none */
};

/*
 * Does a device that is no uplink have a subnet that uplinks share?  Then the
 * names of routing tables tell whether it is a LAN, or was an uplink.
 */
bool bal_plan_wants_names(const struct bal_world *world,
			  struct bal_arena *arena);

/* What the kernel should hold of ours, and nothing else of ours. */
struct bal_plan {
	bal_rule_list rules, rules6; /* of IPv4, of IPv6 */
	bal_route_list routes, routes6;
	bool six; /* IPv6 is balanced */
	struct bal_fw_model firewall;
	BAL_LIST(struct bal_devconf_set) devconf;
	struct bal_sysctl_values sysctls; /* -1: leave it */
	bool restore_sysctls; /* they are those from before */
	const struct bal_steer *steer; /* NULL: the kernel alone spreads */
	bal_mptcp_list mptcp; /* see plan/mptcp.h */
	bal_smooth_model smooth; /* what is copied */
	BAL_LIST(struct bal_addr) local; /* hosts that lo has, beside a line */
};

/* Make the plan.  It lives in @arena.  -1 only when memory ran out. */
int bal_plan_make(const struct bal_world *world, struct bal_arena *arena,
		  struct bal_plan *out, struct bal_err *err);

#endif
