// SPDX-License-Identifier: GPL-2.0-or-later
/* steer - a BPF program at connect() that marks what has no mark yet. */
#include "kinds/steer.h"

#include <sys/socket.h>

#include "bpf/steer_held.h"
#include "kinds/internal.h"
#include "netlink/sysctl.h"
#include "plan/stages.h"

static int
look(const void **have, struct bal_arena *arena, struct bal_err *err)
{
	struct bal_steer_held *held = bal_arena_alloc(arena, sizeof(*held));

	if (!held)
		return bal_err_nomem(err);
	bal_steer_look(held);
	*have = held;
	return 0;
}

static int
read_steer(struct bal_reading *r, struct bal_err *err)
{
	r->snap->release = bal_kernel_release();
	return r->want->steer ? look(r->have, r->arena, err) : 0;
}

int
bal_kind_steer_see(struct bal_snapshot *snap, bool wanted, bool *there,
		   struct bal_arena *arena, struct bal_err *err)
{
	const struct bal_steer_held *held;
	size_t i = 0;

	while (snap->kinds[i] != &bal_kind_steer)
		i++;
	if (wanted && !snap->have[i] && look(&snap->have[i], arena, err) < 0)
		return -1;
	held = snap->have[i];
	*there = held && held->there;
	return 0;
}

/* Where it cannot be, the kernel alone spreads: bal-doctor says why. */
static void
diff_steer(struct bal_diff *d, const void *have)
{
	const struct bal_steer_held *held = have;
	const struct bal_steer *want = d->plan->steer;
	struct bal_op *op;

	if (!held || (held->can != BAL_STEER_CAN && !held->there) ||
	    (want ? bal_steer_same(want, held) : !held->there))
		return;
	op = bal_diff_add(d, BAL_STAGE_STEER, &bal_kind_steer,
			  want ? BAL_SET : BAL_DEL);
	if (op)
		op->object = want;
}

/* Once: it would be said again in each pass. */
static int
commit(const struct bal_op *op, const struct bal_committing *how,
       struct bal_err *err)
{
	static bool warned;

	(void)how;
	if (bal_steer_commit(op->object, err) == 0)
		return 0;
	if (err->kind != BAL_EUNAVAIL)
		return -1;
	if (!warned)
		bal_warn("%s: the kernel alone spreads the connections of "
			 "this box",
			 err->msg);
	warned = true;
	return 0;
}

static void
print(FILE *out, const struct bal_op *op)
{
	const struct bal_steer *s = op->object;

	if (!s) {
		fputs("# take bal_steer off connect()\n", out);
		return;
	}
	for (size_t i = 0, at = 0; i < s->n_groups; i++, at++) {
		const struct bal_steer_group *g = &s->groups[i];
		const bool six = g->family == AF_INET6;

		if (i && g->family != s->groups[i - 1].family)
			at = 0;
		fprintf(out, "# bal_steer at connect(), group %zu%s%s:", at,
			six ? " of IPv6" : "", g->session ? " by host" : "");
		for (size_t k = 0; k < g->n_shares; k++)
			fprintf(out, " 0x%x weight %u",
				g->shares[k].slot << __builtin_ctz(s->mask),
				g->shares[k].weight);
		fputc('\n', out);
	}
}

static void
describe(const struct bal_op *op, char *buf, size_t size)
{
	snprintf(buf, size, "%s bal_steer", op->object ? "write" : "remove");
}

const struct bal_kind bal_kind_steer = {
	.read = read_steer,
	.diff = diff_steer,
	.commit = commit,
	.print = print,
	.describe = describe,
};
