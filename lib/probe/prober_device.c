// SPDX-License-Identifier: GPL-2.0-or-later
/* prober_device - a session whose device is gone, until it is back. */
#include "netlink/devsock.h"
#include "probe/prober_internal.h"

/* The interval of asking the kernel for a missing device, and its maximum. */
#define GONE_NS (UINT64_C(500) * BAL_NS_PER_MS)
#define GONE_MAX_NS (UINT64_C(30000) * BAL_NS_PER_MS)

static uint64_t
at_most(uint64_t a, uint64_t most)
{
	return a < most ? a : most;
}

bool
bal_line_look(struct line *l)
{
	/* The socket with the error may be bound to the old device. */
	bal_line_close_socket(l);
	if (bal_devsock_there(l->p.dev, l->p.ifindex) != 0)
		return false;
	bal_line_drop_asking(l, true);
	l->gone = true;
	l->gone_pause_ns = GONE_NS;
	l->look_ns = l->prober->now_ns + l->gone_pause_ns;
	bal_line_gone(l, "no such device");
	return true;
}

void
bal_line_look_again(struct line *l)
{
	const uint64_t now = l->prober->now_ns;

	if (!l->gone || l->look_ns > now)
		return;
	if (bal_devsock_there(l->p.dev, l->p.ifindex) > 0) {
		l->gone = false;
		l->due_ns = now;
		return;
	}
	l->gone_pause_ns = at_most(2 * l->gone_pause_ns, GONE_MAX_NS);
	l->look_ns = now + l->gone_pause_ns;
}
