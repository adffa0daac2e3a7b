/* privilege - detects and drops privilege that the caller does not have. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_PRIVILEGE_H
#define BAL_PRIVILEGE_H

#include <stdbool.h>

#include "base/error.h"

/*
 * Has this program more privilege than its caller: setuid, setgid or file
 * capabilities?  Then nothing of the caller's may choose what it reads.
 */
bool bal_privilege_borrowed(void);

/*
 * Drop to the caller's user and group for good; supplementary groups always
 * were the caller's.  Does nothing without setuid or setgid; file capabilities
 * end with the next exec.  -1 with @err.
 */
int bal_privilege_drop(struct bal_err *err);

#endif
