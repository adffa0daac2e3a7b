/* hook - what ifupdown, OpenVPN and others pass in the environment. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_HOOK_H
#define BAL_HOOK_H

#include <stdbool.h>

#include "base/servers.h"
#include "config/settings.h"
#include "hook/address.h"
#include "hook/caller.h"
#include "hook/ifupdown.h"

/* The event of a DHCP client. */
enum bal_lease_news {
	BAL_LEASE_NO_NEWS, /* an event of something else */
	BAL_LEASE_HELD,	   /* new, or as before */
	BAL_LEASE_GONE,
};

/* What a hook reports of the uplink. */
struct bal_hook {
	enum bal_caller caller;
	char dev[BAL_IFNAMSIZ]; /* "": not named, or no device is meant */
	bool all; /* ifupdown's call for `ifup -a` as a whole: IFACE=--all */
	struct bal_settings options; /* bal-* options of the stanza */
	/* IF_GATEWAY, route_vpn_gateway, a lease's default route or router */
	struct bal_addr gateway;
	/* Of the lease, of ppp (usepeerdns), or dns-nameservers of the stanza */
	struct bal_servers servers;
	struct bal_addr transport; /* OpenVPN: local_1, where it sends from */
	struct bal_addr server;    /* OpenVPN: trusted_ip, where it sends to */
	uint32_t port, proto; /* OpenVPN: of @server, IPPROTO_...; 0: not known */
	const char *config; /* OpenVPN: its configuration file, or NULL */
	const char *pid;    /* OpenVPN: its process id, or NULL */
	enum bal_lease_news lease; /* DHCP */
	/* DHCPv6: whether @prefix6 is delegated, or is not any more. */
	enum bal_lease_news delegation;
	struct bal_addr prefix6;
	bool comes_late; /* ifupdown: ifup ends before the device is there */
	/*
	 * The stanza of a dialled uplink, where its name is not @dev; else ""
	 */
	char stanza[BAL_IFNAMSIZ];
	bool restart; /* OpenVPN kept its device: not all is set */
};

/*
 * Read the environment, and @argv where OpenVPN has put its arguments behind
 * ours (DEV TUN_MTU LINK_MTU LOCAL REMOTE|NETMASK init|restart).  Of bad values
 * a stanza's bal-* options fail with BAL_ECONF and the option's name, all but
 * the last by bal_say(); those of an OpenVPN or DHCP server are untrusted and
 * only bring a warning.
 */
int bal_hook_read(struct bal_hook *hook, int argc, char **argv,
		  struct bal_err *err);

/*
 * As bal_hook_read(), for a command that does not need the bal-* options: they
 * are not read, and no mistake in them stops it.
 */
int bal_hook_device(struct bal_hook *hook, int argc, char **argv,
		    struct bal_err *err);

/*
 * As bal_hook_read(), for a command that takes a device as operand: it is put
 * into *@operand, or NULL.  BAL_EUSAGE for a bad one, and where no device is
 * named at all.
 */
int bal_hook_find(struct bal_hook *hook, const char **operand, int argc,
		  char **argv, struct bal_err *err);

/* Is the event of no uplink? */
bool bal_hook_is_idle(const struct bal_hook *hook);

/* Are these six arguments those of an OpenVPN script? */
bool bal_hook_openvpn_args(int argc, char **argv);

#endif
