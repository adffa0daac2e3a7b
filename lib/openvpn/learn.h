/* learn - the uplink that a client's configuration binds it to. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_OVPN_LEARN_H
#define BAL_OVPN_LEARN_H

#include "base/addr.h"

/*
 * OpenVPN passes its scripts the name of its configuration (@config) and its
 * process id (@pid), either NULL where it does not.  The device of `bind-dev`
 * goes to @dev of BAL_IFNAMSIZ, or "".  The address of `local` goes to @local
 * unless that is set.
 *
 * The configuration is read first.  It cannot be where its name is relative and
 * the working directory has become / (--daemon), inside a chroot, and as user
 * nobody; nor does it hold what the command line does.  Then the device is that
 * of the client's sockets.
 */
void bal_ovpn_learn(const char *config, const char *pid, char *dev,
		    struct bal_addr *local);

#endif
