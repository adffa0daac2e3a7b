// SPDX-License-Identifier: GPL-2.0-or-later
/* test_tunnel - when an OpenVPN client is started again, and when not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "openvpn/tunnel.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))
#define DEAD 60000
#define PAUSE 1000
#define NOW 5000000

/* A look each 100 ms, so that a pause is seen to that. */
#define STEP 100

static struct bal_tunnel_try t;

static int
setup(void **state)
{
	(void)state;
	memset(&t, 0, sizeof(t));
	return 0;
}

#define TEST(name) cmocka_unit_test_setup(name, setup)

static struct bal_tunnel_look
look_at(bool there, bool alive, uint64_t lasted_ms, uint64_t now)
{
	return (struct bal_tunnel_look){ there, alive, true, lasted_ms, DEAD,
					 PAUSE, now };
}

static bool
missing_at(uint64_t now)
{
	const struct bal_tunnel_look look = look_at(false, true, 0, now);

	return bal_tunnel_due(&t, &look);
}

static bool
alive_at(uint64_t now, uint64_t lasted)
{
	const struct bal_tunnel_look look = look_at(true, true, lasted, now);

	return bal_tunnel_due(&t, &look);
}

static bool
dead_at(uint64_t now, uint64_t lasted)
{
	const struct bal_tunnel_look look = look_at(true, false, lasted, now);

	return bal_tunnel_due(&t, &look);
}

static bool
cut_off_at(uint64_t now)
{
	struct bal_tunnel_look look = look_at(false, true, 0, now);

	look.underlay_alive = false;
	return bal_tunnel_due(&t, &look);
}

/* Missing, from @from on: when it is started next. */
static uint64_t
next_start(uint64_t from)
{
	for (uint64_t now = from; now < from + 100 * 3600000; now += STEP)
		if (missing_at(now))
			return now;
	fail_msg("never");
	return 0;
}

/* OpenVPN takes its device away for a moment when it reconnects. */
static void
test_missing_for_a_moment(void **state)
{
	(void)state;
	assert_false(missing_at(NOW));
	assert_int_equal(t.missing_ms, NOW);
	assert_false(missing_at(NOW + PAUSE - 1));
	assert_false(alive_at(NOW + PAUSE, 0));
	assert_int_equal(t.missing_ms, 0);
	assert_false(missing_at(NOW + PAUSE + 1));
	assert_false(missing_at(NOW + 2 * PAUSE));
	assert_true(missing_at(NOW + 2 * PAUSE + 1));
	assert_int_equal(t.at_ms, NOW + 2 * PAUSE + 1);
	assert_int_equal(t.tries, 1);
}

static void
test_pauses_grow(void **state)
{
	static const uint64_t pauses[] = { 1000,   2000,   4000,   8000,
					   16000,  32000,  64000,  128000,
					   256000, 512000, 600000, 600000,
					   600000 };
	uint64_t last, now;

	(void)state;
	last = next_start(NOW);
	assert_int_equal(last, NOW + PAUSE);
	for (size_t i = 0; i < N(pauses); i++) {
		now = next_start(last + STEP);
		assert_int_equal(now - last, pauses[i]);
		last = now;
	}
	t.tries = UINT32_MAX;
	now = next_start(last + STEP);
	assert_int_equal(now - last, BAL_TUNNEL_PAUSE_MAX_MS);
	assert_int_equal(t.tries, UINT32_MAX);
}

/* Who wants to wait longer than the longest pause has his way. */
static void
test_long_pause(void **state)
{
	static const uint32_t pauses[] = { 3600000, UINT32_MAX };
	const uint64_t since = UINT64_C(10) * UINT32_MAX;
	struct bal_tunnel_look look;

	(void)state;
	for (size_t i = 0; i < N(pauses); i++) {
		t.at_ms = since;
		t.tries = 40;
		t.missing_ms = 1;
		look = look_at(false, true, 0, since + pauses[i] - 1);
		look.pause_ms = pauses[i];
		assert_false(bal_tunnel_due(&t, &look));
		assert_int_equal(bal_tunnel_next_ms(&t, &look),
				 since + pauses[i]);
		look.now_ms++;
		assert_true(bal_tunnel_due(&t, &look));
	}
}

/* It is there for a second after each start. */
static void
test_dies_again_and_again(void **state)
{
	uint64_t last = next_start(NOW), now;

	(void)state;
	for (uint64_t pause = PAUSE; pause <= 64000; pause *= 2) {
		assert_false(alive_at(last + STEP, 0));
		assert_false(alive_at(last + STEP + 900, 900));
		now = next_start(last + STEP + 900 + STEP);
		/* It has to be missing for PAUSE, too. */
		if (pause > 2 * PAUSE)
			assert_int_equal(now - last, pause);
		last = now;
	}
}

