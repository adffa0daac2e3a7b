// SPDX-License-Identifier: GPL-2.0-or-later
/* test_prober - real echo requests to a second network namespace. */

#include "probe/prober_internal.h"
#include "../uplinks.h"

#define SILENT_MS 1000 /* a time-out that is none of a busy machine */

/* --- answers ------------------------------------------------------------ */

static void
an_answer_makes_it_alive(void **state)
{
	(void)state;
	NEED_NAMESPACE();
	make_uplinks(1);
	for (int raw = 1; raw >= 0; raw--) {
		struct bal_probe p = probe_of(1, 2);

		be_patient(&p);
		p.rule.interval_ms = TOO_LONG; /* a single round */
		if (!raw)
			use_unprivileged();
		assert_took(probe(&p, 1), 0);
		assert_int_equal(p.record.health, BAL_HEALTH_ALIVE);
		assert_int_equal(p.record.good, 1);
		assert_int_equal(p.sent, 1);
		assert_int_equal(p.answered, 1);
		assert_in_range(p.rtt_us, 1, SLACK * 1000);
		assert_string_equal(p.reason, "");
	}
}

static void
silence_makes_it_dead(void **state)
{
	(void)state;
	NEED_NAMESPACE();
	make_uplinks(1);
	for (int raw = 1; raw >= 0; raw--) {
		struct bal_probe p = probe_of(1, 9);
		int64_t took;

		if (!raw)
			use_unprivileged();
		took = probe(&p, 1);
		assert_took(took, 2 * INTERVAL + TIMEOUT);
		assert_int_equal(p.record.health, BAL_HEALTH_DEAD);
		/* A busy machine: more. */
		assert_in_range(p.sent, 3, ROUNDS_IN(took));
		assert_in_range(p.record.bad, 3, p.sent);
		assert_int_equal(p.answered, 0);
		assert_int_equal(p.rtt_us, 0);
		assert_string_equal(p.reason, "no answer from 10.0.1.9");
	}
}

static void
no_first_result_waits_for_a_budget(void **state)
{
	struct bal_probe p;

	(void)state;
	NEED_NAMESPACE();
	make_uplinks(1);
	p = probe_of(1, 9);
	p.pace_ms = INTERVAL;
	p.rule.interval_ms = TOO_LONG;
	assert_took(probe(&p, 1), 2 * INTERVAL + 2 * TIMEOUT);
	assert_int_equal(p.record.health, BAL_HEALTH_DEAD);
	assert_int_equal(p.record.bad, 3);
}

/* More rounds go out in the time that one waits than are remembered. */
static void
patience_outlasts_many_rounds(void **state)
{
	struct bal_probe p;

	(void)state;
	NEED_NAMESPACE();
	make_uplinks(1);
	p = probe_of(1, 9);
	p.rule.interval_ms = 10;
	p.rule.timeout_ms = 1000;
	assert_took(probe(&p, 1), 1000 + 2 * 10);
	assert_int_equal(p.record.health, BAL_HEALTH_DEAD);
	/* As many as may wait, and once more when a busy machine is late. */
	assert_in_range(p.sent, 3, 2 * 70);
}

static void
silence_of_a_guess_proves_nothing(void **state)
{
	struct bal_probe p;

	(void)state;
	NEED_NAMESPACE();
	make_uplinks(1);
	p = probe_of(1, 9);
	p.rule.guessed = true;
	assert_took(probe(&p, 1), 2 * INTERVAL + TIMEOUT);
	assert_int_equal(p.record.health, BAL_HEALTH_UNKNOWN);
}

static void
a_death_ends_the_pass(void **state)
{
	struct bal_probe p;
	int tries = 5;
	int64_t took;

	(void)state;
	NEED_NAMESPACE();
	make_uplinks(1);
	/* Some times, for a busy machine may end two rounds at once. */
	do {
		p = probe_of(1, 9);
		p.record.health = BAL_HEALTH_ALIVE;
		p.record.bad = 2;
		assert_took(probe(&p, 1), TIMEOUT);
		assert_int_equal(p.record.health, BAL_HEALTH_DEAD);
	} while (p.record.bad > 3 && --tries > 0);
	assert_int_equal(p.record.bad, 3);
	/* One that is dead already has all its rounds. */
	took = probe(&p, 1);
	assert_took(took, 2 * INTERVAL + TIMEOUT);
	assert_in_range(p.record.bad, 6, 3 + ROUNDS_IN(took));
}

/*
 * Whose turn it is depends on who was silent for so long.  Until that is known
 * no further round is asked of them: else these are over one by one soon after
 * the first, and the others, who are asked only then, have hardly any time.
 */
