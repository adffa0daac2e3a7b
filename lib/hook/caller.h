/* caller - the calling program: ifupdown, a DHCP client, OpenVPN, ppp... */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_HOOK_CALLER_H
#define BAL_HOOK_CALLER_H

enum bal_caller {
	BAL_CALLER_PERSON,
	BAL_CALLER_IFUPDOWN, /* IFACE, PHASE, MODE */
	BAL_CALLER_OPENVPN,  /* script_type, dev */
	BAL_CALLER_PPP,	     /* PPPLOGNAME, PPP_IFACE or IFNAME and IPLOCAL */
	BAL_CALLER_DHCP, /* reason and interface: dhclient, dhcpcd, udhcpc */
	BAL_CALLER_WG_QUICK, /* the parent process; it sets no variables */
};

/* From the environment (ignored in a privileged program) and the parent. */
enum bal_caller bal_hook_caller(void);

#endif
