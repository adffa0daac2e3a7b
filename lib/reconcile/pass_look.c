// SPDX-License-Identifier: GPL-2.0-or-later
/* pass_look - reads the kernel once, and recovers a lost state from it. */
#include "kinds/kinds.h"
#include "kinds/smooth.h"
#include "config/globals.h"
#include "netlink/sysctl.h"
#include "reconcile/pass_firewall.h"
#include "plan/merge.h"
#include "reconcile/pass_internal.h"
#include "reconcile/pass_mptcp.h"
#include "reconcile/pass_usage.h"

/* What masquerades is looked at where it may be ours: looking can load it. */
static bool
masquerades(const struct bal_pass *pass)
{
	return pass->in.conf.globals.masquerade ||
	       bal_globals_masquerade6(&pass->in.conf.globals) ||
	       pass->in.state.masquerading;
}

/* IPv6 is looked at where rules of ours are, or are to be. */
static bool
looks_at_rules6(const struct bal_pass *pass)
{
	return pass->in.conf.globals.ipv6 != BAL_IPV6_IGNORE ||
	       pass->in.state.rules6;
}

/* The table that copies is looked at where it is, or is to be. */
static bool
smooths(const struct bal_pass *pass)
{
	const struct bal_conf *conf = &pass->in.conf;
	const struct bal_state *state = &pass->in.state;

	if (state->smoothed || pass->in.state_lost)
		return true;
	for (size_t i = 0; i < conf->n_uplinks; i++)
		if (conf->uplinks[i].set.has & BAL_SET_SMOOTH &&
		    conf->uplinks[i].set.smooth != BAL_SMOOTH_NO)
			return true;
	for (size_t i = 0; i < state->n_uplinks; i++)
		if (state->uplinks[i].options.has & BAL_SET_SMOOTH &&
		    state->uplinks[i].options.smooth != BAL_SMOOTH_NO)
			return true;
	return false;
}

static bool
looks_at_routes6(const struct bal_pass *pass)
{
	return pass->in.conf.globals.ipv6 == BAL_IPV6_BALANCE ||
	       pass->in.state.routes6;
}

/* Only nftables keeps marks of IPv6. */
static bool
needs_nft(const struct bal_conf *conf)
{
	return bal_policy_of_nft(&conf->policy) ||
	       conf->globals.packet_server ||
	       conf->globals.ipv6 == BAL_IPV6_BALANCE;
}

static int
take_snapshot(struct bal_pass *pass, struct bal_err *err)
{
	const struct bal_state *state = &pass->in.state;
	uint32_t tables[BAL_UPLINKS_MAX + BAL_GROUP_STATES_MAX + 1];
	struct bal_snapshot_want want = { .kinds = bal_kinds,
					  .tables = tables,
					  .whole = pass->session.want_whole,
					  .stats = pass->session.want_stats ||
						   bal_pass_has_caps(pass) };
	const struct bal_globals *g = &pass->in.conf.globals;
	const struct bal_fw_proof proof = bal_pass_proof(pass);
	const struct bal_fw_proof copied = bal_pass_smooth_proof(pass);

	for (size_t i = 0; i < state->n_uplinks; i++)
		tables[want.n_tables++] = state->uplinks[i].table;
	for (size_t i = 0; i < state->n_groups; i++)
		tables[want.n_tables++] = state->groups[i].table;
	tables[want.n_tables++] = state->balancing_table;
	if (!pass->session.no_chains)
		want.firewall =
			bal_fw_choose(g->firewall, state->uses_nft,
				      needs_nft(&pass->in.conf));
	want.destinations = (struct bal_prefixes){ g->destinations,
						   g->n_destinations };
	want.fw_scope.gently = pass->session.gently;
	/* What bal-doctor says or -v prints comes from a whole look. */
	if (!pass->session.gently && !pass->session.out)
		want.fw_scope.proof = &proof;
	want.fw_scope.masquerade = masquerades(pass);
	want.fw_scope.draws = g->packet_server;
	want.fw_scope.refuses = bal_policy_closes(&pass->in.conf.policy);
	want.rules6 = looks_at_rules6(pass);
	want.routes6 = looks_at_routes6(pass);
	want.steer = pass->in.state.steered;
	want.mptcp = g->mptcp || state->mptcp;
	want.smooth = !pass->session.no_chains && smooths(pass);
	if (!pass->session.out)
		want.smooth_proof = &copied;
	if (bal_snapshot_read(&pass->snap, pass->session.nl, &want, &pass->arena,
			      err) < 0)
		return -1;
	pass->snap.nft_unread = pass->session.no_chains && state->uses_nft;
	return 0;
}

