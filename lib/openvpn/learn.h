/* learn - the uplink that a client's configuration binds it to. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_OVPN_LEARN_H
#define BAL_OVPN_LEARN_H

#include "base/addr.h"

/*
 * OpenVPN passes its scripts the name of its configuration (`config`), and the
 * directory that it is read from as working directory.  The device of
 * `bind-dev` goes to @dev of BAL_IFNAMSIZ, or "".  The address of `local` goes
 * to @local unless that is set.  OpenVPN has accepted the file: one that cannot
 * be read (NULL, inside a chroot, as user nobody) is no failure.
 */
void bal_ovpn_learn(const char *config, char *dev, struct bal_addr *local);

#endif