static void
test_living_is_forgiven(void **state)
{
	(void)state;
	t = (struct bal_tunnel_try){ .at_ms = NOW, .tries = 5 };
	assert_false(alive_at(NOW + 16000, 15999));
	assert_int_equal(t.tries, 5);
	assert_false(alive_at(NOW + 16001, 16000));
	assert_int_equal(t.tries, 0);
	assert_false(missing_at(NOW + 20000));
	assert_true(missing_at(NOW + 20000 + PAUSE));
	assert_int_equal(t.tries, 1);
}

/* A modem without signal at boot gets it ten minutes later. */
static void
test_underlay_comes_late(void **state)
{
	(void)state;
	/* As long as the modem was not judged, the client was tried. */
	assert_int_equal(next_start(NOW), NOW + PAUSE);
	assert_int_equal(next_start(NOW + PAUSE + STEP), NOW + 2 * PAUSE);
	assert_int_equal(t.tries, 2);
	for (uint64_t now = NOW + 3000; now < NOW + 600000; now += STEP)
		assert_false(cut_off_at(now));
	assert_true(missing_at(NOW + 600000));
	assert_int_equal(t.tries, 1);
}

/* Not even a line that comes and goes makes the pause smaller. */
static void
test_flapping_underlay(void **state)
{
	uint64_t last = next_start(NOW);

	(void)state;
	for (int i = 0; i < 20; i++) {
		uint64_t now = last;

		do {
			assert_false(cut_off_at(now += STEP));
		} while (!missing_at(now += STEP));
		assert_int_equal(now - last, PAUSE);
		last = now;
	}
}

static void
test_dead_for_long(void **state)
{
	struct bal_tunnel_look cut_off = look_at(true, false, DEAD, NOW);

	(void)state;
	cut_off.underlay_alive = false;
	assert_false(dead_at(NOW, DEAD - 1));
	assert_false(bal_tunnel_due(&t, &cut_off));
	assert_true(dead_at(NOW + 1, DEAD));
	/* The command did nothing: not at each look anew. */
	assert_false(dead_at(NOW + 1 + PAUSE - 1, DEAD + PAUSE));
	assert_true(dead_at(NOW + 1 + PAUSE, DEAD + PAUSE));
	assert_false(dead_at(NOW + 1 + 3 * PAUSE - 1, DEAD + 3 * PAUSE));
	assert_true(dead_at(NOW + 1 + 3 * PAUSE, DEAD + 3 * PAUSE));
	/* It did: one that just came is not dead for long. */
	assert_false(alive_at(NOW + 100000, 0));
	assert_false(dead_at(NOW + 200000, 1));
}

static uint64_t
next_of(bool there, bool alive, uint64_t lasted_ms, uint64_t now)
{
	struct bal_tunnel_look look = look_at(there, alive, lasted_ms, now);

	(void)bal_tunnel_due(&t, &look);
	return bal_tunnel_next_ms(&t, &look);
}

/* A loop that sleeps until then misses no start by more than its timer does. */
static void
test_next_look(void **state)
{
	struct bal_tunnel_look cut_off = look_at(false, true, 0, NOW);

	(void)state;
	assert_int_equal(next_of(true, true, 0, NOW), 0);
	assert_int_equal(next_of(false, true, 0, NOW), NOW + PAUSE);
	assert_int_equal(next_of(false, true, 0, NOW + 1), NOW + PAUSE);
	/* Started: the next time is a pause later. */
	assert_int_equal(next_of(false, true, 0, NOW + PAUSE), NOW + 2 * PAUSE);
	/* It came, and the try is forgotten when it has lived for a pause. */
	assert_int_equal(next_of(true, true, 10, NOW + PAUSE + 10),
			 NOW + 2 * PAUSE);
	assert_int_equal(next_of(true, true, PAUSE, NOW + 2 * PAUSE), 0);
	assert_int_equal(next_of(true, false, 7, NOW + 9 * PAUSE),
			 NOW + 9 * PAUSE - 7 + DEAD);
	/* What only an event changes needs no clock. */
	cut_off.underlay_alive = false;
	assert_int_equal(bal_tunnel_next_ms(&t, &cut_off), 0);
	t.stop = BAL_TUNNEL_STOPPED;
	assert_int_equal(next_of(false, true, 0, NOW + 9 * PAUSE), 0);
}

