// SPDX-License-Identifier: GPL-2.0-or-later
/* rule - policy rules: what is missing is added, what is too many goes. */
#include <inttypes.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/order.h"
#include "kinds/internal.h"
#include "kinds/rule.h"
#include "netlink/read.h"
#include "netlink/write.h"
#include "plan/stages.h"

/* A kernel without IPv6 has no rules of it, and needs none. */
static int
read_rules6(struct bal_reading *r, struct bal_err *err)
{
	int rc;

	if (!r->want->rules6)
		return 0;
	rc = bal_nl_rules_of(r->nl, AF_INET6, r->arena, &r->snap->rules6, err);
	r->snap->has_rules6 = rc == BAL_DUMP_DONE;
	return rc < 0 ? -1 : 0;
}

static int
read_rules(struct bal_reading *r, struct bal_err *err)
{
	int rc = bal_nl_rules(r->nl, r->arena, &r->snap->rules, err);

	if (rc == BAL_DUMP_DONE)
		return read_rules6(r, err);
	return rc == BAL_DUMP_ABSENT ?
		       bal_err(err, BAL_EUNAVAIL,
			       "the kernel has no policy routing "
			       "(CONFIG_IP_MULTIPLE_TABLES)") :
		       rc;
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
	bal_sort(v, *n, sizeof(*v), by_rule);
	return v;
}

static void
rule_op(struct bal_diff *d, enum bal_verb verb, const struct bal_rule *r)
{
	struct bal_op *op = bal_diff_add(
		d, verb == BAL_ADD ? BAL_STAGE_RULE : BAL_STAGE_UNRULE,
		&bal_kind_rule, verb);

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
bal_rules_lead_to(const bal_rule_list *rules, const struct bal_addr *prefix)
{
	for (size_t i = 0; i < rules->n; i++)
		if (rules->v[i].protocol == BAL_PROTO &&
		    is_goto(&rules->v[i]) &&
		    bal_addr_cmp(&rules->v[i].dst, prefix) == 0)
			return true;
	return false;
}

bool
bal_rules_look_up(const bal_rule_list *rules, uint32_t table)
{
	for (size_t i = 0; i < rules->n; i++)
		if (rules->v[i].protocol == BAL_PROTO &&
		    rules->v[i].action == BAL_RULE_LOOKUP &&
		    rules->v[i].table == table)
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
append_again(struct bal_diff *d, const bal_rule_list *present,
	     const struct bal_rule *r)
{
	if (!is_entry(r) || !is_overtaken(present, r))
		return;
	rule_op(d, BAL_ADD, r);
	rule_op(d, BAL_DEL, r);
}

/* What is missing of @plan, and too many in @present: both of one family. */
static void
compare(struct bal_diff *d, const bal_rule_list *plan,
	const bal_rule_list *present)
{
	const struct bal_rule **want, **have;
	size_t n_want, n_have, i = 0, k = 0;

	want = sorted_rules(d, plan, &n_want);
	have = sorted_rules(d, present, &n_have);
	if (!want || !have)
		return;
	while (i < n_want || k < n_have) {
		int c = i == n_want ? 1 :
			k == n_have ? -1 :
				      bal_rule_cmp(want[i], have[k]);

		if (c < 0)
			rule_op(d, BAL_ADD, want[i++]);
		else if (c > 0)
			rule_op(d, BAL_DEL, have[k++]);
		else
			append_again(d, present, want[i++]), k++;
	}
}

/* A family's own operations in their order: those of @stage behind @from. */
static void
arrange(struct bal_diff *d, enum bal_stage stage, size_t from)
{
	const bool comes = stage == BAL_STAGE_RULE;
	const bal_op_list *ops = &d->stage[stage];
	const bal_op_list own = { .v = ops->v + from, .n = ops->n - from };
	int (*order)(const void *a, const void *b);

	if (own.n == 0)
		return;
	if (is_of_a_block(&own))
		order = comes ? as_a_block_comes : as_a_block_goes;
	else
		order = comes ? as_walked : against_the_walk;
	qsort(own.v, own.n, sizeof(*own.v), order);
}

static void
diff_family(struct bal_diff *d, const bal_rule_list *plan,
	    const bal_rule_list *present)
{
	const size_t added = d->stage[BAL_STAGE_RULE].n;
	const size_t deleted = d->stage[BAL_STAGE_UNRULE].n;

	compare(d, plan, present);
	arrange(d, BAL_STAGE_RULE, added);
	arrange(d, BAL_STAGE_UNRULE, deleted);
}

static void
diff_rules(struct bal_diff *d, const void *seen)
{
	const struct bal_snapshot *snap = d->world->snap;

	(void)seen;
	diff_family(d, &d->plan->rules, &snap->rules);
	if (snap->has_rules6)
		diff_family(d, &d->plan->rules6, &snap->rules6);
}

static void
encode(const struct bal_op *op, struct bal_nlmsg *out)
{
	bal_nl_encode_rule(&op->rule, op->verb, out);
}

static void
print(FILE *out, const struct bal_op *op)
{
	fprintf(out, "ip %srule %s ", op->rule.family == AF_INET6 ? "-6 " : "",
		op->verb == BAL_DEL ? "del" : "add");
	bal_print_rule(out, &op->rule);
	fputc('\n', out);
}

static void
describe(const struct bal_op *op, char *buf, size_t size)
{
	snprintf(buf, size, "%s %srule %" PRIu32,
		 op->verb == BAL_DEL ? "delete" : "add",
		 op->rule.family == AF_INET6 ? "IPv6 " : "", op->rule.priority);
}

const struct bal_kind bal_kind_rule = {
	.read = read_rules,
	.diff = diff_rules,
	.encode = encode,
	.print = print,
	.describe = describe,
};
