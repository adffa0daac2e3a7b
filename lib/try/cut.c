// SPDX-License-Identifier: GPL-2.0-or-later
/* cut - would a change take down the uplink of the session that makes it? */
#include <stdio.h>
#include <string.h>

#include "try/internal.h"
#include "plan/uplink.h"

static bool
holds(const struct bal_uplink *up, const struct bal_addr *addr)
{
	for (size_t i = 0; i < up->v4.n_addrs; i++)
		if (bal_addr_same_host(&up->v4.addrs[i]->addr, addr))
			return true;
	return false;
}

static const struct bal_uplink *
underlay(const struct bal_uplinks *ups, const struct bal_uplink *up)
{
	for (size_t i = 0; up->set.has & BAL_SET_OVER && i < ups->n; i++)
		if (strcmp(ups->v[i].name, up->set.over) == 0)
			return &ups->v[i];
	return NULL;
}

/* Is @up uplink @dev, or over it, be it through others? */
static bool
goes_by(const struct bal_uplinks *ups, const struct bal_uplink *up,
	const char *dev)
{
	/* Bounded: `over` in bal.conf may be a circle. */
	for (size_t i = 0; up && i <= ups->n; i++) {
		if (strcmp(up->name, dev) == 0)
			return true;
		if (up->set.has & BAL_SET_OVER && strcmp(up->set.over, dev) == 0)
			return true;
		up = underlay(ups, up);
	}
	return false;
}

const struct bal_uplink *
bal_try_cut_with(const struct bal_uplinks *ups, const char *dev,
	 const struct bal_addr *own)
{
	for (size_t i = 0; i < ups->n; i++) {
		const struct bal_uplink *up = &ups->v[i];

		if (up->admin_up && holds(up, own) &&
		    (!dev || goes_by(ups, up, dev)))
			return up;
	}
	return NULL;
}

bool
bal_try_cuts_session(struct bal_pass *pass, const char *dev,
		     struct bal_err *err)
{
	const struct bal_uplink *up;
	char peer[BAL_ADDR_STRLEN], way[2 * BAL_IFNAMSIZ + 8];
	struct bal_session s;
	struct bal_err ignored;
	struct bal_try t;
	bool over;

	if (bal_session_find(&s, &ignored) < 0 || !bal_session_is_remote(&s) ||
	    bal_try_read(&pass->session.paths, &t, &ignored) > 0 ||
	    bal_pass_look(pass, &ignored) < 0)
		return false;
	up = bal_try_cut_with(&pass->uplinks, dev, &s.own);
	if (!up)
		return false;
	over = dev && strcmp(up->name, dev) != 0;
	snprintf(way, sizeof(way), "%s%s%s", up->name, over ? " over " : "",
		 over ? dev : "");
	(void)bal_err(err, BAL_EUSAGE,
		      "this session, from %s, comes by %s: "
		      "`bal-try bal-down %s` reverts it if that cuts you off, "
		      "--yes does it all the same",
		      bal_addr_host_str(&s.peer, peer), way,
		      dev ? dev : "--all");
	return true;
}
