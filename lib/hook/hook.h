/* hook - what ifupdown, OpenVPN and others say by their environment. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_HOOK_H
#define BAL_HOOK_H

#include <stdbool.h>

#include "config/settings.h"
#include "hook/address.h"
#include "hook/caller.h"
#include "hook/ifupdown.h"

/* What a DHCP client says of its lease. */
enum bal_lease_news {
	BAL_LEASE_NO_NEWS, /* an event that is not of the lease, or of IPv6 */
	BAL_LEASE_HELD,	   /* new, or as before */
	BAL_LEASE_GONE,
};

/* What a hook says about the uplink. */
struct bal_hook {
	enum bal_caller caller;
	char dev[BAL_IFNAMSIZ]; /* "": it does not say, or means no device */
	bool all; /* ifupdown's call for `ifup -a` as a whole: IFACE=--all */
	struct bal_settings options; /* bal-* options of the stanza */
	/* IF_GATEWAY, route_vpn_gateway, a lease's default route or router */
	struct bal_addr gateway;
	struct bal_addr transport; /* OpenVPN: local_1, where it sends from */
	struct bal_addr server;    /* OpenVPN: trusted_ip, where it sends to */
	const char *config; /* OpenVPN: the file of this client, or NULL */
	enum bal_lease_news lease; /* DHCP */
	bool comes_late; /* ifupdown: ifup ends before the device is there */
	/* Of a line that is dialled, where that is not @dev; else "" */
	char stanza[BAL_IFNAMSIZ];
	bool restart; /* OpenVPN kept its device, and says not all again */
};

/*
 * Read the environment, and @argv where OpenVPN has put its arguments behind
 * ours (DEV TUN_MTU LINK_MTU LOCAL REMOTE|NETMASK init|restart).  Values that
 * do not parse: a stanza's bal-* options fail with BAL_ECONF and the option's
 * name, all but the last by bal_say(); OpenVPN's and a DHCP server's come from
 * a stranger and are only warned of.
 */
int bal_hook_read(struct bal_hook *hook, int argc, char **argv,
		  struct bal_err *err);

/*
 * As bal_hook_read(), for a command that the bal-* options do not concern: they
 * are not read, and no mistake in them stops it.
 */
int bal_hook_device(struct bal_hook *hook, int argc, char **argv,
		    struct bal_err *err);

/*
 * As bal_hook_read(), for a command that takes a device as operand: it is put
 * into *@operand, or NULL.  BAL_EUSAGE for a bad one, and where nobody names a
 * device.
 */
int bal_hook_find(struct bal_hook *hook, const char **operand, int argc,
		  char **argv, struct bal_err *err);

/* Does the caller tell of nothing that concerns an uplink? */
bool bal_hook_is_idle(const struct bal_hook *hook);

/* Are these six arguments those of an OpenVPN script? */
bool bal_hook_openvpn_args(int argc, char **argv);

#endif
