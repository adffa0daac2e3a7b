// SPDX-License-Identifier: GPL-2.0-or-later
/* test_try - what a revert puts back in the state; silence of a session. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <sys/socket.h>

#include "plan/uplink.h"
#include "try/internal.h"

struct scene {
	struct bal_state before, after, now;
};

static struct bal_uplink_state *
up(struct bal_state *state, const char *name, uint32_t slot, uint32_t weight)
{
	struct bal_err err;
	struct bal_uplink_state *us = bal_state_add(state, name, &err);

	assert_non_null(us);
	us->admin_up = true;
	us->slot = slot;
	us->table = 21400 + slot;
	us->options.has = BAL_SET_WEIGHT;
	us->options.weight = weight;
	return us;
}

static void
merge(struct scene *s)
{
	struct bal_err err;

	assert_int_equal(bal_try_merge(&s->before, &s->after, &s->now, &err), 0);
}

static void
end(struct scene *s)
{
	bal_state_fini(&s->before);
	bal_state_fini(&s->after);
	bal_state_fini(&s->now);
}

static void
nothing_changed_nothing_is_undone(void **state)
{
	struct scene s = { 0 };

	(void)state;
	up(&s.before, "eth1", 1, 1);
	up(&s.after, "eth1", 1, 1);
	up(&s.now, "eth1", 1, 5); /* by a hook, in the meantime */
	up(&s.now, "eth2", 2, 1); /* a stick that was plugged in */
	s.now.has_mode = true;
	s.now.mode = BAL_MODE_SOLO;
	merge(&s);
	assert_int_equal(bal_state_find(&s.now, "eth1")->options.weight, 5);
	assert_true(bal_state_find(&s.now, "eth2")->admin_up);
	assert_true(s.now.has_mode);
	end(&s);
}

static void
options_come_back_and_health_stays(void **state)
{
	struct scene s = { 0 };

	(void)state;
	up(&s.before, "eth1", 1, 1);
	up(&s.after, "eth1", 1, 9);
	up(&s.now, "eth1", 1, 9)->record.health = BAL_HEALTH_DEAD;
	merge(&s);
	assert_int_equal(bal_state_find(&s.now, "eth1")->options.weight, 1);
	assert_int_equal(bal_state_find(&s.now, "eth1")->record.health,
			 BAL_HEALTH_DEAD);
	end(&s);
}

static void
what_was_taken_down_comes_back(void **state)
{
	struct scene s = { 0 };

	(void)state;
	up(&s.before, "eth1", 1, 3);
	up(&s.before, "tun1", 2, 1);
	up(&s.after, "tun1", 2, 1);
	memcpy(bal_state_find(&s.after, "tun1")->line_down, "eth1", 5);
	up(&s.now, "tun1", 2, 1);
	memcpy(bal_state_find(&s.now, "tun1")->line_down, "eth1", 5);
	bal_state_former(&s.now, "eth1")->slot = 1;
	merge(&s);
	assert_true(bal_state_find(&s.now, "eth1")->admin_up);
	assert_int_equal(bal_state_find(&s.now, "eth1")->slot, 1);
	assert_int_equal(bal_state_find(&s.now, "eth1")->options.weight, 3);
	assert_string_equal(bal_state_find(&s.now, "tun1")->line_down, "");
	assert_int_equal(s.now.n_formers, 0);
	end(&s);
}

static void
its_slot_may_be_taken(void **state)
{
	struct scene s = { 0 };

	(void)state;
	up(&s.before, "eth1", 1, 1);
	up(&s.now, "eth9", 1, 1);
	merge(&s);
	assert_int_equal(bal_state_find(&s.now, "eth1")->slot, 0);
	assert_int_equal(bal_state_find(&s.now, "eth1")->table, 0);
	assert_int_equal(bal_state_find(&s.now, "eth9")->slot, 1);
	end(&s);
}

static void
what_was_brought_up_goes(void **state)
{
	struct scene s = { 0 };

	(void)state;
	up(&s.after, "eth1", 1, 1);
	up(&s.now, "eth1", 1, 1);
	up(&s.now, "eth2", 2, 1);
	merge(&s);
	assert_false(bal_state_find(&s.now, "eth1")->admin_up);
	assert_true(bal_state_find(&s.now, "eth2")->admin_up);
	end(&s);
}

