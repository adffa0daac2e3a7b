// SPDX-License-Identifier: GPL-2.0-or-later
/* caller - which program calls: ifupdown, a DHCP client, OpenVPN, ppp... */
#include "hook/caller.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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
