// SPDX-License-Identifier: GPL-2.0-or-later
/* test_prober_load - late is not lost: what comes in, and from whom. */
#include "../beyond.h"

#define REST 1000 /* ms between two rounds */
/*
 * Rounds that nobody answers: more than condemn a line; and far less than in
 * the ten seconds after which nothing excuses it.
 */
#define UNANSWERED 30

static int talker = -1, listener = -1;
static struct bal_loop *loop;
static struct bal_nl *nl;
static struct bal_prober *prober;
static struct bal_probe now;

static int
end_all(void **state)
{
	if (talker >= 0)
		close(talker);
	if (listener >= 0)
		close(listener);
	talker = listener = -1;
	bal_prober_close(prober);
	bal_nl_close(nl);
	bal_loop_close(loop);
	prober = NULL;
	nl = NULL;
	loop = NULL;
	return teardown(state);
}

#define TEST_LOAD(name) cmocka_unit_test_setup_teardown(name, setup, end_all)

static void
talk_from(const char *address)
{
	listener = receiver(9999);
	talker = peer_socket(address, 9999);
}

static void
watch(const struct bal_probe *p)
{
	loop = bal_loop_open(&err);
	nl = bal_nl_open(&err);
	prober = bal_prober_open(loop, nl, &err);
	assert_int_equal(bal_prober_plan(prober, p, 1, &err), 0);
}

/* Until so many rounds were asked, it is dead, or @ms are over; how many were. */
static uint32_t
go_on(uint32_t enough, int64_t ms)
{
	const int64_t end = now_ms() + ms;
	uint32_t sent = 0;
	uint64_t next;

	do {
		const uint64_t soon = bal_clock_ns() + 5 * BAL_NS_PER_MS;

		if (talker >= 0)
			(void)send(talker, "", 1, MSG_DONTWAIT);
		bal_prober_step(prober, bal_clock_ns(), &next);
		assert_int_equal(
			bal_loop_wait(loop, next < soon ? next : soon, &err),
			0);
		bal_prober_results(prober, &now);
		bal_prober_taken(prober);
		sent += now.sent;
	} while (now_ms() < end && sent < enough &&
		 now.record.health != BAL_HEALTH_DEAD);
	return sent;
}

static struct bal_probe
known_line(void)
{
	struct bal_probe p;

	make_uplinks(1);
	make_beyond(1);
	p = probe_of(1, 2);
	p.link = link_of(1);
	p.rule.interval_ms = REST;
	watch(&p);
	while (now.record.health != BAL_HEALTH_ALIVE)
		go_on(2, TOO_LONG);
	return p;
}

static void
who_receives_from_beyond_lives(void **state)
{
	uint32_t sent;

	(void)state;
	NEED_NAMESPACE();
	known_line();
	talk_from(BEYOND);
	peer_does("iptables-legacy -I INPUT -p icmp -j DROP");
	sent = go_on(UNANSWERED, TOO_LONG);
	assert_int_equal(now.record.health, BAL_HEALTH_ALIVE);
	assert_true(sent >= UNANSWERED);
	/* Nothing of it is known to be lost. */
	assert_int_equal(bal_health_recent_lost(&now.record), 0);
	/* The first answer says that they were. */
	peer_does("iptables-legacy -F INPUT");
	now.record.good = 0;
	while (now.record.good == 0)
		go_on(1, TOO_LONG);
	assert_true(bal_health_recent_lost(&now.record) > 0);
	assert_int_equal(now.record.health, BAL_HEALTH_ALIVE);
}

static void
but_not_for_ever(void **state)
{
	(void)state;
	NEED_NAMESPACE();
	known_line();
	talk_from(BEYOND);
	peer_does("iptables-legacy -I INPUT -p icmp -j DROP");
	go_on(UINT32_MAX, TOO_LONG);
	assert_int_equal(now.record.health, BAL_HEALTH_DEAD);
}

static void
who_hears_its_modem_alone_is_dead(void **state)
{
	uint32_t sent;

	(void)state;
	NEED_NAMESPACE();
	known_line();
	talk_from("10.0.1.2");
	peer_does("iptables-legacy -I INPUT -p icmp -j DROP");
	sent = go_on(UINT32_MAX, TOO_LONG);
	assert_int_equal(now.record.health, BAL_HEALTH_DEAD);
	/* Sooner than one that is excused for a while. */
	assert_in_range(sent, 3, 5 * UNANSWERED);
}

/* As its administrator wants it. */
static void
where_traffic_does_not_count_answers_do(void **state)
{
	struct bal_probe p;
	uint32_t sent;

	(void)state;
	NEED_NAMESPACE();
	p = known_line();
	p.passive = 0;
	assert_int_equal(bal_prober_plan(prober, &p, 1, &err), 0);
	talk_from(BEYOND);
	peer_does("iptables-legacy -I INPUT -p icmp -j DROP");
	sent = go_on(UINT32_MAX, TOO_LONG);
	assert_int_equal(now.record.health, BAL_HEALTH_DEAD);
	assert_in_range(sent, 3, 5 * UNANSWERED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_LOAD(who_receives_from_beyond_lives),
		TEST_LOAD(but_not_for_ever),
		TEST_LOAD(who_hears_its_modem_alone_is_dead),
		TEST_LOAD(where_traffic_does_not_count_answers_do),
	};

	make_uplink_namespace();
	return cmocka_run_group_tests_name("prober_load", tests, NULL, NULL);
}
