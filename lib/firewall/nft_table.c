// SPDX-License-Identifier: GPL-2.0-or-later
/* nft_table - what our nftables table holds for a model; pure. */
#include "firewall/nft_table.h"

#include <inttypes.h>
#include <string.h>

struct maker {
	const struct bal_fw_model *model;
	struct bal_arena *arena;
	struct bal_nft_table *out;
};

const char *
bal_nft_set_name(enum bal_nft_set set)
{
	static const char *const names[BAL_NFT_SET_MAX] = {
		[BAL_NFT_ARRIVE] = "arrive",
		[BAL_NFT_LEAVE] = "leave",
		[BAL_NFT_RESTORE] = "restore",
		[BAL_NFT_UPLINKS] = "uplinks",
	};

	return names[set];
}

static void
add_chain(struct maker *m, const char *name, enum bal_nft_hook hook)
{
	struct bal_nft_chain *c = BAL_PUSH(m->arena, &m->out->chains);

	if (!c)
		return;
	(void)bal_copy(c->name, sizeof(c->name), name);
	c->hook = hook;
}

static void
add_rule(struct maker *m, const char *chain, enum bal_nft_form form,
	 uint32_t mark)
{
	struct bal_nft_rule *r = BAL_PUSH(m->arena, &m->out->rules);

	if (!r)
		return;
	(void)bal_copy(r->chain, sizeof(r->chain), chain);
	r->form = form;
	r->mark = mark;
}

/* A chain of one rule, for the mark's number: a1, c1, r1. */
static void
add_marking(struct maker *m, char kind, uint32_t number,
	    enum bal_nft_form form, uint32_t mark,
	    char name[BAL_NFT_NAMELEN])
{
	snprintf(name, BAL_NFT_NAMELEN, "%c%" PRIu32, kind, number);
	add_chain(m, name, BAL_NFT_NO_HOOK);
	add_rule(m, name, form, mark);
}

static struct bal_nft_elem *
add_elem(struct maker *m, enum bal_nft_set set, const char *dev,
	 const char *chain)
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

static uint32_t
number_of(const struct maker *m, uint32_t mark)
{
	return mark >> __builtin_ctz(m->model->mask);
}

static void
arrive(struct maker *m)
{
	char name[BAL_NFT_NAMELEN];

	for (size_t i = 0; i < m->model->uplinks.n; i++) {
		const struct bal_fw_uplink *up = &m->model->uplinks.v[i];

		add_marking(m, 'a', number_of(m, up->mark), BAL_NFT_MARK_NEW,
			    up->inbound, name);
		(void)add_elem(m, BAL_NFT_ARRIVE, up->dev, name);
	}
}

static void
leave(struct maker *m)
{
	char name[BAL_NFT_NAMELEN];

	for (size_t i = 0; i < m->model->uplinks.n; i++) {
		const struct bal_fw_uplink *up = &m->model->uplinks.v[i];

		add_marking(m, 'c', number_of(m, up->mark), BAL_NFT_MARK_CT,
			    up->mark, name);
		(void)add_elem(m, BAL_NFT_LEAVE, up->dev, name);
	}
}

static bool
is_restored(const struct maker *m, uint32_t mark)
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
restore_one(struct maker *m, uint32_t mark)
{
	char name[BAL_NFT_NAMELEN];
	struct bal_nft_elem *e;

	if (is_restored(m, mark))
		return;
	add_marking(m, 'r', number_of(m, mark), BAL_NFT_MARK_PACKET, mark,
		    name);
	e = add_elem(m, BAL_NFT_RESTORE, "", name);
	if (e)
		e->mark = mark;
}

static void
restore(struct maker *m)
{
	for (size_t i = 0; i < m->model->uplinks.n; i++) {
		restore_one(m, m->model->uplinks.v[i].mark);
		restore_one(m, m->model->uplinks.v[i].inbound);
	}
}

static void
hooks(struct maker *m)
{
	add_chain(m, "prerouting", BAL_NFT_PREROUTING);
	add_rule(m, "prerouting", BAL_NFT_BY_IIF, 0);
	add_rule(m, "prerouting", BAL_NFT_BY_CT, 0);
	add_chain(m, "output", BAL_NFT_OUTPUT);
	add_rule(m, "output", BAL_NFT_BY_CT_IF_NO_MARK, 0);
	add_chain(m, "postrouting", BAL_NFT_POSTROUTING);
	add_rule(m, "postrouting", BAL_NFT_BY_OIF, 0);
}

static void
all_uplinks(struct maker *m)
{
	for (size_t i = 0; i < m->model->uplinks.n; i++)
		(void)add_elem(m, BAL_NFT_UPLINKS, m->model->uplinks.v[i].dev,
			       "");
}

int
bal_nft_make(const struct bal_fw_model *model, struct bal_arena *arena,
	     struct bal_nft_table *out, struct bal_err *err)
{
	struct maker m = { model, arena, out };

	*out = (struct bal_nft_table){ .mask = model->mask };
	arrive(&m);
	leave(&m);
	restore(&m);
	hooks(&m);
	if (model->mss_clamp || model->masquerade)
		all_uplinks(&m);
	if (model->mss_clamp) {
		add_chain(&m, "forward", BAL_NFT_FORWARD);
		add_rule(&m, "forward", BAL_NFT_CLAMP_OUT, 0);
		add_rule(&m, "forward", BAL_NFT_CLAMP_IN, 0);
	}
	if (model->masquerade) {
		add_chain(&m, "translate", BAL_NFT_TRANSLATE);
		add_rule(&m, "translate", BAL_NFT_MASQUERADE, 0);
	}
	return arena->oom ? bal_err_nomem(err) : 0;
}
