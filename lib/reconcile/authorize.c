// SPDX-License-Identifier: GPL-2.0-or-later
/* authorize - which requests without privilege are carried out; pure. */
#include <string.h>

#include "reconcile/authorize.h"
#include "openvpn/tunnel.h"

void
bal_intent_apply_signal(struct bal_intent *intent)
{
	if (intent->kind == BAL_INTENT_DOWN &&
	    intent->hook.caller == BAL_CALLER_OPENVPN &&
	    bal_tunnel_reconnects(intent->hook.signal))
		*intent = (struct bal_intent){ .kind = BAL_INTENT_CHECK };
}

/* By its driver; or, where the device is gone, by the state. */
static bool
is_tunnel(const struct bal_link *link, const struct bal_uplink_state *us,
	  const struct bal_conf_uplink *said)
{
	if (link)
		return link->tun;
	if (us && us->ifindex)
		return us->tun_ifindex == us->ifindex;
	return said && said->set.has & BAL_SET_OPENVPN;
}

int
bal_intent_known(const char *dev, const struct bal_conf *conf,
		 const struct bal_state *state, struct bal_err *err)
{
	if (bal_state_find(state, dev) || bal_conf_find(conf, dev))
		return 0;
	return bal_err(err, BAL_EPERM,
		       "neither was it an uplink nor does bal.conf name it");
}

int
bal_intent_authorize(const struct bal_intent *intent, const struct bal_conf *conf,
		  const struct bal_snapshot *snap,
		  const struct bal_state *state, struct bal_err *err)
{
	const struct bal_uplink_state *us = bal_state_find(state, intent->dev);
	const struct bal_conf_uplink *said = bal_conf_find(conf, intent->dev);
	const struct bal_link *link = bal_snapshot_link(snap, intent->dev);

	if (intent->kind != BAL_INTENT_UP && intent->kind != BAL_INTENT_DOWN)
		return bal_err(err, BAL_EPERM, "only up and down are heard");
	if (intent->all)
		return bal_err(err, BAL_EPERM, "only one device is heard of");
	if (bal_intent_known(intent->dev, conf, state, err) < 0)
		return -1;
	if (!is_tunnel(link, us, said))
		return bal_err(err, BAL_EPERM, "it is no tunnel of OpenVPN's");
	return 0;
}

void
bal_intent_find_dialled(struct bal_intent *intent,
			const struct bal_state *state)
{
	if (intent->kind != BAL_INTENT_DOWN ||
	    intent->hook.caller != BAL_CALLER_IFUPDOWN || !intent->dev[0])
		return;
	for (size_t i = 0; i < state->n_uplinks; i++) {
		const struct bal_uplink_state *us = &state->uplinks[i];

		if (strcmp(us->stanza, intent->dev) != 0)
			continue;
		memcpy(intent->dev, us->name, sizeof(intent->dev));
		return;
	}
}
