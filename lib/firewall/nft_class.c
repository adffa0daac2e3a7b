// SPDX-License-Identifier: GPL-2.0-or-later
/* nft_class - classes in our nftables table: what it holds for them; pure. */
#include "firewall/nft_class.h"

#include <inttypes.h>
#include <string.h>

#include "config/policy.h"

#define RULES "rules"

static uint32_t
number_of(const struct bal_nft_building *b, uint32_t mark)
{
	return mark >> __builtin_ctz(b->model->mask);
}

static void
name_chain(const struct bal_nft_building *b, char kind, uint32_t mark,
	   char name[BAL_NFT_NAMELEN])
{
	snprintf(name, BAL_NFT_NAMELEN, "%c%" PRIu32, kind, number_of(b, mark));
}

static struct bal_nft_rule *
add_going(struct bal_nft_building *b, const char *chain, enum bal_nft_form form,
	  const char *to)
{
	struct bal_nft_rule *r = bal_nft_add_rule(b, chain, form, 0);

	if (r)
		(void)bal_copy(r->to, sizeof(r->to), to);
	return r;
}

static void
add_of_map(struct bal_nft_building *b, const char *chain,
	   enum bal_nft_form form, uint32_t tag, const char *map)
{
	struct bal_nft_rule *r = bal_nft_add_rule(b, chain, form, tag);

	if (r)
		(void)bal_copy(r->map, sizeof(r->map), map);
}

static void
keep(struct bal_nft_building *b, const char *name, uint32_t sticky_ms)
{
	struct bal_nft_kept *k;

	for (size_t i = 0; i < b->out->kept.n; i++)
		if (strcmp(b->out->kept.v[i].name, name) == 0)
			return;
	k = BAL_PUSH(b->arena, &b->out->kept);
	if (!k)
		return;
	(void)bal_copy(k->name, sizeof(k->name), name);
	k->sticky_ms = sticky_ms;
}

/* Two rules that lead to one group have the same ones. */
static void
alive(struct bal_nft_building *b, const struct bal_fw_class *class)
{
	char name[BAL_NFT_NAMELEN];
	struct bal_nft_elem *e;

	b->out->sets[BAL_NFT_ALIVE] = true;
	for (size_t i = 0; i < b->out->elems.n; i++)
		if (b->out->elems.v[i].set == BAL_NFT_ALIVE &&
		    (b->out->elems.v[i].mark & ~b->model->mask) == class->tag)
			return;
	for (size_t i = 0; i < class->members.n; i++) {
		name_chain(b, 'r', class->members.v[i], name);
		e = bal_nft_add_elem(b, BAL_NFT_ALIVE, "", name);
		if (e)
			e->mark = class->members.v[i] | class->tag;
	}
}

/*
 * The mark that the map has is looked up in `alive` by way of the connection's:
 * nft cannot look up what it has looked up.
 */
static void
add_held(struct bal_nft_building *b, const struct bal_fw_class *class,
	 const char *held, const char *map)
{
	bal_nft_add_chain(b, held, BAL_NFT_NO_HOOK);
	(void)bal_nft_add_rule(b, held, BAL_NFT_STICK_ALIVE, 0);
	(void)bal_nft_add_rule(b, held, BAL_NFT_STICK_CLEAR, 0);
	add_of_map(b, held, BAL_NFT_STICK_KEEP, class->tag, map);
	add_of_map(b, held, BAL_NFT_STICK_FORGET, class->tag, map);
}

static void
add_put(struct bal_nft_building *b, const struct bal_fw_class *class,
	const char *map)
{
	char put[BAL_NFT_NAMELEN];
	struct bal_nft_elem *e;

	name_chain(b, 'p', class->mark, put);
	bal_nft_add_chain(b, put, BAL_NFT_NO_HOOK);
	add_of_map(b, put, BAL_NFT_STICK, class->tag, map);
	e = bal_nft_add_elem(b, BAL_NFT_REMEMBER, "", put);
	if (e)
		e->mark = class->mark;
}

