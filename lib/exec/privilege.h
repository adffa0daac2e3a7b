/* privilege - what a program has beyond its caller, and giving it up. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_PRIVILEGE_H
#define BAL_PRIVILEGE_H

#include <stdbool.h>

#include "base/error.h"

/*
 * Does this program have more rights than who called it: setuid, setgid or
 * file capabilities?  Then nothing of the caller's may say what it reads.
 */
bool bal_privilege_borrowed(void);

/*
 * Be the caller again, for good; supplementary groups always were the
 * caller's.  Does nothing where nothing is borrowed by user or group; file
 * capabilities end with the next program by themselves.
 */
int bal_privilege_drop(struct bal_err *err);

#endif
