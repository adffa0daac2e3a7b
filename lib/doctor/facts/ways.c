// SPDX-License-Identifier: GPL-2.0-or-later
/* ways - foreign default routes: of table main, and of IPv6. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "doctor/facts/internal.h"
#include "netlink/read.h"
#include "plan/main_way.h"

#define V6_ROUTES "/proc/net/ipv6_route"
/* linux/ipv6_route.h, which does not go with netinet/in.h. */
#define V6_UP 0x1u
#define V6_REJECT 0x200u
#define V6_LEARNED 0x40000u /* RTF_ADDRCONF: from a router's advertisement */

static void
note_hops(struct bal_facts *f, const struct bal_route *r)
{
	for (size_t i = 0; i < r->n_hops; i++) {
		const struct bal_link *link =
			bal_snapshot_ifindex(f->snap, r->hops[i].ifindex);
		struct bal_main_way *way =
			link ? BAL_PUSH(&f->arena, &f->main_ways) : NULL;

		if (!way)
			continue;
		way->dst = r->dst;
		way->gateway = r->hops[i].gateway;
		(void)bal_copy(way->dev, sizeof(way->dev), link->name);
	}
}

/* The word of ip(8) for its type; without one, it is over a nexthop object. */
static void
note_end(struct bal_facts *f)
{
	struct bal_addr half = bal_addr_any(AF_INET);
	char dst[BAL_ADDR_STRLEN];

	half.len = 1;
	for (int i = 0; f->looked && !f->main_end && i < 2; i++) {
		const struct bal_route *r =
			bal_main_end(f->snap, f->uplinks, &half);
		const char *word = r ? bal_route_type_word(r->type) : "";

		if (r)
			f->main_end = bal_facts_text(
				f, "%s%s%s metric %" PRIu32, word,
				*word ? " " : "", bal_addr_str(&r->dst, dst),
				r->metric);
		half.bytes[0] = 0x80;
	}
}

static void
look_at_main(struct bal_facts *f, struct bal_nl *nl)
{
	bal_route_list routes = { 0 };
	struct bal_arena arena = { 0 };
	struct bal_err why = { 0 };

	if (bal_nl_routes(nl, BAL_TABLE_MAIN, &arena, &routes, &why) < 0)
		bal_facts_unseen(f,
				 bal_facts_text(f, "table main: %s", why.msg));
	for (size_t i = 0; i < routes.n; i++) {
		const struct bal_route *r = &routes.v[i];

		if (r->type != BAL_ROUTE_UNICAST)
			continue;
		if (r->dst.len <= 1)
			note_hops(f, r);
		f->main_hosts |= r->dst.len == 32 && r->n_hops &&
				 !bal_addr_none(&r->hops[0].gateway);
	}
	note_end(f);
	bal_arena_fini(&arena);
}

/*
 * Ten fields: prefix, its length, source, its length, next hop, metric, two
 * counts, flags, device.
 */
static void
note_v6_route(struct bal_facts *f, const char *line)
{
	const struct bal_link *link;
	struct bal_v6_way *way;
	char words[10][40];
	unsigned long flags;

	for (int i = 0; i < 10; i++)
		if (bal_next_word(&line, words[i], sizeof(words[i])) <= 0)
			return;
	flags = strtoul(words[8], NULL, 16);
	if (strcmp(words[1], "00") != 0 || strcmp(words[3], "00") != 0 ||
	    !(flags & V6_UP) || flags & V6_REJECT)
		return;
	for (size_t i = 0; i < f->v6_ways.n; i++)
		if (strcmp(f->v6_ways.v[i].dev, words[9]) == 0)
			return;
	link = bal_snapshot_link(f->snap, words[9]);
	way = link && !link->loopback ? BAL_PUSH(&f->arena, &f->v6_ways) : NULL;
	if (!way)
		return;
	(void)bal_copy(way->dev, sizeof(way->dev), words[9]);
	way->learned = flags & V6_LEARNED;
}

void
bal_facts_ways(struct bal_facts *f, struct bal_nl *nl)
{
	char *line, *text = bal_facts_file(f, V6_ROUTES);

	look_at_main(f, nl);
	while ((line = bal_facts_line(&text)))
		note_v6_route(f, line);
}