static void
test_stopped_on_purpose(void **state)
{
	(void)state;
	for (int stop = BAL_TUNNEL_STOPPED; stop <= BAL_TUNNEL_DOWN; stop++) {
		memset(&t, 0, sizeof(t));
		t.stop = (enum bal_tunnel_stop)stop;
		assert_false(missing_at(NOW));
		assert_false(missing_at(NOW + 100000));
		assert_false(dead_at(NOW + 200000, 10 * DEAD));
		assert_int_equal(t.tries, 0);
		assert_false(missing_at(NOW + 300000));
		t.stop = BAL_TUNNEL_WANTED;
		assert_true(missing_at(NOW + 300000 + PAUSE));
	}
}

/* The times of an earlier boot. */
static void
test_clock(void **state)
{
	(void)state;
	t = (struct bal_tunnel_try){ .at_ms = NOW,
				     .missing_ms = NOW,
				     .tries = 3 };
	assert_false(missing_at(10));
	assert_int_equal(t.at_ms, 0);
	assert_true(missing_at(10 + PAUSE));
	assert_int_equal(t.tries, 4);
}

/* Lines eth1 and eth2, tunnels tun1 over eth1, tun2 over nobody knows what. */
static struct bal_uplink lines[4];
static struct bal_uplinks ups;
static struct bal_conf conf;

static int
setup_lines(void **state)
{
	static const char *const names[] = { "eth1", "eth2", "tun1", "tun2" };

	(void)state;
	memset(lines, 0, sizeof(lines));
	for (size_t i = 0; i < N(lines); i++) {
		assert_int_equal(bal_copy(lines[i].name, sizeof(lines[i].name),
					  names[i]),
				 0);
		lines[i].admin_up = lines[i].v4.usable = lines[i].alive = true;
		lines[i].v4.health = BAL_HEALTH_ALIVE;
		lines[i].base = i != 2;
		lines[i].set.has = i < 2 ? 0 : BAL_SET_OPENVPN;
	}
	ups = (struct bal_uplinks){ .v = lines, .n = N(lines) };
	memset(&conf, 0, sizeof(conf));
	return 0;
}

#define TEST_LINES(name) cmocka_unit_test_setup(name, setup_lines)

static bool
carried(const char *over)
{
	return bal_tunnel_underlay_alive(&conf, &ups, "tun2", over);
}

static void
test_named_underlay(void **state)
{
	(void)state;
	assert_true(carried("eth1"));
	lines[0].v4.health = BAL_HEALTH_UNKNOWN;
	assert_true(carried("eth1"));
	/* when_all_dead = keep has made it alive. */
	lines[0].v4.health = BAL_HEALTH_DEAD;
	assert_false(carried("eth1"));
	assert_true(carried("eth2"));
	lines[1].v4.usable = false;
	assert_false(carried("eth2"));
	lines[1].v4.usable = true;
	lines[1].admin_up = false;
	assert_false(carried("eth2"));
	assert_true(carried("tun1"));
	assert_false(carried("eth7"));
}

static void
test_any_underlay(void **state)
{
	(void)state;
	assert_true(carried(""));
	lines[0].v4.health = BAL_HEALTH_DEAD;
	assert_true(carried(""));
	lines[1].v4.usable = false;
	/* Tunnels carry nobody by chance, least of all themselves. */
	assert_false(carried(""));
	lines[2].set.has = 0;
	lines[3].set.has = 0;
	assert_false(carried(""));
	lines[1].v4.usable = true;
	assert_true(carried(""));
	lines[0].set.has = BAL_SET_OPENVPN;
	lines[0].v4.health = BAL_HEALTH_ALIVE;
	lines[1].admin_up = false;
	assert_false(carried(""));
}

/* Lines that are not bal's, and lines of bal's that ifdown took away. */
static void
test_no_underlay(void **state)
{
	struct bal_conf_uplink sections[2] = { { .name = "tun1" },
					       { .name = "eth1" } };

	(void)state;
	memmove(lines, lines + 2, 2 * sizeof(*lines));
	ups.n = 2;
	assert_true(carried(""));
	sections[0].set.has = BAL_SET_OPENVPN;
	conf.uplinks = sections;
	conf.n_uplinks = 1;
	assert_true(carried(""));
	sections[0].set.has = BAL_SET_OVER;
	assert_true(carried(""));
	conf.n_uplinks = 2;
	assert_false(carried(""));
	ups.n = 0;
	assert_false(carried(""));
}

