// SPDX-License-Identifier: GPL-2.0-or-later
/* pass_lease - the gateway of a DHCP lease, as long as that lasts. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "reconcile/pass_internal.h"
#include "state/write.h"

#define OLD "lease."

static void
set_lease(struct bal_pass *pass, const char *dev,
	  const struct bal_addr *gateway)
{
	struct bal_err why;

	if (bal_state_set_lease(&pass->in.state, dev, gateway, &why) < 0)
		bal_warn("the lease of %s is not kept: %s", dev, why.msg);
}

/* --- old versions: a file for each device --------------------------------- */

static void
take_old(struct bal_pass *pass, const char *dev, const char *path)
{
	struct bal_addr gateway;
	struct bal_err why;
	char *text;
	size_t len;

	if (bal_read_file(path, BAL_ADDR_STRLEN, &text, &len, &why) < 0) {
		bal_warn("%s", why.msg);
		return;
	}
	text[strcspn(text, "\n")] = '\0';
	if (bal_hook_addr(text, &gateway, &why) < 0)
		bal_warn("%.200s holds no address", path);
	else
		set_lease(pass, dev, &gateway);
	free(text);
}

static void
remove_old(struct bal_pass *pass, const char *dev, const char *path)
{
	(void)pass;
	(void)dev;
	(void)unlink(path);
}

static void
each_old(struct bal_pass *pass,
	 void (*act)(struct bal_pass *pass, const char *dev, const char *path))
{
	char path[BAL_PATH_MAX + sizeof(OLD) + BAL_IFNAMSIZ];
	DIR *dir = opendir(pass->session.paths.rundir);
	const struct dirent *entry;
	struct bal_err ignored;

	while (dir && (entry = readdir(dir))) {
		const char *dev = entry->d_name + strlen(OLD);

		if (strncmp(entry->d_name, OLD, strlen(OLD)) != 0 ||
		    bal_check_ifname(dev, &ignored) < 0)
			continue;
		snprintf(path, sizeof(path), "%s/" OLD "%s",
			 pass->session.paths.rundir, dev);
		act(pass, dev, path);
	}
	if (dir)
		closedir(dir);
}

/* --- reports of a hook ---------------------------------------------------- */

static void
follow(struct bal_pass *pass, struct bal_intent *intent)
{
	const struct bal_addr *kept;
	bool named = !bal_addr_none(&intent->hook.gateway);

	switch (intent->hook.lease) {
	case BAL_LEASE_GONE:
		set_lease(pass, intent->dev, NULL);
		intent->dev[0] = '\0'; /* it is about the lease alone */
		break;
	case BAL_LEASE_HELD:
		if (named)
			set_lease(pass, intent->dev, &intent->hook.gateway);
		break;
	case BAL_LEASE_NO_NEWS:
		kept = bal_state_lease(&pass->in.state, intent->dev);
		if (kept && !named && intent->kind == BAL_INTENT_UP &&
		    !intent->requested)
			intent->hook.gateway = *kept;
	}
}

void
bal_pass_follow_lease(struct bal_pass *pass, struct bal_intent *intent)
{
	bool first = pass->in.state.format == 0;
	struct bal_err ignored;

	if (first)
		each_old(pass, take_old);
	follow(pass, intent);
	if (pass->session.dry_run)
		return;
	/*
	 * At once: the lease holds whatever becomes of the pass.  A failure to
	 * write is reported at the end of the pass.
	 */
	if (!bal_pass_leases_are_as_read(pass) &&
	    bal_pass_write(pass, &ignored) < 0)
		return;
	if (first)
		each_old(pass, remove_old);
}
