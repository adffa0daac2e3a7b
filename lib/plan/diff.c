// SPDX-License-Identifier: GPL-2.0-or-later
/* diff - orders the difference; sysctls and firewalls.  Pure. */
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

static void
diff_part(struct bal_diff *d, const struct bal_fw_held *held, unsigned part,
	  const struct bal_fw_model *want, bool leaving)
{
	struct bal_fw_op *what;
	struct bal_op *op;

	if (!held->have->known[part] ||
	    held->by->same(want, held->have, part))
		return;
	what = bal_arena_alloc(d->arena, sizeof(*what));
	op = bal_diff_add(d, BAL_STAGE_FIREWALL, BAL_OP_FIREWALL);
	if (!what || !op)
		return;
	*what = (struct bal_fw_op){ held->by, part, want, held->have, leaving };
	op->firewall = what;
}

static void
diff_firewall(struct bal_diff *d, const struct bal_fw_held *held,
	      const struct bal_fw_model *want, bool leaving)
{
	for (unsigned part = 0; part < held->by->n_parts; part++)
		diff_part(d, held, part, want, leaving);
}

/*
 * The one in use first; what another still holds of ours goes when it is not
 * needed any more: connections have the same marks by both.
 */
static void
diff_firewalls(struct bal_diff *d, const struct bal_fw_model *wanted)
{
	static const struct bal_fw_model nothing;
	const struct bal_fw_seen *seen = &d->snap->firewalls;

	for (size_t i = 0; i < seen->n; i++)
		if (seen->v[i].by == seen->use)
			diff_firewall(d, &seen->v[i], wanted, false);
	for (size_t i = 0; i < seen->n; i++)
		if (seen->v[i].by != seen->use && bal_fw_holds_marks(seen))
			diff_firewall(d, &seen->v[i], &nothing, true);
}

int
bal_diff_make(const struct bal_plan *plan, const struct bal_snapshot *snap,
	      const bal_group_list *groups, bool objects,
	      struct bal_arena *arena, bal_op_list *out, struct bal_err *err)
{
	struct bal_diff d = { .snap = snap,
			      .rules = &plan->rules,
			      .groups = groups,
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
	diff_firewalls(&d, &plan->firewall);
	for (int s = 0; s < BAL_STAGE_MAX; s++) {
		for (size_t i = 0; i < d.stage[s].n; i++) {
			struct bal_op *op = BAL_PUSH(arena, out);

			if (op)
				*op = d.stage[s].v[i];
		}
	}
	return arena->oom ? bal_err_nomem(err) : 0;
}
