// SPDX-License-Identifier: GPL-2.0-or-later
/* test_prober_traffic - what others' packets on a line make its prober do. */
#include "uplinks.h"

#define REST 1000 /* ms between two rounds */
/* An inquiry; rounds at rest alone would take as many seconds. */
#define INQUIRY 8

static pid_t loads[2];
static struct bal_loop *loop;
static struct bal_nl *nl;
static struct bal_prober *prober;
static struct bal_probe now;

static int
end_all(void **state)
{
	for (size_t i = 0; i < N(loads); i++) {
		if (loads[i] <= 0)
			continue;
		kill(loads[i], SIGKILL);
		ended(loads[i]);
		loads[i] = 0;
	}
	bal_prober_close(prober);
	bal_nl_close(nl);
	bal_loop_close(loop);
	prober = NULL;
	nl = NULL;
	loop = NULL;
	return teardown(state);
}

#define TEST_BUSY(name) cmocka_unit_test_setup_teardown(name, setup, end_all)

/* Echoes by others: 250 a second of each of two lengths, for a minute. */
static void
make_busy(void)
{
	const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);

	loads[0] =
		start("exec ping -q -i 0.004 -w 60 -s 100 10.0.1.2", nowhere);
	loads[1] =
		start("exec ping -q -i 0.004 -w 60 -s 200 10.0.1.2", nowhere);
	close(nowhere);
}

static void
watch(const struct bal_probe *p)
{
	loop = bal_loop_open(&err);
	nl = bal_nl_open(&err);
	prober = bal_prober_open(loop, nl, &err);
	assert_int_equal(bal_prober_plan(prober, p, 1, &err), 0);
}

/* For @ms, or until so many rounds were asked; how many were. */
static uint32_t
go_on(int64_t ms, uint32_t enough)
{
	const int64_t end = now_ms() + ms;
	uint32_t sent = 0;
	uint64_t next;

	while (now_ms() < end && sent < enough) {
		const uint64_t soon = bal_clock_ns() + 20 * BAL_NS_PER_MS;

		assert_int_equal(
			bal_prober_step(prober, bal_clock_ns(), &next, &err),
			0);
		assert_int_equal(
			bal_loop_wait(loop, next < soon ? next : soon, &err),
			0);
		bal_prober_results(prober, &now);
		sent += now.sent;
	}
	return sent;
}

/* Some times, for on a busy machine others may have paused, which shows. */
static bool
is_left_alone(void)
{
	for (int i = 0; i < 10; i++)
		if (go_on(3 * REST, UINT32_MAX) < INQUIRY)
			return true;
	return false;
}

static void
lose_half(void)
{
	peer_does("iptables-legacy -I INPUT -p icmp -m length --length 228 "
		  "-j DROP");
}

/* Long enough for rounds at rest to see that it is busy, and what is usual. */
#define SETTLED_MS (3 * REST)

static void
who_receives_less_is_asked_at_once(void **state)
{
	struct bal_probe p;

	(void)state;
	NEED_NAMESPACE();
	make_uplinks(1);
	p = probe_of(1, 2);
	p.rule.interval_ms = REST;
	make_busy();
	watch(&p);
	go_on(SETTLED_MS, UINT32_MAX);
	lose_half();
	/* In so short a time there are five rounds at rest. */
	assert_in_range(go_on(4 * REST, INQUIRY), INQUIRY, 2 * INQUIRY);
	/* Answered, so there is nothing to ask a second time. */
	go_on(REST / 2, UINT32_MAX);
	assert_true(is_left_alone());
	assert_int_equal(now.judge.health, BAL_HEALTH_ALIVE);
}

static void
who_pays_for_probes_is_asked_with_what_it_saved(void **state)
{
	struct bal_probe p;

	(void)state;
	NEED_NAMESPACE();
	make_uplinks(1);
	p = probe_of(1, 2);
	p.rule.interval_ms = REST;
	p.metered = true;
	make_busy();
	watch(&p);
	go_on(SETTLED_MS, UINT32_MAX);
	lose_half();
	assert_in_range(go_on(3 * REST, UINT32_MAX), 0, 3);
	assert_int_equal(now.judge.health, BAL_HEALTH_ALIVE);
}

static void
who_receives_as_ever_is_not_asked(void **state)
{
	struct bal_probe p;

	(void)state;
	NEED_NAMESPACE();
	make_uplinks(1);
	p = probe_of(1, 2);
	p.rule.interval_ms = REST;
	make_busy();
	watch(&p);
	go_on(SETTLED_MS, UINT32_MAX);
	assert_true(is_left_alone());
	assert_int_equal(now.judge.health, BAL_HEALTH_ALIVE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_BUSY(who_receives_less_is_asked_at_once),
		TEST_BUSY(who_pays_for_probes_is_asked_with_what_it_saved),
		TEST_BUSY(who_receives_as_ever_is_not_asked),
	};

	make_uplink_namespace();
	return cmocka_run_group_tests_name("prober_traffic", tests, NULL, NULL);
}
