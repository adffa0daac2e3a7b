// SPDX-License-Identifier: GPL-2.0-or-later
/* sysctl - the few settings of the box that only /proc/sys has. */
#include "netlink/sysctl.h"

#include "kinds/internal.h"
#include "plan/stages.h"

static int
read_sysctls(struct bal_reading *r, struct bal_err *err)
{
	(void)err;
	for (int i = 0; i < BAL_SYSCTL_MAX; i++)
		r->snap->sysctls.of[i] =
			i == BAL_SYSCTL_HASH_POLICY6 && !r->want->routes6 ?
				-1 :
				bal_sysctl_read(bal_sysctls[i].name);
	return 0;
}

/* May we have set it to @now? */
static bool
is_ours(const struct bal_diff *d, enum bal_sysctl which, int32_t now)
{
	static const int32_t of_kind[] = {
		[BAL_BALANCE_CONNECTION] = BAL_HASH_POLICY_CONNECTIONS,
		[BAL_BALANCE_SESSION] = BAL_HASH_POLICY_HOSTS,
		[BAL_BALANCE_HASH] = BAL_HASH_POLICY_FIELDS,
		[BAL_BALANCE_PACKET] = BAL_HASH_POLICY_CONNECTIONS,
	};

	switch (which) {
	case BAL_SYSCTL_HASH_POLICY:
		/* Or, with groups, that of connections. */
		return now == of_kind[d->world->groups->v[0].kind] ||
		       now == BAL_HASH_POLICY_CONNECTIONS;
	case BAL_SYSCTL_HASH_FIELDS:
		return now == (int32_t)d->world->globals->hash;
	default:
		return now == bal_sysctls[which].ours;
	}
}

/* What the administrator set since then is not ours to put back. */
static void
diff_sysctl(struct bal_diff *d, enum bal_sysctl which, int32_t want)
{
	const int32_t now = d->world->snap->sysctls.of[which];
	const bool restore = d->plan->restore_sysctls ||
			     (which == BAL_SYSCTL_HASH_POLICY6 &&
			      !d->plan->six);
	struct bal_op *op;

	if (want < 0 || now < 0 || want == now ||
	    (restore && !is_ours(d, which, now)))
		return;
	op = bal_diff_add(d, restore ? BAL_STAGE_RESTORE : BAL_STAGE_SYSCTL,
			  &bal_kind_sysctl, restore ? BAL_DEL : BAL_SET);
	if (op)
		op->sysctl = (struct bal_sysctl_set){ which, want };
}

static void
diff_sysctls(struct bal_diff *d, const void *have)
{
	(void)have;
	for (int i = 0; i < BAL_SYSCTL_MAX; i++)
		diff_sysctl(d, i, d->plan->sysctls.of[i]);
}

/* Where one cannot be written, none can: bal-doctor tells of each. */
static int
write_sysctl(const struct bal_op *op, const struct bal_committing *how,
	     struct bal_err *err)
{
	static bool warned;
	const struct bal_sysctl_row *row = &bal_sysctls[op->sysctl.which];

	(void)how;
	if (bal_sysctl_write(row->name, op->sysctl.value, err) == 0 || warned)
		return 0;
	warned = true;
	/* What is only to be put back was ours, and serves. */
	bal_warn("%s; %s", err->msg,
		 op->verb == BAL_SET ? row->lost : "it stays as it is");
	return 0;
}

static void
print(FILE *out, const struct bal_op *op)
{
	fprintf(out, "sysctl -qw %s=%d\n", bal_sysctls[op->sysctl.which].name,
		op->sysctl.value);
}

static void
describe(const struct bal_op *op, char *buf, size_t size)
{
	snprintf(buf, size, "set %s to %d", bal_sysctls[op->sysctl.which].name,
		 op->sysctl.value);
}

const struct bal_kind bal_kind_sysctl = {
	.read = read_sysctls,
	.diff = diff_sysctls,
	.commit = write_sysctl,
	.print = print,
	.describe = describe,
};
