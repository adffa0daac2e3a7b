/* flush_uplink - flushes an uplink's conntrack entries, closes its sockets. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_FLUSH_UPLINK_H
#define BAL_FLUSH_UPLINK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "actions/flush_entries.h"
#include "actions/flush_whose.h"
#include "base/addr.h"
#include "base/error.h"

struct bal_flush_what {
	bool six; /* all of it of IPv6, @source too; else of IPv4 */
	/*
	 * Conntrack entries with this mark under this mask.  None where
	 * that leaves 0: such a connection is of no uplink.
	 */
	uint32_t mark, mask;
	/*
	 * As soon as a rule of ours leads packets with @mark under this mask to
	 * a table, the uplink holds its flows again: no more entries are
	 * flushed, whatever the table, and no more sockets closed, where it is
	 * the table of @dev, which has @source as before.  0: that does not
	 * matter.
	 */
	uint32_t held_mask;
	const char *dev;
	/*
	 * Sockets with this local address, bound to it or assigned by routing:
	 * TCP (but listeners, and orphans, which the kernel ends by itself) and
	 * connected UDP, IPv4 inside IPv6 too; none: no sockets.  With
	 * @dev_only only those bound to @ifindex: the address is another
	 * uplink's as well.
	 */
	struct bal_addr source;
	bool dev_only;
	int ifindex;
	/*
	 * Sockets that stay: of these processes (OpenVPN clients, which monitor
	 * their own connection), and those with a peer in @source's own subnet
	 * (@source carries the prefix length): the modem's web page.  Where a
	 * peer in the subnet is to be closed as well, as the server at the far
	 * end of a tunnel is, @source is a host.  With @ifindex those, too,
	 * whose peer has a route of its own by another device: connections from
	 * the LAN to this address.  With @inbound_stays inbound TCP
	 * connections: to a port with a listener.
	 */
	const pid_t *spared;
	size_t n_spared;
	bool inbound_stays;
	/* Only what is of these; NULL: all of it. */
	const struct bal_whose *whose;
};

/* Counts of what was flushed and closed. */
struct bal_flushed {
	unsigned connections, sockets;
};

/*
 * Sockets are destroyed (SOCK_DESTROY), so that a program waiting on one gets
 * ECONNABORTED at once and reconnects; then conntrack entries are deleted,
 * found by mark and mask in the kernel (ctnetlink).  No other entries and
 * sockets are touched; what vanishes meanwhile is not counted.  It needs
 * CAP_NET_ADMIN, and to spare other users' processes CAP_SYS_PTRACE and
 * CAP_DAC_READ_SEARCH: where a socket's process is unknown, no socket is
 * destroyed.  That, or a kernel without ctnetlink or without SOCK_DESTROY
 * (CONFIG_INET_DIAG_DESTROY), is a bal_warn(), once in a process, and the rest
 * is done.  -1 when netlink itself fails, @out is then untouched.
 */
int bal_flush_uplink(const struct bal_flush_what *what, struct bal_flushed *out,
	      struct bal_err *err);

#endif
