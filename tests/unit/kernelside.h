/* kernelside - objects sent to the real kernel of a namespace and read back. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TEST_KERNELSIDE_H
#define TEST_KERNELSIDE_H

#include "netns.h"

#include <net/if.h>
#include <sys/socket.h>

#include "netlink/read.h"
#include "kinds/internal.h"

/* Device v0: 192.168.1.101/24, its other end is v1. */

static struct bal_nl *nl;
static struct bal_arena arena;
static int v0;

#define FAILURES_MAX 8

/* What bal_nl_on_failure() has told. */
static struct {
	size_t n;
	struct {
		size_t number;
		int eno;
		char why[128];
	} v[FAILURES_MAX];
} failures;

static inline void
on_failure(size_t number, int eno, const char *why, void *arg)
{
	assert_ptr_equal(arg, &failures);
	assert_true(failures.n < FAILURES_MAX);
	failures.v[failures.n].number = number;
	failures.v[failures.n].eno = eno;
	snprintf(failures.v[failures.n].why, sizeof(failures.v[0].why), "%s",
		 why);
	failures.n++;
}

static inline int
setup(void **state)
{
	(void)state;
	if (refused)
		return 0;
	if (unshare(CLONE_NEWNET) < 0)
		return -1;
	must("ip link add v0 type veth peer name v1 && ip link set lo up &&"
	     " ip link set v0 up && ip link set v1 up &&"
	     " ip address add 192.168.1.101/24 dev v0");
	v0 = (int)if_nametoindex("v0");
	nl = bal_nl_open(&err);
	if (!nl)
		return -1;
	memset(&failures, 0, sizeof(failures));
	bal_nl_on_failure(nl, on_failure, &failures);
	return 0;
}

static inline int
teardown(void **state)
{
	(void)state;
	bal_nl_close(nl);
	nl = NULL;
	bal_arena_fini(&arena);
	return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

static inline void
make_veth_namespace(void)
{
	make_namespace("ip link add u0 type veth peer name p0 && ip nexthop",
		       "no ip(8), no veth devices or no nexthop objects");
}

static inline struct bal_addr
prefix(const char *text)
{
	struct bal_addr a;

	if (bal_prefix_parse(text, &a, &err) < 0)
		fail_msg("%s", err.msg);
	return a;
}

static inline void
queue(const struct bal_op *op, size_t number)
{
	struct bal_nlmsg req;

	op->kind->encode(op, &req);
	if (bal_nl_queue(nl, &req, number, &err) < 0)
		fail_msg("%s", err.msg);
}

static inline void
flush(void)
{
	if (bal_nl_flush(nl, &err) < 0)
		fail_msg("%s", err.msg);
}

/* Carry @op out: the errno that the kernel gave, or 0. */
static inline int
carry_out(const struct bal_op *op)
{
	failures.n = 0;
	queue(op, 1);
	flush();
	return failures.n ? failures.v[0].eno : 0;
}

static inline void
must_do(const struct bal_op *op)
{
	if (carry_out(op) != 0)
		fail_msg("%s: %s", strerror(failures.v[0].eno),
			 failures.v[0].why);
}

static inline struct bal_hop
hop_via(const char *gateway, uint32_t weight)
{
	struct bal_hop hop = { .ifindex = v0, .dev = "v0", .weight = weight };

	if (gateway) {
		hop.gateway = prefix(gateway);
		hop.onlink = true;
	}
	return hop;
}

static inline struct bal_op
route_op(enum bal_verb verb, const char *dst, struct bal_hop *hops, size_t n)
{
	struct bal_op op = { .kind = &bal_kind_route, .verb = verb };

	op.route = (struct bal_route){ .table = 77,
				       .dst = prefix(dst),
				       .protocol = BAL_PROTO,
				       .type = n ? BAL_ROUTE_UNICAST :
						   BAL_ROUTE_UNREACHABLE,
				       .hops = hops,
				       .n_hops = n };
	return op;
}

static inline struct bal_op
rule_op(enum bal_verb verb, uint32_t priority, enum bal_rule_action action)
{
	struct bal_op op = { .kind = &bal_kind_rule, .verb = verb };

	op.rule = (struct bal_rule){ .priority = priority,
				     .family = AF_INET,
				     .protocol = BAL_PROTO,
				     .action = action,
				     .suppress_prefixlen = -1 };
	return op;
}

static inline struct bal_op
nexthop_op(enum bal_verb verb, uint32_t id)
{
	struct bal_op op = { .kind = &bal_kind_nexthop, .verb = verb };

	op.nexthop.id = id;
	op.nexthop.family = AF_INET;
	op.nexthop.protocol = BAL_PROTO;
	return op;
}

static inline bal_route_list
routes_of(uint32_t table)
{
	bal_route_list list = { 0 };
	int rc = bal_nl_routes(nl, table, &arena, &list, &err);

	if (rc != BAL_DUMP_DONE)
		fail_msg("table %u: %d, %s", table, rc, rc < 0 ? err.msg : "");
	return list;
}

static inline bal_rule_list
all_rules(void)
{
	bal_rule_list list = { 0 };

	assert_int_equal(bal_nl_rules(nl, &arena, &list, &err), BAL_DUMP_DONE);
	return list;
}

static inline bal_nexthop_list
all_nexthops(void)
{
	bal_nexthop_list list = { 0 };

	assert_int_equal(bal_nl_nexthops(nl, &arena, &list, &err),
			 BAL_DUMP_DONE);
	return list;
}

static inline const struct bal_nexthop *
nexthop_of(const bal_nexthop_list *list, uint32_t id)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->v[i].id == id)
			return &list->v[i];
	fail_msg("no nexthop %u", id);
	return NULL;
}

