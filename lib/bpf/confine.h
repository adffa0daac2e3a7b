/* confine - BPF programs that keep the sockets of a cgroup on one uplink. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_CONFINE_H
#define BAL_CONFINE_H

#include "base/addr.h"
#include "base/arena.h"
#include "bpf/bpf.h"
#include "base/text.h"

/* The uplink of the sockets, and what they may reach besides. */
struct bal_confine {
	char dev[BAL_IFNAMSIZ];
	int ifindex;
	/*
	 * An address of @dev; a socket bound to it is bound to the device as
	 * well.
	 */
	struct bal_addr addr;
	struct bal_addr addr6; /* one of IPv6; none: @dev has no IPv6 */
	/*
	 * The mark of the uplink, which routes the first datagram in place of
	 * its address (0: none): for an address that other uplinks have too.
	 */
	uint32_t mark;
	/*
	 * Destinations, checked in this order: @own are this box's addresses
	 * and left alone, as 127.0.0.0/8 and ::1 are; @direct, the subnets of
	 * @dev, are reached by it; @lan, subnets of devices that are no
	 * uplinks, are left alone; all others go by @dev.
	 */
	BAL_LIST(struct bal_addr) own, direct, lan;
};

enum bal_confine_hook {
	BAL_CONFINE_CREATE,
	BAL_CONFINE_CONNECT4,
	BAL_CONFINE_SENDMSG4,
	BAL_CONFINE_CONNECT6,
	BAL_CONFINE_SENDMSG6,
	BAL_CONFINE_EGRESS,
	BAL_CONFINE_HOOKS,
};

/*
 * Write the program of @hook into @code, which is empty.  It
 *
 *  CREATE    binds sockets that are neither TCP nor UDP (ping, raw) at once,
 *            since no hook sees their destinations; sets the mark of all
 *  CONNECT4, SENDMSG4  bind a socket that is bound neither to a device nor to
 *            another address, before the route lookup; with an address or mark
 *            also the datagram whose route is being looked up
 *  CONNECT6, SENDMSG6  treat an IPv4-mapped destination as the two above do,
 *            and so one of IPv6, or refuse it where the device has none
 *  EGRESS    drops what leaves by another device than its socket is bound to:
 *            a first datagram that took the wrong route all the same
 *
 * @errnos: what is refused fails as ENETUNREACH (Linux 5.18), else as EPERM.
 */
int bal_confine_code(const struct bal_confine *c, enum bal_confine_hook hook,
		     bool errnos, struct bal_bpf *code, struct bal_err *err);

/*
 * Load all programs and attach them to @cgroup_fd.  BAL_EUNAVAIL where the
 * kernel lacks support (Linux 5.12 with CONFIG_CGROUP_BPF has it).
 */
int bal_confine_apply(const struct bal_confine *c, int cgroup_fd,
		      struct bal_err *err);

#endif
