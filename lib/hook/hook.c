// SPDX-License-Identifier: GPL-2.0-or-later
/* hook - reads what ifupdown, OpenVPN and others say by their environment. */
#include "hook/hook.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "hook/classless.h"
#include "base/near.h"

/* ifupdown puts a newline between the values, also of one that is inherited. */
#define TWICE "it is there twice, in its stanza or in one that this inherits"

/* wg-quick runs PostUp in a subshell of its own and exports nothing. */
static bool
parent_is(const char *name)
{
	char path[40], comm[20] = "";
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/comm", (int)getppid());
	f = fopen(path, "re");
	if (!f)
		return false;
	if (fgets(comm, sizeof(comm), f))
		comm[strcspn(comm, "\n")] = '\0';
	fclose(f);
	return strcmp(comm, name) == 0;
}

enum bal_caller
bal_hook_caller(void)
{
	/* First: udhcpc hands on what ifup told it. */
	if (secure_getenv("reason") && secure_getenv("interface"))
		return BAL_CALLER_DHCP;
	if (secure_getenv("IFACE") && secure_getenv("PHASE"))
		return BAL_CALLER_IFUPDOWN;
	if (secure_getenv("script_type") && secure_getenv("dev"))
		return BAL_CALLER_OPENVPN;
	if (secure_getenv("PPPLOGNAME") || secure_getenv("PPP_IFACE") ||
	    (secure_getenv("IFNAME") && secure_getenv("IPLOCAL")))
		return BAL_CALLER_PPP;
	if (parent_is("wg-quick"))
		return BAL_CALLER_WG_QUICK;
	return BAL_CALLER_PERSON;
}

bool
bal_hook_strict(void)
{
	const char *text = secure_getenv("IF_BAL_STRICT");
	struct bal_err err;
	bool strict = false;

	if (!text || bal_hook_caller() != BAL_CALLER_IFUPDOWN)
		return false;
	if (strchr(text, '\n'))
		bal_warn("option bal-strict of %.15s: " TWICE,
			 secure_getenv("IFACE"));
	else if (bal_parse_bool(text, &strict, &err) < 0)
		bal_warn("option bal-strict of %.15s: %.200s",
			 secure_getenv("IFACE"), err.msg);
	return strict;
}

bool
bal_hook_openvpn_args(int argc, char **argv)
{
	return argc == 6 && (strcmp(argv[5], "init") == 0 ||
			     strcmp(argv[5], "restart") == 0);
}

int
bal_hook_addr(const char *text, struct bal_addr *out, struct bal_err *err)
{
	struct bal_settings check = { 0 };

	if (bal_settings_set(&check, BAL_SET_GATEWAY, "gateway", text, err) < 0)
		return -1;
	*out = check.gateway;
	return 0;
}

/* What @variable says, or nothing. */
static struct bal_addr
parse_stranger(const char *variable, const char *text)
{
	struct bal_addr addr = { 0 };
	struct bal_err err;

	if (text && text[0] && bal_hook_addr(text, &addr, &err) < 0)
		bal_warn("%s is not usable: %.200s", variable, err.msg);
	return addr;
}

static struct bal_addr
stranger_addr(const char *variable)
{
	return parse_stranger(variable, secure_getenv(variable));
}

/* The first of a list: the others are for hosts that try them in turn. */
static struct bal_addr
stranger_first_addr(const char *variable)
{
	const char *text = secure_getenv(variable), *list = text;
	char first[BAL_ADDR_STRLEN];
	int got = list ? bal_next_word(&list, first, sizeof(first)) : 0;

	if (got == 0)
		return (struct bal_addr){ 0 };
	/* What does not fit is no address, and is told of as it came. */
	return parse_stranger(variable, got > 0 ? first : text);
}

/* interfaces(5) has comments on lines of their own only. */
const char *
bal_hook_hint(const char *value)
{
	return bal_has_comment(value, "#;") ?
		       ": a comment needs a line of its own" :
		       "";
}

/* As it is spelt in the stanza, of which ifupdown makes capitals. */
static void
stanza_spelling(const char *key, size_t len, char *name, size_t size)
{
	size_t i;

	for (i = 0; i < len && i < size - 1; i++)
		name[i] = key[i] == '_' ? '-' :
					  (char)tolower((unsigned char)key[i]);
	name[i] = '\0';
}

