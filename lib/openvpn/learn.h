/* learn - what a client's configuration tells of the line it leaves by. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_OVPN_LEARN_H
#define BAL_OVPN_LEARN_H

#include "base/addr.h"

/*
 * OpenVPN hands its scripts the name of its configuration (`config`), and the
 * directory that it is read from as working directory.  The device of `bind-dev`
 * goes to @dev of BAL_IFNAMSIZ, or "".  The address of `local` goes to @local
 * where that is none yet.  OpenVPN has accepted the file: what cannot be read
 * (NULL, inside a chroot, by nobody) tells nothing, and no failure.
 */
void bal_ovpn_learn(const char *config, char *dev, struct bal_addr *local);

#endif
