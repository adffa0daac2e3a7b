// SPDX-License-Identifier: GPL-2.0-or-later
/* test_ask_arp - answers on the link, and what others say there. */
#include <linux/if_packet.h>
#include <netinet/if_ether.h>

#include "../asks.h"

static struct bal_target
arp(int number)
{
	struct bal_target target = { .kind = BAL_TARGET_ARP };

	if (number)
		target.addr = host(1, number);
	return target;
}

static void
who_is_there_answers(void **state)
{
	struct bal_target target = arp(3), gateway = arp(0);

	(void)state;
	NEED_NAMESPACE();
	make_uplinks(1);
	assert_int_equal(ask_it(&target, SOON), BAL_ASKED_GOOD);
	assert_int_equal(ask_it(&gateway, SOON), BAL_ASKED_GOOD);
	/* Of the gateway of the way, not of any that is there. */
	peer_does("ip address del 10.0.1.2/24 dev p1");
	peer_does("ip address add 10.0.1.3/24 dev p1");
	assert_int_equal(ask_it(&gateway, SILENCE), BAL_ASKED_WAIT);
	assert_int_equal(ask_it(&target, SOON), BAL_ASKED_GOOD);
}

static void
who_is_not_there_is_waited_for(void **state)
{
	struct bal_target target = arp(9);

	(void)state;
	NEED_NAMESPACE();
	make_uplinks(1);
	assert_int_equal(ask_it(&target, SILENCE), BAL_ASKED_WAIT);
}

static void
the_device_is_the_one_that_was_named(void **state)
{
	struct bal_target target = arp(2);
	struct bal_ask_way way;

	(void)state;
	NEED_NAMESPACE();
	make_uplinks(2);
	peer_does("sysctl -q net.ipv4.conf.all.arp_ignore=1");
	way = way_by(2);
	assert_int_equal(ask_by(&target, &way, SILENCE), BAL_ASKED_WAIT);
	bal_ask_stop(&ask);
}

static void
devices_without_arp_are_said(void **state)
{
	struct bal_target target = arp(2), gateway = arp(0);
	struct bal_ask_way way;

	(void)state;
	NEED_NAMESPACE();
	make_uplinks(1);
	must("ip link add u2 type veth peer name p2 && "
	     "ip link set u2 arp off up");
	way = way_by(2);
	assert_int_equal(ask_by(&target, &way, SOON), BAL_ASKED_BAD);
	assert_string_equal(ask.why, "no ARP on u2");
	assert_int_equal(ask.error, EOPNOTSUPP);
	bal_ask_stop(&ask);
	snprintf(way.dev, sizeof(way.dev), "lo");
	way.ifindex = 1;
	assert_bad(ask_by(&target, &way, SOON), "no ARP on lo");
	bal_ask_stop(&ask);
	way = way_by(1);
	memset(&way.gateway, 0, sizeof(way.gateway));
	assert_bad(ask_by(&gateway, &way, SOON), "no gateway to ask by ARP");
	bal_ask_stop(&ask);
}

static void
a_device_that_is_down_is_bad(void **state)
{
	struct bal_target target = arp(2);

	(void)state;
	NEED_NAMESPACE();
	make_uplinks(1);
	must("ip link set u1 down");
	assert_bad(ask_it(&target, SOON), "Network is down");
	assert_int_equal(ask.error, ENETDOWN);
}

static void
what_the_device_drops_is_only_lost(void **state)
{
	struct bal_target target = arp(2);

	(void)state;
	NEED_NAMESPACE();
	make_uplinks(1);
	if (run("tc qdisc replace dev u1 root bfifo limit 1") != 0) {
		print_message("# skipped: no tc(8), or no bfifo\n");
		skip();
	}
	assert_int_equal(ask_it(&target, SILENCE), BAL_ASKED_WAIT);
	must("tc qdisc del dev u1 root");
	assert_int_equal(ask_it(&target, SOON), BAL_ASKED_GOOD);
}

/* --- others on the link ------------------------------------------------- */

enum lie { SENDER, RECEIVER, HARDWARE, GRATUITOUS, REQUEST, SHORT, HONEST };

static void
tell(int fd, const struct sockaddr_ll *asker, const struct ether_arp *asked,
     enum lie lie)
{
	struct ether_arp told = *asked;
	struct sockaddr_ll to = *asker;
	static const uint8_t own[] = { 2, 0, 0, 0, 0, 9 };

	told.ea_hdr.ar_op = htons(lie == REQUEST ? ARPOP_REQUEST : ARPOP_REPLY);
	memcpy(told.arp_sha, own, sizeof(own));
	memcpy(told.arp_spa, asked->arp_tpa, 4);
	memcpy(told.arp_tha, asked->arp_sha, ETH_ALEN);
	memcpy(told.arp_tpa, asked->arp_spa, 4);
	if (lie == SENDER)
		told.arp_spa[3] ^= 1;
	if (lie == RECEIVER)
		told.arp_tpa[3] ^= 1;
	if (lie == HARDWARE)
		told.arp_tha[5] ^= 1;
	if (lie == GRATUITOUS) {
		memcpy(told.arp_tpa, told.arp_spa, 4);
		memset(told.arp_tha, 0xff, ETH_ALEN);
		memset(to.sll_addr, 0xff, ETH_ALEN);
	}
	(void)sendto(fd, &told, lie == SHORT ? 20 : sizeof(told), 0,
		     (struct sockaddr *)&to, sizeof(to));
}

/* Whoever asks for 10.0.1.9 is told twice the lie, then what comes after. */
static void
lie_about(int fd, const void *arg)
{
	const enum lie *lies = arg;

	for (;;) {
		struct sockaddr_ll from;
		socklen_t from_len = sizeof(from);
		struct ether_arp asked;
		ssize_t len = recvfrom(fd, &asked, sizeof(asked), 0,
				       (struct sockaddr *)&from, &from_len);

		if (len < (ssize_t)sizeof(asked) || asked.arp_tpa[3] != 9)
			continue;
		tell(fd, &from, &asked, lies[0]);
		tell(fd, &from, &asked, lies[0]);
		tell(fd, &from, &asked, lies[1]);
	}
}

static void
what_is_no_answer_is_not_taken(void **state)
{
	struct bal_target target = arp(9);

	(void)state;
	NEED_NAMESPACE();
	make_uplinks(1);
	for (enum lie lie = 0; lie < HONEST; lie++) {
		enum lie lies[] = { lie, lie };

		print_message("# lie %d\n", lie);
		start_server(SOCK_PACKET, 0, lie_about, lies);
		assert_int_equal(ask_it(&target, SILENCE), BAL_ASKED_WAIT);
		/* What is not of that host, or no reply, wakes nobody. */
		if (lie == SENDER || lie == REQUEST)
			assert_int_equal(turns, 1);
		lies[1] = HONEST;
		start_server(SOCK_PACKET, 0, lie_about, lies);
		assert_int_equal(ask_it(&target, SOON), BAL_ASKED_GOOD);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ASK_TEST(who_is_there_answers),
		ASK_TEST(who_is_not_there_is_waited_for),
		ASK_TEST(the_device_is_the_one_that_was_named),
		ASK_TEST(devices_without_arp_are_said),
		ASK_TEST(a_device_that_is_down_is_bad),
		ASK_TEST(what_the_device_drops_is_only_lost),
		ASK_TEST(what_is_no_answer_is_not_taken),
	};

	make_uplink_namespace();
	return cmocka_run_group_tests_name("ask_arp", tests, NULL, NULL);
}
