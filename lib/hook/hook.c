// SPDX-License-Identifier: GPL-2.0-or-later
/* hook - reads the environment of ifupdown, OpenVPN and others. */
#include "hook/hook.h"

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hook/internal.h"

bool
bal_hook_openvpn_args(int argc, char **argv)
{
	return argc == 6 && (strcmp(argv[5], "init") == 0 ||
			     strcmp(argv[5], "restart") == 0);
}

/* The number in the variable NAME_I; 0: there is none. */
static uint32_t
numbered_port(const char *name, unsigned i)
{
	char variable[32];
	struct bal_err ignored;
	const char *value;
	uint32_t port;

	snprintf(variable, sizeof(variable), "%s_%u", name, i);
	value = secure_getenv(variable);
	return value && bal_parse_u32(value, 1, UINT16_MAX, &port, &ignored) == 0 ?
		       port :
		       0;
}

/* Of its `remote` lines, the one that it uses; the first where none fits. */
static void
read_remote(struct bal_hook *hook)
{
	const char *port = secure_getenv("trusted_port"), *proto;
	struct bal_err ignored;
	char variable[32];
	unsigned i = 1;

	if (!port ||
	    bal_parse_u32(port, 1, UINT16_MAX, &hook->port, &ignored) < 0)
		hook->port = numbered_port("remote_port", 1);
	while (numbered_port("remote_port", i) &&
	       numbered_port("remote_port", i) != hook->port)
		i++;
	if (!numbered_port("remote_port", i))
		i = 1;
	snprintf(variable, sizeof(variable), "proto_%u", i);
	proto = secure_getenv(variable);
	if (proto && strncmp(proto, "udp", 3) == 0)
		hook->proto = IPPROTO_UDP;
	else if (proto && strncmp(proto, "tcp", 3) == 0)
		hook->proto = IPPROTO_TCP;
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
	hook->gateway = bal_hook_stranger_addr("route_vpn_gateway");
	hook->transport = bal_hook_stranger_addr("local_1");
	hook->server = bal_hook_stranger_addr("trusted_ip");
	read_remote(hook);
	hook->config = secure_getenv("config");
	hook->pid = secure_getenv("daemon_pid");
	context = bal_hook_openvpn_args(argc, argv) ?
			  argv[5] :
			  secure_getenv("script_context");
	hook->restart = context && strcmp(context, "restart") == 0;
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
		rc = bal_hook_read_ifupdown(&h, options, err);
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
		bal_hook_read_peer_dns(&h);
		break;
	case BAL_CALLER_DHCP:
		rc = bal_hook_read_dhcp(&h, err);
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
	       hook->lease == BAL_LEASE_NO_NEWS &&
	       hook->delegation == BAL_LEASE_NO_NEWS;
}
