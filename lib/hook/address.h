/* address - an address from an untrusted source. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_HOOK_ADDRESS_H
#define BAL_HOOK_ADDRESS_H

#include "base/addr.h"
#include "base/error.h"

/*
 * Parse an untrusted address: a usable unicast host, or -1 with the reason and
 * @out untouched.
 */
int bal_hook_addr(const char *text, struct bal_addr *out, struct bal_err *err);

#endif