static uint32_t
common_divisor(uint32_t a, uint32_t b)
{
	while (b) {
		const uint32_t rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

/* One after the other: of what the ones before have left, its part. */
static void
add_draws(struct bal_nft_building *b, const struct bal_fw_class *class,
	  const char *chain)
{
	uint32_t left = 0;
	char to[BAL_NFT_NAMELEN];

	for (size_t i = 0; i < b->model->aside.n; i++) {
		struct bal_nft_rule *r =
			add_going(b, chain, BAL_NFT_SELECT, "");

		if (r)
			r->select = &b->model->aside.v[i];
	}
	for (size_t i = 0; i < class->draws.n; i++)
		left += class->draws.v[i].weight;
	for (size_t i = 0; i < class->draws.n; i++) {
		const struct bal_fw_draw *draw = &class->draws.v[i];
		const uint32_t part = common_divisor(draw->weight, left);
		struct bal_nft_rule *r;

		name_chain(b, 'r', draw->mark, to);
		r = add_going(b, chain, BAL_NFT_DRAW, to);
		if (!r)
			return;
		r->mark = draw->weight / part;
		r->of = left / part;
		left -= draw->weight;
	}
}

/* The rules of a chain stand together. */
static void
add_class(struct bal_nft_building *b, const struct bal_fw_class *class)
{
	char chain[BAL_NFT_NAMELEN], held[BAL_NFT_NAMELEN], map[BAL_NFT_NAMELEN];
	struct bal_nft_rule *found = NULL;

	name_chain(b, 'k', class->mark, chain);
	name_chain(b, 'h', class->mark, held);
	snprintf(map, sizeof(map), BAL_RULE_STICKY "%s", class->rule);
	if (class->sticky_ms) {
		keep(b, map, class->sticky_ms);
		alive(b, class);
		add_held(b, class, held, map);
		add_put(b, class, map);
	}
	bal_nft_add_chain(b, chain, BAL_NFT_NO_HOOK);
	if (class->sticky_ms)
		found = add_going(b, chain, BAL_NFT_STICK_FOUND, held);
	if (found)
		(void)bal_copy(found->map, sizeof(found->map), map);
	if (class->draws.n && !b->model->no_draws)
		add_draws(b, class, chain);
	(void)bal_nft_add_rule(b, chain, BAL_NFT_MARK_PACKET, class->mark);
	if (class->refuses && !b->model->no_refusal)
		(void)bal_nft_add_rule(b, chain, BAL_NFT_REFUSE, 0);
	(void)bal_nft_add_rule(b, chain, BAL_NFT_ACCEPT, 0);
}

static void
add_select(struct bal_nft_building *b, const struct bal_fw_select *select)
{
	char chain[BAL_NFT_NAMELEN] = "";
	struct bal_nft_rule *r;

	if (select->class)
		name_chain(b, 'k',
			   b->model->classes.v[select->class - 1].mark, chain);
	r = add_going(b, RULES, BAL_NFT_SELECT, chain);
	if (!r)
		return;
	r->select = select;
	if (select->src_set[0])
		keep(b, select->src_set, 0);
	if (select->dst_set[0])
		keep(b, select->dst_set, 0);
}

static bool
sticks(const struct bal_fw_model *model)
{
	for (size_t i = 0; i < model->classes.n; i++)
		if (model->classes.v[i].sticky_ms)
			return true;
	return false;
}

void
bal_nft_add_classes(struct bal_nft_building *b)
{
	const struct bal_fw_model *model = b->model;

	for (size_t i = 0; i < model->classes.n; i++)
		add_class(b, &model->classes.v[i]);
	bal_nft_add_chain(b, RULES, BAL_NFT_NO_HOOK);
	for (size_t i = 0; i < model->selects.n; i++)
		add_select(b, &model->selects.v[i]);
	bal_nft_add_chain(b, "classify", BAL_NFT_CLASSIFY);
	(void)bal_nft_add_rule(b, "classify", BAL_NFT_SKIP_MARKED, 0);
	(void)bal_nft_add_rule(b, "classify", BAL_NFT_SKIP_UPLINKS, 0);
	(void)add_going(b, "classify",
			bal_nft_draws(model) ? BAL_NFT_RULES_IF_FREE :
					       BAL_NFT_RULES_IF_NEW,
			RULES);
	(void)add_going(b, "classify", BAL_NFT_RULES_IF_LEFT, RULES);
	if (!sticks(model))
		return;
	bal_nft_add_chain(b, "remember", BAL_NFT_REMEMBERING);
	(void)bal_nft_add_rule(b, "remember", BAL_NFT_STICK_IF_NEW, 0);
}
