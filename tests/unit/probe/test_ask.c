// SPDX-License-Identifier: GPL-2.0-or-later
/* test_ask - connections and commands, and what all questions share. */
#include <poll.h>

#include "../asks.h"

#define PORT 8443

static const struct bal_target *
tcp(int uplink, int number, int port)
{
	static struct bal_target t;

	t = (struct bal_target){
		.kind = BAL_TARGET_TCP,
		.addr = host(uplink, number),
		.port = (uint16_t)port,
	};
	return &t;
}

static void
take_connections(int fd, const void *arg)
{
	int kept[1024] = { 0 };

	(void)arg;
	for (size_t i = 0;; i = (i + 1) % N(kept)) {
		if (kept[i])
			close(kept[i]);
		kept[i] = accept(fd, NULL, NULL);
	}
}

/* --- TCP ---------------------------------------------------------------- */

static void
a_connection_is_good(void **state)
{
	(void)state;
	NEED_NAMESPACE();
	make_uplinks(1);
	start_server(SOCK_STREAM, PORT, take_connections, NULL);
	assert_int_equal(ask_it(tcp(1, 2, PORT), SOON), BAL_ASKED_GOOD);
	assert_int_equal(ask.error, 0);
	assert_string_equal(ask.why, "");
	/* It is gone without a trace: no TIME_WAIT, nothing half closed. */
	must("test $(wc -l </proc/self/net/tcp) = 1");
}

static void
a_refusal_is_bad(void **state)
{
	(void)state;
	NEED_NAMESPACE();
	make_uplinks(1);
	assert_bad(ask_it(tcp(1, 2, PORT), SOON), "refused");
	assert_int_equal(ask.error, 0);
}

static void
silence_is_waited_for(void **state)
{
	(void)state;
	NEED_NAMESPACE();
	make_uplinks(1);
	peer_does("iptables-legacy -A INPUT -p tcp -j DROP");
	assert_int_equal(ask_it(tcp(1, 2, PORT), SILENCE), BAL_ASKED_WAIT);
	/* What was stopped may be asked again, and be stopped once more. */
	peer_does("iptables-legacy -F INPUT");
	assert_bad(ask_it(tcp(1, 2, PORT), SOON), "refused");
	bal_ask_stop(&ask);
}

/* --- all of them -------------------------------------------------------- */

static void
each_kind_refuses_another_device(void **state)
{
	static const enum bal_target_kind kinds[] = {
		BAL_TARGET_TCP,
		BAL_TARGET_DNS,
		BAL_TARGET_HTTP,
		BAL_TARGET_ARP,
	};

	(void)state;
	NEED_NAMESPACE();
	make_uplinks(2);
	for (size_t i = 0; i < 3 * N(kinds); i++) {
		struct bal_target target = {
			.kind = kinds[i % N(kinds)],
			.addr = host(1, 2),
			.port = PORT,
			.text = "example.net",
		};
		struct bal_ask_way way = way_by(1);

		if (i < N(kinds))
			way.ifindex += 1000; /* replaced meanwhile */
		else if (i < 2 * N(kinds))
			snprintf(way.dev, sizeof(way.dev), "u77"); /* gone */
		else
			way.ifindex = (int)if_nametoindex("u2"); /* renamed */
		assert_int_equal(ask_by(&target, &way, SOON), BAL_ASKED_BAD);
		assert_int_equal(ask.error, ENODEV);
		assert_string_equal(ask.why, "No such device");
		assert_int_equal(dones, 0);
		bal_ask_stop(&ask);
		assert_int_equal(count_descriptors(), descriptors + 2);
	}
}

static void
the_device_is_the_one_that_was_named(void **state)
{
	struct bal_ask_way way;

	(void)state;
	NEED_NAMESPACE();
	make_uplinks(2);
	start_server(SOCK_STREAM, PORT, take_connections, NULL);
	peer_does("iptables-legacy -A INPUT -i p2 -p tcp -j DROP");
	way = way_by(1);
	assert_int_equal(ask_by(tcp(1, 2, PORT), &way, SOON), BAL_ASKED_GOOD);
	bal_ask_stop(&ask);
	way = way_by(2);
	assert_int_equal(ask_by(tcp(1, 2, PORT), &way, SILENCE),
			 BAL_ASKED_WAIT);
	bal_ask_stop(&ask);
}

static void
packets_carry_the_mark(void **state)
{
	struct bal_target dns = {
		.kind = BAL_TARGET_DNS,
		.addr = host(1, 2),
		.port = 53,
		.text = "example.net",
	};
	struct bal_ask_way way;

	(void)state;
	NEED_NAMESPACE();
	make_uplinks(1);
	must("iptables-legacy -t mangle -A OUTPUT -m mark --mark 0x1000000");
	way = way_by(1);
	way.mark = 0x1000000;
	assert_bad(ask_by(tcp(1, 2, PORT), &way, SOON), "refused");
	bal_ask_stop(&ask);
	must("iptables-legacy-save -c -t mangle | grep -q '^.1:.*-A OUTPUT'");
	/* Nobody listens there either. */
	assert_bad(ask_by(&dns, &way, SOON), "refused");
	bal_ask_stop(&ask);
	must("iptables-legacy-save -c -t mangle | grep -q '^.2:.*-A OUTPUT'");
}

