// SPDX-License-Identifier: GPL-2.0-or-later
/* test_routes - routes and nexthops: what is written is what is read. */
#include "../kernelside.h"

#define MOST 250 /* uplinks */

static void
a_missing_table_is_absent(void **state)
{
	struct bal_op op = route_op(BAL_ADD, "default", NULL, 0);
	bal_route_list list = { 0 };

	(void)state;
	NEED_NAMESPACE();
	assert_int_equal(bal_nl_routes(nl, 77, &arena, &list, &err),
			 BAL_DUMP_ABSENT);
	assert_int_equal(list.n, 0);
	must_do(&op);
	assert_int_equal(routes_of(77).n, 1);
	assert_int_equal(bal_nl_routes(nl, 78, &arena, &list, &err),
			 BAL_DUMP_ABSENT);
	/* The table stays when its last route has gone. */
	op.verb = BAL_DEL;
	must_do(&op);
	assert_int_equal(routes_of(77).n, 0);
}

static void
routes(void **state)
{
	struct bal_hop hops[3] = { hop_via("192.168.1.1", 1), hop_via(NULL, 1),
				   hop_via("10.0.0.1", 255) };
	struct bal_op ops[6];
	bal_route_list list;

	(void)state;
	NEED_NAMESPACE();
	ops[0] = route_op(BAL_ADD, "default", &hops[0], 1);
	ops[0].route.src = prefix("192.168.1.101");
	ops[1] = route_op(BAL_ADD, "default", hops, 3);
	ops[1].route.metric = 1;
	ops[2] = route_op(BAL_ADD, "default", NULL, 0);
	ops[2].route.metric = 2000000;
	ops[3] = route_op(BAL_ADD, "10.8.0.0/13", &hops[1], 1);
	ops[3].route.scope_link = true;
	ops[4] = route_op(BAL_ADD, "172.22.0.0/16", &hops[1], 1);
	ops[4].route.metric = 26601;
	ops[5] = route_op(BAL_ADD, "192.168.1.0/24", &hops[1], 1);
	ops[5].route.scope_link = true;
	ops[5].route.src = prefix("192.168.1.101");
	for (size_t i = N(ops); i-- > 0;)
		must_do(&ops[i]);
	list = routes_of(77);
	assert_int_equal(list.n, N(ops));
	for (size_t i = 0; i < N(ops); i++) {
		assert_same_route(&list.v[i], &ops[i].route);
		assert_int_equal(carry_out(&ops[i]), EEXIST);
	}
	for (size_t i = 0; i < N(ops); i++) {
		ops[i].verb = BAL_DEL;
		must_do(&ops[i]);
		assert_int_equal(routes_of(77).n, N(ops) - 1 - i);
		assert_int_equal(carry_out(&ops[i]), ESRCH);
	}
}

/* Other tables, other families and routes with a TOS are not in it. */
static void
one_table_alone(void **state)
{
	bal_route_list list;

	(void)state;
	NEED_NAMESPACE();
	must("ip route add 10.1.0.0/16 dev v0 table 77 proto static;"
	     "ip route add tos 0x10 10.1.0.0/16 dev v0 table 77;"
	     "ip route add 10.2.0.0/16 dev v0 table 78;"
	     "ip route add blackhole 10.3.0.0/16 table 77 proto 214;"
	     "ip route add prohibit 10.4.0.0/16 table 77 proto 214;"
	     "ip -6 route add fd01::/64 dev v0 table 77");
	list = routes_of(77);
	assert_int_equal(list.n, 3);
	assert_int_equal(list.v[0].protocol, 4);
	assert_true(list.v[0].scope_link);
	assert_int_equal(list.v[1].type, BAL_ROUTE_BLACKHOLE);
	assert_int_equal(list.v[2].type, BAL_ROUTE_PROHIBIT);
	assert_int_equal(list.v[1].protocol, BAL_PROTO);
}

