/* read_internal - what the files that decode dumps share. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_NL_READ_INTERNAL_H
#define BAL_NL_READ_INTERNAL_H

#include "netlink/read.h"

/* What the callbacks of one dump share. */
struct bal_nl_sink {
	struct bal_arena *arena;
	void *out;	/* the list of objects */
	int family;	/* of what is asked for */
	uint32_t table; /* only routes of it; 0: of every table */
	const struct bal_prefixes *around; /* see bal_nl_all_routes() */
};

/* The address in @rta with prefix length @len; none: there is no @rta. */
struct bal_addr bal_nl_addr_of(int family, const struct rtattr *rta,
			       unsigned len);

#endif
