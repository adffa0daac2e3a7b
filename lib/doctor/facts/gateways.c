// SPDX-License-Identifier: GPL-2.0-or-later
/* gateways - the kernel's neighbour entries of gateways. */
#include <linux/neighbour.h>
#include <string.h>
#include <sys/socket.h>

#include "doctor/facts/internal.h"

/* The state of an entry, NUD_*, from the answer to a request for it. */
static void
on_neighbour(const struct nlmsghdr *h, void *arg)
{
	const struct ndmsg *ndm = NLMSG_DATA(h);
	unsigned *state = arg;

	if (h->nlmsg_type == RTM_NEWNEIGH &&
	    h->nlmsg_len >= NLMSG_LENGTH(sizeof(*ndm)))
		*state = ndm->ndm_state;
}

/*
 * The neighbour state of @up's gateway; 0: it has none, or the kernel (before
 * Linux 5.0) answers for all neighbours only, and it is unknown.
 */
static unsigned
state_of(const struct bal_uplink *up, struct bal_nl *nl)
{
	struct ndmsg ndm = {
		.ndm_family = AF_INET,
		.ndm_ifindex = up->ifindex,
	};
	struct bal_err ignored;
	struct bal_nlmsg req;
	unsigned state = 0;

	bal_nlmsg_init(&req, RTM_GETNEIGH, 0, &ndm, sizeof(ndm));
	bal_nlmsg_put(&req, NDA_DST, up->v4.gateway.bytes, 4);
	(void)bal_nl_get(nl, &req, on_neighbour, &state, &ignored);
	return state;
}

void
bal_facts_gateways(struct bal_facts *f, struct bal_nl *nl)
{
	for (size_t i = 0; i < f->uplinks->n; i++) {
		const struct bal_uplink *up = &f->uplinks->v[i];
		const char **slot;

		if (!up->admin_up || !up->v4.usable || up->no_arp ||
		    bal_addr_none(&up->v4.gateway) ||
		    !(state_of(up, nl) & (NUD_INCOMPLETE | NUD_FAILED)))
			continue;
		slot = BAL_PUSH(&f->arena, &f->mute);
		if (slot)
			*slot = up->name;
	}
}
