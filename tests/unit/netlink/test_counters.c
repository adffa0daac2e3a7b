// SPDX-License-Identifier: GPL-2.0-or-later
/* test_counters - the counters of one device, and of many at once. */
#include "../kernelside.h"

#include <linux/if_link.h>
#include <linux/if_packet.h>

#include "netlink/counters.h"
#include "netlink/internal.h"
#include "probe/prober_internal.h"

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

#define DEVICES 19 /* more than are asked at once; so in make_senders() */
#define ABSENT 3

/* @n frames out of the device @ifindex, to a stranger. */
static void
send_frames(int ifindex, int n)
{
	const unsigned char frame[60] = { 2, 0, 0, 0, 0, 9, 2, [12] = 0x88 };
	const struct sockaddr_ll to = {
		.sll_family = AF_PACKET,
		.sll_ifindex = ifindex,
		.sll_halen = 6,
	};
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	for (int i = 0; i < n; i++)
		assert_int_equal(sendto(fd, frame, sizeof(frame), 0,
					(const struct sockaddr *)&to,
					sizeof(to)),
				 sizeof(frame));
	close(fd);
}

/* Devices w1 to w@DEVICES, of which each has sent as many as its number. */
static void
make_senders(struct bal_counters_of *of)
{
	must("echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6; i=1;"
	     "while [ $i -le %d ]; do"
	     " ip link add w$i type veth peer name x$i &&"
	     " ip link set w$i up && ip link set x$i up || exit 1;"
	     " i=$((i + 1)); done",
	     DEVICES);
	must_send("", "$(seq -f w%g 19)");
	for (int i = 0; i < DEVICES; i++) {
		char name[16];

		snprintf(name, sizeof(name), "w%d", i + 1);
		of[i] = (struct bal_counters_of){
			.ifindex = (int)if_nametoindex(name),
		};
		send_frames(of[i].ifindex, i + 1);
	}
}

static void
assert_senders(const struct bal_counters_of *of)
{
	for (int i = 0; i < DEVICES; i++) {
		assert_true(of[i].there);
		assert_int_equal(of[i].now.tx_packets, i + 1);
		assert_int_equal(of[i].now.tx_bytes, (i + 1) * 60);
		assert_int_equal(of[i].now.rx_packets, 0);
	}
}

static void
many_at_once(void **state)
{
	struct bal_counters_of of[DEVICES + ABSENT];

	(void)state;
	NEED_NAMESPACE();
	make_senders(of);
	/* Those that are not there hide nobody. */
	for (int i = 0; i < ABSENT; i++)
		of[DEVICES + i] = (struct bal_counters_of){
			.ifindex = 9990 + i,
			.there = true,
		};
	for (int turn = 0; turn < 2; turn++) {
		const struct bal_counters_of first = of[0];

		bal_counters_read_all(nl, of, N(of));
		assert_senders(of);
		for (int i = 0; i < ABSENT; i++)
			assert_false(of[DEVICES + i].there);
		of[0] = of[DEVICES];
		bal_counters_read_all(nl, of, N(of));
		assert_false(of[0].there);
		of[0] = first;
	}
	bal_counters_read_all(nl, of, 0);
}

/* Somebody asked, and did not read the answers. */
static void
answers_of_before_are_passed_over(void **state)
{
	struct bal_counters_of of[DEVICES];
	struct {
		struct nlmsghdr h;
		struct if_stats_msg ifsm;
	} old = {
		.h.nlmsg_len = sizeof(old),
		.h.nlmsg_type = RTM_GETSTATS,
		.h.nlmsg_flags = NLM_F_REQUEST,
		.ifsm.filter_mask = IFLA_STATS_FILTER_BIT(IFLA_STATS_LINK_64),
	};

	(void)state;
	NEED_NAMESPACE();
	make_senders(of);
	for (int i = 0; i < 5; i++) {
		old.h.nlmsg_seq = nl->seq - (uint32_t)i;
		old.ifsm.ifindex = (uint32_t)of[i].ifindex;
		assert_int_equal(send(nl->fd, &old, sizeof(old), 0),
				 sizeof(old));
		send_frames(of[i].ifindex, 1);
	}
	bal_counters_read_all(nl, of, N(of));
	for (int i = 0; i < DEVICES; i++) {
		assert_true(of[i].there);
		assert_int_equal(of[i].now.tx_packets, i + 1 + (i < 5));
	}
}

/* What was read ahead serves one look; who did not want it reads anew. */
static void
lines_read_ahead_together(void **state)
{
	static struct line lines[DEVICES + 1];
	struct bal_counters_of of[DEVICES];
	struct bal_prober prober = { .nl = nl, .lines = lines };
	struct bal_counters c;

	(void)state;
	NEED_NAMESPACE();
	make_senders(of);
	for (int i = 0; i <= DEVICES; i++)
		lines[i] = (struct line){
			.prober = &prober,
			.p.ifindex = i < DEVICES ? of[i].ifindex : 9999,
			.traffic.looks = i != 1,
			.traffic.is_ahead = true, /* from long ago */
			.next = i < DEVICES ? &lines[i + 1] : NULL,
		};
	bal_prober_read_ahead(&prober);
	for (int i = 0; i < DEVICES; i++)
		send_frames(of[i].ifindex, 100);
	for (int i = 0; i < DEVICES; i++) {
		assert_int_equal(bal_line_counters(&lines[i], &c), 0);
		assert_int_equal(c.tx_packets, i + 1 + (i == 1 ? 100 : 0));
		assert_int_equal(bal_line_counters(&lines[i], &c), 0);
		assert_int_equal(c.tx_packets, i + 1 + 100);
	}
	assert_int_equal(bal_line_counters(&lines[DEVICES], &c), -1);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(as_in_a_dump),
		TEST(one_way),
		TEST(no_such_device),
		TEST(many_at_once),
		TEST(answers_of_before_are_passed_over),
		TEST(lines_read_ahead_together),
	};

	make_veth_namespace();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