/* The kernel deletes only a route of the type that it is asked for. */
static void
of_any_type(void **state)
{
	struct bal_op op = { .kind = &bal_kind_route, .verb = BAL_DEL };
	bal_route_list list;

	(void)state;
	NEED_NAMESPACE();
	must("ip route add blackhole 10.3.0.0/16 table 79 proto 214;"
	     "ip route add prohibit 10.4.0.0/16 table 79 proto 214;"
	     "ip route add throw 10.5.0.0/16 table 79 proto 214");
	list = routes_of(79);
	assert_int_equal(list.n, 3);
	for (size_t i = 0; i < list.n; i++) {
		op.route = list.v[i];
		must_do(&op);
	}
	assert_int_equal(routes_of(79).n, 0);
}

/* In place where ours stands first; beside a stranger's behind it. */
static void
replace_and_append(void **state)
{
	struct bal_hop hops[2] = { hop_via("192.168.1.1", 1),
				   hop_via("192.168.1.2", 1) };
	struct bal_op op = route_op(BAL_REPLACE, "default", hops, 1);
	bal_route_list list;

	(void)state;
	NEED_NAMESPACE();
	must_do(&op);
	op.route.hops++;
	must_do(&op);
	list = routes_of(77);
	assert_int_equal(list.n, 1);
	assert_same_route(&list.v[0], &op.route);
	op.verb = BAL_DEL;
	must_do(&op);
	must("ip route add default dev v0 table 77 proto static");
	op.verb = BAL_APPEND;
	must_do(&op);
	list = routes_of(77);
	assert_int_equal(list.n, 2);
	assert_int_equal(list.v[0].protocol, 4);
	assert_same_route(&list.v[1], &op.route);
	op.verb = BAL_DEL;
	must_do(&op);
	assert_int_equal(routes_of(77).v[0].protocol, 4);
	assert_int_equal(carry_out(&op), ESRCH);
}

static void
nexthops(void **state)
{
	struct bal_op one = nexthop_op(BAL_ADD, 21400);
	struct bal_op two = nexthop_op(BAL_ADD, 21401);
	struct bal_op group = nexthop_op(BAL_ADD, 21402);
	struct bal_nh_member members[] = { { 21401, 255 }, { 21400, 1 } };
	const struct bal_nexthop *nh;
	bal_nexthop_list list;

	(void)state;
	NEED_NAMESPACE();
	assert_int_equal(all_nexthops().n, 0);
	one.nexthop.hop = hop_via("192.168.1.1", 1);
	two.nexthop.hop = hop_via(NULL, 1);
	group.nexthop.members = members;
	group.nexthop.n_members = 2;
	must_do(&one);
	must_do(&two);
	must_do(&group);
	must("ip nexthop add id 5 dev v0");
	list = all_nexthops();
	assert_int_equal(list.n, 4);
	nh = nexthop_of(&list, 21400);
	assert_int_equal(nh->protocol, BAL_PROTO);
	assert_int_equal(nh->hop.ifindex, v0);
	assert_true(nh->hop.onlink);
	assert_int_equal(
		bal_addr_cmp(&nh->hop.gateway, &one.nexthop.hop.gateway), 0);
	assert_false(nh->link_scope);
	nh = nexthop_of(&list, 21401);
	assert_true(nh->link_scope);
	assert_true(bal_addr_none(&nh->hop.gateway));
	assert_false(nh->hop.onlink);
	nh = nexthop_of(&list, 21402);
	assert_int_equal(nh->n_members, 2);
	assert_int_equal(nh->members[0].id, 21401);
	assert_int_equal(nh->members[0].weight, 255);
	assert_int_equal(nh->members[1].weight, 1);
	assert_int_not_equal(nexthop_of(&list, 5)->protocol, BAL_PROTO);
	assert_int_equal(carry_out(&one), EEXIST);
}

