// SPDX-License-Identifier: GPL-2.0-or-later
/* flush_uplink - flushes an uplink's conntrack entries, closes its sockets. */
#include "actions/flush_uplink.h"

#include "actions/flush_internal.h"

/*
 * Sockets first: their last packets, a reset at least, would make conntrack
 * entries anew.  Mark 0 is that of no uplink.
 */
int
bal_flush_uplink(const struct bal_flush_what *what, struct bal_flushed *out,
	  struct bal_err *err)
{
	struct bal_err cause = { 0 }; /* some only cause warnings */
	struct flushing l = { .what = what,
				.sought = { .what = what },
				.err = &cause };
	struct bal_flushed gone = { 0 };
	struct bal_arena arena = { 0 };
	int rc = 0;

	if (!bal_addr_none(&what->source) && bal_flush_spare(&l, &arena))
		rc = bal_flush_sockets(&l, &gone.sockets);
	bal_arena_fini(&arena);
	if (rc == 0 && (what->mark & what->mask))
		rc = bal_flush_entries(&l, &gone.connections);
	if (rc == 0)
		*out = gone;
	else
		*err = cause;
	return rc;
}
