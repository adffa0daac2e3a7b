// SPDX-License-Identifier: GPL-2.0-or-later
/* test_hook_dhcp - what DHCP clients say of a lease. */
#include "../hooks.h"

static void
dhcp_says(const char *reason, const char *routers)
{
	memset(&hook, 0, sizeof(hook));
	warning[0] = '\0';
	set("interface", "eth2");
	set("reason", reason);
	set("new_routers", routers);
	must_read(0, NULL);
	assert_int_equal(hook.caller, BAL_CALLER_DHCP);
	assert_string_equal(hook.dev, "eth2");
}

/* Of several routers the first; what ends a lease names none. */
static void
dhcp(void **state)
{
	(void)state;
	dhcp_says("BOUND", "192.168.1.1 192.168.1.2");
	assert_int_equal(hook.lease, BAL_LEASE_HELD);
	assert_host(&hook.gateway, "192.168.1.1");
	dhcp_says("REBOOT", "192.168.1.3,192.168.1.2");
	assert_host(&hook.gateway, "192.168.1.3");
	dhcp_says("RENEW", "");
	assert_int_equal(hook.lease, BAL_LEASE_HELD);
	assert_true(bal_addr_none(&hook.gateway));
	assert_string_equal(warning, "");
	dhcp_says("EXPIRE", "192.168.1.1");
	assert_int_equal(hook.lease, BAL_LEASE_GONE);
	assert_true(bal_addr_none(&hook.gateway));
	assert_false(bal_hook_is_idle(&hook));
	dhcp_says("PREINIT", "192.168.1.1");
	assert_true(bal_hook_is_idle(&hook));
	dhcp_says("BOUND6", "192.168.1.1");
	assert_true(bal_hook_is_idle(&hook));
}

/* dhclient has new and old ones with a renewal; a bad one is no news. */
static void
dhcp_delegates(void **state)
{
	(void)state;
	set("new_ip6_prefix", "2001:db8:1:10::/60");
	set("old_ip6_prefix", "2001:db8:1:20::/60");
	dhcp_says("RENEW6", "");
	assert_int_equal(hook.delegation, BAL_LEASE_HELD);
	assert_int_equal(hook.prefix6.bytes[7], 0x10);
	assert_int_equal(hook.lease, BAL_LEASE_NO_NEWS);
	assert_false(bal_hook_is_idle(&hook));
	dhcp_says("EXPIRE6", "");
	assert_int_equal(hook.delegation, BAL_LEASE_GONE);
	assert_int_equal(hook.prefix6.bytes[7], 0x20);
	set("new_ip6_prefix", "2001:db8::/32");
	dhcp_says("BOUND6", "");
	assert_true(bal_hook_is_idle(&hook));
	assert_string_equal(warning, "new_ip6_prefix is not usable: "
				     "\"2001:db8::/32\" is not between /48 and /64");
}

/* Name servers that can be one by the line; of others the client is told. */
static void
dhcp_with_name_servers(void **state)
{
	char buf[BAL_SERVERS_STRLEN];

	(void)state;
	set("new_domain_name_servers", "192.168.1.1 127.0.0.1 9.9.9.9");
	dhcp_says("BOUND", "192.168.1.1");
	assert_string_equal(bal_servers_str(&hook.servers, 0, buf),
			    "192.168.1.1 9.9.9.9");
	assert_memory_equal(warning, "new_domain_name_servers is not usable", 37);
	dhcp_says("EXPIRE", "192.168.1.1");
	assert_int_equal(hook.servers.n, 0);
}

/* RFC 3442: beside static routes the routers do not count. */
static void
dhcp_with_classless_routes(void **state)
{
	static const char *const variables[] = {
		"new_rfc3442_classless_static_routes",
		"new_classless_static_routes",
		"new_ms_classless_static_routes", "staticroutes",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(variables) / sizeof(*variables); i++) {
		set(variables[i], i ? "0.0.0.0/0 192.168.1.7" :
				      "24 10 0 0 192 168 1 9 0 192 168 1 7");
		dhcp_says("BOUND", "192.168.1.1");
		assert_host(&hook.gateway, "192.168.1.7");
		assert_string_equal(warning, "");
		set(variables[i], "10.0.0.0/8 192.168.1.9");
		if (i == 0)
			set(variables[i], "8 10 192 168 1 9");
		dhcp_says("BOUND", "192.168.1.1");
		assert_true(bal_addr_none(&hook.gateway));
		assert_string_equal(warning, "");
		/* What is no routes is told of, and as if it were not there. */
		set(variables[i], "0 127.0.0.1");
		dhcp_says("BOUND", "192.168.1.1");
		assert_host(&hook.gateway, "192.168.1.1");
		assert_non_null(strstr(warning, variables[i]));
		set(variables[i], i ? "0.0.0.0/0 127.0.0.1" : "0 127 0 0 1");
		dhcp_says("BOUND", "192.168.1.1");
		assert_host(&hook.gateway, "192.168.1.1");
		assert_non_null(strstr(warning, "is not usable: "));
		set(variables[i], "");
		dhcp_says("BOUND", "192.168.1.1");
		assert_host(&hook.gateway, "192.168.1.1");
		assert_string_equal(warning, "");
	}
}

/* It has words of its own, and no new_ before its variables. */
static void
udhcpc(void **state)
{
	(void)state;
	stanza("eth9");
	set("IF_BAL_WEIGHT", "0");
	set("interface", "eth2");
	set("reason", "bound");
	set("router", "192.168.1.1 192.168.1.2");
	must_read(0, NULL);
	assert_int_equal(hook.caller, BAL_CALLER_DHCP);
	assert_string_equal(hook.dev, "eth2");
	assert_int_equal(hook.lease, BAL_LEASE_HELD);
	assert_host(&hook.gateway, "192.168.1.1");
	set("reason", "deconfig");
	must_read(0, NULL);
	assert_int_equal(hook.lease, BAL_LEASE_GONE);
	assert_true(bal_addr_none(&hook.gateway));
}

static void
dhcp_with_nonsense(void **state)
{
	static const char *const bad[] = { "nonsense 192.168.1.1", "0.0.0.0",
					   "192.168.1.1.1", "fe80::1%eth1" };
	char longer[4000];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		dhcp_says("BOUND", bad[i]);
		assert_true(bal_addr_none(&hook.gateway));
		assert_memory_equal(warning, "new_routers is not usable", 25);
	}
	memset(longer, '1', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	dhcp_says("BOUND", longer);
	assert_true(bal_addr_none(&hook.gateway));
	assert_memory_equal(warning, "new_routers is not usable", 25);
	set("interface", "../eth2");
	assert_int_equal(bal_hook_read(&hook, 0, NULL, &err), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(dhcp), TEST(dhcp_delegates), TEST(dhcp_with_name_servers),
		TEST(dhcp_with_classless_routes),
		TEST(udhcpc),
		TEST(dhcp_with_nonsense),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
