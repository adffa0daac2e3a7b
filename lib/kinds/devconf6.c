// SPDX-License-Identifier: GPL-2.0-or-later
/* devconf6 - sysctls of IPv6 of one device.  They are read with the devices. */
#include <inttypes.h>

#include "base/show.h"
#include "kinds/internal.h"
#include "netlink/sysctl.h"
#include "plan/rules6.h"
#include "plan/stages.h"

struct set6 {
	const char *dev;
	enum bal_devconf6 which;
	int32_t value;
};

static void
set_op(struct bal_diff *d, enum bal_stage stage, const struct bal_uplink *up,
       enum bal_devconf6 which, int32_t value)
{
	struct set6 *set = bal_arena_alloc(d->arena, sizeof(*set));
	struct bal_op *op = bal_diff_add(d, stage, &bal_kind_devconf6, BAL_SET);

	if (!set || !op)
		return;
	*set = (struct set6){ up->name, which, value };
	op->object = set;
}

static void
diff_uplink(struct bal_diff *d, const struct bal_uplink *up)
{
	for (int i = 0; i < BAL_DC6_MAX; i++) {
		const int32_t now = up->link->devconf6[i];
		int32_t want;

		if (up->six) {
			want = bal_plan_devconf6(up->link, i);
			if (want != now)
				set_op(d, BAL_STAGE_SYSCTL, up, i, want);
		} else if (bal_plan_restores6(up, i, &want)) {
			set_op(d, BAL_STAGE_RESTORE, up, i, want);
		}
	}
}

static void
diff_devconf6(struct bal_diff *d, const void *have)
{
	const struct bal_uplinks *ups = d->world->uplinks;

	(void)have;
	for (size_t i = 0; i < ups->n; i++)
		if (ups->v[i].link && ups->v[i].link->has_ipv6)
			diff_uplink(d, &ups->v[i]);
}

/* Netlink has no request for these. */
static int
write6(const struct bal_op *op, const struct bal_committing *how,
       struct bal_err *err)
{
	static bool warned;
	const struct set6 *set = op->object;
	char name[80];

	(void)how;
	snprintf(name, sizeof(name), "net/ipv6/conf/%s/%s", set->dev,
		 bal_devconf6_name(set->which));
	if (bal_sysctl_write(name, set->value, err) < 0 && !warned) {
		warned = true;
		bal_warn("%s; it stays as it is", err->msg);
	}
	return 0;
}

static void
print(FILE *out, const struct bal_op *op)
{
	const struct set6 *set = op->object;

	fputs("sysctl -qw net/ipv6/conf/", out);
	bal_put_word(out, set->dev);
	fprintf(out, "/%s=%" PRId32 "\n", bal_devconf6_name(set->which),
		set->value);
}

static void
describe(const struct bal_op *op, char *buf, size_t size)
{
	const struct set6 *set = op->object;

	snprintf(buf, size, "set the IPv6 sysctls of %s", set->dev);
}

const struct bal_kind bal_kind_devconf6 = {
	.diff = diff_devconf6,
	.commit = write6,
	.print = print,
	.describe = describe,
};
