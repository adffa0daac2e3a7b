// SPDX-License-Identifier: GPL-2.0-or-later
/* care - the devices and tables that the monitor reports on. */
#include <stdlib.h>
#include <string.h>

#include "watch/internal.h"

struct cares {
	char (*devs)[BAL_IFNAMSIZ];
	uint32_t *tables;
	struct bal_monitor_interest interest;
};

static void
add_dev(struct cares *c, const char *name)
{
	for (size_t i = 0; i < c->interest.n_devs; i++)
		if (strcmp(c->devs[i], name) == 0)
			return;
	(void)bal_copy(c->devs[c->interest.n_devs++], sizeof(*c->devs), name);
}

static bool
is_default(const struct bal_route *r)
{
	return r->table == BAL_TABLE_MAIN && r->dst.len <= 1;
}

static size_t
count_ways(const struct bal_snapshot *snap)
{
	size_t n = 0;

	for (size_t i = 0; i < snap->all.n; i++)
		if (is_default(&snap->all.v[i]))
			n += snap->all.v[i].n_hops;
	return n;
}

/*
 * A default route in main is lost with its device, and not even reported: the
 * next one may lead to a dead uplink.
 */
static void
add_ways(struct cares *c, const struct bal_snapshot *snap)
{
	for (size_t i = 0; i < snap->all.n; i++) {
		const struct bal_route *r = &snap->all.v[i];

		for (size_t k = 0; is_default(r) && k < r->n_hops; k++) {
			const struct bal_link *link = bal_snapshot_ifindex(
				snap, r->hops[k].ifindex);

			if (link)
				add_dev(c, link->name);
		}
	}
}

static void
add_uplinks(struct cares *c, const struct bal_state *state)
{
	for (size_t i = 0; i < state->n_uplinks; i++) {
		add_dev(c, state->uplinks[i].name);
		c->tables[c->interest.n_tables++] = state->uplinks[i].table;
	}
	for (size_t i = 0; i < state->n_groups; i++)
		c->tables[c->interest.n_tables++] = state->groups[i].table;
	c->tables[c->interest.n_tables++] = state->balancing_table;
	c->tables[c->interest.n_tables++] = BAL_TABLE_DEFAULT;
}

int
bal_watch_care(struct bal_monitor *monitor, const struct bal_pass *pass,
	       struct bal_err *err)
{
	const struct bal_state *state = &pass->in.state;
	const size_t n = state->n_uplinks;
	struct cares c = {
		.devs = calloc(n + count_ways(&pass->snap) + 2,
			       sizeof(*c.devs)),
		.tables = calloc(n + state->n_groups + 2, sizeof(*c.tables)),
	};
	int rc = -1;

	if (c.devs && c.tables) {
		add_uplinks(&c, state);
		add_ways(&c, &pass->snap);
		/* It has the address that a smoothed tunnel's line may lose. */
		if (state->smoothed)
			add_dev(&c, "lo");
		c.interest.devs = (const char (*)[BAL_IFNAMSIZ])c.devs;
		c.interest.tables = c.tables;
		c.interest.rules6 = state->rules6;
		c.interest.routes6 = state->routes6;
		rc = bal_monitor_care(monitor, &c.interest, err);
	} else {
		bal_err_nomem(err);
	}
	free(c.devs);
	free(c.tables);
	return rc;
}
