// SPDX-License-Identifier: GPL-2.0-or-later
/* test_sysctl - the settings of the box: set, repaired, put back. */
#include "../events.h"

#define POLICY "sysctl -qw net/ipv4/fib_multipath_hash_policy"
#define ERRORS "sysctl -qw net/ipv4/icmp_errors_use_inbound_ifaddr"

/* What is changed of them, as the lines of -n, and carry all of it out. */
static const char *
pass(void)
{
	FILE *out = fmemopen(w.text, sizeof(w.text), "w");
	bal_op_list ops;
	size_t n = 0;

	bal_snapshot_index(&w.snap, &w.arena);
	bal_state_observe(&w.state, &w.conf, &w.snap, &w.arena);
	ops = make_ops();
	assert_non_null(out);
	for (size_t i = 0; i < ops.n; i++) {
		if (ops.v[i].kind == &bal_kind_sysctl)
			bal_op_print(out, &ops.v[i]), n++;
		do_op(&ops.v[i]);
	}
	assert_int_equal(fclose(out), 0);
	return n ? w.text : "";
}

static void
now(int32_t policy, int32_t errors)
{
	w.snap.sysctls.of[BAL_SYSCTL_HASH_POLICY] = policy;
	w.snap.sysctls.of[BAL_SYSCTL_ICMP_ERRORS] = errors;
}

static void
set_and_put_back(void **state)
{
	(void)state;
	now(2, 0);
	assert_string_equal(pass(), "");
	modem(1);
	assert_string_equal(pass(), POLICY "=1\n" ERRORS "=1\n");
	assert_string_equal(pass(), "");
	known("eth1")->admin_up = false;
	assert_string_equal(pass(), POLICY "=2\n" ERRORS "=0\n");
	assert_string_equal(pass(), "");
}

static void
what_was_so_before_stays(void **state)
{
	(void)state;
	now(1, 1);
	modem(1);
	assert_string_equal(pass(), "");
	known("eth1")->admin_up = false;
	assert_string_equal(pass(), "");
}

/* Somebody sets them back: they are set again, and what was first is kept. */
static void
drift(void **state)
{
	(void)state;
	now(2, 0);
	modem(1);
	pass();
	now(0, 0);
	assert_string_equal(pass(), POLICY "=1\n" ERRORS "=1\n");
	known("eth1")->admin_up = false;
	assert_string_equal(pass(), POLICY "=2\n" ERRORS "=0\n");
}

/* And what the administrator set since then is not ours to put back. */
static void
set_by_another(void **state)
{
	(void)state;
	now(2, 0);
	modem(1);
	pass();
	now(3, 1);
	known("eth1")->admin_up = false;
	assert_string_equal(pass(), ERRORS "=0\n");
}

/* The first change of each pass is made, and then the command is killed. */
static void
killed_in_between(void **state)
{
	bal_op_list ops;

	(void)state;
	now(2, 0);
	modem(1);
	bal_state_observe(&w.state, &w.conf, &w.snap, &w.arena);
	ops = make_ops();
	assert_ptr_equal(ops.v[0].kind, &bal_kind_sysctl);
	do_op(&ops.v[0]);
	assert_string_equal(pass(), ERRORS "=1\n");
	known("eth1")->admin_up = false;
	now(2, 1);
	assert_string_equal(pass(), ERRORS "=0\n");
}

static void
where_none_can_be_read(void **state)
{
	(void)state;
	now(-1, -1);
	modem(1);
	assert_string_equal(pass(), "");
	known("eth1")->admin_up = false;
	assert_string_equal(pass(), "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(set_and_put_back),
		TEST(what_was_so_before_stays),
		TEST(drift),
		TEST(set_by_another),
		TEST(killed_in_between),
		TEST(where_none_can_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
