// SPDX-License-Identifier: GPL-2.0-or-later
/* diff - orders the difference; sysctls, rules and chains. Pure. */
#include "plan/diff.h"

#include <stdlib.h>
#include <string.h>

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

static int
by_rule(const void *a, const void *b)
{
	return bal_rule_cmp(*(const struct bal_rule *const *)a,
			    *(const struct bal_rule *const *)b);
}

/* Pointers to those of @list that are ours, sorted. */
static const struct bal_rule **
sorted_rules(struct bal_diff *d, const bal_rule_list *list, size_t *n)
{
	const struct bal_rule **v;

	*n = 0;
	v = bal_arena_alloc(d->arena, (list->n + 1) * sizeof(*v));
	if (!v)
		return NULL;
	for (size_t i = 0; i < list->n; i++)
		if (list->v[i].protocol == BAL_PROTO)
			v[(*n)++] = &list->v[i];
	qsort(v, *n, sizeof(*v), by_rule);
	return v;
}

static void
rule_op(struct bal_diff *d, enum bal_op_kind kind, const struct bal_rule *r)
{
	struct bal_op *op = bal_diff_add(
		d, kind == BAL_OP_RULE_ADD ? BAL_STAGE_RULE : BAL_STAGE_UNRULE,
		kind);

	if (op)
		op->rule = *r;
}

static int
priority_cmp(const struct bal_rule *a, const struct bal_rule *b)
{
	return a->priority < b->priority ? -1 : a->priority > b->priority;
}

static bool
is_goto(const struct bal_rule *r)
{
	return r->action == BAL_RULE_GOTO;
}

static bool
is_entry(const struct bal_rule *r)
{
	return is_goto(r) && r->priority == BAL_RULE_ENTRY;
}

bool
bal_diff_leads_to(const bal_rule_list *rules, const struct bal_addr *prefix)
{
	for (size_t i = 0; i < rules->n; i++)
		if (rules->v[i].protocol == BAL_PROTO &&
		    is_goto(&rules->v[i]) &&
		    bal_addr_cmp(&rules->v[i].dst, prefix) == 0)
			return true;
	return false;
}

/* What a rule is to others, as far as their order matters. */
enum part {
	PART_NOP,
	PART_DECIDES,
	PART_GOTO,
	PART_PAST_MAIN, /* `to SUBNET lookup main`, and its `goto` */
	PART_ENTRY,
	PART_MAX,
};

static enum part
part_of(const struct bal_rule *r)
{
	if (is_entry(r))
		return PART_ENTRY;
	if (!bal_addr_none(&r->dst) &&
	    (is_goto(r) || r->table == BAL_TABLE_MAIN))
		return PART_PAST_MAIN;
	if (is_goto(r))
		return PART_GOTO;
	return r->action == BAL_RULE_NOP ? PART_NOP : PART_DECIDES;
}

/*
 * In the order in which a packet meets them, so that no default comes before
 * what it must not win over (`lookup main` before all else), and `from A
 * unreachable` behind `from A lookup DEV`.  Gotos then, their targets first:
 * a packet that does not jump is only slower.  A subnet passes main by when
 * its own rules are there, the inner one first.  The way in is the last.
 */
static int
as_walked(const void *a, const void *b)
{
	const struct bal_rule *x = &((const struct bal_op *)a)->rule;
	const struct bal_rule *y = &((const struct bal_op *)b)->rule;

	if (part_of(x) != part_of(y))
		return (int)part_of(x) - (int)part_of(y);
	return part_of(x) == PART_GOTO ? priority_cmp(y, x) :
					 priority_cmp(x, y);
}

static int
from_the_end(const void *a, const void *b, const int turn[PART_MAX])
{
	const struct bal_rule *x = &((const struct bal_op *)a)->rule;
	const struct bal_rule *y = &((const struct bal_op *)b)->rule;

	if (part_of(x) != part_of(y))
		return turn[part_of(x)] - turn[part_of(y)];
	if (priority_cmp(x, y) != 0)
		return priority_cmp(y, x);
	/* The kernel takes mark 0 in a request for any mark: that one last. */
	return !x->mark - !y->mark;
}

