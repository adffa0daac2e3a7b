// SPDX-License-Identifier: GPL-2.0-or-later
/* rules - foreign policy rules, and the routes of their tables. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doctor/facts/internal.h"
#include "kinds/rule.h"
#include "netlink/read.h"

#define KERNELS_MAIN 32766 /* priority of the kernel's `lookup main` */

/* The positions of bal's own rules in the kernel's order. */
struct span {
	size_t first;	 /* the number of all rules where there is none */
	size_t last;	 /* the one that balances */
	uint32_t target; /* target of the first one, if a jump; 0: none */
};

/* Does it match every packet? */
static bool
is_plain(const struct bal_rule *r)
{
	return !r->invert && !r->narrow && bal_addr_none(&r->src) &&
	       bal_addr_none(&r->dst) && !r->iif[0] && !r->oif[0] &&
	       !r->has_mark;
}

static struct span
find_span(const struct bal_facts *f)
{
	const bal_rule_list *rules = &f->snap->rules;
	struct span span = { rules->n, rules->n, 0 };

	for (size_t i = rules->n; i-- > 0;) {
		const struct bal_rule *r = &rules->v[i];

		if (r->protocol != BAL_PROTO)
			continue;
		if (span.last == rules->n && is_plain(r) &&
		    r->action == BAL_RULE_LOOKUP &&
		    r->table == f->state->balancing_table)
			span.last = i;
		span.first = i;
		span.target = is_plain(r) && r->action == BAL_RULE_GOTO ?
				      r->target :
				      0;
	}
	return span;
}

static enum bal_place
place_of(const struct span *span, const struct bal_rule *rule, size_t i)
{
	if (i < span->first)
		return BAL_PLACE_BEFORE;
	if (i > span->last)
		return BAL_PLACE_BEHIND;
	return rule->priority < span->target ? BAL_PLACE_PASSED :
					       BAL_PLACE_AMONG;
}

/* A route with several next hops has no single `dev`. */
static void
note_way(const struct bal_facts *f, struct bal_foreign_rule *found,
	 const struct bal_route *r)
{
	const struct bal_link *link;

	for (size_t i = 1; i < r->n_hops; i++)
		if (r->hops[i].ifindex != r->hops[0].ifindex)
			return;
	link = r->n_hops ? bal_snapshot_ifindex(f->snap, r->hops[0].ifindex) :
			   NULL;
	if (!link)
		return;
	(void)bal_copy(found->dev, sizeof(found->dev), link->name);
	found->gateway = r->hops[0].gateway;
}

static bool
is_of_group(const struct bal_state *state, uint32_t table)
{
	for (size_t i = 0; i < state->n_groups; i++)
		if (state->groups[i].table == table)
			return true;
	return table == state->balancing_table;
}

/* A route by which bal sends what has no uplink: by those that are alive. */
static bool
is_cared_for(const struct bal_facts *f, const struct bal_route *r)
{
	return r->protocol == BAL_PROTO &&
	       (is_of_group(f->state, r->table) ||
		r->table == BAL_TABLE_DEFAULT);
}

/*
 * Has its table a route for most addresses, a default or half of one? Only
 * routes longer than @suppress_prefixlen count.
 */
static void
look_into_table(struct bal_facts *f, struct bal_nl *nl,
		struct bal_foreign_rule *found)
{
	const struct bal_rule *rule = found->rule;
	bal_route_list routes = { 0 };
	struct bal_arena arena = { 0 };
	struct bal_err why = { 0 };

	if (bal_nl_routes(nl, rule->table, &arena, &routes, &why) < 0)
		bal_facts_unseen(f, bal_facts_text(f, "table %u: %s",
						   rule->table, why.msg));
	/* In the kernel's order: the first one wins. */
	for (size_t i = 0; i < routes.n && !found->wide; i++) {
		const struct bal_route *r = &routes.v[i];

		if (r->dst.len > 1 || r->type == BAL_ROUTE_THROW ||
		    (int)r->dst.len <= rule->suppress_prefixlen)
			continue;
		if (is_cared_for(f, r))
			break;
		found->wide = true;
		found->local = r->type == BAL_ROUTE_LOCAL;
		if (r->type == BAL_ROUTE_UNICAST)
			note_way(f, found, r);
	}
	bal_arena_fini(&arena);
}

static const char *
words_of(struct bal_facts *f, const struct bal_rule *rule)
{
	const char *kept = "";
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return kept;
	bal_print_rule(out, rule);
	if (fclose(out) == 0)
		kept = bal_facts_text(f, "%s", text);
	free(text);
	return kept;
}