static void
be_slow_to_ask(struct bal_probe *p)
{
	p->rule.interval_ms = SILENT_MS;
	p->rule.timeout_ms = p->rule.timeout_min_ms = SILENT_MS;
}

static void
need_of_the_targets_must_answer(void **state)
{
	struct bal_probe p;

	(void)state;
	NEED_NAMESPACE();
	make_uplinks(1);
	p = probe_of(1, 9);
	add_target(&p, 1, 2);
	add_target(&p, 1, 3);
	p.need = 2;
	be_slow_to_ask(&p);
	assert_took(probe(&p, 1), 3 * SILENT_MS);
	assert_int_equal(p.record.health, BAL_HEALTH_ALIVE);

	p.record = (struct bal_health_record){ 0 };
	p.need = 3;
	assert_took(probe(&p, 1), 3 * SILENT_MS);
	assert_int_equal(p.record.health, BAL_HEALTH_DEAD);
	/* ARP asks for it in vain, too, which counts where it takes long. */
	if (strcmp(p.reason, "sends and receives nothing") != 0)
		assert_string_equal(p.reason, "no answer from 10.0.1.9");

	p = probe_of(1, 2);
	be_patient(&p);
	p.need = 5; /* more than there are */
	probe(&p, 1);
	assert_int_equal(p.record.health, BAL_HEALTH_ALIVE);
}

static void
at_rest_no_more_are_asked_than_must_answer(void **state)
{
	struct bal_probe p;

	(void)state;
	NEED_NAMESPACE();
	make_uplinks(1);
	p = probe_of(1, 2);
	be_patient(&p);
	p.rule.interval_ms = TOO_LONG;
	add_target(&p, 1, 3);
	assert_took(probe(&p, 1), 0);
	assert_int_equal(p.record.health, BAL_HEALTH_ALIVE);
	assert_in_range(p.sent, 1, 3);
	/* The first is silent: it is the other one's turn. */
	p = probe_of(1, 9);
	be_slow_to_ask(&p);
	add_target(&p, 1, 2);
	assert_took(probe(&p, 1), 2 * SILENT_MS);
	assert_string_equal(p.reason, "");
	assert_int_equal(p.record.health, BAL_HEALTH_ALIVE);
}

static void
the_reason_is_cut_between_addresses(void **state)
{
	struct bal_probe p;
	int tries = 5;

	(void)state;
	NEED_NAMESPACE();
	make_uplinks(1);
	/* Some times: a pass that is held up itself comes to no verdict. */
	do {
		p = probe_of(1, 9);
		for (int host = 101; host < 108; host++)
			add_target(&p, 1, host);
		p.rule.down = 8;
		assert_took(probe(&p, 1), 7 * INTERVAL + TIMEOUT);
	} while (p.record.health != BAL_HEALTH_DEAD && --tries > 0);
	/* Whoever was asked last: whole addresses, and that there are more. */
	assert_int_equal(strncmp(p.reason, "no answer from 10.0.1.", 22), 0);
	assert_string_equal(p.reason + strlen(p.reason) - 5, ", ...");
}

static void
a_lost_packet_costs_an_interval(void **state)
{
	struct bal_probe p;
	int tries = 5;

	(void)state;
	NEED_NAMESPACE();
	make_uplinks(1);
	/* Some times, for a busy machine may be late for the answer, too. */
	do {
		peer_does("iptables-legacy -F INPUT");
		peer_does("iptables-legacy -A INPUT -p icmp -m statistic "
			  "--mode nth --every 2 --packet 0 -j DROP");
		p = probe_of(1, 2);
		be_patient(&p);
		p.record = (struct bal_health_record){ .health = BAL_HEALTH_ALIVE,
					      .bad = 2 };
		assert_took(probe(&p, 1), INTERVAL);
	} while (p.sent > 2 && --tries > 0);
	assert_int_equal(p.record.health, BAL_HEALTH_ALIVE);
	assert_int_equal(p.record.good, 1);
	assert_int_equal(p.sent, 2);
	assert_int_equal(p.answered, 1);
}

static void
a_dead_one_needs_up_rounds(void **state)
{
	struct bal_probe p;

	(void)state;
	NEED_NAMESPACE();
	make_uplinks(1);
	p = probe_of(1, 2);
	be_patient(&p);
	p.record.health = BAL_HEALTH_DEAD;
	assert_took(probe(&p, 1), INTERVAL);
	assert_int_equal(p.record.health, BAL_HEALTH_ALIVE);
	assert_in_range(p.answered, 2, 3);
}

