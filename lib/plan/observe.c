// SPDX-License-Identifier: GPL-2.0-or-later
/* observe - what the kernel shows of the uplinks, into the state; pure. */
#include <string.h>
#include <sys/socket.h>

#include "plan/observe.h"
#include "plan/device.h"
#include "plan/merge.h"

/* Shorter spans say nothing of a line's rate. */
#define RATE_SPAN_MS 500

/* Another device under the same name: it has to prove itself again. */
static void
see_replugged(struct bal_uplink_state *us, const struct bal_link *link)
{
	if (us->ifindex == link->ifindex)
		return;
	us->ifindex = link->ifindex;
	us->counted_ms = 0;
	us->rx_rate = us->tx_rate = 0;
	bal_trace_restart(&us->trace);
	if (us->record.health == BAL_HEALTH_ALIVE ||
	    us->record.health == BAL_HEALTH_DEGRADED)
		us->record = (struct bal_health_record){ 0 };
	us->record6 = (struct bal_health_record){ 0 };
}

/* The values that bal-down puts back: those of before us, read once. */
static void
save_devconf(struct bal_uplink_state *us, const struct bal_link *link)
{
	if (!us->admin_up || !link->has_devconf ||
	    us->saved_ifindex == link->ifindex)
		return;
	us->saved_ifindex = link->ifindex;
	us->saved_mask = (1u << BAL_DC_MAX) - 1;
	memcpy(us->saved, link->devconf, sizeof(us->saved));
}

/* Likewise; also that of one which a package before did not set. */
static void
save_sysctls(struct bal_state *state, const struct bal_conf *conf,
	     const struct bal_sysctl_values *now)
{
	const enum bal_balance kind = bal_state_balance(state, conf);
	const bool spreads = kind == BAL_BALANCE_CONNECTION ||
			     kind == BAL_BALANCE_PACKET;

	for (int i = 0; i < BAL_SYSCTL_MAX && state->n_uplinks; i++)
		if (state->saved_sysctls.of[i] < 0 &&
		    (now->of[i] != bal_sysctls[i].ours ||
		     (i == BAL_SYSCTL_HASH_POLICY && !spreads)))
			state->saved_sysctls.of[i] = now->of[i];
}

static uint64_t
per_second(uint64_t now, uint64_t then, uint64_t span_ms)
{
	return now >= then ? (now - then) * 1000 / span_ms : 0;
}

/* By the clock: the time between two checks is whatever it was. */
static void
count_traffic(struct bal_uplink_state *us, const struct bal_link *link,
	      uint64_t now_ms)
{
	uint64_t span = now_ms - us->counted_ms;

	if (us->counted_ms && span < RATE_SPAN_MS)
		return;
	if (us->counted_ms) {
		if (link->rx_bytes > us->rx_bytes)
			us->heard_ms = now_ms;
		us->rx_rate = per_second(link->rx_bytes, us->rx_bytes, span);
		us->tx_rate = per_second(link->tx_bytes, us->tx_bytes, span);
	}
	us->rx_bytes = link->rx_bytes;
	us->tx_bytes = link->tx_bytes;
	us->counted_ms = now_ms;
	bal_trace_add(&us->trace, now_ms, link->rx_bytes + link->tx_bytes,
		      us->record.health == BAL_HEALTH_DEAD ?
			      0 :
			      us->record.srtt_us);
}

static void
see_address(struct bal_uplink_state *us, const struct bal_conf *conf,
	    const struct bal_snapshot *snap, const struct bal_link *link,
	    struct bal_arena *arena)
{
	const struct bal_ifaddr **addrs;
	const struct bal_settings *said = NULL;
	size_t n;

	addrs = bal_leg_addrs(snap, link->ifindex, AF_INET,
			      &us->learned_gateway, &n, arena);
	if (n > 1)
		said = bal_uplink_said(conf, us, us->name, BAL_SET_GATEWAY);
	if (said && !bal_addr_none(&said->gateway))
		addrs = bal_leg_addrs(snap, link->ifindex, AF_INET,
				      &said->gateway, &n, arena);
	if (n)
		us->learned_addr = addrs[0]->addr;
}

void
bal_state_observe(struct bal_state *state, const struct bal_conf *conf,
		const struct bal_snapshot *snap, struct bal_arena *arena)
{
	for (size_t i = 0; i < state->n_uplinks; i++) {
		struct bal_uplink_state *us = &state->uplinks[i];
		const struct bal_link *link = bal_snapshot_link(snap, us->name);

		if (!link)
			continue;
		see_replugged(us, link);
		us->tun_ifindex = link->tun ? link->ifindex : 0;
		save_devconf(us, link);
		see_address(us, conf, snap, link, arena);
		if (snap->has_stats)
			count_traffic(us, link, snap->now_ms);
	}
	save_sysctls(state, conf, &snap->sysctls);
}