static int
stanza_option(struct bal_hook *hook, const char *key, struct bal_err *err)
{
	char variable[48] = "IF_BAL_", name[48];
	size_t at = strlen(variable);
	struct bal_err why = { 0 };
	const char *text;

	for (const char *c = key; *c && at < sizeof(variable) - 1; c++)
		variable[at++] = (char)toupper((unsigned char)*c);
	variable[at] = '\0';
	text = secure_getenv(variable);
	if (!text)
		return 0;
	stanza_spelling(key, strlen(key), name, sizeof(name));
	if (strcmp(key, "targets") != 0 && strchr(text, '\n'))
		return bal_err(err, BAL_ECONF, "option bal-%s of %s: " TWICE,
			       name, hook->dev);
	if (bal_settings_set(&hook->told, ~0u, key, text, &why) == 0)
		return 0;
	return bal_err(err, BAL_ECONF, "option bal-%s of %s: %.200s%s", name,
		       hook->dev, why.msg, bal_hook_hint(text));
}

/* The options of an uplink, and before them the hooks' own. */
const char *
bal_hook_option(size_t i)
{
	size_t n = 0;

	if (!i--)
		return "strict";
	while (n < i && bal_settings_key(n))
		n++;
	return bal_settings_key(n) ? bal_settings_key(n) :
				     bal_settings_older_key(i - n);
}

/* All that is wrong is told; the last of it is what fails. */
static int
stanza_options(struct bal_hook *hook, struct bal_err *err)
{
	struct bal_err why;
	unsigned faults = 0;
	const char *key;

	/* Without the hooks' own, which comes first. */
	for (size_t i = 1; (key = bal_hook_option(i)); i++) {
		if (stanza_option(hook, key, &why) == 0)
			continue;
		if (faults++)
			bal_say(BAL_SAY_FAULT, "%s", err->msg);
		*err = why;
	}
	if (!faults && bal_settings_agree(&hook->told, err) < 0)
		return bal_err_wrap(err, "options of %s", hook->dev);
	return faults ? -1 : 0;
}

static bool
is_option(const char *key, size_t len)
{
	const char *name;

	for (size_t i = 0; (name = bal_hook_option(i)); i++)
		if (strlen(name) == len && strncasecmp(key, name, len) == 0)
			return true;
	return false;
}

static void
warn_of_option(const char *key, size_t len, const char *dev)
{
	char typed[48], meant[48];
	const char *near = NULL, *name;

	stanza_spelling(key, len, typed, sizeof(typed));
	for (size_t i = 0; (name = bal_hook_option(i)); i++)
		near = bal_nearer(typed, near, name);
	if (near)
		stanza_spelling(near, strlen(near), meant, sizeof(meant));
	bal_warn("unknown option bal-%s of %s is passed over%s%s%s", typed, dev,
		 near ? ", did you mean bal-" : "", near ? meant : "",
		 near ? "?" : "");
}

/* ifupdown hands on any option, and so any misspelt one. */
static void
warn_of_unknown_options(const struct bal_hook *hook)
{
	static const char prefix[] = "IF_BAL_";
	size_t len = strlen(prefix);

	for (char **e = environ; *e; e++) {
		const char *key = *e + len, *end = strchr(*e, '=');

		if (strncmp(*e, prefix, len) != 0 || !end)
			continue;
		if (!is_option(key, (size_t)(end - key)))
			warn_of_option(key, (size_t)(end - key), hook->dev);
	}
}

static int
read_ifupdown(struct bal_hook *hook, bool options, struct bal_err *err)
{
	const char *iface = secure_getenv("IFACE");
	const char *method = secure_getenv("METHOD");
	const char *stanza = secure_getenv("LOGICAL");

	if (strcmp(iface, "--all") == 0) {
		hook->all = true;
		return 0;
	}
	if (bal_check_ifname(iface, err) < 0)
		return bal_err_wrap(err, "IFACE");
	(void)bal_copy(hook->dev, sizeof(hook->dev), iface);
	if (options) {
		warn_of_unknown_options(hook);
		if (stanza_options(hook, err) < 0)
			return -1;
	}
	hook->gateway = stranger_addr("IF_GATEWAY");
	/* They dial in the background. */
	hook->comes_late = method && (strcmp(method, "ppp") == 0 ||
				      strcmp(method, "wvdial") == 0);
	if (hook->comes_late && stanza && strcmp(stanza, iface) != 0)
		(void)bal_copy(hook->stanza, sizeof(hook->stanza), stanza);
	return 0;
}

