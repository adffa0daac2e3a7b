/* mangle - our chains in iptables' legacy tables, by libiptc. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_MANGLE_H
#define BAL_MANGLE_H

#include "firewall/chain.h"

/* "mangle", "nat". */
const char *bal_xtable_name(enum bal_xtable table);

/*
 * Read every chain of ours (name begins with BAL_) of @table into @out, with
 * the number of unconditional jumps to it from its built-in chain.  A rule in
 * it that we would not write is BAL_XT_OTHER.  0, or -1: BAL_EUNAVAIL where
 * the kernel has no legacy @table (`modprobe ip_tables` was tried once),
 * BAL_EPERM without CAP_NET_ADMIN.
 */
int bal_mangle_read(enum bal_xtable table, struct bal_arena *arena,
		    bal_chain_list *out, struct bal_err *err);

/*
 * One commit that makes @table hold what the @n @chains say (only those whose
 * .table is @table are looked at): each chain exists with exactly these rules
 * and one jump; a chain of ours (BAL_...) that is not among them goes, with
 * its jumps.  Foreign rules, chains and all counters of theirs stay.  Takes
 * iptables' lock (XTABLES_LOCKFILE or /run/xtables.lock, waiting @wait_ms at
 * most, BAL_EBUSY naming it) and repeats a commit that lost a race (EAGAIN), a few
 * times.  CONNMARK and match revisions are asked from the kernel.
 */
int bal_mangle_commit(enum bal_xtable table, const struct bal_chain *chains,
		      size_t n, unsigned wait_ms, struct bal_err *err);

#endif
