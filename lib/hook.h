/* hook - who called: a person, ifupdown, OpenVPN, ppp or wg-quick. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_HOOK_H
#define BAL_HOOK_H

#include <stdbool.h>

#include "settings.h"

enum bal_caller {
	BAL_CALLER_PERSON,
	BAL_CALLER_IFUPDOWN, /* IFACE, PHASE, MODE */
	BAL_CALLER_OPENVPN,  /* script_type, dev */
	BAL_CALLER_PPP,      /* PPPLOGNAME, PPP_IFACE or IFNAME and IPLOCAL */
	BAL_CALLER_WG_QUICK, /* the parent process; it sets no variables */
};

/* From the environment (not of a privileged program) and the parent. */
enum bal_caller bal_hook_caller(void);

/* What a hook says about the uplink. */
struct bal_hook {
	enum bal_caller caller;
	char dev[BAL_IFNAMSIZ]; /* "": it does not say, or means no device */
	bool all; /* ifupdown's call for `ifup -a` as a whole: IFACE=--all */
	struct bal_settings told;   /* bal-* options of the stanza */
	struct bal_addr gateway;    /* IF_GATEWAY, route_vpn_gateway */
	struct bal_addr transport;  /* OpenVPN: local_1, where it sends from */
};

/*
 * Read the environment, and @argv where OpenVPN has put its arguments behind
 * ours (DEV TUN_MTU LINK_MTU LOCAL REMOTE|NETMASK init|restart).  Values that
 * do not parse: a stanza's bal-* option fails with BAL_ECONF and the option's
 * name; OpenVPN's come from a stranger and are only warned of.
 */
int bal_hook_read(struct bal_hook *hook, int argc, char **argv,
		  struct bal_err *err);

/* Are these six arguments those of an OpenVPN script? */
bool bal_hook_openvpn_args(int argc, char **argv);

#endif
