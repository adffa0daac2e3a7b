// SPDX-License-Identifier: GPL-2.0-or-later
/* resort - what new traffic leaves by while no share is alive. */
#include "plan/resort.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "netlink/read.h"
#include "plan/main_way.h"
#include "plan/over.h"
#include "plan/plan.h"

/*
 * Outside of every network that a box has a route to: TEST-NET-1 (RFC 5737),
 * and, where a filter of its own has that nowhere, an address of the world.
 */
static const uint8_t outside[][4] = { { 192, 0, 2, 1 }, { 1, 0, 0, 1 } };

static bool
in_use(const struct bal_uplinks *ups)
{
	for (size_t i = 0; i < ups->n; i++)
		if (bal_plan_balanced(&ups->v[i]) && ups->v[i].alive)
			return true;
	return false;
}

/* A tunnel that is no uplink now: its client has ended. */
static bool
remembered(const struct bal_resort_from *from)
{
	for (size_t i = 0; i < from->state->n_tunnels; i++) {
		const struct bal_tunnel_try *t = &from->state->tunnels[i];

		if (t->over[0] && !bal_conf_find(from->conf, t->name))
			return true;
	}
	return false;
}

/* Does any uplink have a share, or would, were it up? */
static bool
is_wanted(const struct bal_resort_from *from, const bal_line_list *lines)
{
	for (size_t i = 0; i < from->uplinks->n; i++)
		if (bal_plan_balanced(&from->uplinks->v[i]) ||
		    from->uplinks->v[i].capped != BAL_CAPPED_NONE)
			return true;
	for (size_t i = 0; i < from->conf->n_uplinks; i++) {
		const struct bal_conf_uplink *u = &from->conf->uplinks[i];

		if (!bal_state_find(from->state, u->name) &&
		    bal_over_has_share(lines, u->name, u->set.share))
			return true;
	}
	return remembered(from);
}

static bool
any_up(const struct bal_uplinks *ups)
{
	for (size_t i = 0; i < ups->n; i++)
		if (ups->v[i].admin_up)
			return true;
	return false;
}

static bool
any_alive(const struct bal_uplinks *ups)
{
	for (size_t i = 0; i < ups->n; i++)
		if (ups->v[i].alive)
			return true;
	return false;
}

/* What is balanced goes by groups and rules, as bal.conf wants it. */
static bool
any_grouped(const struct bal_uplinks *ups)
{
	for (size_t i = 0; i < ups->n; i++)
		if (ups->v[i].grouped && ups->v[i].admin_up && ups->v[i].alive)
			return true;
	return false;
}

/*
 * Where no uplink has a share by intent, groups and devices that are no uplinks
 * have their way: nothing is amiss.  What is left over goes nowhere, or by a
 * line that is to have none.
 */
enum missed {
	MISSED_NONE,
	MISSED_BY_LINES,
	MISSED,
};

/* With no uplink up nothing is managed: main has its way, and nothing is lost. */
static int
is_missed(const struct bal_resort_from *from, enum missed *out,
	  struct bal_err *err)
{
	struct bal_arena arena = { 0 };
	bal_line_list lines = { 0 };
	bool oom;

	*out = MISSED_NONE;
	if (!any_up(from->uplinks) || in_use(from->uplinks))
		return 0;
	bal_over_lines(from->conf, from->state, from->uplinks, &arena, &lines);
	if (!any_alive(from->uplinks) || is_wanted(from, &lines))
		*out = MISSED;
	else if (!any_grouped(from->uplinks))
		*out = MISSED_BY_LINES;
	oom = arena.oom;
	bal_arena_fini(&arena);
	return oom ? bal_err_nomem(err) : 0;
}

/* Listed destinations pass main by. */
static bool
main_ends(const struct bal_resort_from *from)
{
	struct bal_addr half = bal_addr_any(AF_INET);

	half.len = 1;
	if (!any_up(from->uplinks) || from->conf->globals.n_destinations ||
	    !bal_main_end(from->snap, from->uplinks, &half))
		return false;
	half.bytes[0] = 0x80;
	return bal_main_end(from->snap, from->uplinks, &half);
}

/* The device of a new connection; 0: the kernel has no way for it. */
static int
find_device(struct bal_nl *nl, const struct bal_globals *globals, int *ifindex,
	    struct bal_err *err)
{
	const size_t n = sizeof(outside) / sizeof(outside[0]);
	size_t n_listed = globals->n_destinations;

	(void)bal_prefixes_of(globals->destinations, &n_listed, AF_INET);
	*ifindex = 0;
	for (size_t i = 0; !*ifindex && i < n; i++) {
		struct bal_way way = { .dst = bal_addr_any(AF_INET) };

		memcpy(way.dst.bytes, outside[i], sizeof(outside[i]));
		if (n_listed)
			way.dst = globals->destinations[0];
		if (bal_nl_find_way(nl, &way, err) < 0)
			return -1;
		*ifindex = way.ifindex;
	}
	return 0;
}

static enum bal_resort_kind
kind_of(const struct bal_uplinks *ups, int ifindex)
{
	for (size_t i = 0; i < ups->n; i++)
		if (ups->v[i].ifindex == ifindex && ups->v[i].admin_up)
			return bal_uplink_condition(&ups->v[i]) ==
					       BAL_HEALTH_DEAD ?
				       BAL_RESORT_DEAD :
				       BAL_RESORT_LINE;
	return BAL_RESORT_FOREIGN;
}

int
bal_resort_find(struct bal_nl *nl, const struct bal_resort_from *from,
		struct bal_resort *out, struct bal_err *err)
{
	struct bal_resort found = { 0 };
	const struct bal_link *link;
	enum missed missed;
	int ifindex;

	*out = (struct bal_resort){ 0 };
	if (is_missed(from, &missed, err) < 0)
		return -1;
	found.main_ends = main_ends(from);
	if (!missed && !found.main_ends)
		return 0;
	if (find_device(nl, &from->conf->globals, &ifindex, err) < 0)
		return -1;
	link = bal_snapshot_ifindex(from->snap, ifindex);
	found.main_ends &= !ifindex;
	if (!ifindex)
		found.kind = BAL_RESORT_NOTHING;
	if (missed && ifindex && link)
		found.kind = kind_of(from->uplinks, ifindex);
	if (found.kind == BAL_RESORT_FOREIGN && missed == MISSED_BY_LINES)
		found.kind = BAL_RESORT_NONE;
	if (found.kind != BAL_RESORT_NONE && ifindex)
		memcpy(found.dev, link->name, sizeof(found.dev));
	*out = found;
	return 0;
}

const char *
bal_resort_str(const struct bal_resort *resort, char *buf, size_t size)
{
	static const char *const which[] = {
		[BAL_RESORT_LINE] = "",
		[BAL_RESORT_FOREIGN] = ", which is no uplink",
		[BAL_RESORT_DEAD] = ", which is dead",
	};

	if (resort->kind == BAL_RESORT_NONE)
		snprintf(buf, size, "%s", "");
	else if (resort->kind == BAL_RESORT_NOTHING)
		snprintf(buf, size, "nothing leaves%s",
			 resort->main_ends ? ": table main ends the search" :
					     "");
	else
		snprintf(buf, size, "new connections leave by %s%s",
			 resort->dev, which[resort->kind]);
	return buf;
}
