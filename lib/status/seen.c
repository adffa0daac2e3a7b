// SPDX-License-Identifier: GPL-2.0-or-later
/* seen - what only some forms show, and what takes more looks at the system. */
#include "status/seen.h"

#include <stdio.h>
#include <sys/stat.h>

#include "netlink/nexthop_stats.h"

/* The nexthop group of the table that balances, 0: there is none. */
static uint32_t
balancing_group(const struct bal_pass *pass)
{
	const struct bal_snapshot *snap = &pass->snap;
	const uint32_t table = pass->in.state.balancing_table;

	for (size_t i = 0; table && i < snap->routes.n; i++)
		if (snap->routes.v[i].table == table && snap->routes.v[i].nhid)
			return snap->routes.v[i].nhid;
	return 0;
}

static int
device_of(const struct bal_snapshot *snap, uint32_t id)
{
	for (size_t i = 0; i < snap->nexthops.n; i++)
		if (snap->nexthops.v[i].id == id)
			return snap->nexthops.v[i].hop.ifindex;
	return 0;
}

static void
note(struct bal_status *status, int ifindex, uint64_t packets)
{
	for (size_t i = 0; ifindex && i < status->rows.n; i++) {
		struct bal_status_row *row = &status->rows.v[i];

		if (!row->up || row->up->ifindex != ifindex)
			continue;
		row->has_routed = true;
		row->routed += packets;
	}
}

void
bal_status_see(struct bal_pass *pass, struct bal_status *status)
{
	const char *last_good = pass->session.paths.last_good;
	const uint32_t group = balancing_group(pass);
	bal_nexthop_counts counts = { 0 };
	struct stat st;

	if (last_good[0] && stat(last_good, &st) == 0 && st.st_mtime > 0)
		status->last_good_s = (uint64_t)st.st_mtime;
	if (!group || bal_nexthop_stats_read(pass->session.nl, group,
					     &pass->arena, &counts) < 0)
		return;
	for (size_t i = 0; i < counts.n; i++)
		note(status, device_of(&pass->snap, counts.v[i].id),
		     counts.v[i].packets);
}

void
bal_status_see_history(const struct bal_pass *pass, struct bal_status *status)
{
	struct bal_err why;

	status->now = bal_journal_now();
	if (bal_journal_history(pass->session.paths.journal, NULL, &status->now,
				&status->history, &why) == 0)
		return;
	bal_journal_forget(&status->history);
	snprintf(status->history_lack, sizeof(status->history_lack), "%.*s",
		 (int)sizeof(status->history_lack) - 1, why.msg);
}