/* --- many --------------------------------------------------------------- */

static void
twenty_dead_ones_take_as_long_as_one(void **state)
{
	struct bal_probe p[20];
	int64_t one, all;
	int tries = 5;

	(void)state;
	NEED_NAMESPACE();
	make_uplinks(20);
	for (int i = 0; i < 20; i++)
		p[i] = probe_of(i + 1, 9);
	one = probe(p, 1);
	/* Some times, for a busy machine may have paused in between. */
	do {
		for (int i = 0; i < 20; i++)
			p[i].record = (struct bal_health_record){ 0 };
		all = probe(p, 20);
		print_message("# one %d ms, twenty %d ms\n", (int)one,
			      (int)all);
	} while (all >= one * 10 && --tries > 0);
	/* One after the other would be twenty times as long. */
	assert_true(all < one * 10);
	for (int i = 0; i < 20; i++)
		assert_int_equal(p[i].record.health, BAL_HEALTH_DEAD);
}

static void
each_uses_its_own_device(void **state)
{
	struct bal_probe p[3];

	(void)state;
	NEED_NAMESPACE();
	make_uplinks(3);
	/* All ask the same host; it does not hear what comes by p2. */
	peer_does("iptables-legacy -A INPUT -i p2 -p icmp -j DROP");
	p[0] = probe_of(1, 2);
	p[1] = probe_of(2, 2);
	p[2] = probe_of(3, 2);
	be_patient(&p[0]);
	be_patient(&p[2]);
	p[1].targets[0] = p[2].targets[0] = p[0].targets[0];
	probe(p, 3);
	assert_int_equal(p[0].record.health, BAL_HEALTH_ALIVE);
	assert_int_equal(p[1].record.health, BAL_HEALTH_DEAD);
	assert_int_equal(p[2].record.health, BAL_HEALTH_ALIVE);
}

static void
as_many_as_there_may_be(void **state)
{
	static struct bal_probe p[250];
	int64_t took;

	(void)state;
	NEED_NAMESPACE();
	make_uplinks(1);
	use_unprivileged();
	for (int i = 0; i < 250; i++) {
		p[i] = probe_of(1, 2);
		for (int t = 1; t < BAL_TARGETS_MAX; t++)
			add_target(&p[i], 1, 2 + t % 2);
		p[i].need = BAL_TARGETS_MAX;
		p[i].mark = (uint32_t)i + 1;
		be_patient(&p[i]);
	}
	took = probe(p, 250);
	print_message("# 250 with 8 targets each: %d ms\n", (int)took);
	for (int i = 0; i < 250; i++) {
		assert_int_equal(p[i].record.health, BAL_HEALTH_ALIVE);
		/* More where a busy machine began another round. */
		assert_true(p[i].answered >= BAL_TARGETS_MAX);
	}
}

/* --- together ------------------------------------------------------------ */

#define PACE 400

static void
step_for(struct bal_prober *prober, struct bal_loop *loop, uint64_t ms)
{
	const uint64_t end = bal_clock_ns() + ms * BAL_NS_PER_MS;
	uint64_t next;

	while (bal_clock_ns() < end) {
		bal_prober_step(prober, bal_clock_ns(), &next);
		if (next > end)
			next = end;
		assert_int_equal(bal_loop_wait(loop, next, &err), 0);
	}
}

static bool
are_together(const struct bal_prober *prober)
{
	assert_non_null(prober->lines->next);
	return prober->lines->due_ns == prober->lines->next->due_ns;
}

/*
 * The second one begins @later ms after the first.  Within three rounds, but
 * for a busy machine, whose late answers move them apart once more.
 */
static void
assert_come_together(uint64_t later, uint32_t other_pace, bool together)
{
	struct bal_loop *loop = bal_loop_open(&err);
	struct bal_nl *nl = bal_nl_open(&err);
	struct bal_prober *prober = bal_prober_open(loop, nl, &err);
	struct bal_probe p[] = { probe_of(1, 2), probe_of(2, 2) };
	int turns = together ? 20 : 1;

	p[0].rule.interval_ms = PACE;
	p[1].rule.interval_ms = other_pace;
	assert_int_equal(bal_prober_plan(prober, p, 1, &err), 0);
	step_for(prober, loop, later);
	assert_int_equal(bal_prober_plan(prober, p, 2, &err), 0);
	do {
		step_for(prober, loop, 3 * PACE);
	} while (--turns && !are_together(prober));
	if (are_together(prober) != together)
		fail_msg("%u ms later, every %u ms: together is %d",
			 (unsigned)later, other_pace, !together);
	bal_prober_close(prober);
	bal_nl_close(nl);
	bal_loop_close(loop);
}

