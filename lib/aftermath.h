/* aftermath - what follows a change, once the routes are as planned. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_AFTERMATH_H
#define BAL_AFTERMATH_H

#include "pass.h"

/*
 * Let go of what is bound to the uplinks in pass->outcome.releases, by a
 * process of its own.  Before the state remembers that they are dead: whoever
 * is killed in between leaves that to the next pass, which does it once more.
 */
void bal_aftermath_release(struct bal_pass *pass);

/*
 * That they are dead has been told, or cannot be: now that process may tell
 * what it let go.  It waits three seconds at most for that, and not with its
 * work.
 */
void bal_aftermath_told(struct bal_pass *pass);

/*
 * Wait for that process, five seconds at most: who has said all when it ends
 * does not write into somebody's next prompt, and a service manager that ends
 * what a command leaves behind finds nothing.  --watch never waits.
 */
void bal_aftermath_wait(struct bal_pass *pass);

/*
 * Carry out the rest of pass->outcome, after the lock is released: queue
 * clients and event programs in pass->runner.  Without a runner a process in the
 * background runs them, so that no hook waits for them; its remarks go to
 * syslog.  Failures are bal_warn()ed.
 */
void bal_aftermath(const struct bal_pass *pass);

#endif
