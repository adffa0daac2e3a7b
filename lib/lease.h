/* lease - the gateway that a DHCP server named, as long as the lease lasts. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_LEASE_H
#define BAL_LEASE_H

#include "hook.h"
#include "intent.h"
#include "paths.h"

/*
 * A DHCP client calls its hook before ifup calls bal-up, and knows nothing of
 * the stanza then; and of two defaults in one subnet the kernel takes but the
 * first (KERNEL.md 14).  So the gateway is kept in a file, RUNDIR/lease.DEV.
 *
 * What @hook says of a lease: kept there, or removed with the lease; and put
 * into @intent, which concerns known uplinks only then.  With @dry_run no file
 * is touched.  For any other caller: the gateway kept for @intent's device,
 * where the caller names none.  -1: the file cannot be written.  One that
 * cannot be read, or holds no address, is as none.
 */
int bal_lease_follow(const struct bal_hook *hook, const struct bal_paths *paths,
		     bool dry_run, struct bal_intent *intent,
		     struct bal_err *err);

#endif
