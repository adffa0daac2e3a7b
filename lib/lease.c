// SPDX-License-Identifier: GPL-2.0-or-later
/* lease - files of one line, which outlive the hook that wrote them. */
#include "lease.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Room for a folder as long as they may be. */
#define LEASE_PATH_MAX (BAL_PATH_MAX + sizeof("/lease.") + BAL_IFNAMSIZ)

static const char *
lease_path(const struct bal_paths *paths, const char *dev, char *buf)
{
	snprintf(buf, LEASE_PATH_MAX, "%s/lease.%s", paths->rundir, dev);
	return buf;
}

static int
write_lease(const struct bal_paths *paths, const char *dev,
	    const struct bal_addr *gateway, struct bal_err *err)
{
	char path[LEASE_PATH_MAX], host[BAL_ADDR_STRLEN];
	char line[BAL_ADDR_STRLEN + 1];
	int len = snprintf(line, sizeof(line), "%s\n",
			   bal_addr_host_str(gateway, host));

	if (bal_make_dir(paths->rundir, err) < 0)
		return -1;
	return bal_write_file(lease_path(paths, dev, path), line, (size_t)len,
			      0644, err);
}

static int
remove_lease(const struct bal_paths *paths, const char *dev,
	     struct bal_err *err)
{
	char path[LEASE_PATH_MAX];
	int eno;

	if (unlink(lease_path(paths, dev, path)) == 0 || errno == ENOENT)
		return 0;
	eno = errno;
	return bal_err_sys(err, eno, "cannot remove %.200s", path);
}

static struct bal_addr
read_lease(const struct bal_paths *paths, const char *dev)
{
	struct bal_settings check = { 0 };
	char path[LEASE_PATH_MAX], *text;
	struct bal_err err;
	size_t len;

	if (bal_read_file(lease_path(paths, dev, path), BAL_ADDR_STRLEN, &text,
			  &len, &err) < 0)
		return check.gateway;
	text[strcspn(text, "\n")] = '\0';
	if (bal_settings_set(&check, BAL_SET_GATEWAY, "gateway", text, &err) <
	    0)
		bal_warn("%.200s holds no address", path);
	free(text);
	return check.gateway;
}

static int
keep(const struct bal_hook *hook, const struct bal_paths *paths,
     struct bal_err *err)
{
	if (hook->lease == BAL_LEASE_GONE)
		return remove_lease(paths, hook->dev, err);
	if (hook->lease == BAL_LEASE_HELD && !bal_addr_none(&hook->gateway))
		return write_lease(paths, hook->dev, &hook->gateway, err);
	return 0;
}

int
bal_lease_follow(const struct bal_hook *hook, const struct bal_paths *paths,
		 bool dry_run, struct bal_intent *intent, struct bal_err *err)
{
	if (hook->caller != BAL_CALLER_DHCP) {
		if (bal_addr_none(&intent->hook_gateway))
			intent->hook_gateway = read_lease(paths, intent->dev);
		return 0;
	}
	intent->known_only = true;
	intent->keep_told = true;
	/* Its address is gone, which any look at the kernel shows. */
	if (hook->lease != BAL_LEASE_HELD)
		*intent = (struct bal_intent){ .kind = BAL_INTENT_CHECK };
	return dry_run ? 0 : keep(hook, paths, err);
}
