/* launch - makes everything that this process opens leave by one uplink. */
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
 * What the uplink @dev and the devices around it look like after a
 * bal_pass_look().  BAL_EUNAVAIL for what is no uplink, or has no device or
 * address.  Whether it is alive does not matter.
 */
int bal_launch_look(struct bal_pass *pass, const char *dev,
		    struct bal_launch *out, struct bal_err *err);

/* What bal_launch_enter() would do before it runs @argv, line by line. */
int bal_launch_print(const struct bal_launch *launch, char *const argv[],
		     FILE *out, struct bal_err *err);

/*
 * Put this process into a cgroup that is confined to the uplink: its sockets
 * from now on, and those of all whom it starts.  BAL_EUNAVAIL where cgroup v2
 * or BPF are not to be had; then nothing is left of it.
 */
int bal_launch_enter(const struct bal_launch *launch, struct bal_err *err);

#endif
