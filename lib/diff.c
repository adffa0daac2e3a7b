// SPDX-License-Identifier: GPL-2.0-or-later
/* diff - orders the difference; sysctls, rules and chains. Pure. */
#include "diff.h"

#include <stdlib.h>
#include <string.h>

#include "diff_parts.h"

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
	op = bal_diff_add(d, want->restore ? BAL_STAGE_RESTORE :
					     BAL_STAGE_SYSCTL,
			  BAL_OP_DEVCONF);
	if (op) {
		op->devconf = *want;
		op->devconf.mask = mask;
	}
}

static void
diff_hash_policy(struct bal_diff *d, int32_t want)
{
	struct bal_op *op;

	if (want < 0 || d->snap->hash_policy < 0 ||
	    want == d->snap->hash_policy)
		return;
	op = bal_diff_add(d, want == 1 ? BAL_STAGE_SYSCTL : BAL_STAGE_RESTORE,
			  BAL_OP_HASH_POLICY);
	if (op)
		op->hash_policy = want;
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
	struct bal_op *op = bal_diff_add(d,
					 kind == BAL_OP_RULE_ADD ?
						 BAL_STAGE_RULE :
						 BAL_STAGE_UNRULE,
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
		if (rules->v[i].protocol == BAL_PROTO && is_goto(&rules->v[i]) &&
		    bal_addr_cmp(&rules->v[i].dst, prefix) == 0)
			return true;
	return false;
}

/*
 * In the order in which a packet meets them, so that no default comes before
 * what it must not win over (`lookup main` before all else), and `from A
 * unreachable` behind `from A lookup DEV`.  Gotos then, their targets first:
 * a packet that does not jump is only slower.  The way in is the last.
 */
static int
as_walked(const void *a, const void *b)
{
	const struct bal_rule *x = &((const struct bal_op *)a)->rule;
	const struct bal_rule *y = &((const struct bal_op *)b)->rule;

	if (is_entry(x) != is_entry(y))
		return is_entry(x) - is_entry(y);
	if (is_goto(x) != is_goto(y))
		return is_goto(x) - is_goto(y);
	return is_goto(x) ? priority_cmp(y, x) : priority_cmp(x, y);
}

/*
 * When one goes, those behind it must be right without it: first the way in,
 * then what decides, from the end, so that a packet either meets what it met
 * or goes on, to another block of ours or to main.  Gotos lead past what
 * decides otherwise: they go behind it, but before `to SUBNET lookup main`,
 * which is theirs.
 */
enum turn { TURN_ENTRY, TURN_DECIDES, TURN_GOTO, TURN_LONGER, TURN_NOP };

static enum turn
turn_of(const struct bal_rule *r)
{
	if (is_entry(r))
		return TURN_ENTRY;
	if (is_goto(r))
		return TURN_GOTO;
	if (r->action == BAL_RULE_NOP)
		return TURN_NOP;
	return !bal_addr_none(&r->dst) && r->table == BAL_TABLE_MAIN ?
		       TURN_LONGER :
		       TURN_DECIDES;
}

static int
against_the_walk(const void *a, const void *b)
{
	const struct bal_rule *x = &((const struct bal_op *)a)->rule;
	const struct bal_rule *y = &((const struct bal_op *)b)->rule;

	if (turn_of(x) != turn_of(y))
		return (int)turn_of(x) - (int)turn_of(y);
	if (priority_cmp(x, y) != 0)
		return priority_cmp(y, x);
	/* The kernel takes mark 0 in a request for any mark: that one last. */
	return !x->mark - !y->mark;
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
		if (r->protocol != BAL_PROTO && behind)
			return true;
		behind |= bal_rule_cmp(r, entry) == 0;
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
		qsort(add->v, add->n, sizeof(*add->v), as_walked);
	if (del->n)
		qsort(del->v, del->n, sizeof(*del->v), against_the_walk);
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

	diff_hash_policy(&d, plan->hash_policy);
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
