/* ctl - addresses and commands to control OpenVPN clients. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_OVPN_CTL_H
#define BAL_OVPN_CTL_H

#include <stdio.h>

#include "hook/hook.h"
#include "kernel/snapshot.h"
#include "openvpn/ovpn.h"
#include "state/state.h"

/* $BAL_OPENVPN_DIR, else /etc/openvpn. */
const char *bal_ovpn_dir(void);

/*
 * Parse @target into @out: an IPv4 address, or a device, out->dev, whose
 * addresses bal_ovpn_add_addresses() adds.  -1: BAL_EUSAGE for neither.
 */
int bal_ovpn_aim(const char *target, struct bal_arena *arena,
		 struct bal_ovpn_wanted *out, struct bal_err *err);

/*
 * Add the addresses of out->dev: by @snap, the last known ones by @state, or
 * those of its stanza when ifupdown calls us for it.  -1: no memory.
 */
int bal_ovpn_add_addresses(struct bal_ovpn_wanted *out,
			   const struct bal_snapshot *snap,
			   const struct bal_state *state,
			   struct bal_arena *arena, struct bal_err *err);

enum bal_ovpn_how {
	BAL_OVPN_DO,
	BAL_OVPN_TELL,	/* print the command, and run it */
	BAL_OVPN_PRINT, /* only print it */
};

/*
 * Start, stop or restart (@verb) @client: systemctl does not wait.  Without
 * systemd, `service` is waited for, but not by a hook.  -1: BAL_EUNAVAIL
 * without such a command, BAL_ESYS where it fails.
 */
int bal_ovpn_control(const struct bal_ovpn_client *client, const char *verb,
		     FILE *out, enum bal_ovpn_how how, struct bal_err *err);

#endif
