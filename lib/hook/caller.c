// SPDX-License-Identifier: GPL-2.0-or-later
/* caller - the calling program: ifupdown, a DHCP client, OpenVPN, ppp... */
#include "hook/caller.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void
read_comm(pid_t pid, char *comm, size_t size)
{
	char path[40];
	FILE *f;

	comm[0] = '\0';
	snprintf(path, sizeof(path), "/proc/%d/comm", (int)pid);
	f = fopen(path, "re");
	if (f && fgets(comm, (int)size, f))
		comm[strcspn(comm, "\n")] = '\0';
	if (f)
		fclose(f);
}

/*
 * wg-quick runs PostUp in a subshell of its own and exports nothing.  The name
 * of the parent is read once.
 */
static bool
parent_is(const char *name)
{
	static char comm[20];
	static pid_t asked;
	const pid_t pid = getppid();

	if (pid != asked)
		read_comm(pid, comm, sizeof(comm));
	asked = pid;
	return strcmp(comm, name) == 0;
}

enum bal_caller
bal_hook_caller(void)
{
	/* First: udhcpc passes on the variables of ifup. */
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
