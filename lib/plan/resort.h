/* resort - what new traffic leaves by while no share is alive. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_RESORT_H
#define BAL_RESORT_H

#include "netlink/nl.h"
#include "plan/uplink.h"

enum bal_resort_kind {
	BAL_RESORT_NONE,    /* nothing to report: see bal_resort_find() */
	BAL_RESORT_LINE,    /* an uplink without a share */
	BAL_RESORT_FOREIGN, /* a device that is no uplink */
	BAL_RESORT_DEAD,    /* an uplink that is dead */
	BAL_RESORT_NOTHING, /* the kernel has no way out beside its uplinks */
};

/* Zero state: nothing is amiss. */
struct bal_resort {
	enum bal_resort_kind kind;
	char dev[BAL_IFNAMSIZ]; /* "" for NONE and NOTHING */
	bool main_ends; /* of NOTHING: bal_main_end(), whatever is alive */
};

/* What bal_resort_find() looks at. */
struct bal_resort_from {
	const struct bal_conf *conf;
	const struct bal_state *state;
	const struct bal_snapshot *snap;
	const struct bal_uplinks *uplinks;
};

/*
 * How do new connections leave, where some uplink is up, but none that has a
 * share is in use?  The kernel is asked, as rules and routes are now, and only
 * then: main's default route, which is not ours, and rules of others come first.
 * Where an uplink is alive, and none has a share, or would were it up: only what
 * leaves by an uplink, or not at all, and only where none is in a group.  And
 * where some uplink is up, and main ends the search for all of the world: does
 * anything leave all the same?  -1: it did not answer, or memory ran out.
 */
int bal_resort_find(struct bal_nl *nl, const struct bal_resort_from *from,
		    struct bal_resort *out, struct bal_err *err);

/*
 * In words, behind "no uplink that has a share is alive, ": "nothing leaves",
 * "new connections leave by wlan0, which is no uplink".  Into @buf, which
 * BAL_RESORT_STRLEN bytes are enough for; "" for NONE.
 */
#define BAL_RESORT_STRLEN 64
const char *bal_resort_str(const struct bal_resort *resort, char *buf,
			   size_t size);

#endif
