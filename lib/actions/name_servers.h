/* name_servers - the resolver of the box asks living uplinks' name servers. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_NAME_SERVERS_H
#define BAL_NAME_SERVERS_H

#include "base/arena.h"
#include "config/conf.h"
#include "plan/uplink.h"
#include "state/state.h"

/* The name servers of one line, to be asked by its own device alone. */
struct bal_asked {
	char dev[BAL_IFNAMSIZ];
	int ifindex;
	char servers[BAL_SERVERS_STRLEN]; /* separated by a blank */
};

typedef BAL_LIST(struct bal_asked) bal_asked_list;

/*
 * Pure: those of @uplinks that live, but where a better one lives only of the
 * better ones: what is degraded, or has used its cap, is spared.  Of each family
 * in which it lives.  Without a last resort, only of those that have a share.
 */
void bal_name_servers_find(const struct bal_uplinks *uplinks,
			   const struct bal_globals *globals,
			   const struct bal_state *state,
			   struct bal_arena *arena, bal_asked_list *out);

/*
 * Tell the resolver that @key names, if it does not have just that: what was
 * sent last is kept in RUNDIR/name_servers, which is written when it is done, so
 * that the next call does again what a kill cut short.
 *
 * dnsmasq reads RUNDIR/dnsmasq.servers, by a SIGHUP; systemd-resolved by
 * resolvectl(1), for which this waits, two seconds for each link at most; as
 * long as it does not run, nothing is sent.  @asked NULL, or @key no: what was
 * sent is taken back.  -1: it was not sent; the rest of the pass holds.
 */
int bal_name_servers_tell(const char *rundir, enum bal_name_servers key,
			  const bal_asked_list *asked, struct bal_arena *arena,
			  struct bal_err *err);

#endif
