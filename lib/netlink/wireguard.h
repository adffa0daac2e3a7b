/* wireguard - where the peers of the kernel's WireGuard devices are. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_NL_WIREGUARD_H
#define BAL_NL_WIREGUARD_H

#include "base/addr.h"
#include "base/arena.h"
#include "base/error.h"

/* One peer of one device. */
struct bal_wg_peer {
	int ifindex;
	uint16_t own_port;	  /* of the device; 0: it has none yet */
	struct bal_addr endpoint; /* a host; none: not known yet */
	uint16_t port;		  /* of @endpoint */
};

typedef BAL_LIST(struct bal_wg_peer) bal_wg_list;

/*
 * Add the peers of device @ifindex, which is a WireGuard one, to @out, in @arena.
 * What the kernel sends of keys is wiped.  A device that is gone has none.  0 or
 * -1.
 */
int bal_wg_look(int ifindex, bal_wg_list *out, struct bal_arena *arena,
		struct bal_err *err);

#endif
