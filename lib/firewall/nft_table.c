// SPDX-License-Identifier: GPL-2.0-or-later
/* nft_table - what our nftables table holds for a model; pure. */
#include "firewall/nft_build.h"
#include "firewall/nft_class.h"

#include <inttypes.h>
#include <string.h>

/* A chain of one rule, for the mark's number: a1, c1, r1. */
static void
add_marking(struct bal_nft_building *m, char kind, uint32_t number,
	    enum bal_nft_form form, uint32_t mark,
	    char name[BAL_NFT_NAMELEN])
{
	snprintf(name, BAL_NFT_NAMELEN, "%c%" PRIu32, kind, number);
	bal_nft_add_chain(m, name, BAL_NFT_NO_HOOK);
	(void)bal_nft_add_rule(m, name, form, mark);
}

static uint32_t
number_of(const struct bal_nft_building *m, uint32_t mark)
{
	return mark >> __builtin_ctz(m->model->mask);
}

static void
arrive(struct bal_nft_building *m)
{
	char name[BAL_NFT_NAMELEN];

	for (size_t i = 0; i < m->model->uplinks.n; i++) {
		const struct bal_fw_uplink *up = &m->model->uplinks.v[i];

		add_marking(m, 'a', number_of(m, up->mark), BAL_NFT_MARK_NEW,
			    up->inbound, name);
		(void)bal_nft_add_elem(m, BAL_NFT_ARRIVE, up->dev, name);
	}
}

static void
leave(struct bal_nft_building *m)
{
	char name[BAL_NFT_NAMELEN];

	for (size_t i = 0; i < m->model->uplinks.n; i++) {
		const struct bal_fw_uplink *up = &m->model->uplinks.v[i];

		add_marking(m, 'c', number_of(m, up->mark), BAL_NFT_MARK_CT,
			    up->mark, name);
		(void)bal_nft_add_elem(m, BAL_NFT_LEAVE, up->dev, name);
	}
}

static bool
is_restored(const struct bal_nft_building *m, uint32_t mark)
{
	for (size_t i = m->out->elems.n; i-- > 0;) {
		if (m->out->elems.v[i].set != BAL_NFT_RESTORE)
			return false;
		if (m->out->elems.v[i].mark == mark)
			return true;
	}
	return false;
}

/* Where no room is left above the slots, two of these are one. */
static void
restore_one(struct bal_nft_building *m, uint32_t mark)
{
	char name[BAL_NFT_NAMELEN];
	struct bal_nft_elem *e;

	if (is_restored(m, mark))
		return;
	add_marking(m, 'r', number_of(m, mark), BAL_NFT_MARK_PACKET, mark,
		    name);
	e = bal_nft_add_elem(m, BAL_NFT_RESTORE, "", name);
	if (e)
		e->mark = mark;
}

static void
restore(struct bal_nft_building *m)
{
	for (size_t i = 0; i < m->model->uplinks.n; i++) {
		const struct bal_fw_uplink *up = &m->model->uplinks.v[i];

		/* What left by it is to be classed again. */
		if (!up->left || !m->model->selects.n)
			restore_one(m, up->mark);
		restore_one(m, up->inbound);
	}
}

static void
hooks(struct bal_nft_building *m)
{
	bal_nft_add_chain(m, "prerouting", BAL_NFT_PREROUTING);
	(void)bal_nft_add_rule(m, "prerouting", BAL_NFT_BY_IIF, 0);
	(void)bal_nft_add_rule(m, "prerouting", BAL_NFT_BY_CT, 0);
	bal_nft_add_chain(m, "output", BAL_NFT_OUTPUT);
	(void)bal_nft_add_rule(m, "output", BAL_NFT_BY_CT_IF_NO_MARK, 0);
	bal_nft_add_chain(m, "postrouting", BAL_NFT_POSTROUTING);
	if (bal_nft_draws(m->model))
		(void)bal_nft_add_rule(m, "postrouting", BAL_NFT_SKIP_DRAWN, 0);
	(void)bal_nft_add_rule(m, "postrouting", BAL_NFT_BY_OIF, 0);
}

