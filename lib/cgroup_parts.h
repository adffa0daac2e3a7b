/* cgroup_parts - what the parts of cgroup.h share. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_CGROUP_PARTS_H
#define BAL_CGROUP_PARTS_H

#include "cgroup.h"

/*
 * "cannot @what cgroup NAME: @eno", BAL_EUNAVAIL where none can be had here;
 * returns -1.
 */
int bal_cgroup_fail(int eno, const struct bal_cgroup *cg, const char *what,
		    struct bal_err *err);

#endif
