/* aftermath - what follows a change, once the routes are as planned. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_AFTERMATH_H
#define BAL_AFTERMATH_H

#include "reconcile/pass.h"

/*
 * Have bal-flush let go of what is bound to the uplinks in
 * pass->outcome.releases (flush.h): beside the queue of its session's runner; without
 * one by one of the session's own, for bal_aftermath_wait().  It is started
 * before the state remembers that they are dead: if we are killed in between,
 * the next pass does it once more.  What it did is said when the loop of its
 * runner comes to it, and so after their death.
 */
void bal_aftermath_release(struct bal_pass *pass);

/*
 * Wait for bal-flush of a pass without a runner, until it is killed after five
 * seconds.  Not with the lock held.
 */
void bal_aftermath_wait(struct bal_pass_session *session);

/*
 * Carry out the rest of pass->outcome, after the lock is released: queue
 * clients and event programs in its session's runner.  Without one a process in
 * the background runs them, so that no hook waits for them; its remarks go to
 * syslog.  Failures are bal_warn()ed.
 */
void bal_aftermath(const struct bal_pass *pass);

#endif
