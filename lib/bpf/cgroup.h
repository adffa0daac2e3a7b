/* cgroup - a cgroup v2 of one command's own. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_CGROUP_H
#define BAL_CGROUP_H

#include <stddef.h>

#include "base/error.h"

#define BAL_CGROUP_PATH_MAX 1024
#define BAL_CGROUP_NAME_MAX 48

/* All our cgroups are named so, with a number behind. */
#define BAL_CGROUP_PREFIX "bal-exec."

/*
 * One below the cgroup that we are in: its limits hold for it, and a session
 * or service that ends takes it along.  (A cgroup with processes in it shares
 * no controllers out to those below, so that it may have some.)
 */
struct bal_cgroup {
	char parent[BAL_CGROUP_PATH_MAX];
	char name[BAL_CGROUP_NAME_MAX];
	int parent_fd, fd; /* directories; -1: not open */
};

/*
 * Where this process is in cgroup v2, from the texts of /proc/self/cgroup and
 * /proc/self/mountinfo: the directory that is the @nth possible one from 0 on, as
 * several mounts may be there and later ones hide others.  1: found, 0: there
 * is no such, nothing is written to @out then.  Pure.
 */
int bal_cgroup_place(const char *cgroup, const char *mountinfo, unsigned nth,
		     char *out, size_t size);

/*
 * Find our own cgroup: @cg->parent and its descriptor, the name we would take.
 * BAL_EUNAVAIL where cgroup v2 is not mounted, or not to be seen from here.
 */
int bal_cgroup_find(struct bal_cgroup *cg, struct bal_err *err);

/*
 * After bal_cgroup_find(): remove the empty ones that commands left behind, and
 * make one.  It stays when its command has ended, until the next one is made
 * beside it, or what it is in is removed.  Until bal_cgroup_close(), or this
 * process executes another program, nobody takes it for one left behind.
 */
int bal_cgroup_make(struct bal_cgroup *cg, struct bal_err *err);

/* Put this process into it; its children will be, too. */
int bal_cgroup_join(const struct bal_cgroup *cg, struct bal_err *err);

/* Close descriptors; the cgroup stays as long as somebody is in it. */
void bal_cgroup_close(struct bal_cgroup *cg);

#endif
