// SPDX-License-Identifier: GPL-2.0-or-later
/* test_prober_traffic - what others' packets on a line make its prober do. */
#include "../uplinks.h"

#include <arpa/inet.h>

#define REST 1000 /* ms between two rounds */
/* An inquiry; rounds at rest alone would take as many seconds. */
#define INQUIRY 8

static int load = -1; /* the socket of those others */
static int64_t load_begin, load_sent;
static struct bal_loop *loop;
static struct bal_nl *nl;
static struct bal_prober *prober;
static struct bal_probe now;

static int
end_all(void **state)
{
	if (load >= 0)
		close(load);
	load = -1;
	bal_prober_close(prober);
	bal_nl_close(nl);
	bal_loop_close(loop);
	prober = NULL;
	nl = NULL;
	loop = NULL;
	return teardown(state);
}

#define TEST_BUSY(name) cmocka_unit_test_setup_teardown(name, setup, end_all)

static void
make_busy(void)
{
	const struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(0x0a000102),
	};

	load = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP);
	assert_true(load >= 0);
	assert_int_equal(
		connect(load, (const struct sockaddr *)&to, sizeof(to)), 0);
	load_begin = now_ms();
	load_sent = 0;
}

/* An echo of others with @len bytes, whose answer nobody reads. */
static void
send_echo(size_t len)
{
	/* No id and no number of anybody's; its checksum is right. */
	static const unsigned char echo[300] = { 8, 0, 0xf7, 0xff };

	(void)send(load, echo, len, MSG_DONTWAIT);
}

/*
 * Echoes by others: 250 a second of each of two lengths.  By this process, so
 * that they are as late as it is.
 */
static void
keep_busy(void)
{
	for (; load_sent < (now_ms() - load_begin) / 4; load_sent++) {
		send_echo(108);
		send_echo(208);
	}
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

		keep_busy();
		bal_prober_step(prober, bal_clock_ns(), &next);
		assert_int_equal(
			bal_loop_wait(loop, next < soon ? next : soon, &err),
			0);
		bal_prober_results(prober, &now);
		bal_prober_taken(prober);
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

/*
 * How many rounds are asked in @ms, or until there are @enough, from when half of
 * what came comes no more.  To be tried some times: on a busy machine that may
 * not be the only thing that changes.
 */
static uint32_t
asked_when_less(int64_t ms, uint32_t enough)
{
	peer_does("iptables-legacy -F INPUT");
	go_on(SETTLED_MS, UINT32_MAX);
	lose_half();
	return go_on(ms, enough);
}

static void
who_receives_less_is_asked_at_once(void **state)
{
	struct bal_probe p;
	uint32_t asked;
	int tries = 5;

	(void)state;
	NEED_NAMESPACE();
	make_uplinks(1);
	p = probe_of(1, 2);
	p.rule.interval_ms = REST;
	make_busy();
	watch(&p);
	/* In so short a time there are five rounds at rest. */
	do {
		asked = asked_when_less(4 * REST, INQUIRY);
	} while (asked < INQUIRY && --tries > 0);
	assert_in_range(asked, INQUIRY, 2 * INQUIRY);
	/* Answered, so there is nothing to ask a second time. */
	go_on(REST / 2, UINT32_MAX);
	assert_true(is_left_alone());
	assert_int_equal(now.record.health, BAL_HEALTH_ALIVE);
}

static void
who_pays_for_probes_is_asked_with_what_it_saved(void **state)
{
	struct bal_probe p;
	uint32_t asked;
	int tries = 5;

	(void)state;
	NEED_NAMESPACE();
	make_uplinks(1);
	p = probe_of(1, 2);
	p.rule.interval_ms = REST;
	p.metered = true;
	make_busy();
	watch(&p);
	do {
		asked = asked_when_less(3 * REST, UINT32_MAX);
	} while (asked > 3 && --tries > 0);
	assert_in_range(asked, 0, 3);
	assert_int_equal(now.record.health, BAL_HEALTH_ALIVE);
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
	assert_int_equal(now.record.health, BAL_HEALTH_ALIVE);
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
