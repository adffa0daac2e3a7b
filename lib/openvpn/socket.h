/* socket - the device that a client's sockets are bound to. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_OVPN_SOCKET_H
#define BAL_OVPN_SOCKET_H

/*
 * The device that the sockets of process @pid (digits, or NULL) are bound to by
 * `bind-dev` goes to @dev of BAL_IFNAMSIZ: those of UDP, else its connections
 * of TCP.  "" where there is none, where they are bound to several, and where
 * its descriptors cannot be read, as by user nobody.
 */
void bal_ovpn_bound_dev(const char *pid, char *dev);

#endif
