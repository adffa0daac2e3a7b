/* explain - which rule takes a packet, and why those before it do not; pure. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_EXPLAIN_H
#define BAL_EXPLAIN_H

#include "kernel/snapshot.h"

/* A packet as the kernel routes it. */
struct bal_packet {
	struct bal_addr src; /* none: of a socket that is bound to none */
	struct bal_addr dst;
	uint8_t proto; /* 0: none that a rule asks for */
	uint16_t sport, dport;
	uint32_t mark;
	uint32_t uid; /* of the socket; what is forwarded has 0 */
	const struct bal_link *iif; /* NULL: of this box */
	const struct bal_link *oif; /* bound to this device; NULL: to none */
};

/* What of a rule the packet is not. */
enum bal_misfit {
	BAL_FITS,
	BAL_MISFIT_IIF,
	BAL_MISFIT_FROM,
	BAL_MISFIT_TO,
	BAL_MISFIT_PROTO,
	BAL_MISFIT_SPORT,
	BAL_MISFIT_DPORT,
	BAL_MISFIT_UID,
	BAL_MISFIT_MARK,
	BAL_MISFIT_OIF,
	BAL_MISFIT_NOT,	  /* all of it fits, and the rule is a `not` */
	BAL_MISFIT_OTHER, /* it asks for what is not known here, as a TOS */
};

/* What comes of a rule. */
enum bal_step_end {
	BAL_STEP_MISFIT,     /* the packet is not what it selects */
	BAL_STEP_NOP,
	BAL_STEP_GOTO,
	BAL_STEP_UNRESOLVED, /* a goto without a target */
	BAL_STEP_NO_ROUTE,   /* its table has none */
	BAL_STEP_THROWN,     /* a `throw` ends the search in its table */
	BAL_STEP_SUPPRESSED, /* the route found is too short for it */
	BAL_STEP_TAKES,
};

/* A rule that the kernel comes by, in order. */
struct bal_step {
	const struct bal_rule *rule;
	enum bal_step_end end;
	enum bal_misfit misfit;
	const struct bal_route *route; /* found by it, or NULL */
};

enum bal_fate {
	BAL_FATE_NO_ROUTE, /* no rule takes it */
	BAL_FATE_FORWARD,  /* it leaves, by one of the hops */
	BAL_FATE_LOCAL,	   /* it is for this box */
	BAL_FATE_UNREACHABLE,
	BAL_FATE_PROHIBIT,
	BAL_FATE_BLACKHOLE,
	BAL_FATE_ON_LINK, /* bound to a device: without a route it is asked */
	BAL_FATE_OTHER, /* a broadcast, or an action not known here */
};

/* One that it may leave by: the kernel hashes, so many of @weights get it. */
struct bal_exit {
	const struct bal_hop *hop;
	const struct bal_link *link;
	struct bal_addr src; /* its address then; none: the device has none */
	unsigned percent;    /* of the hashes; all exits make 100 */
	/* No hash: of several gateways the first that answers; then 0 %. */
	bool by_gateway;
};

/* Lives in the arena that it was made in, and refers to the snapshot. */
struct bal_explained {
	BAL_LIST(struct bal_step) steps;
	enum bal_fate fate;
	const struct bal_step *last; /* the one that took it, or NULL */
	BAL_LIST(struct bal_exit) exits;
};

/*
 * Walk @snap's rules as the kernel does; its list of all routes must be whole
 * (bal_snapshot_want.whole).  -1 only when memory ran out.
 */
int bal_explain(const struct bal_snapshot *snap,
		const struct bal_packet *packet, struct bal_arena *arena,
		struct bal_explained *out, struct bal_err *err);

#endif
