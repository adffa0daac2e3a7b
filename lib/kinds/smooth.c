// SPDX-License-Identifier: GPL-2.0-or-later
/* smooth - the table that copies datagrams of tunnels to a second line. */
#include "kinds/smooth.h"

#include <stdlib.h>

#include "kinds/internal.h"
#include "plan/stages.h"

static int
read_peers(struct bal_reading *r, struct bal_err *err)
{
	struct bal_snapshot *snap = r->snap;

	for (size_t i = 0; i < snap->links.n; i++)
		if (snap->links.v[i].wireguard &&
		    bal_wg_look(snap->links.v[i].ifindex, &snap->peers,
				r->arena, err) < 0)
			return -1;
	snap->has_peers = true;
	return 0;
}

static int
read_smooth(struct bal_reading *r, struct bal_err *err)
{
	struct bal_smooth_have *have = NULL;

	if (!r->want->smooth)
		return 0;
	if (bal_smooth_read(r->want->smooth_proof, r->want->fw_scope.gently,
			    r->arena, &have, err) < 0)
		return -1;
	r->snap->no_copies = bal_smooth_is_lacking(have);
	*r->have = have;
	return read_peers(r, err);
}

static struct bal_smooth_have *
have_of(const struct bal_snapshot *snap)
{
	size_t i = 0;

	while (snap->kinds[i] != &bal_kind_smooth)
		i++;
	return (struct bal_smooth_have *)(uintptr_t)snap->have[i];
}

bool
bal_kinds_smoothed(const struct bal_snapshot *snap)
{
	const struct bal_smooth_have *have = have_of(snap);

	return have && bal_smooth_is_there(have);
}

bool
bal_kinds_change_smooth(const bal_op_list *ops)
{
	for (size_t i = 0; i < ops->n; i++)
		if (ops->v[i].kind == &bal_kind_smooth)
			return true;
	return false;
}

struct bal_fw_proof
bal_kinds_prove_smooth(const struct bal_snapshot *snap,
		       const bal_smooth_model *want, const bal_op_list *ops)
{
	const struct bal_smooth_have *have = have_of(snap);

	return have ? bal_smooth_prove(want, have,
				       bal_kinds_change_smooth(ops)) :
		      (struct bal_fw_proof){ 0 };
}

static void
diff_smooth(struct bal_diff *d, const void *have)
{
	struct bal_op *op;

	(void)have;
	if (!have_of(d->world->snap) ||
	    bal_smooth_same(&d->plan->smooth, have_of(d->world->snap)))
		return;
	op = bal_diff_add(d, BAL_STAGE_SMOOTH, &bal_kind_smooth,
			  d->plan->smooth.n ? BAL_SET : BAL_DEL);
	if (op)
		op->object = &d->plan->smooth;
}

static int
commit(const struct bal_op *op, const struct bal_committing *how,
       struct bal_err *err)
{
	(void)how;
	return bal_smooth_commit(op->object, err);
}

static void
print(FILE *out, const struct bal_op *op)
{
	bal_smooth_print(out, op->object);
}

static void
describe(const struct bal_op *op, char *buf, size_t size)
{
	snprintf(buf, size, "%s nftables table ip " BAL_SMOOTH_TABLE,
		 op->verb == BAL_DEL ? "remove" : "write");
}

const struct bal_kind bal_kind_smooth = {
	.read = read_smooth,
	.diff = diff_smooth,
	.commit = commit,
	.print = print,
	.describe = describe,
};
