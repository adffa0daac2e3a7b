// SPDX-License-Identifier: GPL-2.0-or-later
/* flush_back - whether the uplink that is flushed holds its flows again. */
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>

#include "actions/flush_internal.h"
#include "netlink/read.h"

static int
family_of(const struct bal_flush_what *what)
{
	return what->six ? AF_INET6 : AF_INET;
}

static bool
is_ours(const struct bal_rule *r)
{
	return r->protocol == BAL_PROTO && r->action == BAL_RULE_LOOKUP;
}

/* The table that packets bound to @dev are led to; 0: there is none. */
static uint32_t
table_of(const bal_rule_list *rules, const char *dev)
{
	for (size_t i = 0; i < rules->n; i++)
		if (is_ours(&rules->v[i]) &&
		    strcmp(rules->v[i].oif, dev) == 0)
			return rules->v[i].table;
	return 0;
}

static bool
holds(const bal_rule_list *rules, const struct bal_flush_what *what,
      bool only_dev)
{
	const uint32_t table = only_dev ? table_of(rules, what->dev) : 0;

	for (size_t i = 0; i < rules->n; i++) {
		const struct bal_rule *r = &rules->v[i];

		if (is_ours(r) && r->has_mark && r->mask == what->held_mask &&
		    r->mark == (what->mark & what->held_mask) &&
		    (!only_dev || r->table == table))
			return true;
	}
	return false;
}

/* Has it another address now?  Then its old sockets are lost all the same. */
static bool
has_source(struct bal_nl *nl, const struct bal_flush_what *what,
	   struct bal_arena *arena)
{
	const int ifindex = (int)if_nametoindex(what->dev);
	bal_ifaddr_list addrs = { 0 };
	struct bal_err why;

	if (bal_nl_addrs_of(nl, family_of(what), arena, &addrs, &why) !=
	    BAL_DUMP_DONE)
		return false;
	for (size_t i = 0; i < addrs.n; i++)
		if (addrs.v[i].ifindex == ifindex &&
		    bal_addr_same_host(&addrs.v[i].addr, &what->source))
			return true;
	return false;
}

bool
bal_flush_is_back(const struct flushing *l)
{
	const struct bal_flush_what *what = l->what;
	struct bal_arena arena = { 0 };
	bal_rule_list rules = { 0 };
	struct bal_err why;
	struct bal_nl *nl;
	bool back;

	/* Mark 0 is that of no uplink. */
	if (!(what->mark & what->held_mask))
		return false;
	nl = bal_nl_open(&why);
	back = nl &&
	       bal_nl_rules_of(nl, family_of(what), &arena, &rules, &why) ==
		       BAL_DUMP_DONE &&
	       holds(&rules, what, l->of_sockets) &&
	       (!l->of_sockets || has_source(nl, what, &arena));
	bal_nl_close(nl);
	bal_arena_fini(&arena);
	return back;
}