static void
mode_and_stopped_clients_come_back(void **state)
{
	struct scene s = { 0 };
	struct bal_err err;

	(void)state;
	s.after.has_mode = s.now.has_mode = true;
	s.after.mode = s.now.mode = BAL_MODE_SOLO;
	bal_state_tunnel(&s.after, "tun1", &err)->stop = BAL_TUNNEL_DOWN;
	bal_state_tunnel(&s.now, "tun1", &err)->stop = BAL_TUNNEL_DOWN;
	bal_state_tunnel(&s.now, "tun2", &err)->stop = BAL_TUNNEL_STOPPED;
	merge(&s);
	assert_false(s.now.has_mode);
	assert_int_equal(s.now.tunnels[0].stop, BAL_TUNNEL_WANTED);
	assert_int_equal(s.now.tunnels[1].stop, BAL_TUNNEL_STOPPED);
	end(&s);
}

static void
what_a_hook_said_since_holds(void **state)
{
	struct scene s = { 0 };
	struct bal_uplink_state *us;
	struct bal_err err;

	(void)state;
	up(&s.before, "eth1", 1, 1)->options.priority = 7;
	s.before.uplinks[0].options.has |= BAL_SET_PRIORITY;
	up(&s.after, "eth1", 1, 5);
	up(&s.now, "eth1", 1, 3);
	assert_int_equal(bal_addr_parse("192.0.2.1",
					&s.before.uplinks[0].learned_gateway,
					&err), 0);
	s.after.uplinks[0].learned_gateway =
		s.before.uplinks[0].learned_gateway;
	assert_int_equal(bal_addr_parse("192.0.2.254",
					&s.now.uplinks[0].learned_gateway,
					&err), 0);
	merge(&s);
	us = bal_state_find(&s.now, "eth1");
	assert_int_equal(us->options.weight, 3);
	assert_int_equal(us->learned_gateway.bytes[3], 254);
	/* What the change left out, and nobody has said since. */
	assert_true(us->options.has & BAL_SET_PRIORITY);
	assert_int_equal(us->options.priority, 7);
	end(&s);
}

static void
a_key_that_was_added_goes(void **state)
{
	struct scene s = { 0 };

	(void)state;
	up(&s.before, "eth1", 1, 1)->options.has = 0;
	up(&s.after, "eth1", 1, 5);
	up(&s.now, "eth1", 1, 5);
	merge(&s);
	assert_int_equal(bal_state_find(&s.now, "eth1")->options.has, 0);
	end(&s);
}

static void
a_line_that_came_back_since_is_not_taken(void **state)
{
	struct scene s = { 0 };

	(void)state;
	up(&s.before, "eth1", 1, 1);
	memcpy(up(&s.before, "tun1", 2, 1)->line_down, "", 1);
	memcpy(up(&s.after, "tun1", 2, 1)->line_down, "eth1", 5);
	memcpy(up(&s.now, "tun1", 2, 1)->line_down, "eth9", 5);
	up(&s.now, "eth1", 3, 8); /* by its hook */
	merge(&s);
	assert_string_equal(bal_state_find(&s.now, "tun1")->line_down, "eth9");
	assert_int_equal(bal_state_find(&s.now, "eth1")->options.weight, 8);
	assert_int_equal(bal_state_find(&s.now, "eth1")->slot, 3);
	end(&s);
}

static void
what_ifup_brought_up_since_stays(void **state)
{
	struct scene s = { 0 };

	(void)state;
	up(&s.after, "eth1", 1, 5);
	up(&s.now, "eth1", 1, 5)->options = (struct bal_settings){
		.has = BAL_SET_PRIORITY, .priority = 3,
	};
	merge(&s);
	assert_true(bal_state_find(&s.now, "eth1")->admin_up);
	assert_int_equal(bal_state_find(&s.now, "eth1")->options.priority, 3);
	end(&s);
}

static void
a_gateway_that_was_found_is_no_request(void **state)
{
	struct scene s = { 0 };
	struct bal_err err;

	(void)state;
	up(&s.after, "eth1", 1, 5);
	assert_int_equal(bal_addr_parse("192.0.2.1",
					&up(&s.now, "eth1", 1, 5)->learned_gateway,
					&err), 0);
	merge(&s);
	assert_false(bal_state_find(&s.now, "eth1")->admin_up);
	end(&s);
}

static void
a_mode_of_others_since_holds(void **state)
{
	struct scene s = { 0 };

	(void)state;
	s.after.has_mode = s.now.has_mode = true;
	s.after.mode = BAL_MODE_SOLO;
	s.now.mode = BAL_MODE_MULTI;
	merge(&s);
	assert_true(s.now.has_mode);
	end(&s);
}

