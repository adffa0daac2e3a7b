/* authorize - which intents of a hook without privilege are carried out; pure. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_AUTHORIZE_H
#define BAL_AUTHORIZE_H

#include "reconcile/intent.h"

/*
 * DOWN by OpenVPN, of a client that connects again by itself: what is known of
 * it holds, so it becomes a CHECK.
 */
void bal_intent_apply_signal(struct bal_intent *intent);

/*
 * DOWN by ifupdown, which knows the stanza of a dialled line and not its
 * device: the one that was dialled by it.
 */
void bal_intent_find_dialled(struct bal_intent *intent,
			     const struct bal_state *state);

/* Is @dev an uplink by record or bal.conf?  BAL_EPERM: no. */
int bal_intent_known(const char *dev, const struct bal_conf *conf,
		     const struct bal_state *state, struct bal_err *err);

/*
 * A requested intent, the kernel being @snap: BAL_EPERM where its device is no
 * tunnel (made by OpenVPN's kind of driver, or gone and seen as such last, or
 * gone and with `openvpn` in bal.conf) or neither a record nor bal.conf names
 * it as an uplink.
 */
int bal_intent_authorize(const struct bal_intent *intent,
		      const struct bal_conf *conf,
		      const struct bal_snapshot *snap,
		      const struct bal_state *state, struct bal_err *err);

#endif
