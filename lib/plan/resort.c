// SPDX-License-Identifier: GPL-2.0-or-later
/* resort - which line without a share new traffic leaves by. */
#include "plan/resort.h"

#include <string.h>
#include <sys/socket.h>

#include "netlink/read.h"
#include "plan/plan.h"

/* TEST-NET-1 (RFC 5737): outside of every network that a box has a route to. */
static const uint8_t outside[] = { 192, 0, 2, 1 };

static bool
can_be(const struct bal_globals *globals, const struct bal_uplinks *ups)
{
	bool line = false;

	for (size_t i = 0; i < ups->n; i++) {
		const struct bal_uplink *up = &ups->v[i];

		if (bal_plan_balanced(up) && up->alive)
			return false;
		line |= up->base && up->usable && !bal_plan_balanced(up);
	}
	return globals->last_resort && line;
}

static struct bal_way
new_connection(const struct bal_globals *globals)
{
	struct bal_way way = { 0 };

	if (globals->n_destinations) {
		way.dst = globals->destinations[0];
	} else {
		way.dst = bal_addr_any(AF_INET);
		memcpy(way.dst.bytes, outside, sizeof(outside));
	}
	return way;
}

int
bal_resort_find(struct bal_nl *nl, const struct bal_globals *globals,
		const struct bal_uplinks *ups, char dev[BAL_IFNAMSIZ],
		struct bal_err *err)
{
	struct bal_way way = new_connection(globals);

	dev[0] = '\0';
	if (!can_be(globals, ups))
		return 0;
	if (bal_nl_find_way(nl, &way, err) < 0)
		return -1;
	for (size_t i = 0; i < ups->n && way.table == BAL_TABLE_DEFAULT; i++)
		if (ups->v[i].ifindex == way.ifindex)
			memcpy(dev, ups->v[i].name, BAL_IFNAMSIZ);
	return 0;
}
