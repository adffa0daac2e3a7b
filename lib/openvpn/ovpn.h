/* ovpn - finds OpenVPN clients that send from an address, or by a device. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_OVPN_H
#define BAL_OVPN_H

#include <stdbool.h>

#include "base/addr.h"
#include "base/arena.h"
#include "base/text.h"

#define BAL_OVPN_NAME_MAX 64

/* Search criteria for a client: any of these matches. */
struct bal_ovpn_wanted {
	BAL_LIST(struct bal_addr) addrs; /* `local` */
	char dev[BAL_IFNAMSIZ];		 /* `bind-dev`; "": none */
};

/* A configuration that matches. */
struct bal_ovpn_client {
	char name[BAL_OVPN_NAME_MAX]; /* without .conf */
	bool in_client; /* in DIR/client: openvpn-client@NAME; else openvpn@ */
};
typedef BAL_LIST(struct bal_ovpn_client) bal_ovpn_list;

/*
 * Search DIR/client/?*.conf and DIR/?*.conf, in this order and by name.  Of two
 * `local` outside <connection> the last counts, as for OpenVPN; those inside
 * count, each.  `config FILE` is followed, relative to the directory of the
 * configuration (which is where the units let OpenVPN work), ten levels deep.
 * What cannot be read or would be refused is reported by bal_warn() and
 * skipped; so is a name that is not letters, digits and -_.@ alone.  -1: no
 * memory.
 */
int bal_ovpn_find(const char *dir, const struct bal_ovpn_wanted *wanted,
		  struct bal_arena *arena, bal_ovpn_list *out,
		  struct bal_err *err);

/*
 * The command to @verb (start, stop, restart) the client, NULL-terminated, in
 * @arena: systemctl --no-block where @systemd, else service.  -1: no memory.
 */
int bal_ovpn_argv(const struct bal_ovpn_client *client, const char *verb,
		  bool systemd, struct bal_arena *arena, char ***argv,
		  struct bal_err *err);

#endif
