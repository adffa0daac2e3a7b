// SPDX-License-Identifier: GPL-2.0-or-later
/* test_tunnel_argv - words of a client: of its command, and its signals. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "openvpn/tunnel.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

static struct bal_arena arena;
static struct bal_err err;
static char **argv;

static int
words_of(const char *command)
{
	memset(&arena, 0, sizeof(arena));
	return bal_tunnel_argv(command, "client-eth1", &arena, &argv, &err);
}

static void
test_argv(void **state)
{
	static const struct {
		const char *command;
		const char *words[6];
	} cases[] = {
		{ "systemctl --no-block restart openvpn-client@%s",
		  { "systemctl", "--no-block", "restart",
		    "openvpn-client@client-eth1" } },
		{ "service openvpn restart %s",
		  { "service", "openvpn", "restart", "client-eth1" } },
		{ "\t /bin/x  \t%s ", { "/bin/x", "client-eth1" } },
		{ "/bin/true", { "/bin/true" } },
		{ "a %s%s%% 100%% %%s",
		  { "a", "client-eth1client-eth1%", "100%", "%s" } },
		{ "%s", { "client-eth1" } },
		{ "sh ;|&$HOME", { "sh", ";|&$HOME" } },
	};

	(void)state;
	for (size_t i = 0; i < N(cases); i++) {
		size_t k;

		assert_int_equal(words_of(cases[i].command), 0);
		for (k = 0; cases[i].words[k]; k++) {
			assert_non_null(argv[k]);
			assert_string_equal(argv[k], cases[i].words[k]);
		}
		assert_null(argv[k]);
		bal_arena_fini(&arena);
	}
}

static void
test_bad_command(void **state)
{
	static const struct {
		const char *command, *msg;
	} cases[] = {
		{ "", "\"\" is no command" },
		{ " \t ", "\" ? \" is no command" },
		{ "sh -c 'x'", "\"sh -c 'x'\" has a ', and no shell reads it" },
		{ "a \"b\"", "\"a \"b\"\" has a \", and no shell reads it" },
		{ "a `b`", "\"a `b`\" has a `, and no shell reads it" },
		{ "a\\ b", "\"a\\ b\" has a \\, and no shell reads it" },
		{ "a %i", "\"a %i\" has a % that is neither %s nor %%" },
		{ "a %% %", "\"a %% %\" has a % that is neither %s nor %%" },
		{ "a %%%d", "\"a %%%d\" has a % that is neither %s nor %%" },
	};

	(void)state;
	for (size_t i = 0; i < N(cases); i++) {
		argv = NULL;
		assert_int_equal(words_of(cases[i].command), -1);
		assert_int_equal(err.kind, BAL_ECONF);
		assert_string_equal(err.msg, cases[i].msg);
		assert_null(argv);
		bal_arena_fini(&arena);
	}
}

static void
test_argv_without_memory(void **state)
{
	(void)state;
	arena = (struct bal_arena){ .oom = true };
	argv = NULL;
	assert_int_equal(bal_tunnel_argv("a %s", "c", &arena, &argv, &err), -1);
	assert_null(argv);
}

static void
a_client_that_reconnects(void **state)
{
	(void)state;
	assert_true(bal_tunnel_reconnects("sigusr1"));
	assert_true(bal_tunnel_reconnects("sighup"));
	assert_true(bal_tunnel_reconnects("ping-restart"));
	assert_true(bal_tunnel_reconnects("tls-error"));
	assert_false(bal_tunnel_reconnects("sigterm"));
	assert_false(bal_tunnel_reconnects("sigint"));
	assert_false(bal_tunnel_reconnects("ping-exit"));
	assert_false(bal_tunnel_reconnects("inactive"));
	assert_false(bal_tunnel_reconnects("UNKNOWN"));
	assert_false(bal_tunnel_reconnects(""));
	assert_false(bal_tunnel_reconnects(NULL));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_client_that_reconnects),
		cmocka_unit_test(test_argv),
		cmocka_unit_test(test_bad_command),
		cmocka_unit_test(test_argv_without_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