/* Some go: the reverse. */
static int
against_the_walk(const void *a, const void *b)
{
	static const int turn[PART_MAX] = {
		[PART_ENTRY] = 0,   [PART_PAST_MAIN] = 1, [PART_GOTO] = 2,
		[PART_DECIDES] = 3, [PART_NOP] = 4,
	};

	return from_the_end(a, b, turn);
}

/*
 * A whole block goes, another one of ours or main being behind it: each packet
 * meets what it met in the block, or nothing.  So what decides goes from the
 * end, the catch-all first, while gotos still lead past what is not theirs.
 */
static int
as_a_block_goes(const void *a, const void *b)
{
	static const int turn[PART_MAX] = {
		[PART_ENTRY] = 0, [PART_DECIDES] = 1, [PART_PAST_MAIN] = 2,
		[PART_GOTO] = 3,  [PART_NOP] = 4,
	};

	return from_the_end(a, b, turn);
}

/*
 * It comes the same way backwards, maybe in front of one that is in force:
 * `lookup main` must not decide before the subnets pass main by.
 */
static int
as_a_block_comes(const void *a, const void *b)
{
	return as_a_block_goes(b, a);
}

/* Its targets come and go with the whole block only. */
static bool
is_of_a_block(const bal_op_list *ops)
{
	for (size_t i = 0; i < ops->n; i++)
		if (ops->v[i].rule.action == BAL_RULE_NOP)
			return true;
	return false;
}

/* Has somebody made a rule of that very priority since?  It would not count. */
static bool
is_overtaken(const bal_rule_list *present, const struct bal_rule *entry)
{
	bool behind = false;

	for (size_t i = 0; i < present->n; i++) {
		const struct bal_rule *r = &present->v[i];

		if (r->priority != entry->priority)
			continue;
		if (r->protocol == BAL_PROTO)
			behind |= bal_rule_cmp(r, entry) == 0;
		else if (behind)
			return true;
	}
	return false;
}

/* Once more, behind the others; of equal ones the kernel deletes the first. */
static void
append_again(struct bal_diff *d, const struct bal_rule *r)
{
	if (!is_entry(r) || !is_overtaken(&d->snap->rules, r))
		return;
	rule_op(d, BAL_OP_RULE_ADD, r);
	rule_op(d, BAL_OP_RULE_DEL, r);
}

void
bal_diff_rules(struct bal_diff *d, const bal_rule_list *wanted)
{
	bal_op_list *add = &d->stage[BAL_STAGE_RULE];
	bal_op_list *del = &d->stage[BAL_STAGE_UNRULE];
	const struct bal_rule **want, **have;
	size_t n_want, n_have, i = 0, k = 0;

	want = sorted_rules(d, wanted, &n_want);
	have = sorted_rules(d, &d->snap->rules, &n_have);
	if (!want || !have)
		return;
	while (i < n_want || k < n_have) {
		int c = i == n_want ? 1 :
			k == n_have ? -1 :
				      bal_rule_cmp(want[i], have[k]);

		if (c < 0)
			rule_op(d, BAL_OP_RULE_ADD, want[i++]);
		else if (c > 0)
			rule_op(d, BAL_OP_RULE_DEL, have[k++]);
		else
			append_again(d, want[i++]), k++;
	}
	if (add->n)
		qsort(add->v, add->n, sizeof(*add->v),
		      is_of_a_block(add) ? as_a_block_comes : as_walked);
	if (del->n)
		qsort(del->v, del->n, sizeof(*del->v),
		      is_of_a_block(del) ? as_a_block_goes : against_the_walk);
}

/* What is left of a chain of ours that a foreign rule jumps to. */
static bool
is_husk(const struct bal_chain *have)
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
		    !is_husk(&present->v[i]))
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