static int
read_openvpn(struct bal_hook *hook, int argc, char **argv, struct bal_err *err)
{
	const char *dev = bal_hook_openvpn_args(argc, argv) ?
				  argv[0] :
				  secure_getenv("dev");
	const char *context;

	if (bal_check_ifname(dev, err) < 0)
		return bal_err_wrap(err, "OpenVPN's dev");
	(void)bal_copy(hook->dev, sizeof(hook->dev), dev);
	hook->gateway = stranger_addr("route_vpn_gateway");
	hook->transport = stranger_addr("local_1");
	hook->server = stranger_addr("trusted_ip");
	hook->config = secure_getenv("config");
	context = bal_hook_openvpn_args(argc, argv) ?
			  argv[5] :
			  secure_getenv("script_context");
	hook->restart = context && strcmp(context, "restart") == 0;
	return 0;
}

static bool
is_one_of(const char *word, const char *const *words)
{
	for (; *words; words++)
		if (strcmp(word, *words) == 0)
			return true;
	return false;
}

/* 1: @variable names a gateway, 0: none, but routes, -1: it is not there. */
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
 * Routers count only where there are no static routes (RFC 3442), or none that
 * can be used: a line is better than a rule.  dhclient, dhcpcd, udhcpc.
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
		return stranger_first_addr("new_routers");
	return stranger_first_addr("router");
}

/*
 * dhclient-script(8) and dhcpcd-run-hooks(8) list the reasons; in small letters
 * the words of udhcpc.
 */
static int
read_dhcp(struct bal_hook *hook, struct bal_err *err)
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
	if (is_one_of(reason, gone))
		hook->lease = BAL_LEASE_GONE;
	if (is_one_of(reason, held)) {
		hook->lease = BAL_LEASE_HELD;
		hook->gateway = lease_gateway();
	}
	return 0;
}

static int
read_hook(struct bal_hook *hook, int argc, char **argv, bool options,
	  struct bal_err *err)
{
	struct bal_hook h = { .caller = bal_hook_caller() };
	const char *dev;
	int rc = 0;

	switch (h.caller) {
	case BAL_CALLER_IFUPDOWN:
		rc = read_ifupdown(&h, options, err);
		break;
	case BAL_CALLER_OPENVPN:
		rc = read_openvpn(&h, argc, argv, err);
		break;
	case BAL_CALLER_PPP:
		dev = secure_getenv("PPP_IFACE");
		if (!dev)
			dev = secure_getenv("IFNAME");
		if (dev && bal_check_ifname(dev, err) == 0)
			(void)bal_copy(h.dev, sizeof(h.dev), dev);
		break;
	case BAL_CALLER_DHCP:
		rc = read_dhcp(&h, err);
		break;
	case BAL_CALLER_WG_QUICK:
	case BAL_CALLER_PERSON:
		break;
	}
	if (rc == 0)
		*hook = h;
	return rc;
}

int
bal_hook_read(struct bal_hook *hook, int argc, char **argv, struct bal_err *err)
{
	return read_hook(hook, argc, argv, true, err);
}

int
bal_hook_device(struct bal_hook *hook, int argc, char **argv,
		struct bal_err *err)
{
	return read_hook(hook, argc, argv, false, err);
}

int
bal_hook_find(struct bal_hook *hook, const char **operand, int argc,
	      char **argv, struct bal_err *err)
{
	const char *dev =
		argc && !bal_hook_openvpn_args(argc, argv) ? argv[0] : NULL;

	if (dev && bal_check_ifname(dev, err) < 0) {
		err->kind = BAL_EUSAGE;
		return -1;
	}
	if (bal_hook_read(hook, argc, argv, err) < 0)
		return -1;
	if (!dev && !hook->dev[0] && !hook->all)
		return bal_err(err, BAL_EUSAGE, "which device?");
	*operand = dev;
	return 0;
}

bool
bal_hook_is_idle(const struct bal_hook *hook)
{
	return hook->caller == BAL_CALLER_DHCP &&
	       hook->lease == BAL_LEASE_NO_NEWS;
}
