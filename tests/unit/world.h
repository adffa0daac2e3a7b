/* world - configuration, state and kernel of a test, in a few lines of it. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TEST_WORLD_H
#define TEST_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "firewall/legacy.h"
#include "kinds/internal.h"
#include "kinds/kinds.h"
#include "plan/diff.h"
#include "config/globals.h"
#include "plan/observe.h"
#include "plan/recover.h"
#include "reconcile/authorize.h"
#include "reconcile/admit.h"
#include "reconcile/intent.h"
#include "plan/agree.h"
#include "plan/device.h"
#include "plan/merge.h"
#include "plan/plan.h"
#include "plan/resolve.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

#define BALANCING 252
#define NOW 1000000 /* ms since boot */

static struct {
	struct bal_arena arena;
	struct bal_conf conf;
	struct bal_state state;
	struct bal_snapshot snap;
	struct bal_legacy_have tables; /* of w.snap.firewalls */
	struct bal_uplinks ups;
	bal_group_list groups;
	struct bal_world world; /* of all of these */
	void (*more_groups)(void); /* adds to them; NULL: there is one */
	struct bal_plan plan;
	bal_table_list names; /* of uplinks' tables, also of former ones */
	struct bal_err err;
	int last_ifindex;
	char text[1 << 16]; /* what the last of the ..._text() printed */
} w;

/* Which tables the firewall has. */
static inline void
has_xtable(enum bal_xtable table, bool there)
{
	w.tables.base.known[table] = there;
}

static inline int
setup(void **state)
{
	(void)state;
	memset(&w, 0, sizeof(w));
	w.conf.globals = bal_globals_default();
	w.state.saved_sysctls = bal_sysctl_none();
	w.state.balancing_table = BALANCING;
	w.snap.has_nexthops = true;
	has_xtable(BAL_XTABLE_MANGLE, true);
	w.snap.firewalls = (struct bal_fw_seen){
		.use = &bal_firewall_legacy,
		.v = { { &bal_firewall_legacy, &w.tables.base } },
		.n = 1,
	};
	w.snap.kinds = bal_kinds;
	w.snap.now_ms = NOW;
	return 0;
}

