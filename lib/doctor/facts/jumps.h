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
	bool walked;	       /* reached from a start */
	struct bal_jump *next; /* to be walked; used while walking only */
};

/*
 * Mark all jumps of @v that can be reached from the chains @starts, and sort @v
 * for bal_jumps_reach().  Each jump is walked once, however many paths lead to
 * it; circles do no harm.
 */
void bal_jumps_walk(struct bal_jump *v, size_t n, const char *const *starts,
		    size_t n_starts);

/* Does a walked jump lead to @chain?  Starts do not count as such. */
bool bal_jumps_reach(const struct bal_jump *v, size_t n, const char *chain);

#endif
