// SPDX-License-Identifier: GPL-2.0-or-later
/* mangle_chain - which chains and jumps of a legacy table are ours. */
#include <string.h>

#include "firewall/mangle_internal.h"
#include "firewall/xentry.h"

#define OUR_PREFIX "BAL_"

const xt_chainlabel bal_mangle_builtins[BAL_N_BUILTINS] = {
	"PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING",
};

const char *
bal_xtable_name(enum bal_xtable table)
{
	return table == BAL_XTABLE_NAT ? "nat" : "mangle";
}

bool
bal_mangle_is_ours(const char *chain)
{
	return strncmp(chain, OUR_PREFIX, sizeof(OUR_PREFIX) - 1) == 0;
}

/* The chain that @e jumps to if it does nothing else and that is ours. */
const char *
bal_mangle_jump_of(const struct ipt_entry *e, struct xtc_handle *h)
{
	const char *target;
	struct bal_xrule rule;

	if (e->target_offset != sizeof(*e))
		return NULL;
	target = iptc_get_target(e, h);
	if (!bal_mangle_is_ours(target))
		return NULL;
	bal_xentry_decode(e, target, &rule);
	if (rule.target != BAL_XT_JUMP || rule.in[0] || rule.out[0])
		return NULL;
	return target;
}
