// SPDX-License-Identifier: GPL-2.0-or-later
/* diff - orders the difference; sysctls and chains.  Pure. */
#include "plan/diff.h"

#include "plan/diff_internal.h"

static void
diff_devconf(struct bal_diff *d, const struct bal_devconf_set *want)
{
	const struct bal_link *link;
	struct bal_op *op;
	unsigned mask = 0;

	link = bal_snapshot_ifindex(d->snap, want->ifindex);
	if (!link || !link->has_devconf)
		return;
	for (int i = 0; i < BAL_DC_MAX; i++)
		if ((want->mask & (1u << i)) &&
		    link->devconf[i] != want->value[i])
			mask |= 1u << i;
	if (!mask)
		return;
	op = bal_diff_add(d,
			  want->restore ? BAL_STAGE_RESTORE : BAL_STAGE_SYSCTL,
			  BAL_OP_DEVCONF);
	if (op) {
		op->devconf = *want;
		op->devconf.mask = mask;
	}
}

/* What the administrator set since then is not ours to put back. */
static void
diff_sysctl(struct bal_diff *d, enum bal_sysctl which, int32_t want)
{
	const int32_t ours = bal_sysctls[which].ours;
	const int32_t now = d->snap->sysctls.of[which];
	const bool restore = want != ours;
	struct bal_op *op;

	if (want < 0 || now < 0 || want == now || (restore && now != ours))
		return;
	op = bal_diff_add(d, restore ? BAL_STAGE_RESTORE : BAL_STAGE_SYSCTL,
			  BAL_OP_SYSCTL);
	if (op)
		op->sysctl = (struct bal_sysctl_set){ which, want };
}

/* What is left of a chain of ours that a foreign rule jumps to. */
static bool
is_empty(const struct bal_chain *have)
{
	return have->rules.n == 0 && have->n_jumps == 0;
}

static bool
chains_differ(const struct bal_diff *d, const bal_chain_list *wanted,
	      enum bal_xtable table)
{
	const bal_chain_list *present = &d->snap->chains;

	for (size_t i = 0; i < wanted->n; i++) {
		const struct bal_chain *have;

		if (wanted->v[i].table != table)
			continue;
		have = bal_chain_find(present, &wanted->v[i]);
		if (!have || !bal_chain_same(&wanted->v[i], have))
			return true;
	}
	for (size_t i = 0; i < present->n; i++)
		if (present->v[i].table == table &&
		    !bal_chain_find(wanted, &present->v[i]) &&
		    !is_empty(&present->v[i]))
			return true;
	return false;
}

static void
diff_chains(struct bal_diff *d, const bal_chain_list *wanted)
{
	for (int t = 0; t < BAL_XTABLE_MAX; t++) {
		struct bal_op *op;

		if (!d->snap->has_xtable[t] || !chains_differ(d, wanted, t))
			continue;
		op = bal_diff_add(d, BAL_STAGE_CHAINS, BAL_OP_CHAINS);
		if (op)
			op->xtable = t;
	}
}

int
bal_diff_make(const struct bal_plan *plan, const struct bal_snapshot *snap,
	      uint32_t balancing, bool objects, struct bal_arena *arena,
	      bal_op_list *out, struct bal_err *err)
{
	struct bal_diff d = { .snap = snap,
			      .rules = &plan->rules,
			      .balancing = balancing,
			      .objects = objects,
			      .arena = arena };
	bal_route_list routes = plan->routes;

	for (int i = 0; i < BAL_SYSCTL_MAX; i++)
		diff_sysctl(&d, i, plan->sysctls.of[i]);
	for (size_t i = 0; i < plan->devconf.n; i++)
		diff_devconf(&d, &plan->devconf.v[i]);
	bal_diff_nexthops(&d, &routes);
	bal_diff_routes(&d, &routes);
	bal_diff_rules(&d, &plan->rules);
	diff_chains(&d, &plan->chains);
	for (int s = 0; s < BAL_STAGE_MAX; s++) {
		for (size_t i = 0; i < d.stage[s].n; i++) {
			struct bal_op *op = BAL_PUSH(arena, out);

			if (op)
				*op = d.stage[s].v[i];
		}
	}
	return arena->oom ? bal_err_nomem(err) : 0;
}
