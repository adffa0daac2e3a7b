// SPDX-License-Identifier: GPL-2.0-or-later
/* ask_exec - a command of the administrator's probes the uplink. */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>

#include "probe/ask_internal.h"

#define PATH "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

static int
start(struct bal_ask *ask, uint32_t *events)
{
	char host[BAL_ADDR_STRLEN], uplink[40], address[80], gateway[80],
		mark[32];
	char *argv[] = { ask->target.text, NULL };
	char *envp[] = { (char *)PATH, uplink, address, gateway, mark, NULL };
	struct bal_err why;

	(void)events;
	snprintf(uplink, sizeof(uplink), "BAL_UPLINK=%s", ask->way.dev);
	snprintf(address, sizeof(address), "BAL_ADDRESS=%s",
		 bal_addr_host_str(&ask->way.source, host));
	snprintf(gateway, sizeof(gateway), "BAL_GATEWAY=%s",
		 bal_addr_none(&ask->way.gateway) ?
			 "" :
			 bal_addr_host_str(&ask->way.gateway, host));
	snprintf(mark, sizeof(mark), "BAL_MARK=%" PRIu32, ask->way.mark);
	if (bal_child_start(&ask->child, argv, envp, false, &why) < 0) {
		bal_ask_bad(ask, "%.60s", why.msg);
		return why.sys ? why.sys : ENOENT;
	}
	ask->source.fd = ask->child.done_fd;
	return 0;
}

static enum bal_asked
ready(struct bal_ask *ask)
{
	int status;

	/* Its children; after the reap the group's number may be reused. */
	(void)kill(-ask->child.pid, SIGKILL);
	status = bal_child_reap(&ask->child);
	if (status < 0)
		return BAL_ASKED_WAIT;
	if (status == 0)
		return BAL_ASKED_GOOD;
	if (status > 128)
		return bal_ask_bad(ask, "killed by signal %d", status - 128);
	return bal_ask_bad(ask, "exit status %d", status);
}

const struct ask_kind bal_ask_exec = { start, ready };
