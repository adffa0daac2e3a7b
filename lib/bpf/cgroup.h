/* cgroup - a cgroup v2 for one command. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_CGROUP_H
#define BAL_CGROUP_H

#include <stddef.h>

#include "base/error.h"

#define BAL_CGROUP_PATH_MAX 1024
#define BAL_CGROUP_NAME_MAX 48

/* The prefix of the names of our cgroups; a number follows. */
#define BAL_CGROUP_PREFIX "bal-exec."

/*
 * A cgroup below the present one: its limits apply, and a session or service
 * that ends kills it, too.  (A cgroup with processes cannot enable controllers
 * for its children; none are needed.)
 */
struct bal_cgroup {
	char parent[BAL_CGROUP_PATH_MAX];
	char name[BAL_CGROUP_NAME_MAX];
	int parent_fd, fd; /* directories; -1: not open */
};

/*
 * The own cgroup v2, from the texts of /proc/self/cgroup and
 * /proc/self/mountinfo: the @nth possible directory from 0 on, as there may be
 * several mounts of which later ones hide others.  1: found; 0: there is none,
 * with @out untouched.  Pure.
 */
int bal_cgroup_place(const char *cgroup, const char *mountinfo, unsigned nth,
		     char *out, size_t size);

/*
 * The root of cgroup v2 as far as it can be seen, from the text of
 * /proc/self/mountinfo; the rest as above.
 */
int bal_cgroup_root_place(const char *mountinfo, unsigned nth, char *out,
			  size_t size);

/* A descriptor of it, the caller's; -1: cgroup v2 is not mounted here. */
int bal_cgroup_open_root(void);

/*
 * Find the own cgroup: @cg->parent and its descriptor, the name of the new one.
 * BAL_EUNAVAIL where cgroup v2 is not mounted, or not visible.
 */
int bal_cgroup_find(struct bal_cgroup *cg, struct bal_err *err);

/*
 * After bal_cgroup_find(): remove the empty ones that commands left behind, and
 * make one.  It outlives its command until the next one is made beside it, or
 * its parent is removed.  Until bal_cgroup_close(), or this process executes
 * another program, it is locked against removal.
 */
int bal_cgroup_make(struct bal_cgroup *cg, struct bal_err *err);

/* Move this process into it; later children follow. */
int bal_cgroup_join(const struct bal_cgroup *cg, struct bal_err *err);

/* Close the descriptors; the cgroup stays as long as it has processes. */
void bal_cgroup_close(struct bal_cgroup *cg);

#endif
