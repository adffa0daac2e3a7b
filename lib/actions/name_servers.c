// SPDX-License-Identifier: GPL-2.0-or-later
/* name_servers - which name servers are to be asked, and by what; pure. */
#include "actions/name_servers.h"

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

/* What of @known can be asked by @up as it is now, into @out; "": nothing. */
static void
usable(const struct bal_uplink *up, const struct bal_servers *known, char *out)
{
	*out = '\0';
	if (!up->admin_up || !up->ifindex || !known)
		return;
	if (up->alive && up->alive6)
		bal_servers_str(known, 0, out);
	else if (up->alive || up->alive6)
		bal_servers_str(known, up->alive ? AF_INET : AF_INET6, out);
}

void
bal_name_servers_find(const struct bal_uplinks *uplinks,
		      const struct bal_globals *globals,
		      const struct bal_state *state, struct bal_arena *arena,
		      bal_asked_list *out)
{
	char servers[BAL_SERVERS_STRLEN];
	struct bal_asked *asked;
	uint32_t best = UINT32_MAX;

	for (size_t i = 0; i < uplinks->n; i++) {
		const struct bal_uplink *up = &uplinks->v[i];

		/* A name that is asked for by a bare line has left by it. */
		if (!globals->last_resort && !up->share)
			continue;
		usable(up, bal_state_servers(state, up->name), servers);
		if (!*servers || bal_uplink_rank(up) > best)
			continue;
		if (bal_uplink_rank(up) < best)
			out->n = 0;
		best = bal_uplink_rank(up);
		asked = BAL_PUSH(arena, out);
		if (!asked)
			return;
		memcpy(asked->dev, up->name, sizeof(asked->dev));
		asked->ifindex = up->ifindex;
		memcpy(asked->servers, servers, sizeof(asked->servers));
	}
}