/* Do they match the same packets? */
static bool
same_match(const struct bal_rule *a, const struct bal_rule *b)
{
	return !a->narrow && !b->narrow && a->invert == b->invert &&
	       bal_addr_cmp(&a->src, &b->src) == 0 &&
	       bal_addr_cmp(&a->dst, &b->dst) == 0 &&
	       strcmp(a->iif, b->iif) == 0 && strcmp(a->oif, b->oif) == 0 &&
	       a->has_mark == b->has_mark && a->mark == b->mark &&
	       a->mask == b->mask;
}

/* Does a goto before number @i skip it for all its packets? */
static bool
is_avoided(const bal_rule_list *rules, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (rules->v[k].action == BAL_RULE_GOTO &&
		    rules->v[k].protocol != BAL_PROTO &&
		    rules->v[k].target > rules->v[i].priority &&
		    same_match(&rules->v[k], &rules->v[i]))
			return true;
	return false;
}

/*
 * Main, default and local as the kernel has them are not foreign.  Table 0 is
 * that of a VRF, whose rule matches nothing else.
 */
static bool
matters(const struct bal_rule *r, enum bal_place place)
{
	if (r->protocol == BAL_PROTO || r->action == BAL_RULE_GOTO ||
	    r->action == BAL_RULE_NOP)
		return false;
	if (r->action != BAL_RULE_LOOKUP)
		return true;
	if (r->table == 0 || (is_plain(r) && r->table == BAL_TABLE_LOCAL))
		return false;
	return !is_plain(r) || r->suppress_prefixlen >= 0 ||
	       (r->table != BAL_TABLE_MAIN && r->table != BAL_TABLE_DEFAULT) ||
	       (r->priority < KERNELS_MAIN &&
		(place == BAL_PLACE_BEFORE || place == BAL_PLACE_AMONG));
}

/* Has @other all that @asked names?  What that leaves out may be anything. */
static bool
answers_to(const struct bal_rule *asked, const struct bal_rule *other)
{
	return asked->priority == other->priority &&
	       asked->action == other->action && asked->table == other->table &&
	       (bal_addr_none(&asked->src) ||
		bal_addr_cmp(&asked->src, &other->src) == 0) &&
	       (bal_addr_none(&asked->dst) ||
		bal_addr_cmp(&asked->dst, &other->dst) == 0) &&
	       (!asked->iif[0] || strcmp(asked->iif, other->iif) == 0) &&
	       (!asked->oif[0] || strcmp(asked->oif, other->oif) == 0) &&
	       (!asked->mark || asked->mark == other->mark) &&
	       (!asked->protocol || asked->protocol == other->protocol);
}

/* The kernel deletes the first rule that matches the request. */
static bool
is_first_answer(const bal_rule_list *rules, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (answers_to(&rules->v[i], &rules->v[k]))
			return false;
	return true;
}

/* Has the name of a device no character that is special to a shell? */
static bool
is_plain_name(const char *dev)
{
	return !dev[strcspn(dev, "\t\n !\"#$&'()*;<=>?[\\]^`{|}~")];
}

static void
put_words(struct bal_facts *f, struct bal_foreign_rule *found, size_t i)
{
	const struct bal_rule *rule = found->rule;

	found->words = words_of(f, rule);
	found->whole = !rule->narrow && rule->action != BAL_RULE_OTHER &&
		       is_first_answer(&f->snap->rules, i) &&
		       is_plain_name(rule->iif) && is_plain_name(rule->oif);
	found->deletion =
		found->whole ?
			bal_facts_text(f, "ip rule del %s", found->words) :
			bal_facts_text(f, "ip rule show priority %u (what is "
					  "to be deleted is there)",
				       rule->priority);
	if (rule->narrow)
		found->words = bal_facts_text(f, "%s, and more asked",
					      found->words);
}

void
bal_facts_rules(struct bal_facts *f, struct bal_nl *nl)
{
	const bal_rule_list *rules = &f->snap->rules;
	const struct span span = find_span(f);

	for (size_t i = 0; i < rules->n; i++) {
		const struct bal_rule *rule = &rules->v[i];
		const enum bal_place place = place_of(&span, rule, i);
		struct bal_foreign_rule *found;

		if (!matters(rule, place) || is_avoided(rules, i))
			continue;
		found = BAL_PUSH(&f->arena, &f->foreign_rules);
		if (!found)
			return;
		found->rule = rule;
		found->place = place;
		put_words(f, found, i);
		if (rule->action == BAL_RULE_LOOKUP)
			look_into_table(f, nl, found);
		else
			found->wide = true;
	}
}
