// SPDX-License-Identifier: GPL-2.0-or-later
/* legacy_chains - the iptables chains of a model; pure. */
#include <string.h>

#include "firewall/legacy.h"

struct maker {
	const struct bal_fw_model *model;
	struct bal_arena *arena;
	struct bal_chain *chain;
};

static struct bal_xrule *
add(struct maker *m, enum bal_xtarget target, struct bal_xrule *scratch)
{
	struct bal_xrule *r = BAL_PUSH(m->arena, &m->chain->rules);

	if (!r)
		r = scratch;
	r->target = target;
	return r;
}

static struct bal_xmark
unmarked(const struct maker *m)
{
	return (struct bal_xmark){ .used = true,
				   .mask = m->model->mask };
}

static struct bal_xmark
marked(const struct maker *m)
{
	struct bal_xmark x = unmarked(m);

	x.invert = true;
	return x;
}

static void
set_connmark(struct maker *m, struct bal_xrule *r, uint32_t mark)
{
	r->set_mask = m->model->mask;
	r->set_mark = mark;
}

static void
restore(struct maker *m, bool only_unmarked_packets)
{
	struct bal_xrule scratch = { 0 };
	struct bal_xrule *r = add(m, BAL_XT_RESTORE_MARK, &scratch);

	r->connmark = marked(m);
	r->set_mask = m->model->mask;
	/*
	 * No mark at all: with one of ours beside its own, a tunnel's own
	 * packet would match `not fwmark` and enter the tunnel (wg-quick).
	 */
	if (only_unmarked_packets)
		r->mark = (struct bal_xmark){ .used = true,
					      .mask = UINT32_MAX };
}

static bool
begin(struct maker *m, bal_chain_list *out, enum bal_xtable table,
      const char *name, const char *parent)
{
	m->chain = BAL_PUSH(m->arena, out);
	if (!m->chain)
		return false;
	m->chain->table = table;
	m->chain->n_jumps = 1;
	m->chain->jump_first = table == BAL_XTABLE_MANGLE;
	(void)bal_copy(m->chain->name, sizeof(m->chain->name), name);
	(void)bal_copy(m->chain->parent, sizeof(m->chain->parent), parent);
	return true;
}

/*
 * A connection that arrives on an uplink answers through it.  Only the
 * connection is marked: a marked packet would be routed straight back, and so
 * would replies if the mark were restored to them (KERNEL.md 0.4 and 14).
 */
static void
prerouting(struct maker *m)
{
	for (size_t i = 0; i < m->model->uplinks.n; i++) {
		const struct bal_fw_uplink *up = &m->model->uplinks.v[i];
		struct bal_xrule scratch = { 0 }, *r;

		r = add(m, BAL_XT_SET_CONNMARK, &scratch);
		memcpy(r->in, up->dev, sizeof(r->in));
		r->state_new = true;
		r->connmark = unmarked(m);
		set_connmark(m, r, up->inbound);
		r = add(m, BAL_XT_RETURN, &scratch);
		memcpy(r->in, up->dev, sizeof(r->in));
	}
	restore(m, false);
}

/* What is marked leaves at once; a new connection gets its uplink's mark. */
static void
postrouting(struct maker *m)
{
	struct bal_xrule scratch = { 0 }, *r;

	r = add(m, BAL_XT_RETURN, &scratch);
	r->connmark = marked(m);
	for (size_t i = 0; i < m->model->uplinks.n; i++) {
		const struct bal_fw_uplink *up = &m->model->uplinks.v[i];

		r = add(m, BAL_XT_SET_CONNMARK, &scratch);
		memcpy(r->out, up->dev, sizeof(r->out));
		set_connmark(m, r, up->mark);
	}
}

static void
masquerade(struct maker *m)
{
	for (size_t i = 0; i < m->model->uplinks.n; i++) {
		struct bal_xrule scratch = { 0 }, *r;

		r = add(m, BAL_XT_MASQUERADE, &scratch);
		memcpy(r->out, m->model->uplinks.v[i].dev, sizeof(r->out));
	}
}

static void
clamp(struct maker *m)
{
	for (size_t i = 0; i < m->model->uplinks.n; i++) {
		const struct bal_fw_uplink *up = &m->model->uplinks.v[i];
		struct bal_xrule scratch = { 0 }, *r;

		r = add(m, BAL_XT_CLAMP_MSS, &scratch);
		memcpy(r->out, up->dev, sizeof(r->out));
		r = add(m, BAL_XT_CLAMP_MSS, &scratch);
		memcpy(r->in, up->dev, sizeof(r->in));
	}
}

int
bal_legacy_chains(const struct bal_fw_model *model, struct bal_arena *arena,
		  bal_chain_list *out, struct bal_err *err)
{
	struct maker m = { .model = model, .arena = arena };

	if (!model->uplinks.n)
		return 0;
	if (begin(&m, out, BAL_XTABLE_MANGLE, "BAL_PREROUTING", "PREROUTING"))
		prerouting(&m);
	if (begin(&m, out, BAL_XTABLE_MANGLE, "BAL_OUTPUT", "OUTPUT"))
		restore(&m, true);
	if (begin(&m, out, BAL_XTABLE_MANGLE, "BAL_POSTROUTING", "POSTROUTING"))
		postrouting(&m);
	if (model->mss_clamp &&
	    begin(&m, out, BAL_XTABLE_MANGLE, "BAL_FORWARD", "FORWARD"))
		clamp(&m);
	if (model->masquerade &&
	    begin(&m, out, BAL_XTABLE_NAT, "BAL_MASQUERADE", "POSTROUTING"))
		masquerade(&m);
	return arena->oom ? bal_err_nomem(err) : 0;
}