static inline int
teardown(void **state)
{
	(void)state;
	bal_arena_fini(&w.arena);
	bal_state_fini(&w.state);
	bal_conf_fini(&w.conf);
	return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

static inline struct bal_addr
addr(const char *text)
{
	struct bal_addr a;

	if (bal_addr_parse(text, &a, &w.err) < 0)
		fail_msg("%s", w.err.msg);
	return a;
}

static inline struct bal_link *
link_of(const char *name)
{
	for (size_t i = 0; i < w.snap.links.n; i++)
		if (strcmp(w.snap.links.v[i].name, name) == 0)
			return &w.snap.links.v[i];
	fail_msg("no device %s", name);
	return NULL;
}

/* A device that is up and has a carrier, with an index that nobody had. */
static inline struct bal_link *
device(const char *name)
{
	struct bal_link *link = BAL_PUSH(&w.arena, &w.snap.links);

	assert_non_null(link);
	link->ifindex = 10 + ++w.last_ifindex;
	assert_int_equal(bal_copy(link->name, sizeof(link->name), name), 0);
	link->up = link->carrier = link->has_devconf = true;
	return link;
}

static inline void
unplug(const char *name)
{
	struct bal_link *link = link_of(name);
	bal_ifaddr_list *addrs = &w.snap.addrs;
	size_t kept = 0;

	for (size_t i = 0; i < addrs->n; i++)
		if (addrs->v[i].ifindex != link->ifindex)
			addrs->v[kept++] = addrs->v[i];
	addrs->n = kept;
	*link = w.snap.links.v[--w.snap.links.n];
}

/* An address of @dev, secondary where another of its subnet is there. */
static inline struct bal_ifaddr *
address(const char *dev, const char *text)
{
	struct bal_ifaddr *a = BAL_PUSH(&w.arena, &w.snap.addrs);
	struct bal_addr net;

	assert_non_null(a);
	a->ifindex = link_of(dev)->ifindex;
	a->addr = addr(text);
	net = bal_addr_network(&a->addr);
	for (size_t i = 0; i + 1 < w.snap.addrs.n; i++) {
		const struct bal_ifaddr *o = &w.snap.addrs.v[i];
		struct bal_addr theirs = bal_addr_network(&o->addr);

		if (o->ifindex == a->ifindex &&
		    bal_addr_cmp(&theirs, &net) == 0)
			a->secondary = true;
	}
	return a;
}

static inline void
no_address(const char *dev)
{
	int ifindex = link_of(dev)->ifindex;
	bal_ifaddr_list *addrs = &w.snap.addrs;
	size_t kept = 0;

	for (size_t i = 0; i < addrs->n; i++)
		if (addrs->v[i].ifindex != ifindex)
			addrs->v[kept++] = addrs->v[i];
	addrs->n = kept;
}

/* The record of @dev. */
static inline struct bal_uplink_state *
known(const char *dev)
{
	struct bal_uplink_state *us = bal_state_find(&w.state, dev);

	if (!us)
		fail_msg("no uplink %s", dev);
	return us;
}

/* As its bal-up said. */
static inline void
told(const char *dev, const char *key, const char *value)
{
	if (bal_settings_set(&known(dev)->options, UINT64_MAX, key, value, &w.err) < 0)
		fail_msg("%s", w.err.msg);
}

/* As bal.conf says in the section of @dev. */
static inline void
configured(const char *dev, const char *key, const char *value)
{
	struct bal_conf *c = &w.conf;
	struct bal_conf_uplink *section = NULL;

	for (size_t i = 0; i < c->n_uplinks; i++)
		if (strcmp(c->uplinks[i].name, dev) == 0)
			section = &c->uplinks[i];
	if (!section) {
		c->uplinks = realloc(c->uplinks,
				     (c->n_uplinks + 1) * sizeof(*c->uplinks));
		assert_non_null(c->uplinks);
		section = &c->uplinks[c->n_uplinks++];
		memset(section, 0, sizeof(*section));
		assert_int_equal(
			bal_copy(section->name, sizeof(section->name), dev), 0);
	}
	if (bal_settings_set(&section->set, UINT64_MAX, key, value, &w.err) < 0)
		fail_msg("%s", w.err.msg);
}

/* As bal.conf says in [bal] and [check]. */
static inline void
global(const char *key, const char *value)
{
	if (bal_globals_set(&w.conf.globals, ~0u, key, value, &w.err) < 0)
		fail_msg("%s", w.err.msg);
}

/* @dev, an uplink that is administratively up and was found alive. */
static inline struct bal_uplink_state *
uplink(const char *dev, uint32_t slot)
{
	struct bal_uplink_state *us = bal_state_add(&w.state, dev, &w.err);
	struct bal_table_name *name = BAL_PUSH(&w.arena, &w.names);

	assert_non_null(us);
	assert_non_null(name);
	name->id = slot;
	assert_int_equal(bal_copy(name->name, sizeof(name->name), dev), 0);
	us->admin_up = true;
	us->slot = us->table = slot;
	us->ifindex = link_of(dev)->ifindex;
	us->record.health = BAL_HEALTH_ALIVE;
	return us;
}

/* ethI, slot I: 192.168.1.(100 + I)/24 behind 192.168.1.1, all alike. */
static inline void
modem(unsigned i)
{
	char dev[16], text[32];

	snprintf(dev, sizeof(dev), "eth%u", i);
	snprintf(text, sizeof(text), "192.168.1.%u/24", 100 + i);
	device(dev);
	address(dev, text);
	uplink(dev, i);
	told(dev, "gateway", "192.168.1.1");
}

/* tunI over ethI, slot @slot: 172.22.0.(10 + I)/16, no gateway. */
static inline void
tunnel(unsigned i, uint32_t slot)
{
	char dev[16], text[32];

	snprintf(dev, sizeof(dev), "tun%u", i);
	snprintf(text, sizeof(text), "172.22.0.%u/16", 10 + i);
	device(dev)->no_arp = true;
	address(dev, text);
	uplink(dev, slot);
	snprintf(text, sizeof(text), "eth%u", i);
	told(dev, "over", text);
}

/* Two tunnels over two modems that are not balanced themselves. */
static inline void
two_tunnels(void)
{
	for (unsigned i = 1; i <= 2; i++) {
		modem(i);
		configured(i == 1 ? "eth1" : "eth2", "balance", "no");
		tunnel(i, 10 + i);
	}
}

static inline void
health(const char *dev, enum bal_health verdict)
{
	known(dev)->record.health = verdict;
}

/* A default route by @dev, as the kernel shows it. */
static inline void
shows_default(const char *dev, const char *via, uint32_t table, uint32_t metric,
	      uint8_t protocol)
{
	struct bal_route *r = BAL_PUSH(&w.arena, &w.snap.all);

	*r = (struct bal_route){ .table = table,
				 .metric = metric,
				 .protocol = protocol,
				 .dst = bal_addr_any(AF_INET),
				 .n_hops = 1 };
	r->hops = bal_arena_alloc(&w.arena, sizeof(*r->hops));
	r->hops[0].ifindex = link_of(dev)->ifindex;
	r->hops[0].gateway = *via ? addr(via) : (struct bal_addr){ 0 };
}

/* Merge what there is into w.ups. */
static inline void
resolve(void)
{
	bal_snapshot_index(&w.snap, &w.arena);
	if (bal_uplinks_resolve(&w.conf, &w.state, &w.snap, &w.arena, &w.ups,
				&w.err) < 0)
		fail_msg("%s", w.err.msg);
}

/* Make w.groups of that. */
static inline void
make_groups(void)
{
	w.groups = (bal_group_list){ 0 };
	if (bal_groups_make(&w.ups, w.conf.globals.mode, w.state.balancing_table,
			    &w.arena, &w.groups, &w.err) < 0)
		fail_msg("%s", w.err.msg);
	if (w.more_groups)
		w.more_groups();
	if (bal_groups_add(&w.conf.policy, &w.state, &w.ups, &w.arena,
			   &w.groups, &w.err) < 0)
		fail_msg("%s", w.err.msg);
}

/* And w.plan of both. */
static inline void
plan_groups(void)
{
	w.world = (struct bal_world){
		.globals = &w.conf.globals,
		.uplinks = &w.ups,
		.groups = &w.groups,
		.policy = &w.conf.policy,
		.snap = &w.snap,
		.names = &w.names,
		.saved_sysctls = w.state.saved_sysctls,
	};

	if (bal_plan_make(&w.world, &w.arena, &w.plan, &w.err) < 0)
		fail_msg("%s", w.err.msg);
}

static inline void
make_plan(void)
{
	resolve();
	make_groups();
	plan_groups();
}

static inline const struct bal_uplink *
up_of(const char *dev)
{
	for (size_t i = 0; i < w.ups.n; i++)
		if (strcmp(w.ups.v[i].name, dev) == 0)
			return &w.ups.v[i];
	fail_msg("%s is none of the uplinks", dev);
	return NULL;
}

static inline const struct bal_devconf_set *
devconf_of(const char *dev)
{
	for (size_t i = 0; i < w.plan.devconf.n; i++)
		if (strcmp(w.plan.devconf.v[i].dev, dev) == 0)
			return &w.plan.devconf.v[i];
	return NULL;
}

#endif
