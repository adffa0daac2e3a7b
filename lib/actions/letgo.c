// SPDX-License-Identifier: GPL-2.0-or-later
/* letgo - sockets and conntrack entries of an uplink, let go. */
#include "actions/letgo.h"

#include "actions/letgo_internal.h"

/*
 * Sockets first: what they still send, a reset at least, would make conntrack
 * entries anew.  A connection without a mark is nobody's: mark 0 is none.
 */
int
bal_letgo(const struct bal_letgo *what, struct bal_letgone *out,
	  struct bal_err *err)
{
	struct bal_err cause = { 0 }; /* some are only warned of */
	struct letting_go l = { .what = what,
				.sought = { .what = what },
				.err = &cause };
	struct bal_letgone gone = { 0 };
	struct bal_arena arena = { 0 };
	int rc = 0;

	if (!bal_addr_none(&what->source) && bal_letgo_spare(&l, &arena))
		rc = bal_letgo_sockets(&l, &gone.sockets);
	bal_arena_fini(&arena);
	if (rc == 0 && (what->mark & what->mask))
		rc = bal_letgo_entries(&l, &gone.connections);
	if (rc == 0)
		*out = gone;
	else
		*err = cause;
	return rc;
}
