// SPDX-License-Identifier: GPL-2.0-or-later
/* diff - orders the difference; sysctls, rules and chains. Pure. */
#include "diff.h"

#include <stdlib.h>
#include <string.h>

struct bal_op *
bal_diff_add(struct bal_diff *d, enum bal_stage stage, enum bal_op_kind kind)
{
	struct bal_op *op = BAL_PUSH(d->arena, &d->stage[stage]);

	if (op)
		op->kind = kind;
	return op;
}

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
number_cmp(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static int
rule_cmp(const struct bal_rule *a, const struct bal_rule *b)
{
	int c = number_cmp(a->priority, b->priority);

	if (!c)
		c = bal_addr_cmp(&a->src, &b->src);
	if (!c)
		c = number_cmp(a->mark, b->mark);
	if (!c)
		c = strcmp(a->oif, b->oif);
	if (!c)
		c = number_cmp(a->table, b->table);
	if (!c)
		c = bal_addr_cmp(&a->dst, &b->dst);
	if (!c)
		c = strcmp(a->iif, b->iif);
	if (!c)
		c = number_cmp(a->mask, b->mask);
	if (!c)
		c = number_cmp(a->target, b->target);
	if (!c)
		c = number_cmp((uint64_t)a->action, (uint64_t)b->action);
	if (!c)
		c = number_cmp(a->invert, b->invert);
	if (!c)
		c = a->suppress_prefixlen - b->suppress_prefixlen;
	return c;
}

static int
by_rule(const void *a, const void *b)
{
	return rule_cmp(*(const struct bal_rule *const *)a,
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

/* A goto must find its target: high priorities first. */
static int
targets_first(const void *a, const void *b)
{
	const struct bal_op *x = a, *y = b;

	return number_cmp(y->rule.priority, x->rule.priority);
}

/* `from A unreachable` must not outlive `from A lookup DEV`. */
static int
barriers_first(const void *a, const void *b)
{
	const struct bal_op *x = a, *y = b;
	bool bx = x->rule.action == BAL_RULE_UNREACHABLE;
	bool by = y->rule.action == BAL_RULE_UNREACHABLE;

	return bx != by ? by - bx :
			  number_cmp(x->rule.priority, y->rule.priority);
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
				      rule_cmp(want[i], have[k]);

		if (c < 0)
			rule_op(d, BAL_OP_RULE_ADD, want[i++]);
		else if (c > 0)
			rule_op(d, BAL_OP_RULE_DEL, have[k++]);
		else
			i++, k++;
	}
	if (add->n)
		qsort(add->v, add->n, sizeof(*add->v), targets_first);
	if (del->n)
		qsort(del->v, del->n, sizeof(*del->v), barriers_first);
}

static bool
same_xmark(const struct bal_xmark *a, const struct bal_xmark *b)
{
	return a->used == b->used && a->invert == b->invert &&
	       a->value == b->value && a->mask == b->mask;
}

static bool
same_xrule(const struct bal_xrule *a, const struct bal_xrule *b)
{
	return a->target == b->target && strcmp(a->in, b->in) == 0 &&
	       strcmp(a->out, b->out) == 0 && a->state_new == b->state_new &&
	       same_xmark(&a->mark, &b->mark) &&
	       same_xmark(&a->connmark, &b->connmark) &&
	       a->set_mark == b->set_mark && a->set_mask == b->set_mask &&
	       strcmp(a->chain, b->chain) == 0;
}

bool
bal_chain_same(const struct bal_chain *want, const struct bal_chain *have)
{
	if (have->n_jumps != 1 || strcmp(want->parent, have->parent) != 0 ||
	    want->rules.n != have->rules.n)
		return false;
	for (size_t i = 0; i < want->rules.n; i++)
		if (!same_xrule(&want->rules.v[i], &have->rules.v[i]))
			return false;
	return true;
}

static const struct bal_chain *
find_chain(const bal_chain_list *list, const struct bal_chain *key)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->v[i].table == key->table &&
		    strcmp(list->v[i].name, key->name) == 0)
			return &list->v[i];
	return NULL;
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
		have = find_chain(present, &wanted->v[i]);
		if (!have || !bal_chain_same(&wanted->v[i], have))
			return true;
	}
	for (size_t i = 0; i < present->n; i++)
		if (present->v[i].table == table &&
		    !find_chain(wanted, &present->v[i]) &&
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