static enum bal_tunnel_stop
stop_of(enum bal_caller caller, const char *signal)
{
	return bal_tunnel_stop_of(&t, caller, signal, NOW);
}

static void
test_who_stopped_it(void **state)
{
	static const char *const by_itself[] = {
		"sigusr1", "sighup", "ping-restart",   "ping-exit", "inactive",
		"UNKNOWN", "",	     "sigtermination", NULL,
	};

	(void)state;
	for (size_t i = 0; i < N(by_itself); i++)
		assert_int_equal(stop_of(BAL_CALLER_OPENVPN, by_itself[i]),
				 BAL_TUNNEL_WANTED);
	assert_int_equal(stop_of(BAL_CALLER_OPENVPN, "sigterm"),
			 BAL_TUNNEL_STOPPED);
	assert_int_equal(stop_of(BAL_CALLER_OPENVPN, "sigint"),
			 BAL_TUNNEL_STOPPED);
	assert_int_equal(stop_of(BAL_CALLER_IFUPDOWN, ""), BAL_TUNNEL_STOPPED);
	assert_int_equal(stop_of(BAL_CALLER_PERSON, NULL), BAL_TUNNEL_DOWN);

	t.stop = BAL_TUNNEL_STOPPED;
	assert_int_equal(stop_of(BAL_CALLER_OPENVPN, "ping-exit"),
			 BAL_TUNNEL_STOPPED);
	t.stop = BAL_TUNNEL_DOWN;
	assert_int_equal(stop_of(BAL_CALLER_OPENVPN, "sigterm"),
			 BAL_TUNNEL_DOWN);
	assert_int_equal(stop_of(BAL_CALLER_IFUPDOWN, NULL), BAL_TUNNEL_DOWN);
}

static enum bal_tunnel_stop
told_to_end(void)
{
	return stop_of(BAL_CALLER_OPENVPN, "sigterm");
}

/* A restart ends the client that is there first. */
static void
test_our_own_restart(void **state)
{
	(void)state;
	assert_true(dead_at(NOW, DEAD));
	assert_int_equal(told_to_end(), BAL_TUNNEL_WANTED);
	assert_int_equal(stop_of(BAL_CALLER_PERSON, NULL), BAL_TUNNEL_DOWN);
	t.at_ms = NOW - BAL_TUNNEL_OURS_MS + 1;
	assert_int_equal(told_to_end(), BAL_TUNNEL_WANTED);
	t.at_ms = NOW - BAL_TUNNEL_OURS_MS;
	assert_int_equal(told_to_end(), BAL_TUNNEL_STOPPED);
	/* It came: who ends it now means it. */
	t.at_ms = NOW - 1;
	bal_tunnel_up(&t, BAL_CALLER_OPENVPN);
	assert_int_equal(told_to_end(), BAL_TUNNEL_STOPPED);
	assert_int_equal(t.tries, 1);
	assert_int_equal(t.at_ms, NOW - 1);
}

static void
test_wanted_again(void **state)
{
	(void)state;
	t = (struct bal_tunnel_try){ .missing_ms = NOW - PAUSE,
				     .at_ms = NOW - 1,
				     .tries = 9,
				     .stop = BAL_TUNNEL_DOWN };
	bal_tunnel_underlay_up(&t);
	assert_int_equal(t.stop, BAL_TUNNEL_DOWN);
	bal_tunnel_up(&t, BAL_CALLER_PERSON);
	assert_true(missing_at(NOW));
	assert_int_equal(t.tries, 1);
	t.stop = BAL_TUNNEL_STOPPED;
	bal_tunnel_underlay_up(&t);
	assert_int_equal(t.stop, BAL_TUNNEL_WANTED);
	bal_tunnel_underlay_up(&t);
	assert_int_equal(t.stop, BAL_TUNNEL_WANTED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_missing_for_a_moment),
		TEST(test_pauses_grow),
		TEST(test_long_pause),
		TEST(test_dies_again_and_again),
		TEST(test_living_is_forgiven),
		TEST(test_underlay_comes_late),
		TEST(test_flapping_underlay),
		TEST(test_dead_for_long),
		TEST(test_next_look),
		TEST(test_stopped_on_purpose),
		TEST(test_clock),
		TEST_LINES(test_named_underlay),
		TEST_LINES(test_any_underlay),
		TEST_LINES(test_no_underlay),
		TEST(test_who_stopped_it),
		TEST(test_our_own_restart),
		TEST(test_wanted_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
