// SPDX-License-Identifier: GPL-2.0-or-later
/* nft_build - parts of our nftables table while it is made; pure. */
#include "firewall/nft_build.h"

const char *
bal_nft_set_name(enum bal_nft_set set)
{
	static const char *const names[BAL_NFT_SET_MAX] = {
		[BAL_NFT_ARRIVE] = "arrive",
		[BAL_NFT_LEAVE] = "leave",
		[BAL_NFT_RESTORE] = "restore",
		[BAL_NFT_UPLINKS] = "uplinks",
		[BAL_NFT_ALIVE] = "alive",
		[BAL_NFT_REMEMBER] = "remember",
	};

	return names[set];
}

bool
bal_nft_by_device(enum bal_nft_set set)
{
	return set == BAL_NFT_ARRIVE || set == BAL_NFT_LEAVE ||
	       set == BAL_NFT_UPLINKS;
}

bool
bal_nft_is_map(enum bal_nft_set set)
{
	return set != BAL_NFT_UPLINKS;
}

bool
bal_nft_draws(const struct bal_fw_model *model)
{
	for (size_t i = 0; !model->no_draws && i < model->classes.n; i++)
		if (model->classes.v[i].draws.n)
			return true;
	return false;
}

void
bal_nft_add_chain(struct bal_nft_building *m, const char *name, enum bal_nft_hook hook)
{
	struct bal_nft_chain *c = BAL_PUSH(m->arena, &m->out->chains);

	if (!c)
		return;
	(void)bal_copy(c->name, sizeof(c->name), name);
	c->hook = hook;
}

struct bal_nft_rule *
bal_nft_add_rule(struct bal_nft_building *m, const char *chain,
		 enum bal_nft_form form, uint32_t mark)
{
	struct bal_nft_rule *r = BAL_PUSH(m->arena, &m->out->rules);

	if (!r)
		return NULL;
	(void)bal_copy(r->chain, sizeof(r->chain), chain);
	r->form = form;
	r->mark = mark;
	return r;
}

struct bal_nft_elem *
bal_nft_add_elem(struct bal_nft_building *m, enum bal_nft_set set,
		 const char *dev, const char *chain)
{
	struct bal_nft_elem *e = BAL_PUSH(m->arena, &m->out->elems);

	m->out->sets[set] = true;
	if (!e)
		return NULL;
	e->set = set;
	(void)bal_copy(e->dev, sizeof(e->dev), dev);
	(void)bal_copy(e->chain, sizeof(e->chain), chain);
	return e;
}
