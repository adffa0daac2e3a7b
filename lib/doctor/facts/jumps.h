/* jumps - which chains of a firewall lead to which; pure. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_JUMPS_H
#define BAL_JUMPS_H

#include <stdbool.h>
#include <stddef.h>

#define BAL_CHAIN_MAX 64 /* bytes of a chain's name, its end included */

/* A rule of chain @from leads to chain @to. */
struct bal_jump {
	char from[BAL_CHAIN_MAX], to[BAL_CHAIN_MAX];
	bool walked;	       /* a start leads here */
	struct bal_jump *next; /* to be walked; of use while walking only */
};

/*
 * Mark all jumps of @v that a packet may take which enters the chains @starts,
 * and put @v in the order that bal_jumps_reach() wants.  Each jump is walked
 * once, however many ways lead to it; circles do no harm.
 */
void bal_jumps_walk(struct bal_jump *v, size_t n, const char *const *starts,
		    size_t n_starts);

/* Does a jump that was walked lead to @chain?  Starts do not count as such. */
bool bal_jumps_reach(const struct bal_jump *v, size_t n, const char *chain);

#endif