static int
ask_as_nobody(void *arg)
{
	struct bal_ask_way way = way_by(1);

	(void)arg;
	way.mark = 0x1000000; /* which it may not set */
	if (setgid(65534) < 0 || setuid(65534) < 0)
		return 77;
	return ask_by(tcp(1, 2, PORT), &way, SOON) == BAL_ASKED_BAD &&
			       strcmp(ask.why, "refused") == 0 ?
		       42 :
		       1;
}

static void
no_privilege_no_mark(void **state)
{
	int status;

	(void)state;
	NEED_NAMESPACE();
	make_uplinks(1);
	status = apart(ask_as_nobody, NULL);
	if (status == 77) {
		print_message("# skipped: there is no second user here\n");
		skip();
	}
	assert_int_equal(status, 42);
}

static void
what_cannot_be_asked_is_said(void **state)
{
	struct bal_target target = { .kind = BAL_TARGET_ICMP };
	struct bal_ask_way way;

	(void)state;
	NEED_NAMESPACE();
	make_uplinks(1);
	way = way_by(1);
	assert_int_equal(bal_ask_start(&ask, loop, &target, &way, &err), -1);
	bal_ask_stop(&ask);
	target = *tcp(1, 2, PORT);
	/* The device has no address of that family. */
	target.addr.family = AF_INET6;
	assert_int_equal(ask_by(&target, &way, SOON), BAL_ASKED_BAD);
	assert_int_not_equal(ask.error, 0);
	bal_ask_stop(&ask);
	target.kind = BAL_TARGET_DNS;
	target.addr = host(1, 2);
	assert_bad(ask_by(&target, &way, SOON), "no name to ask for");
	bal_ask_stop(&ask);
}

static void
nothing_is_stopped_in_the_zero_state(void **state)
{
	struct bal_ask none = { 0 };

	(void)state;
	bal_ask_stop(&none);
	assert_true(fcntl(0, F_GETFD) >= 0);
}

static int
ask_without_descriptors(void *arg)
{
	const struct bal_ask_way way = way_by(1);
	int spare = dup(0), rc;

	(void)arg;
	if (spare < 0)
		return 2;
	while (dup(0) >= 0)
		;
	rc = bal_ask_start(&ask, loop, tcp(1, 2, PORT), &way, &err);
	if (rc != -1 || err.sys != EMFILE)
		return 1;
	close(spare);
	return bal_ask_start(&ask, loop, tcp(1, 2, PORT), &way, &err) == 0 ?
		       42 :
		       3;
}

static void
too_few_descriptors_are_no_verdict(void **state)
{
	(void)state;
	NEED_NAMESPACE();
	make_uplinks(1);
	assert_int_equal(apart(ask_without_descriptors, NULL), 42);
}

static struct bal_ask pair[2];

static void
stop_the_other(struct bal_ask *done, void *arg)
{
	(void)arg;
	dones++;
	bal_ask_stop(&pair[done == &pair[0]]);
}

static void
one_that_was_stopped_says_nothing_any_more(void **state)
{
	struct bal_ask_way way;

	(void)state;
	NEED_NAMESPACE();
	make_uplinks(1);
	way = way_by(1);
	dones = 0;
	for (int i = 0; i < 2; i++) {
		struct pollfd fd = { .events = POLLOUT };

		pair[i] = (struct bal_ask){ .done = stop_the_other };
		assert_int_equal(bal_ask_start(&pair[i], loop, tcp(1, 2, PORT),
					       &way, &err),
				 0);
		fd.fd = pair[i].source.fd;
		assert_int_equal(poll(&fd, 1, SOON), 1);
	}
	/* Both are ready, and both would be called in one turn. */
	assert_int_equal(bal_loop_wait(loop, 0, &err), 0);
	assert_int_equal(dones, 1);
	for (int i = 0; i < 2; i++)
		bal_ask_stop(&pair[i]);
}

static void
a_thousand_leave_nothing(void **state)
{
	size_t before;

	(void)state;
	NEED_NAMESPACE();
	make_uplinks(1);
	start_server(SOCK_STREAM, PORT, take_connections, NULL);
	before = count_descriptors();
	for (int i = 0; i < 1000; i++)
		assert_int_equal(ask_it(tcp(1, 2, i % 2 ? PORT : 1), SOON),
				 i % 2 ? BAL_ASKED_GOOD : BAL_ASKED_BAD);
	assert_int_equal(count_descriptors(), before);
	must("test $(wc -l </proc/self/net/tcp) = 1");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ASK_TEST(a_connection_is_good),
		ASK_TEST(a_refusal_is_bad),
		ASK_TEST(silence_is_waited_for),
		ASK_TEST(each_kind_refuses_another_device),
		ASK_TEST(the_device_is_the_one_that_was_named),
		ASK_TEST(packets_carry_the_mark),
		ASK_TEST(no_privilege_no_mark),
		ASK_TEST(what_cannot_be_asked_is_said),
		ASK_TEST(nothing_is_stopped_in_the_zero_state),
		ASK_TEST(too_few_descriptors_are_no_verdict),
		ASK_TEST(one_that_was_stopped_says_nothing_any_more),
		ASK_TEST(a_thousand_leave_nothing),
	};

	make_uplink_namespace();
	return cmocka_run_group_tests_name("ask", tests, NULL, NULL);
}
