// SPDX-License-Identifier: GPL-2.0-or-later
/* test_counters - the counters of one device. */
#include "../kernelside.h"

#include <linux/if_link.h>

#include "netlink/counters.h"
#include "netlink/internal.h"

static void
as_in_a_dump(void **state)
{
	struct bal_counters before, after;
	bal_link_list list = { 0 };

	(void)state;
	NEED_NAMESPACE();
	assert_int_equal(bal_counters_read(nl, 1, &before), 0);
	must("ping -c 3 -i 0.01 -W 10 127.0.0.1");
	assert_int_equal(bal_counters_read(nl, 1, &after), 0);
	assert_int_equal(after.rx_packets - before.rx_packets, 6);
	assert_int_equal(after.tx_packets - before.tx_packets, 6);
	assert_int_equal(after.rx_bytes - before.rx_bytes, 6 * 84);
	assert_int_equal(after.tx_bytes - before.tx_bytes, 6 * 84);
	assert_int_equal(bal_nl_links(nl, true, &arena, &list, &err),
			 BAL_DUMP_DONE);
	assert_string_equal(list.v[0].name, "lo");
	assert_int_equal(list.v[0].rx_bytes, after.rx_bytes);
	assert_int_equal(list.v[0].tx_bytes, after.tx_bytes);
}

/* In and out are not the same, nor are bytes and packets. */
static void
one_way(void **state)
{
	struct bal_counters out, in, out_then, in_then;
	const int v1 = (int)if_nametoindex("v1");

	(void)state;
	NEED_NAMESPACE();
	must("echo 1 > /proc/sys/net/ipv6/conf/v0/disable_ipv6;"
	     "echo 1 > /proc/sys/net/ipv6/conf/v1/disable_ipv6;"
	     "ip link set v1 arp off;"
	     "ip neighbour replace 192.168.1.7 lladdr 02:00:00:00:00:07 dev "
	     "v0");
	must_send("", "v0 v1");
	assert_int_equal(bal_counters_read(nl, v0, &out_then), 0);
	assert_int_equal(bal_counters_read(nl, v1, &in_then), 0);
	run("ping -c 2 -i 0.01 -W 0.1 -s 1000 192.168.1.7");
	assert_int_equal(bal_counters_read(nl, v0, &out), 0);
	assert_int_equal(bal_counters_read(nl, v1, &in), 0);
	assert_int_equal(out.tx_packets - out_then.tx_packets, 2);
	assert_int_equal(out.tx_bytes - out_then.tx_bytes, 2 * 1042);
	assert_int_equal(out.rx_packets - out_then.rx_packets, 0);
	assert_int_equal(out.rx_bytes - out_then.rx_bytes, 0);
	assert_int_equal(in.rx_packets - in_then.rx_packets, 2);
	assert_int_equal(in.rx_bytes - in_then.rx_bytes, 2 * 1042);
	assert_int_equal(in.tx_packets - in_then.tx_packets, 0);
	assert_int_equal(in.tx_bytes - in_then.tx_bytes, 0);
}

static void
no_such_device(void **state)
{
	const struct bal_counters unlikely = { 1, 2, 3, 4 };
	static const int absent[] = { 0, -1, 999, INT32_MAX };
	struct bal_counters c = unlikely;

	(void)state;
	NEED_NAMESPACE();
	for (size_t i = 0; i < N(absent); i++)
		assert_int_equal(bal_counters_read(nl, absent[i], &c), -1);
	must("ip link del v0");
	assert_int_equal(bal_counters_read(nl, v0, &c), -1);
	assert_memory_equal(&c, &unlikely, sizeof(c));
	/* And the socket is good for more. */
	assert_int_equal(bal_counters_read(nl, 1, &c), 0);
}

/* Somebody asked, and did not read the answer. */
static void
answers_of_before_are_passed_over(void **state)
{
	struct {
		struct nlmsghdr h;
		struct if_stats_msg ifsm;
	} old = {
		.h.nlmsg_len = sizeof(old),
		.h.nlmsg_type = RTM_GETSTATS,
		.h.nlmsg_flags = NLM_F_REQUEST,
		.ifsm.ifindex = 1,
		.ifsm.filter_mask = IFLA_STATS_FILTER_BIT(IFLA_STATS_LINK_64),
	};
	struct bal_counters before, after;

	(void)state;
	NEED_NAMESPACE();
	assert_int_equal(bal_counters_read(nl, 1, &before), 0);
	for (uint32_t i = 0; i < 5; i++) {
		old.h.nlmsg_seq = nl->seq - i;
		assert_int_equal(send(nl->fd, &old, sizeof(old), 0),
				 sizeof(old));
	}
	must("ping -c 3 -i 0.01 -W 10 127.0.0.1");
	assert_int_equal(bal_counters_read(nl, 1, &after), 0);
	assert_int_equal(after.rx_packets - before.rx_packets, 6);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(as_in_a_dump),
		TEST(one_way),
		TEST(no_such_device),
		TEST(answers_of_before_are_passed_over),
	};

	make_veth_namespace();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
