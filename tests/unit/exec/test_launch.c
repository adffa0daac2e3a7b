// SPDX-License-Identifier: GPL-2.0-or-later
/* test_launch - what bal-exec leaves alone, and the programs made of it. */
#include "../world.h"

#include "bpf/confine.h"
#include "exec/launch.h"

static struct bal_pass pass;
static struct bal_launch launch;

static int
look(const char *dev)
{
	resolve();
	memset(&pass, 0, sizeof(pass));
	pass.in.conf.globals = w.conf.globals;
	pass.snap = w.snap;
	pass.uplinks = w.ups;
	memset(&launch, 0, sizeof(launch));
	return bal_launch_look(&pass, dev, &launch, &w.err);
}

static int
forget(void **state)
{
	bal_arena_fini(&pass.arena);
	return teardown(state);
}

#define LAUNCH_TEST(name) \
	cmocka_unit_test_setup_teardown(name, setup, forget)

/* Addresses of a list in one line. */
static const char *
text_of(const struct bal_addr *v, size_t n)
{
	static char text[512];
	char buf[BAL_ADDR_STRLEN];
	size_t len = 0;

	text[0] = '\0';
	for (size_t i = 0; i < n; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s",
					i ? " " : "", bal_addr_str(&v[i], buf));
	return text;
}
#define TEXT(list) text_of((list).v, (list).n)

static void
test_lan_is_what_is_no_uplink(void **state)
{
	(void)state;
	device("lo");
	address("lo", "127.0.0.1/8");
	device("lan0");
	address("lan0", "192.168.77.1/24");
	address("lan0", "10.1.0.1/16");
	device("idle")->up = false;
	address("idle", "10.2.0.1/16");
	device("ppp9");
	address("ppp9", "10.3.0.1/32")->peer = true;
	device("all");
	address("all", "10.4.0.1/0");
	modem(1);
	modem(2);
	address("eth2", "10.5.0.2/16");
	assert_int_equal(look("eth2"), 0);
	assert_string_equal(launch.confine.dev, "eth2");
	assert_int_equal(launch.confine.ifindex, link_of("eth2")->ifindex);
	assert_string_equal(TEXT(launch.confine.own),
			    "127.0.0.1 192.168.77.1 10.1.0.1 10.2.0.1 "
			    "10.3.0.1 10.4.0.1 192.168.1.101 192.168.1.102 "
			    "10.5.0.2");
	assert_string_equal(TEXT(launch.confine.direct),
			    "192.168.1.0/24 10.5.0.0/16");
	assert_string_equal(TEXT(launch.confine.lan),
			    "127.0.0.0/8 192.168.77.0/24 10.1.0.0/16");
}

static void
test_address_or_mark(void **state)
{
	(void)state;
	modem(1);
	modem(2);
	assert_int_equal(look("eth2"), 0);
	assert_string_equal(text_of(&launch.confine.addr, 1), "192.168.1.102");
	assert_int_equal(launch.confine.mark, 0);
	assert_int_equal(launch.mark, 0x2000000);
	bal_arena_fini(&pass.arena);
	no_address("eth2");
	address("eth2", "192.168.1.101/24");
	assert_int_equal(look("eth2"), 0);
	assert_int_equal(launch.confine.mark, 0x2000000);
}

static void
test_what_cannot_be(void **state)
{
	(void)state;
	modem(1);
	modem(2);
	device("lan0");
	assert_int_equal(look("lan0"), -1);
	assert_string_equal(w.err.msg, "lan0 is no uplink");
	assert_int_equal(w.err.kind, BAL_EUNAVAIL);
	known("eth1")->admin_up = false;
	assert_int_equal(look("eth1"), -1);
	assert_string_equal(w.err.msg, "eth1 is no uplink");
	no_address("eth2");
	assert_int_equal(look("eth2"), -1);
	assert_string_equal(w.err.msg, "eth2 has no address");
	unplug("eth2");
	assert_int_equal(look("eth2"), -1);
	assert_string_equal(w.err.msg, "eth2: there is no such device");
	assert_int_equal(w.err.kind, BAL_EUNAVAIL);
}

/* A dead one: its modem's page is wanted most then. */
static void
test_dead_is_no_matter(void **state)
{
	(void)state;
	modem(1);
	health("eth1", BAL_HEALTH_DEAD);
	assert_int_equal(look("eth1"), 0);
}

/* Every jump lands inside, behind itself; the last one is an exit. */
static void
check_code(const struct bal_bpf *code)
{
	assert_true(code->n > 0);
	assert_int_equal(code->insn[code->n - 1].code, BPF_JMP | BPF_EXIT);
	for (size_t i = 0; i < code->n; i++)
		if (code->to[i]) {
			assert_true(code->insn[i].off >= 0);
			assert_true(i + 1 + (size_t)code->insn[i].off <
				    code->n);
		}
}

static int
code_with(size_t n_lan, enum bal_confine_hook hook, struct bal_bpf *code)
{
	struct bal_confine c = { .dev = "eth1", .ifindex = 3 };
	int rc;

	for (size_t i = 0; i < n_lan; i++)
		*BAL_PUSH(&w.arena, &c.lan) = addr("10.0.0.0/24");
	memset(code, 0, sizeof(*code));
	rc = bal_confine_code(&c, hook, true, code, &w.err);
	bal_arena_fini(&w.arena);
	return rc;
}

static void
test_programs(void **state)
{
	static struct bal_bpf code;

	(void)state;
	for (int hook = 0; hook < BAL_CONFINE_HOOKS; hook++) {
		assert_int_equal(code_with(3, hook, &code), 0);
		check_code(&code);
		assert_int_equal(code_with(1000, hook, &code), 0);
		check_code(&code);
	}
	assert_int_equal(code_with(2000, BAL_CONFINE_CONNECT4, &code), -1);
	assert_int_equal(w.err.kind, BAL_EUNAVAIL);
	assert_string_equal(w.err.msg,
			    "a BPF program of more than 8191 instructions");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		LAUNCH_TEST(test_lan_is_what_is_no_uplink),
		LAUNCH_TEST(test_address_or_mark),
		LAUNCH_TEST(test_what_cannot_be),
		LAUNCH_TEST(test_dead_is_no_matter),
		LAUNCH_TEST(test_programs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