static void
forgotten_tunnels_are_remembered(void **state)
{
	struct scene s = { 0 };
	struct bal_err err;

	(void)state;
	memcpy(bal_state_tunnel(&s.before, "tun1", &err)->over, "eth1", 5);
	memcpy(bal_state_tunnel(&s.before, "tun2", &err)->over, "eth2", 5);
	bal_state_former(&s.before, "eth3")->dead = true;
	(void)bal_state_tunnel(&s.after, "tun1", &err);
	(void)bal_state_tunnel(&s.now, "tun1", &err);
	merge(&s);
	assert_int_equal(s.now.n_tunnels, 2);
	assert_string_equal(bal_state_tunnel(&s.now, "tun1", &err)->over,
			    "eth1");
	assert_string_equal(bal_state_tunnel(&s.now, "tun2", &err)->over,
			    "eth2");
	assert_int_equal(s.now.n_formers, 1);
	assert_true(s.now.formers[0].dead);
	end(&s);
}

/* A session by tun2, over tun1, over eth1. */
static void
a_session_is_followed_down_to_its_line(void **state)
{
	struct bal_addr own;
	const struct bal_ifaddr addr = { .addr = { AF_INET, 24,
						   { 192, 0, 2, 1 } } };
	const struct bal_ifaddr *addrs[] = { &addr };
	struct bal_uplink v[] = {
		{ .name = "eth1", .admin_up = true },
		{ .name = "eth2", .admin_up = true },
		{ .name = "tun1", .admin_up = true,
		  .set = { .has = BAL_SET_OVER, .over = "eth1" } },
		{ .name = "tun2", .admin_up = true, .v4.addrs = addrs,
		  .v4.n_addrs = 1,
		  .set = { .has = BAL_SET_OVER, .over = "tun1" } },
	};
	const struct bal_uplinks ups = { .v = v, .n = 4 };
	struct bal_err err;

	(void)state;
	assert_int_equal(bal_addr_parse("192.0.2.1", &own, &err), 0);
	assert_ptr_equal(bal_try_cut_with(&ups, "tun2", &own), &v[3]);
	assert_ptr_equal(bal_try_cut_with(&ups, "tun1", &own), &v[3]);
	assert_ptr_equal(bal_try_cut_with(&ups, "eth1", &own), &v[3]);
	assert_ptr_equal(bal_try_cut_with(&ups, NULL, &own), &v[3]);
	assert_null(bal_try_cut_with(&ups, "eth2", &own));
	/* bal.conf may say a circle. */
	v[0].set.has = BAL_SET_OVER;
	memcpy(v[0].set.over, "tun2", 5);
	assert_null(bal_try_cut_with(&ups, "eth2", &own));
}

static void
an_idle_session_is_not_silent(void **state)
{
	struct bal_silence silence = { 0 };
	const struct bal_acks idle = { 1000, 0, 200 };

	(void)state;
	for (uint64_t ms = 1; ms < 100000; ms += 1000)
		assert_false(bal_silence_lasts(&silence, &idle, ms));
}

static void
silence_takes_five_seconds(void **state)
{
	struct bal_silence silence = { 0 };
	struct bal_acks acks = { 1000, 1, 200 };

	(void)state;
	assert_false(bal_silence_lasts(&silence, &acks, 1000));
	assert_false(bal_silence_lasts(&silence, &acks, 5999));
	assert_true(bal_silence_lasts(&silence, &acks, 6000));
	acks.acked++;
	assert_false(bal_silence_lasts(&silence, &acks, 6001));
	assert_false(bal_silence_lasts(&silence, &acks, 11000));
	assert_true(bal_silence_lasts(&silence, &acks, 11001));
}

static void
a_slow_line_has_four_timeouts(void **state)
{
	struct bal_silence silence = { 0 };
	const struct bal_acks acks = { 1000, 3, 2000 };

	(void)state;
	assert_false(bal_silence_lasts(&silence, &acks, 1000));
	assert_false(bal_silence_lasts(&silence, &acks, 8999));
	assert_true(bal_silence_lasts(&silence, &acks, 9000));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_changed_nothing_is_undone),
		cmocka_unit_test(options_come_back_and_health_stays),
		cmocka_unit_test(what_was_taken_down_comes_back),
		cmocka_unit_test(its_slot_may_be_taken),
		cmocka_unit_test(what_was_brought_up_goes),
		cmocka_unit_test(mode_and_stopped_clients_come_back),
		cmocka_unit_test(what_a_hook_said_since_holds),
		cmocka_unit_test(a_key_that_was_added_goes),
		cmocka_unit_test(a_line_that_came_back_since_is_not_taken),
		cmocka_unit_test(what_ifup_brought_up_since_stays),
		cmocka_unit_test(a_gateway_that_was_found_is_no_request),
		cmocka_unit_test(a_mode_of_others_since_holds),
		cmocka_unit_test(forgotten_tunnels_are_remembered),
		cmocka_unit_test(a_session_is_followed_down_to_its_line),
		cmocka_unit_test(an_idle_session_is_not_silent),
		cmocka_unit_test(silence_takes_five_seconds),
		cmocka_unit_test(a_slow_line_has_four_timeouts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
