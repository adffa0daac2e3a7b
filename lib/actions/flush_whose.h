/* flush_whose - which group of bal.conf a connection is of; pure. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_FLUSH_WHOSE_H
#define BAL_FLUSH_WHOSE_H

#include "config/policy.h"

/* What a connection shows: its first packet, or its socket. */
struct bal_flow {
	struct bal_addr src, dst;
	uint8_t proto;
	uint16_t sport, dport; /* 0: it has none */
	bool has_uid;	       /* known, of a socket */
	uint32_t uid;
};

/* Which connections are meant. */
struct bal_whose {
	const struct bal_policy *policy;
	/* Those of this group; NULL: of none that has a failback_drain. */
	const char *group;
	/* The addresses of this box: its connections come from one of them. */
	const struct bal_addr *own;
	size_t n_own;
};

/*
 * Is @flow surely one of @whose?  Rules are asked in order, then destinations of
 * groups.  What a rule selects by and @flow does not show may be so or not: it
 * is then one of @whose only if it is in both cases.
 */
bool bal_whose_has(const struct bal_whose *whose, const struct bal_flow *flow);

#endif
