/* authorize - which requests without privilege are carried out; pure. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_AUTHORIZE_H
#define BAL_AUTHORIZE_H

#include "reconcile/intent.h"

/*
 * DOWN by OpenVPN, of a client that reconnects by itself, becomes a CHECK: its
 * record holds.
 */
void bal_intent_apply_signal(struct bal_intent *intent);

/*
 * DOWN by ifupdown, which knows the stanza of a dialled uplink and not its
 * device: set the device that was dialled by it.
 */
void bal_intent_find_dialled(struct bal_intent *intent,
			     const struct bal_state *state);

/* 0 if @dev is an uplink by record or bal.conf; -1: BAL_EPERM. */
int bal_intent_known(const char *dev, const struct bal_conf *conf,
		     const struct bal_state *state, struct bal_err *err);

/*
 * 0 if the requested @intent is allowed, the kernel being @snap.  -1: BAL_EPERM
 * where its device is no tunnel (made by a driver of OpenVPN, or gone and last
 * observed as one, or gone and with `openvpn` in bal.conf) or neither a record
 * nor bal.conf names it as an uplink.
 */
int bal_intent_authorize(const struct bal_intent *intent,
		      const struct bal_conf *conf,
		      const struct bal_snapshot *snap,
		      const struct bal_state *state, struct bal_err *err);

#endif
