/* aftermath - what follows a change, once the lock is released. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_AFTERMATH_H
#define BAL_AFTERMATH_H

#include "pass.h"

/*
 * Carry out pass->outcome, after the routes are as planned and the lock is
 * released: first let go of what is bound to uplinks that died, then queue
 * the event programs in pass->runner.  Without a runner a process in the
 * background runs them, so that no hook waits for them; its remarks go to
 * syslog.  Failures are bal_warn()ed.
 */
void bal_aftermath(const struct bal_pass *pass);

#endif
