// SPDX-License-Identifier: GPL-2.0-or-later
/* snapshot - reads everything that a plan is compared with. */
#include "kernel/snapshot.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/order.h"
#include "kernel/kind.h"
#include "netlink/read.h"

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
		bal_sort(v, snap->links.n, sizeof(*v), by_name);
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

/*
 * Foreign routes of @tables among @all, and ours of every one, which are in @out
 * already where those are some @more.  Routes of one table stand together in the
 * dump.
 */
static void
take_routes(const bal_route_list *all, bal_route_list *out,
	    const uint32_t *tables, size_t n, bool more,
	    struct bal_arena *arena)
{
	uint32_t last = 0;
	bool wanted = false;

	for (size_t i = 0; i < all->n; i++) {
		const struct bal_route *r = &all->v[i];
		struct bal_route *slot;

		if (r->table != last) {
			wanted = false;
			for (size_t k = 0; k < n && !wanted; k++)
				wanted = tables[k] == r->table;
		}
		last = r->table;
		slot = (r->protocol == BAL_PROTO ? !more : wanted) ?
			       BAL_PUSH(arena, out) :
			       NULL;
		if (slot)
			*slot = *r;
	}
}

static int
read_kinds(struct bal_snapshot *snap, struct bal_nl *nl,
	   const struct bal_snapshot_want *want, struct bal_arena *arena,
	   struct bal_err *err)
{
	struct bal_reading r = {
		.snap = snap, .nl = nl, .want = want, .arena = arena
	};

	for (size_t i = 0; snap->kinds[i]; i++) {
		r.have = &snap->have[i];
		if (snap->kinds[i]->read && snap->kinds[i]->read(&r, err) < 0)
			return -1;
	}
	return 0;
}

int
bal_snapshot_read(struct bal_snapshot *snap, struct bal_nl *nl,
		  const struct bal_snapshot_want *want, struct bal_arena *arena,
		  struct bal_err *err)
{
	memset(snap, 0, sizeof(*snap));
	snap->kinds = want->kinds;
	snap->has_stats = want->stats;
	if (bal_nl_links(nl, want->stats, arena, &snap->links, err) < 0 ||
	    bal_nl_addrs(nl, arena, &snap->addrs, err) < 0)
		return -1;
	bal_snapshot_index(snap, arena);
	if (read_kinds(snap, nl, want, arena, err) < 0)
		return -1;
	tables_of(snap, want, &snap->tables, arena);
	take_routes(&snap->all, &snap->routes, snap->tables.v, snap->tables.n,
		    false, arena);
	take_routes(&snap->all6, &snap->routes6, snap->tables.v,
		    snap->tables.n, false, arena);
	snap->now_ms = bal_now_ms();
	return arena->oom ? bal_err_nomem(err) : 0;
}

int
bal_snapshot_add_table(struct bal_snapshot *snap, uint32_t table,
		       struct bal_arena *arena, struct bal_err *err)
{
	const size_t tables = snap->tables.n;

	add_table(&snap->tables, table, arena);
	if (snap->tables.n > tables) {
		take_routes(&snap->all, &snap->routes, &table, 1, true, arena);
		take_routes(&snap->all6, &snap->routes6, &table, 1, true,
			    arena);
	}
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
bal_snapshot_foreign_gateway(const bal_route_list *all, uint32_t table,
			     int ifindex)
{
	const struct bal_route *best = NULL;
	struct bal_addr gateway = { 0 };

	for (size_t i = 0; i < all->n; i++) {
		const struct bal_route *r = &all->v[i];
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
