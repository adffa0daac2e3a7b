// SPDX-License-Identifier: GPL-2.0-or-later
/* ipv6 - IPv6 of one device, on or off.  It is read with the devices. */
#include "base/show.h"
#include "kinds/internal.h"
#include "netlink/sysctl.h"
#include "plan/rules6.h"
#include "plan/stages.h"

#define SYSCTL "net/ipv6/conf/%s/disable_ipv6"

struct ipv6_set {
	const char *dev;
	bool off;
};

static void
set_op(struct bal_diff *d, enum bal_stage stage, const struct bal_uplink *up,
       bool off)
{
	struct ipv6_set *set = bal_arena_alloc(d->arena, sizeof(*set));
	struct bal_op *op = bal_diff_add(d, stage, &bal_kind_ipv6, BAL_SET);

	if (!set || !op)
		return;
	*set = (struct ipv6_set){ up->name, off };
	op->object = set;
}

static void
diff_ipv6(struct bal_diff *d, const void *have)
{
	const struct bal_uplinks *ups = d->world->uplinks;

	(void)have;
	for (size_t i = 0; i < ups->n; i++) {
		const struct bal_uplink *up = &ups->v[i];

		if (!up->link || !up->link->has_ipv6)
			continue;
		if (bal_plan_blocks_ipv6(up)) {
			if (!up->link->ipv6_off)
				set_op(d, BAL_STAGE_SYSCTL, up, true);
		} else if (up->ipv6_off && up->link->ipv6_off) {
			set_op(d, BAL_STAGE_RESTORE, up, false);
		}
	}
}

static int
write_ipv6(const struct bal_op *op, const struct bal_committing *how,
	   struct bal_err *err)
{
	static bool warned;
	const struct ipv6_set *set = op->object;
	char name[64];

	(void)how;
	snprintf(name, sizeof(name), SYSCTL, set->dev);
	if (bal_sysctl_write(name, set->off, err) < 0 && !warned) {
		warned = true;
		bal_warn("%s; it stays as it is", err->msg);
	}
	return 0;
}

static void
print(FILE *out, const struct bal_op *op)
{
	const struct ipv6_set *set = op->object;

	fputs("sysctl -qw net/ipv6/conf/", out);
	bal_put_word(out, set->dev);
	fprintf(out, "/disable_ipv6=%d\n", set->off);
}

static void
describe(const struct bal_op *op, char *buf, size_t size)
{
	const struct ipv6_set *set = op->object;

	snprintf(buf, size, "turn IPv6 of %s %s", set->dev,
		 set->off ? "off" : "on");
}

const struct bal_kind bal_kind_ipv6 = {
	.diff = diff_ipv6,
	.commit = write_ipv6,
	.print = print,
	.describe = describe,
};