static void
all_uplinks(struct bal_nft_building *m)
{
	for (size_t i = 0; i < m->model->uplinks.n; i++)
		(void)bal_nft_add_elem(m, BAL_NFT_UPLINKS, m->model->uplinks.v[i].dev,
			       "");
}

static void
add_prefix_rule(struct bal_nft_building *m, const char *chain,
		enum bal_nft_form form, const struct bal_fw_prefix *prefix)
{
	struct bal_nft_rule *r = bal_nft_add_rule(m, chain, form, 0);

	if (r)
		r->prefix = prefix;
}

static void
masquerade(struct bal_nft_building *m)
{
	const struct bal_fw_model *model = m->model;

	if (bal_nft_draws(model))
		(void)bal_nft_add_rule(m, BAL_NFT_TRANSLATING,
				       BAL_NFT_SKIP_DRAWN, 0);
	for (size_t i = 0; model->masquerade6 && i < model->prefixes.n; i++)
		add_prefix_rule(m, BAL_NFT_TRANSLATING, BAL_NFT_KEEP_PREFIX,
				&model->prefixes.v[i]);
	(void)bal_nft_add_rule(m, BAL_NFT_TRANSLATING,
			       !model->masquerade6 ? BAL_NFT_MASQUERADE_IPV4 :
			       !model->masquerade  ? BAL_NFT_MASQUERADE_IPV6 :
						     BAL_NFT_MASQUERADE,
			       0);
}

static bool
exchanges(const struct bal_fw_model *model)
{
	for (size_t i = 0; i < model->prefixes.n; i++)
		if (!bal_addr_none(&model->prefixes.v[i].becomes))
			return true;
	return false;
}

/* The rules of a chain stand together. */
static void
exchange(struct bal_nft_building *m, const char *chain, enum bal_nft_hook hook,
	 enum bal_nft_form form)
{
	const struct bal_fw_model *model = m->model;

	bal_nft_add_chain(m, chain, hook);
	for (size_t i = 0; i < model->prefixes.n; i++)
		if (!bal_addr_none(&model->prefixes.v[i].becomes))
			add_prefix_rule(m, chain, form, &model->prefixes.v[i]);
}

int
bal_nft_make(const struct bal_fw_model *model, bool translated,
	     struct bal_arena *arena, struct bal_nft_table *out,
	     struct bal_err *err)
{
	const bool masquerades = bal_fw_masquerades(model);
	struct bal_nft_building m = { model, arena, out };

	*out = (struct bal_nft_table){ .mask = model->mask };
	arrive(&m);
	leave(&m);
	restore(&m);
	hooks(&m);
	if (model->mss_clamp || masquerades || model->selects.n)
		all_uplinks(&m);
	if (model->mss_clamp) {
		bal_nft_add_chain(&m, "forward", BAL_NFT_FORWARD);
		(void)bal_nft_add_rule(&m, "forward", BAL_NFT_CLAMP_OUT, 0);
		(void)bal_nft_add_rule(&m, "forward", BAL_NFT_CLAMP_IN, 0);
	}
	if (masquerades || translated)
		bal_nft_add_chain(&m, BAL_NFT_TRANSLATING, BAL_NFT_TRANSLATE);
	if (masquerades)
		masquerade(&m);
	if (exchanges(model)) {
		exchange(&m, BAL_NFT_PREFIX_IN_CHAIN, BAL_NFT_EXCHANGE_IN,
			 BAL_NFT_PREFIX_IN);
		exchange(&m, BAL_NFT_PREFIX_OUT_CHAIN, BAL_NFT_EXCHANGE_OUT,
			 BAL_NFT_PREFIX_OUT);
	}
	if (model->selects.n)
		bal_nft_add_classes(&m);
	return arena->oom ? bal_err_nomem(err) : 0;
}
