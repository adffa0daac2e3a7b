// SPDX-License-Identifier: GPL-2.0-or-later
/* pass_look - reads the kernel once, and recovers a lost state from it. */
#include "netlink/sysctl.h"
#include "reconcile/pass_internal.h"

/* What masquerades is looked at where it may be ours: looking can load it. */
static bool
masquerades(const struct bal_pass *pass)
{
	return pass->in.conf.globals.masquerade || pass->in.state.masquerading;
}

static int
take_snapshot(struct bal_pass *pass, struct bal_err *err)
{
	const struct bal_state *state = &pass->in.state;
	uint32_t tables[BAL_UPLINKS_MAX + 1];
	struct bal_snapshot_want want = { .tables = tables,
					  .stats = pass->session.want_stats };

	for (size_t i = 0; i < state->n_uplinks; i++)
		tables[want.n_tables++] = state->uplinks[i].table;
	tables[want.n_tables++] = state->balancing_table;
	if (!pass->session.no_chains)
		want.firewall = bal_fw_choose(pass->in.conf.globals.firewall);
	want.fw_scope.gently = pass->session.gently;
	want.fw_scope.masquerade = masquerades(pass);
	return bal_snapshot_read(&pass->snap, pass->session.nl, &want, &pass->arena,
				 err);
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

/* Tables of uplinks that were recovered from the kernel. */
static int
add_tables(struct bal_pass *pass, struct bal_err *err)
{
	for (size_t i = 0; i < pass->in.state.n_uplinks; i++)
		if (bal_snapshot_add_table(&pass->snap,
					   pass->in.state.uplinks[i].table,
					   &pass->arena, err) < 0)
			return -1;
	return bal_snapshot_add_table(&pass->snap, pass->in.state.balancing_table,
				      &pass->arena, err);
}

static int
recover(struct bal_pass *pass, struct bal_err *err)
{
	const bool none = pass->in.state.n_uplinks == 0, nat = masquerades(pass);

	if (bal_state_recover(&pass->in.state, &pass->in.conf, &pass->snap, err) < 0)
		return -1;
	if (none && pass->in.state.n_uplinks)
		assume_saved_sysctls(&pass->in.state, &pass->snap.sysctls);
	assume_saved(pass);
	/* The configuration may contradict the recovered uplinks. */
	bal_pass_reconcile_conf(&pass->session, &pass->in);
	return nat || !masquerades(pass) ? add_tables(pass, err) :
					 take_snapshot(pass, err);
}

int
bal_pass_see(struct bal_pass *pass, struct bal_err *err)
{
	if (take_snapshot(pass, err) < 0)
		return -1;
	if (!pass->in.state_lost)
		return 0;
	pass->in.state_lost = false;
	return recover(pass, err);
}