static void
groups_change_in_place(void **state)
{
	struct bal_op op = nexthop_op(BAL_ADD, 21400);
	struct bal_nh_member members[] = { { 21400, 3 }, { 21401, 2 } };
	struct bal_op route = route_op(BAL_ADD, "default", NULL, 0);
	bal_nexthop_list list;
	bal_route_list table;

	(void)state;
	NEED_NAMESPACE();
	op.nexthop.hop = hop_via("192.168.1.1", 1);
	must_do(&op);
	op.nexthop.id = 21401;
	op.nexthop.hop = hop_via("192.168.1.2", 1);
	must_do(&op);
	op = nexthop_op(BAL_REPLACE, 21402);
	op.nexthop.members = members;
	op.nexthop.n_members = 2;
	assert_int_equal(carry_out(&op), ENOENT);
	op.verb = BAL_ADD;
	must_do(&op);
	route.route.type = BAL_ROUTE_UNICAST;
	route.route.nhid = 21402;
	route.route.metric = 1;
	must_do(&route);
	table = routes_of(77);
	assert_int_equal(table.n, 1);
	assert_same_route(&table.v[0], &route.route);
	op.verb = BAL_REPLACE;
	op.nexthop.n_members = 1;
	must_do(&op);
	list = all_nexthops();
	assert_int_equal(nexthop_of(&list, 21402)->n_members, 1);
	table = routes_of(77);
	assert_int_equal(table.n, 1);
	assert_same_route(&table.v[0], &route.route);
	route.verb = BAL_DEL;
	must_do(&route);
	op.verb = BAL_DEL;
	must_do(&op);
	assert_int_equal(carry_out(&op), ENOENT);
	assert_int_equal(all_nexthops().n, 2);
}

/* The widest that there can be: in one message each, both ways. */
static void
a_route_of_250_hops(void **state)
{
	struct bal_hop hops[MOST];
	struct bal_op op = route_op(BAL_ADD, "default", hops, MOST);
	bal_route_list list;

	(void)state;
	NEED_NAMESPACE();
	for (unsigned i = 0; i < MOST; i++) {
		char text[20];

		snprintf(text, sizeof(text), "10.0.0.%u", i + 1);
		hops[i] = hop_via(text, i + 1);
	}
	must_do(&op);
	list = routes_of(77);
	assert_int_equal(list.n, 1);
	assert_same_route(&list.v[0], &op.route);
	op.verb = BAL_DEL;
	must_do(&op);
	assert_int_equal(routes_of(77).n, 0);
}

static void
a_group_of_250_members(void **state)
{
	struct bal_op one = nexthop_op(BAL_ADD, 0);
	struct bal_op group = nexthop_op(BAL_ADD, 30000);
	struct bal_nh_member members[MOST];
	const struct bal_nexthop *nh;
	bal_nexthop_list list;

	(void)state;
	NEED_NAMESPACE();
	for (unsigned i = 0; i < MOST; i++) {
		char text[20];

		snprintf(text, sizeof(text), "10.0.0.%u", i + 1);
		one.nexthop.hop = hop_via(text, 1);
		one.nexthop.id = 21400 + i;
		queue(&one, i);
		members[MOST - 1 - i] =
			(struct bal_nh_member){ 21400 + i, i + 1 };
	}
	group.nexthop.members = members;
	group.nexthop.n_members = MOST;
	queue(&group, MOST);
	flush();
	assert_int_equal(failures.n, 0);
	list = all_nexthops();
	assert_int_equal(list.n, MOST + 1);
	nh = nexthop_of(&list, 30000);
	assert_int_equal(nh->n_members, MOST);
	assert_memory_equal(nh->members, members, sizeof(members));
}

/* More than a message holds is refused here, and nothing of it is sent. */
static void
too_long_for_a_message(void **state)
{
	struct bal_hop hops[400];
	struct bal_op op = route_op(BAL_ADD, "default", hops, N(hops));
	struct bal_op fine = route_op(BAL_ADD, "default", NULL, 0);
	struct bal_nlmsg req;

	(void)state;
	NEED_NAMESPACE();
	for (unsigned i = 0; i < N(hops); i++)
		hops[i] = hop_via("192.168.1.1", 1);
	op.kind->encode(&op, &req);
	assert_true(req.overflow);
	assert_int_equal(bal_nl_queue(nl, &req, 1, &err), -1);
	assert_string_equal(err.msg, "a netlink request is too long");
	must_do(&fine);
	assert_int_equal(routes_of(77).n, 1);
}

