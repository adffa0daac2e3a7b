// SPDX-License-Identifier: GPL-2.0-or-later
/* pass_lease - what a line says of itself: gateway and name servers. */
#include "reconcile/pass_internal.h"

static void
set_lease(struct bal_pass *pass, const char *dev,
	  const struct bal_addr *gateway)
{
	struct bal_err why;

	if (bal_state_set_lease(&pass->in.state, dev, gateway, &why) < 0)
		bal_warn("the lease of %s is not kept: %s", dev, why.msg);
}

static bool
has_family(const struct bal_servers *servers, uint8_t family)
{
	for (uint32_t i = 0; i < servers->n; i++)
		if (servers->v[i].family == family)
			return true;
	return false;
}

/*
 * Those of the other family are of its own stanza, and stay; what ifdown takes
 * down says it again.
 */
static void
note_servers(struct bal_pass *pass, const struct bal_intent *intent)
{
	const struct bal_servers *old =
		bal_state_servers(&pass->in.state, intent->dev);
	struct bal_servers servers = intent->hook.servers;
	const bool ends = intent->kind == BAL_INTENT_DOWN &&
			  intent->hook.caller == BAL_CALLER_IFUPDOWN;
	struct bal_err why;

	if (!intent->dev[0] || (!servers.n && !ends))
		return;
	for (uint32_t i = 0; old && !ends && i < old->n; i++)
		if (!has_family(&intent->hook.servers, old->v[i].family))
			bal_servers_add(&servers, &old->v[i]);
	if (bal_state_set_servers(&pass->in.state, intent->dev, &servers,
				  &why) < 0)
		bal_warn("the name servers of %s are not kept: %s",
			 intent->dev, why.msg);
}

static void
follow(struct bal_pass *pass, struct bal_intent *intent)
{
	const struct bal_addr *kept;
	bool named = !bal_addr_none(&intent->hook.gateway);

	switch (intent->hook.lease) {
	case BAL_LEASE_GONE:
		set_lease(pass, intent->dev, NULL);
		intent->dev[0] = '\0'; /* it is about the lease alone */
		break;
	case BAL_LEASE_HELD:
		if (named)
			set_lease(pass, intent->dev, &intent->hook.gateway);
		break;
	case BAL_LEASE_NO_NEWS:
		kept = bal_state_lease(&pass->in.state, intent->dev);
		if (kept && !named && intent->kind == BAL_INTENT_UP &&
		    !intent->requested)
			intent->hook.gateway = *kept;
	}
}

/* A line that is renumbered has the new one before the old one is gone. */
static void
follow_delegation(struct bal_pass *pass, struct bal_intent *intent)
{
	const struct bal_addr *prefix = &intent->hook.prefix6;
	const struct bal_addr old =
		bal_state_prefix6(&pass->in.state, intent->dev);
	const bool held = intent->hook.delegation == BAL_LEASE_HELD;
	static const struct bal_addr none;
	struct bal_err why;

	if (!intent->dev[0] || intent->hook.delegation == BAL_LEASE_NO_NEWS)
		return;
	if ((held || bal_addr_cmp(prefix, &old) == 0) &&
	    bal_state_set_prefix6(&pass->in.state, intent->dev,
				  held ? prefix : &none, &why) < 0)
		bal_warn("the lease of %s is not kept: %s", intent->dev,
			 why.msg);
	intent->dev[0] = '\0'; /* it is about that alone */
}

void
bal_pass_follow_lease(struct bal_pass *pass, struct bal_intent *intent)
{
	struct bal_err ignored;

	follow_delegation(pass, intent);
	follow(pass, intent);
	note_servers(pass, intent);
	/*
	 * At once: the lease holds whatever becomes of the pass.  A failure to
	 * write is reported at the end of the pass.
	 */
	if (!pass->session.dry_run && !bal_pass_leases_are_as_read(pass))
		(void)bal_pass_write(pass, &ignored);
}
