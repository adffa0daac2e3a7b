// SPDX-License-Identifier: GPL-2.0-or-later
/* test_name_servers - which name servers are asked, and how a list is read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <netinet/in.h>
#include <string.h>

#include "actions/name_servers.h"

static struct bal_arena arena;
static struct bal_state state;
static struct bal_globals globals;
static struct bal_uplink ups[3];
static bal_asked_list asked;

static struct bal_servers
servers(const char *list)
{
	struct bal_servers s = { 0 };
	struct bal_err err;

	(void)bal_servers_parse(&s, list, &err);
	return s;
}

static int
setup(void **unused)
{
	struct bal_servers s = servers("192.168.1.1 2001:db8::53");
	struct bal_err err;

	(void)unused;
	globals.last_resort = true;
	for (unsigned i = 0; i < 3; i++) {
		ups[i] = (struct bal_uplink){ .admin_up = true, .alive = true,
					      .ifindex = 10 + (int)i };
		memcpy(ups[i].name, (char[]){ 'e', (char)('1' + i), 0 }, 3);
		assert_int_equal(bal_state_set_servers(&state, ups[i].name, &s,
						       &err), 0);
	}
	asked.n = 0;
	return 0;
}

static int
teardown(void **unused)
{
	(void)unused;
	bal_state_fini(&state);
	bal_arena_fini(&arena);
	asked = (bal_asked_list){ 0 };
	return 0;
}

static void
find(void)
{
	const struct bal_uplinks all = { .v = ups, .n = 3 };

	asked.n = 0;
	bal_name_servers_find(&all, &globals, &state, &arena, &asked);
}

static void
the_living_are_asked(void **unused)
{
	(void)unused;
	ups[1].alive = false;
	find();
	assert_int_equal(asked.n, 2);
	assert_string_equal(asked.v[0].dev, "e1");
	assert_string_equal(asked.v[1].dev, "e3");
	assert_int_equal(asked.v[1].ifindex, 12);
	assert_string_equal(asked.v[0].servers, "192.168.1.1");
	ups[0].alive6 = ups[1].alive6 = true;
	find();
	assert_int_equal(asked.n, 3);
	assert_string_equal(asked.v[0].servers, "192.168.1.1 2001:db8::53");
	assert_string_equal(asked.v[1].servers, "2001:db8::53");
}

static void
a_better_one_spares_the_others(void **unused)
{
	(void)unused;
	ups[0].degraded = true;
	ups[1].capped = BAL_CAPPED_LAST;
	find();
	assert_int_equal(asked.n, 1);
	assert_string_equal(asked.v[0].dev, "e3");
	ups[2].ifindex = 0;
	find();
	assert_int_equal(asked.n, 1);
	assert_string_equal(asked.v[0].dev, "e1");
	ups[0].admin_up = false;
	find();
	assert_string_equal(asked.v[0].dev, "e2");
}

/* A kill-switch: no name leaves by a bare line. */
static void
without_a_last_resort_a_share_counts(void **unused)
{
	(void)unused;
	globals.last_resort = false;
	find();
	assert_int_equal(asked.n, 0);
	ups[1].share = true;
	ups[1].degraded = true;
	find();
	assert_int_equal(asked.n, 1);
	assert_string_equal(asked.v[0].dev, "e2");
}

/* Of a list what can be used; one that gives none again is forgotten. */
static void
lists(void **unused)
{
	struct bal_servers s = { 0 }, none = { 0 };
	char buf[BAL_SERVERS_STRLEN];
	struct bal_err err;

	(void)unused;
	assert_int_equal(bal_servers_parse(&s, "1.1.1.1,1.1.1.1\n9.9.9.9 ", &err), 0);
	assert_string_equal(bal_servers_str(&s, 0, buf), "1.1.1.1 9.9.9.9");
	assert_int_equal(bal_servers_parse(&s, "127.0.0.1 8.8.8.8", &err), -1);
	assert_int_equal(bal_servers_parse(&s, "fe80::1", &err), -1);
	assert_int_equal(bal_servers_parse(&s, "$(reboot)", &err), -1);
	assert_int_equal(bal_servers_parse(&s, "2001:db8::1 5.5.5.5", &err), 0);
	assert_int_equal(s.n, BAL_SERVERS_MAX);
	assert_string_equal(bal_servers_str(&s, AF_INET6, buf), "2001:db8::1");
	assert_non_null(bal_state_servers(&state, "e1"));
	assert_int_equal(bal_state_set_servers(&state, "e1", &none, &err), 0);
	assert_null(bal_state_servers(&state, "e1"));
	assert_int_equal(state.n_leases, 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_living_are_asked, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_better_one_spares_the_others,
						setup, teardown),
		cmocka_unit_test_setup_teardown(
			without_a_last_resort_a_share_counts, setup, teardown),
		cmocka_unit_test_setup_teardown(lists, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
