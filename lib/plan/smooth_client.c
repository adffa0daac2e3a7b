// SPDX-License-Identifier: GPL-2.0-or-later
/* smooth_client - what a tunnel's own datagrams look like; pure. */
#include <netinet/in.h>
#include <sys/socket.h>

#include "plan/smooth.h"

/* Does a device other than @line's hold @addr? */
static bool
is_elsewhere(const struct bal_holders *all, const struct bal_addr *addr,
	     const struct bal_uplink *line)
{
	const struct bal_holders same = bal_holders_of(all, addr);

	for (size_t i = 0; i < same.n; i++)
		if (same.v[i]->ifindex != line->ifindex)
			return true;
	return false;
}

/* As its hook said. */
static enum bal_smooth_lack
of_openvpn(struct bal_smoothing *s, const struct bal_uplink_state *us)
{
	if (us->learned_proto == IPPROTO_TCP)
		return BAL_SMOOTH_TCP;
	if (!us->learned_port || us->learned_proto != IPPROTO_UDP ||
	    us->learned_server.family != AF_INET)
		return BAL_SMOOTH_UNKNOWN;
	if (us->learned_local.family != AF_INET)
		return BAL_SMOOTH_BIND_DEV;
	s->source = us->learned_local;
	s->server = bal_addr_host(&us->learned_server);
	s->port = (uint16_t)us->learned_port;
	return BAL_SMOOTH_LACKS_NOTHING;
}

/* The address of @line, also while its device is gone. */
static struct bal_addr
address_of(const struct bal_uplink *line)
{
	const struct bal_ifaddr *own = bal_uplink_addr(line);

	return own ? bal_addr_host(&own->addr) : line->v4.absent_addr;
}

/* The one peer of device @ifindex. */
static enum bal_smooth_lack
find_peer(const bal_wg_list *all, int ifindex, const struct bal_wg_peer **out)
{
	*out = NULL;
	for (size_t i = 0; i < all->n; i++) {
		if (all->v[i].ifindex != ifindex)
			continue;
		if (*out)
			return BAL_SMOOTH_PEERS;
		*out = &all->v[i];
	}
	if (!*out || !(*out)->own_port || bal_addr_none(&(*out)->endpoint))
		return BAL_SMOOTH_NO_ENDPOINT;
	return (*out)->endpoint.family == AF_INET ? BAL_SMOOTH_LACKS_NOTHING :
						    BAL_SMOOTH_ENDPOINT6;
}

/* Without privilege the kernel says nothing of peers; a rule of ours does. */
static void
recall(struct bal_smoothing *s, const struct bal_uplink *line,
       const bal_rule_list *rules)
{
	for (size_t i = 0; i < rules->n; i++) {
		const struct bal_rule *r = &rules->v[i];

		if (r->protocol != BAL_PROTO || r->table != line->table ||
		    !r->iif[0] || !r->ip_proto)
			continue;
		s->server = r->dst;
		s->port = r->dport.first;
		s->own_port = r->sport.first;
	}
}

static enum bal_smooth_lack
of_wireguard(struct bal_smoothing *s, const struct bal_uplink *up,
	     const struct bal_uplink *line, const struct bal_snapshot *snap)
{
	const struct bal_wg_peer *peer;
	enum bal_smooth_lack lack;

	s->source = address_of(line);
	if (bal_addr_none(&s->source))
		return BAL_SMOOTH_NO_LINE;
	if (!snap->has_peers) {
		recall(s, line, &snap->rules);
		return BAL_SMOOTH_LACKS_NOTHING;
	}
	lack = find_peer(&snap->peers, up->ifindex, &peer);
	if (lack != BAL_SMOOTH_LACKS_NOTHING)
		return lack;
	s->server = peer->endpoint;
	s->port = peer->port;
	s->own_port = peer->own_port;
	return BAL_SMOOTH_LACKS_NOTHING;
}

enum bal_smooth_lack
bal_smooth_client(struct bal_uplink *up, const struct bal_uplink_state *us,
		  const struct bal_uplink *line,
		  const struct bal_snapshot *snap,
		  const struct bal_holders *all)
{
	struct bal_smoothing *s = &up->smoothing;
	enum bal_smooth_lack lack;

	if (up->base)
		return BAL_SMOOTH_NO_TUNNEL;
	if (up->over_any)
		return BAL_SMOOTH_MANY_LINES;
	if (!line || !line->admin_up || !line->base)
		return BAL_SMOOTH_NO_LINE;
	lack = up->link && up->link->wireguard ?
		       of_wireguard(s, up, line, snap) :
		       of_openvpn(s, us);
	if (lack == BAL_SMOOTH_LACKS_NOTHING &&
	    is_elsewhere(all, &s->source, line))
		return BAL_SMOOTH_MOVED;
	return lack;
}
