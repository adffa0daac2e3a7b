/* launch - makes all sockets of this process leave by one uplink. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_LAUNCH_H
#define BAL_LAUNCH_H

#include <stdio.h>

#include "bpf/cgroup.h"
#include "bpf/confine.h"
#include "reconcile/pass.h"

/* Zero state: nothing known. */
struct bal_launch {
	struct bal_confine confine; /* its lists live in the pass's arena */
	uint32_t mark;		    /* of the uplink, whatever its address */
};

/*
 * Fill @out for the uplink @dev and the devices around it, after a
 * bal_pass_look().  Its health does not matter.  -1: BAL_EUNAVAIL where @dev is
 * no uplink, or has no device or address.
 */
int bal_launch_look(struct bal_pass *pass, const char *dev,
		    struct bal_launch *out, struct bal_err *err);

/* Print what bal_launch_enter() would do before it runs @argv, as lines. */
int bal_launch_print(const struct bal_launch *launch, char *const argv[],
		     FILE *out, struct bal_err *err);

/*
 * Move this process into a cgroup that is confined to the uplink: its new
 * sockets, and those of its children.  -1: BAL_EUNAVAIL without cgroup v2 or
 * BPF; then nothing is left of the cgroup.
 */
int bal_launch_enter(const struct bal_launch *launch, struct bal_err *err);

#endif