/*
 * Likewise of IPv6, where ours stand; accept_ra is left, since the box would
 * lose its routers by a 1 that was none.
 */
static void
assume_saved6(struct bal_uplink_state *us, const struct bal_link *link)
{
	if (us->saved6_ifindex || !link->has_ipv6 ||
	    link->devconf6[BAL_DC6_OIF_ADDRS] != 1)
		return;
	us->saved6_ifindex = link->ifindex;
	for (int i = BAL_DC6_OIF_ADDRS; i < BAL_DC6_MAX; i++) {
		char name[80];

		snprintf(name, sizeof(name), "net/ipv6/conf/default/%s",
			 bal_devconf6_name(i));
		us->saved6[i] = (uint32_t)(bal_sysctl_read(name) + 1);
	}
}

/*
 * The original values were lost with the state.  A new device's defaults come
 * closest; bal-down restores them where our values still stand.
 */
static void
assume_saved(struct bal_pass *pass)
{
	for (size_t i = 0; i < pass->in.state.n_uplinks; i++) {
		struct bal_uplink_state *us = &pass->in.state.uplinks[i];
		const struct bal_link *link;

		link = bal_snapshot_link(&pass->snap, us->name);
		if (!link || !us->partial || us->saved_mask)
			continue;
		us->saved_ifindex = us->ifindex = link->ifindex;
		if (link->ipv6_off &&
		    bal_uplink_settings(&pass->in.conf, us, us->name).ipv6 ==
			    BAL_IPV6_BLOCK)
			us->ipv6_ifindex = link->ifindex;
		assume_saved6(us, link);
		for (int dc = 0; dc < BAL_DC_MAX; dc++) {
			us->saved[dc] = bal_devconf_read("default", dc);
			if (us->saved[dc] >= 0)
				us->saved_mask |= 1u << dc;
		}
	}
}

/* The kernel's defaults, where our values stand. */
static void
assume_saved_sysctls(struct bal_state *state,
		     const struct bal_sysctl_values *now)
{
	for (int i = 0; i < BAL_SYSCTL_MAX; i++)
		if (now->of[i] == bal_sysctls[i].ours)
			state->saved_sysctls.of[i] = bal_sysctls[i].initial;
}

static int
recover(struct bal_pass *pass, struct bal_err *err)
{
	const bool none = pass->in.state.n_uplinks == 0;

	if (bal_state_recover(&pass->in.state, &pass->in.conf, &pass->snap, err) < 0)
		return -1;
	assume_saved(pass);
	/* The configuration may contradict the recovered uplinks. */
	bal_pass_reconcile_conf(&pass->session, &pass->in);
	/* More may be ours than what was looked at. */
	if (!pass->in.state.n_uplinks)
		return 0;
	if (take_snapshot(pass, err) < 0)
		return -1;
	bal_pass_assume_mptcp(pass);
	if (none)
		assume_saved_sysctls(&pass->in.state, &pass->snap.sysctls);
	return 0;
}

int
bal_pass_see(struct bal_pass *pass, struct bal_err *err)
{
	if (take_snapshot(pass, err) < 0)
		return -1;
	if (pass->in.state_lost) {
		pass->in.state_lost = false;
		pass->in.state.smoothed = bal_kinds_smoothed(&pass->snap);
		if (recover(pass, err) < 0)
			return -1;
	}
	return bal_pass_check_nft(&pass->session, &pass->in,
				  &pass->snap.firewalls, err);
}
