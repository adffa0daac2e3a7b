/* aftermath - the effects of a change, once the routes are as planned. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_AFTERMATH_H
#define BAL_AFTERMATH_H

#include "reconcile/pass.h"

/*
 * Start bal-flush for pass->outcome.releases (flush.h): beside the queue of the
 * session's runner; without one, in a runner of the session's own, for
 * bal_aftermath_wait().  It is started before the state is written with the
 * uplinks as dead: if we are killed in between, the next pass flushes once
 * more.  Its result is reported when the loop reads it, and so after their
 * death.
 */
void bal_aftermath_release(struct bal_pass *pass);

/*
 * Wait for bal-flush of a pass without a runner, for five seconds at most, then
 * kill it.  The caller must not hold the lock.
 */
void bal_aftermath_wait(struct bal_pass_session *session);

/*
 * Carry out the rest of pass->outcome, after the lock is released: start
 * bal-revive, and queue clients and event programs in the session's runner.
 * Without one a process in the background runs them, so that no hook waits for
 * them; its messages go to syslog.  Failures are bal_warn()ed.
 */
void bal_aftermath(struct bal_pass *pass);

#endif