static void
rounds_of_one_pace_come_together(void **state)
{
	(void)state;
	NEED_NAMESPACE();
	make_uplinks(2);
	assert_come_together(PACE / 4, PACE, true);
	assert_come_together(PACE * 3 / 4, PACE, true);
	/* Nobody is asked more often than configured for another's sake. */
	assert_come_together(PACE / 4, PACE * 5 / 4, false);
}

/*
 * u1's own target is gone; a tunnel over it is asked every @pace ms.  For a
 * while, longer where it was not asked @enough times yet, or until u1 is dead.
 */
static void
watch_line_and_tunnel(struct bal_probe p[2], uint32_t pace, unsigned enough)
{
	struct bal_loop *loop = bal_loop_open(&err);
	struct bal_nl *nl = bal_nl_open(&err);
	struct bal_prober *prober = bal_prober_open(loop, nl, &err);
	const int64_t begin = now_ms();
	struct bal_probe out[2];
	uint32_t sent[2] = { 0 };
	uint64_t next;

	p[0] = probe_of(1, 9);
	p[1] = probe_of(2, 2);
	for (int i = 0; i < 2; i++) {
		p[i].record.health = BAL_HEALTH_ALIVE;
		p[i].rule.timeout_ms = 20 * INTERVAL;
		p[i].rule.timeout_min_ms = 20 * INTERVAL;
	}
	p[1].rule.interval_ms = pace;
	memcpy(p[1].over, p[0].dev, sizeof(p[1].over));
	assert_int_equal(bal_prober_plan(prober, p, 2, &err), 0);
	while (now_ms() - begin < (sent[1] < enough ? 600 : 60) * INTERVAL &&
	       p[0].record.health != BAL_HEALTH_DEAD) {
		bal_prober_step(prober, bal_clock_ns(), &next);
		assert_int_equal(bal_loop_wait(loop, next, &err), 0);
		for (size_t n = bal_prober_results(prober, out); n-- > 0;) {
			const int at = strcmp(out[n].dev, p[0].dev) != 0;

			p[at] = out[n];
			sent[at] += out[n].sent;
		}
		bal_prober_taken(prober);
	}
	for (int i = 0; i < 2; i++)
		p[i].sent = sent[i];
	bal_prober_close(prober);
	bal_nl_close(nl);
	bal_loop_close(loop);
}

/* Long before its own next round. */
static void
a_doubted_line_has_its_tunnel_asked(void **state)
{
	struct bal_probe p[2];
	int tries = 5;

	(void)state;
	NEED_NAMESPACE();
	make_uplinks(2);
	/* Some times, for a busy machine may be too late for all of it. */
	do {
		watch_line_and_tunnel(p, 60000, 6);
	} while (p[0].record.health == BAL_HEALTH_DEAD && --tries > 0);
	assert_int_not_equal(p[0].record.health, BAL_HEALTH_DEAD);
	assert_int_equal(p[1].record.health, BAL_HEALTH_ALIVE);
	/* Once for each round of the line, and no more often. */
	assert_in_range(p[1].sent, 6, p[0].sent + 1);
	peer_does("iptables-legacy -A INPUT -p icmp -j DROP");
	tries = 5;
	do {
		watch_line_and_tunnel(p, 60000, 0);
	} while (p[0].record.health != BAL_HEALTH_DEAD && --tries > 0);
	assert_int_equal(p[0].record.health, BAL_HEALTH_DEAD);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_answer_makes_it_alive),
		TEST(silence_makes_it_dead),
		TEST(no_first_result_waits_for_a_budget),
		TEST(patience_outlasts_many_rounds),
		TEST(silence_of_a_guess_proves_nothing),
		TEST(a_death_ends_the_pass),
		TEST(need_of_the_targets_must_answer),
		TEST(at_rest_no_more_are_asked_than_must_answer),
		TEST(the_reason_is_cut_between_addresses),
		TEST(a_lost_packet_costs_an_interval),
		TEST(a_dead_one_needs_up_rounds),
		TEST(twenty_dead_ones_take_as_long_as_one),
		TEST(each_uses_its_own_device),
		TEST(as_many_as_there_may_be),
		TEST(rounds_of_one_pace_come_together),
		TEST(a_doubted_line_has_its_tunnel_asked),
	};

	make_uplink_namespace();
	return cmocka_run_group_tests_name("prober", tests, NULL, NULL);
}