/* 300 routes of 48 bytes and more: by number of messages and by bytes. */
static void
many_routes(void **state)
{
	struct bal_hop hops[40];
	struct bal_op op = route_op(BAL_ADD, "default", hops, N(hops));
	bal_route_list list;

	(void)state;
	NEED_NAMESPACE();
	for (unsigned i = 0; i < N(hops); i++)
		hops[i] = hop_via("192.168.1.1", 1 + i);
	for (uint32_t i = 0; i < 300; i++) {
		op.route.metric = 1 + i;
		op.route.n_hops = 2 + i % 39;
		queue(&op, i);
	}
	flush();
	assert_int_equal(failures.n, 0);
	list = routes_of(77);
	assert_int_equal(list.n, 300);
	for (uint32_t i = 0; i < 300; i++) {
		op.route.metric = 1 + i;
		op.route.n_hops = 2 + i % 39;
		assert_same_route(&list.v[i], &op.route);
	}
}

/* How many of @list are of @table. */
static size_t
count_of(const bal_route_list *list, uint32_t table)
{
	size_t n = 0;

	for (size_t i = 0; i < list->n; i++)
		n += list->v[i].table == table;
	return n;
}

/* Of main only what leads to everywhere, of local nothing. */
static void
all_tables_at_once(void **state)
{
	const struct bal_prefixes none = { 0 };
	bal_route_list list = { 0 };

	(void)state;
	NEED_NAMESPACE();
	must("ip route add default via 192.168.1.1 dev v0 metric 100");
	must("ip route add 128.0.0.0/1 via 192.168.1.1 dev v0");
	must("ip route add 10.9.0.0/16 via 192.168.1.1 dev v0");
	must("ip route add 10.9.0.0/16 via 192.168.1.1 dev v0 table 77");
	must("ip route add 10.9.0.0/16 via 192.168.1.1 dev v0 table 7777");
	assert_int_equal(bal_nl_all_routes(nl, AF_INET, &none, &arena, &list, &err),
			 BAL_DUMP_DONE);
	assert_int_equal(count_of(&list, BAL_TABLE_MAIN), 2);
	assert_int_equal(count_of(&list, BAL_TABLE_LOCAL), 0);
	assert_int_equal(count_of(&list, 77), 1);
	assert_int_equal(count_of(&list, 7777), 1);
}

/* And what holds a destination as a whole. */
static void
main_around_destinations(void **state)
{
	struct bal_addr of[2];
	const struct bal_prefixes around = { of, 2 };
	bal_route_list list = { 0 };

	(void)state;
	NEED_NAMESPACE();
	assert_int_equal(bal_addr_parse("10.9.1.0/24", &of[0], &err), 0);
	assert_int_equal(bal_addr_parse("10.7.0.0/16", &of[1], &err), 0);
	must("ip route add 10.9.0.0/16 via 192.168.1.1 dev v0");
	must("ip route add 10.9.1.0/25 via 192.168.1.1 dev v0");
	must("ip route add 10.7.0.0/16 via 192.168.1.1 dev v0 metric 7");
	must("ip route add 10.8.0.0/16 via 192.168.1.1 dev v0");
	assert_int_equal(bal_nl_all_routes(nl, AF_INET, &around, &arena, &list, &err),
			 BAL_DUMP_DONE);
	assert_int_equal(count_of(&list, BAL_TABLE_MAIN), 2);
	assert_int_equal(list.v[0].dst.len, 16);
	assert_int_equal(list.v[1].dst.len, 16);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_missing_table_is_absent),
		TEST(routes),
		TEST(one_table_alone),
		TEST(of_any_type),
		TEST(replace_and_append),
		TEST(nexthops),
		TEST(groups_change_in_place),
		TEST(a_route_of_250_hops),
		TEST(a_group_of_250_members),
		TEST(too_long_for_a_message),
		TEST(many_routes),
		TEST(all_tables_at_once),
		TEST(main_around_destinations),
	};

	make_veth_namespace();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
