/* confine - the BPF programs that keep a cgroup's sockets on one uplink. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_CONFINE_H
#define BAL_CONFINE_H

#include "base/addr.h"
#include "base/arena.h"
#include "bpf/bpf.h"
#include "base/text.h"

/* Where sockets have to leave by, and what they may reach besides. */
struct bal_confine {
	char dev[BAL_IFNAMSIZ];
	int ifindex;
	/* Of @dev; a socket bound to it is bound to the device as well. */
	struct bal_addr addr;
	/*
	 * With the mark of the uplink instead of its address (0: none) the
	 * first datagram finds its way: for an address that others have too.
	 */
	uint32_t mark;
	/*
	 * IPv4 destinations, looked at in this order: @own are this box's
	 * addresses and left alone, as 127.0.0.0/8 is; @direct, the subnets of
	 * @dev, are reached by it; @lan, subnets of devices that are no
	 * uplinks, are left alone; so all others go by @dev.
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

/* What the kernel calls @hook. */
enum bpf_attach_type bal_confine_attach_type(enum bal_confine_hook hook);

/*
 * Write the program of @hook into @code, which is empty.  It
 *
 *  CREATE    binds sockets that are neither TCP nor UDP (ping, raw) at once,
 *            since no hook sees where they send to; gives all the mark
 *  CONNECT4, SENDMSG4  bind a socket that is bound neither to a device nor to
 *            another address, before the route is looked for; with an address
 *            or mark also the datagram whose route is being looked for already
 *  CONNECT6, SENDMSG6  take an IPv4-mapped destination as the two above do,
 *            leave ::1 alone and refuse the rest, since bal is IPv4 only
 *  EGRESS    drops what leaves by another device than its socket is bound to:
 *            a first datagram that went astray all the same
 *
 * @errnos: what is refused fails as ENETUNREACH (Linux 5.18), else as EPERM.
 */
int bal_confine_code(const struct bal_confine *c, enum bal_confine_hook hook,
		     bool errnos, struct bal_bpf *code, struct bal_err *err);

/*
 * Load all programs and attach them to @cgroup_fd.  BAL_EUNAVAIL where the
 * kernel cannot (Linux 5.12 with CONFIG_CGROUP_BPF can).
 */
int bal_confine_apply(const struct bal_confine *c, int cgroup_fd,
		      struct bal_err *err);

#endif
