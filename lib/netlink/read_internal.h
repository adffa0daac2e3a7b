/* read_internal - what the files that decode dumps share. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_NL_READ_INTERNAL_H
#define BAL_NL_READ_INTERNAL_H

#include "netlink/read.h"

/* What the callbacks of one dump share. */
struct bal_nl_sink {
	struct bal_arena *arena;
	void *out;	/* the list of objects */
	uint32_t table; /* only routes of it; 0: of every table */
};

#endif
