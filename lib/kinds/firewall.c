// SPDX-License-Identifier: GPL-2.0-or-later
/* firewall - marks and masquerading: one commit for each part of a firewall. */
#include "firewall/firewall.h"

#include "kinds/internal.h"
#include "plan/stages.h"

static int
read_firewalls(struct bal_reading *r, struct bal_err *err)
{
	return bal_fw_look(&r->want->firewall, &r->want->fw_scope, r->arena,
			   &r->snap->firewalls, err);
}

static void
diff_part(struct bal_diff *d, const struct bal_fw_held *held, unsigned part,
	  const struct bal_fw_model *want, bool leaving)
{
	struct bal_fw_op *what;
	struct bal_op *op;

	if (!held->have->known[part] ||
	    held->by->same(want, held->have, part))
		return;
	what = bal_arena_alloc(d->arena, sizeof(*what));
	op = bal_diff_add(d, BAL_STAGE_FIREWALL, &bal_kind_firewall, BAL_SET);
	if (!what || !op)
		return;
	*what = (struct bal_fw_op){ held->by, part, want, held->have, leaving };
	op->firewall = what;
}

static void
diff_firewall(struct bal_diff *d, const struct bal_fw_held *held,
	      const struct bal_fw_model *want, bool leaving)
{
	for (unsigned part = 0; part < held->by->n_parts; part++)
		diff_part(d, held, part, want, leaving);
}

/*
 * The one in use first; what another still holds of ours goes when it is not
 * needed any more: connections have the same marks by both.
 */
static void
diff_firewalls(struct bal_diff *d, const void *have)
{
	static const struct bal_fw_model nothing;
	const struct bal_fw_seen *seen = &d->world->snap->firewalls;

	(void)have;
	for (size_t i = 0; i < seen->n; i++)
		if (seen->v[i].by == seen->use)
			diff_firewall(d, &seen->v[i], &d->plan->firewall,
				      false);
	for (size_t i = 0; i < seen->n; i++)
		if (seen->v[i].by != seen->use && bal_fw_holds_marks(seen))
			diff_firewall(d, &seen->v[i], &nothing, true);
}

static int
commit(const struct bal_op *op, const struct bal_committing *how,
       struct bal_err *err)
{
	const struct bal_fw_op *fw = op->firewall;

	/* Nothing is lost on the way from one to the other. */
	if (fw->leaving && how->failed)
		return 0;
	return fw->by->commit(fw->want, fw->have, fw->part, how->wait_ms, err);
}

static void
print(FILE *out, const struct bal_op *op)
{
	const struct bal_fw_op *fw = op->firewall;

	fw->by->print(out, fw->want, fw->have, fw->part);
}

static void
describe(const struct bal_op *op, char *buf, size_t size)
{
	snprintf(buf, size, "write %s",
		 op->firewall->by->describe(op->firewall->part));
}

const struct bal_kind bal_kind_firewall = {
	.read = read_firewalls,
	.diff = diff_firewalls,
	.commit = commit,
	.print = print,
	.describe = describe,
};
