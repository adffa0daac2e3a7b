// SPDX-License-Identifier: GPL-2.0-or-later
/* devconf - sysctls of one device.  They are read with the devices. */
#include "base/show.h"
#include "kinds/internal.h"
#include "netlink/write.h"
#include "plan/stages.h"

static void
diff_set(struct bal_diff *d, const struct bal_devconf_set *want)
{
	const struct bal_link *link;
	struct bal_op *op;
	unsigned mask = 0;

	link = bal_snapshot_ifindex(d->world->snap, want->ifindex);
	if (!link || !link->has_devconf)
		return;
	for (int i = 0; i < BAL_DC_MAX; i++)
		if ((want->mask & (1u << i)) &&
		    link->devconf[i] != want->value[i])
			mask |= 1u << i;
	if (!mask)
		return;
	op = want->restore ? bal_diff_add(d, BAL_STAGE_RESTORE,
					  &bal_kind_devconf, BAL_DEL) :
			     bal_diff_add(d, BAL_STAGE_SYSCTL,
					  &bal_kind_devconf, BAL_SET);
	if (op) {
		op->devconf = *want;
		op->devconf.mask = mask;
	}
}

static void
diff_devconf(struct bal_diff *d, const void *have)
{
	(void)have;
	for (size_t i = 0; i < d->plan->devconf.n; i++)
		diff_set(d, &d->plan->devconf.v[i]);
}

static void
encode(const struct bal_op *op, struct bal_nlmsg *out)
{
	bal_nl_encode_devconf(&op->devconf, out);
}

static void
print(FILE *out, const struct bal_op *op)
{
	const struct bal_devconf_set *set = &op->devconf;

	/* With slashes, since a device name may have dots (eth0.7). */
	for (int i = 0; i < BAL_DC_MAX; i++)
		if (set->mask & (1u << i)) {
			fputs("sysctl -qw net/ipv4/conf/", out);
			bal_put_word(out, set->dev);
			fprintf(out, "/%s=%d\n", bal_devconf_name(i),
				set->value[i]);
		}
}

static void
describe(const struct bal_op *op, char *buf, size_t size)
{
	snprintf(buf, size, "set the sysctls of %s", op->devconf.dev);
}

const struct bal_kind bal_kind_devconf = {
	.diff = diff_devconf,
	.encode = encode,
	.print = print,
	.describe = describe,
};
