// SPDX-License-Identifier: GPL-2.0-or-later
/* dhcp - a lease and its gateway, from a DHCP client's environment. */
#include <stdlib.h>
#include <string.h>

#include "hook/classless.h"
#include "hook/internal.h"

static bool
is_one_of(const char *word, const char *const *words)
{
	for (; *words; words++)
		if (strcmp(word, *words) == 0)
			return true;
	return false;
}

/* 1: @variable has a gateway, 0: routes without one, -1: it is not set. */
static int
classless_gateway(const char *variable, struct bal_addr *out)
{
	const char *text = secure_getenv(variable);
	char host[BAL_ADDR_STRLEN];
	struct bal_addr gateway;
	struct bal_err err;
	int rc;

	if (!text || !text[0])
		return -1;
	rc = bal_classless_gateway(text, &gateway, &err);
	if (rc > 0 &&
	    bal_hook_addr(bal_addr_host_str(&gateway, host), out, &err) < 0)
		rc = -1;
	if (rc < 0)
		bal_warn("%s is not usable: %.200s", variable, err.msg);
	return rc;
}

/*
 * Routers count only where there are no static routes (RFC 3442), or no usable
 * ones: an uplink in use is better than the rule.  Variables of dhclient,
 * dhcpcd, udhcpc.
 */
static struct bal_addr
lease_gateway(void)
{
	static const char *const routes[] = {
		"new_rfc3442_classless_static_routes",
		"new_classless_static_routes",
		"new_ms_classless_static_routes",
		"staticroutes",
		"msstaticroutes",
	};
	struct bal_addr gateway = { 0 };

	for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++)
		if (classless_gateway(routes[i], &gateway) >= 0)
			return gateway;
	if (secure_getenv("new_routers"))
		return bal_hook_stranger_first_addr("new_routers");
	return bal_hook_stranger_first_addr("router");
}

/*
 * What @variable has, a prefix that is delegated; or none: it is not set or, with
 * a warning, not usable.
 */
static struct bal_addr
stranger_prefix(const char *variable)
{
	const char *text = secure_getenv(variable);
	struct bal_addr prefix = { 0 };
	struct bal_err err;

	if (text && text[0] && bal_delegated_parse(text, &prefix, &err) < 0)
		bal_warn("%s is not usable: %.200s", variable, err.msg);
	return prefix;
}

/* dhclient -6 -P calls its script for each address and each prefix by itself. */
static void
read_delegation(struct bal_hook *hook, const char *reason)
{
	static const char *const held[] = { "BOUND6", "RENEW6", "REBIND6",
					    NULL };
	static const char *const gone[] = { "EXPIRE6", "RELEASE6", "STOP6",
					    NULL };

	if (is_one_of(reason, held))
		hook->prefix6 = stranger_prefix("new_ip6_prefix");
	else if (is_one_of(reason, gone))
		hook->prefix6 = stranger_prefix("old_ip6_prefix");
	if (!bal_addr_none(&hook->prefix6))
		hook->delegation = is_one_of(reason, held) ? BAL_LEASE_HELD :
							     BAL_LEASE_GONE;
}

/*
 * The reasons are those of dhclient-script(8) and dhcpcd-run-hooks(8); in lower
 * case those of udhcpc.
 */
int
bal_hook_read_dhcp(struct bal_hook *hook, struct bal_err *err)
{
	static const char *const held[] = { "BOUND",  "RENEW",	 "REBIND",
					    "REBOOT", "TIMEOUT", "INFORM",
					    "STATIC", "bound",	 "renew",
					    NULL };
	static const char *const gone[] = {
		"EXPIRE", "FAIL",      "RELEASE", "STOP",
		"NAK",	  "NOCARRIER", "STOPPED", "deconfig",
		"nak",	  "leasefail", NULL
	};
	const char *dev = secure_getenv("interface");
	const char *reason = secure_getenv("reason");

	if (bal_check_ifname(dev, err) < 0)
		return bal_err_wrap(err, "the DHCP client's interface");
	(void)bal_copy(hook->dev, sizeof(hook->dev), dev);
	read_delegation(hook, reason);
	if (is_one_of(reason, gone))
		hook->lease = BAL_LEASE_GONE;
	if (is_one_of(reason, held)) {
		hook->lease = BAL_LEASE_HELD;
		hook->gateway = lease_gateway();
		/* dhclient and dhcpcd; udhcpc */
		bal_hook_stranger_servers(hook, "new_domain_name_servers");
		bal_hook_stranger_servers(hook, "dns");
	}
	return 0;
}