static inline void
assert_same_route(const struct bal_route *a, const struct bal_route *b)
{
	assert_int_equal(a->table, b->table);
	assert_int_equal(bal_addr_cmp(&a->dst, &b->dst), 0);
	assert_int_equal(a->metric, b->metric);
	assert_int_equal(a->protocol, b->protocol);
	assert_int_equal(a->type, b->type);
	assert_int_equal(a->scope_link, b->scope_link);
	assert_int_equal(bal_addr_cmp(&a->src, &b->src), 0);
	assert_int_equal(a->nhid, b->nhid);
	if (a->nhid)
		return;
	assert_int_equal(a->n_hops, b->n_hops);
	for (size_t i = 0; i < a->n_hops; i++) {
		assert_int_equal(a->hops[i].ifindex, b->hops[i].ifindex);
		assert_int_equal(a->hops[i].onlink, b->hops[i].onlink);
		assert_int_equal(a->hops[i].weight, b->hops[i].weight);
		assert_int_equal(
			bal_addr_cmp(&a->hops[i].gateway, &b->hops[i].gateway),
			0);
	}
}

static inline void
assert_same_rule(const struct bal_rule *a, const struct bal_rule *b)
{
	assert_int_equal(a->priority, b->priority);
	assert_int_equal(a->family, b->family);
	assert_int_equal(a->protocol, b->protocol);
	assert_int_equal(a->invert, b->invert);
	assert_int_equal(a->action, b->action);
	assert_int_equal(bal_addr_cmp(&a->src, &b->src), 0);
	assert_int_equal(bal_addr_cmp(&a->dst, &b->dst), 0);
	assert_string_equal(a->iif, b->iif);
	assert_string_equal(a->oif, b->oif);
	assert_int_equal(a->has_mark, b->has_mark);
	assert_int_equal(a->mark, b->mark);
	assert_int_equal(a->mask, b->mask);
	assert_int_equal(a->table, b->table);
	assert_int_equal(a->target, b->target);
	assert_int_equal(a->suppress_prefixlen, b->suppress_prefixlen);
	assert_int_equal(bal_rule_cmp(a, b), 0);
}

#endif
