/* ctl - what a box has to do with OpenVPN clients: addresses, commands. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_OVPN_CTL_H
#define BAL_OVPN_CTL_H

#include <stdio.h>

#include "hook/hook.h"
#include "kernel/snapshot.h"
#include "openvpn/ovpn.h"
#include "state/state.h"

/* BAL_OPENVPN_DIR, else /etc/openvpn. */
const char *bal_ovpn_dir(void);

/*
 * What @target means: an IPv4 address, or a device, out->dev, whose addresses
 * bal_ovpn_add_addresses() adds.  BAL_EUSAGE where it is neither.
 */
int bal_ovpn_aim(const char *target, struct bal_arena *arena,
		 struct bal_ovpn_wanted *out, struct bal_err *err);

/*
 * The addresses that out->dev has by @snap, or had when it was seen last, by
 * @state, or has by its stanza, where ifupdown calls us for it.  -1: no memory.
 */
int bal_ovpn_add_addresses(struct bal_ovpn_wanted *out,
			   const struct bal_snapshot *snap,
			   const struct bal_state *state,
			   struct bal_arena *arena, struct bal_err *err);

enum bal_ovpn_how {
	BAL_OVPN_DO,
	BAL_OVPN_TELL,	/* print the command, and do it */
	BAL_OVPN_PRINT, /* only print it */
};

/*
 * Start, stop or restart (@verb) @client: systemctl does not wait.  Where
 * systemd does not run, `service` is waited for, but not by a hook.
 * BAL_EUNAVAIL where there is no such command, BAL_ESYS where it fails.
 */
int bal_ovpn_control(const struct bal_ovpn_client *client, const char *verb,
		     FILE *out, enum bal_ovpn_how how, struct bal_err *err);

#endif
