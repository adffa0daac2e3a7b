// SPDX-License-Identifier: GPL-2.0-or-later
/* snapshot - reads everything that a plan is compared with. */
#include "kernel/snapshot.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "netlink/read.h"
#include "netlink/sysctl.h"

uint64_t
bal_now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_BOOTTIME, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

static int
by_name(const void *a, const void *b)
{
	const struct bal_link *const *x = a, *const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

void
bal_snapshot_index(struct bal_snapshot *snap, struct bal_arena *arena)
{
	const struct bal_link **v;

	v = bal_arena_alloc(arena, (snap->links.n + 1) * sizeof(*v));
	for (size_t i = 0; v && i < snap->links.n; i++)
		v[i] = &snap->links.v[i];
	if (v)
		qsort(v, snap->links.n, sizeof(*v), by_name);
	snap->by_name = v;
}

static int
name_cmp(const void *name, const void *link)
{
	return strcmp(name, (*(const struct bal_link *const *)link)->name);
}

const struct bal_link *
bal_snapshot_link(const struct bal_snapshot *snap, const char *name)
{
	const struct bal_link **found = NULL;

	if (snap->by_name)
		found = bsearch(name, snap->by_name, snap->links.n,
				sizeof(*found), name_cmp);
	return found ? *found : NULL;
}

const struct bal_link *
bal_snapshot_ifindex(const struct bal_snapshot *snap, int ifindex)
{
	for (size_t i = 0; i < snap->links.n; i++)
		if (snap->links.v[i].ifindex == ifindex)
			return &snap->links.v[i];
	return NULL;
}

static const struct bal_nexthop *
find_nexthop(const struct bal_snapshot *snap, uint32_t id)
{
	for (size_t i = 0; i < snap->nexthops.n; i++)
		if (snap->nexthops.v[i].id == id)
			return &snap->nexthops.v[i];
	return NULL;
}

/*
 * Routes over nexthop objects: the hops as the objects say, since with
 * nexthop_compat_mode=0 the route's own message does not repeat them.
 */
static void
expand_groups(struct bal_snapshot *snap, struct bal_arena *arena)
{
	for (size_t i = 0; i < snap->all.n; i++) {
		struct bal_route *r = &snap->all.v[i];
		const struct bal_nexthop *nh;

		nh = r->nhid ? find_nexthop(snap, r->nhid) : NULL;
		if (!nh || !nh->n_members)
			continue;
		r->hops = bal_arena_alloc(arena,
					  nh->n_members * sizeof(*r->hops));
		r->n_hops = r->hops ? nh->n_members : 0;
		for (size_t k = 0; k < r->n_hops; k++) {
			const struct bal_nexthop *one;

			one = find_nexthop(snap, nh->members[k].id);
			if (one)
				r->hops[k] = one->hop;
			r->hops[k].weight = nh->members[k].weight;
		}
	}
}

/* Names for people: hops come with indexes only. */
static void
name_hops(struct bal_snapshot *snap)
{
	const struct bal_link *last = NULL;

	for (size_t i = 0; i < snap->all.n; i++) {
		struct bal_route *r = &snap->all.v[i];

		for (size_t k = 0; k < r->n_hops; k++) {
			const struct bal_link *l = last;

			if (r->protocol != BAL_PROTO)
				continue;
			/* A device's routes stand together. */
			if (!l || l->ifindex != r->hops[k].ifindex)
				l = bal_snapshot_ifindex(snap,
							 r->hops[k].ifindex);
			last = l;
			if (l)
				memcpy(r->hops[k].dev, l->name,
				       sizeof(l->name));
		}
	}
}

static void
add_table(bal_id_list *list, uint32_t table, struct bal_arena *arena)
{
	uint32_t *slot;

	if (table == 0 || table == BAL_TABLE_MAIN || table == BAL_TABLE_LOCAL)
		return;
	for (size_t i = 0; i < list->n; i++)
		if (list->v[i] == table)
			return;
	slot = BAL_PUSH(arena, list);
	if (slot)
		*slot = table;
}

/* The wanted tables and those of our rules: nothing of ours goes unseen. */
static void
tables_of(const struct bal_snapshot *snap,
	  const struct bal_snapshot_want *want, bal_id_list *out,
	  struct bal_arena *arena)
{
	uint32_t last = 0;

	add_table(out, BAL_TABLE_DEFAULT, arena);
	for (size_t i = 0; i < want->n_tables; i++)
		add_table(out, want->tables[i], arena);
	for (size_t i = 0; i < snap->rules.n; i++) {
		const struct bal_rule *r = &snap->rules.v[i];

		if (r->protocol != BAL_PROTO || r->table == last)
			continue;
		last = r->table;
		add_table(out, r->table, arena);
	}
}

static void
take_routes(struct bal_snapshot *snap, uint32_t table, struct bal_arena *arena)
{
	for (size_t i = 0; i < snap->all.n; i++) {
		struct bal_route *slot;

		if (snap->all.v[i].table != table)
			continue;
		slot = BAL_PUSH(arena, &snap->routes);
		if (slot)
			*slot = snap->all.v[i];
	}
}

/* Everything that netlink tells. */
static int
read_netlink(struct bal_snapshot *snap, struct bal_nl *nl,
	     const struct bal_snapshot_want *want, struct bal_arena *arena,
	     struct bal_err *err)
{
	int rc;

	memset(snap, 0, sizeof(*snap));
	rc = bal_nl_links(nl, want->stats, arena, &snap->links, err);
	if (rc == BAL_DUMP_DONE)
		rc = bal_nl_addrs(nl, arena, &snap->addrs, err);
	if (rc == BAL_DUMP_DONE)
		rc = bal_nl_rules(nl, arena, &snap->rules, err);
	if (rc != BAL_DUMP_DONE)
		return rc == BAL_DUMP_ABSENT ?
			       bal_err(err, BAL_EUNAVAIL,
				       "the kernel has no policy routing "
				       "(CONFIG_IP_MULTIPLE_TABLES)") :
			       rc;
	rc = bal_nl_nexthops(nl, arena, &snap->nexthops, err);
	if (rc < 0)
		return -1;
	snap->has_nexthops = rc == BAL_DUMP_DONE;
	snap->has_stats = want->stats;
	return bal_nl_all_routes(nl, arena, &snap->all, err);
}

int
bal_snapshot_read(struct bal_snapshot *snap, struct bal_nl *nl,
		  const struct bal_snapshot_want *want, struct bal_arena *arena,
		  struct bal_err *err)
{
	if (read_netlink(snap, nl, want, arena, err) < 0)
		return -1;
	bal_snapshot_index(snap, arena);
	expand_groups(snap, arena);
	name_hops(snap);
	tables_of(snap, want, &snap->tables, arena);
	for (size_t i = 0; i < snap->tables.n; i++)
		take_routes(snap, snap->tables.v[i], arena);
	if (bal_fw_look(&want->firewall, &want->fw_scope, arena, &snap->firewalls,
			err) < 0)
		return -1;
	for (int i = 0; i < BAL_SYSCTL_MAX; i++)
		snap->sysctls.of[i] = bal_sysctl_read(bal_sysctls[i].name);
	snap->now_ms = bal_now_ms();
	return arena->oom ? bal_err_nomem(err) : 0;
}

int
bal_snapshot_add_table(struct bal_snapshot *snap, uint32_t table,
		       struct bal_arena *arena, struct bal_err *err)
{
	const size_t tables = snap->tables.n;

	add_table(&snap->tables, table, arena);
	if (snap->tables.n > tables)
		take_routes(snap, table, arena);
	return arena->oom ? bal_err_nomem(err) : 0;
}

static const struct bal_hop *
hop_by(const struct bal_route *r, int ifindex)
{
	for (size_t i = 0; i < r->n_hops; i++)
		if (r->hops[i].ifindex == ifindex)
			return &r->hops[i];
	return NULL;
}

struct bal_addr
bal_snapshot_foreign_gateway(const struct bal_snapshot *snap, uint32_t table,
			     int ifindex)
{
	const struct bal_route *best = NULL;
	struct bal_addr gateway = { 0 };

	for (size_t i = 0; i < snap->all.n; i++) {
		const struct bal_route *r = &snap->all.v[i];
		const struct bal_hop *hop = hop_by(r, ifindex);

		if (!hop || r->table != table || r->dst.len ||
		    r->protocol == BAL_PROTO ||
		    (best && r->metric >= best->metric))
			continue;
		best = r;
		gateway = hop->gateway;
	}
	return gateway;
}
