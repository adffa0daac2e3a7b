/* flush - has bal-flush flush conntrack entries and close sockets. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_FLUSH_H
#define BAL_FLUSH_H

#include "actions/outcome.h"
#include "actions/runner.h"

/*
 * bal-flush does what bal_flush_uplink() does, for callers that cannot wait: a
 * dump of 60,000 conntrack entries takes long, in which --watch would read no
 * answer and other commands would wait for the lock.  It is a program and no
 * thread or turns in the loop, because a dump during which entries vanish must
 * be read in one go; and no forked copy of us, because that would hold all our
 * descriptors.  It belongs to the runner that started it: it ends with that, or
 * at a time limit.
 */

/*
 * Start bal-flush for @releases, of uplinks with marks under @mask, beside the
 * queue of @runner; killed after @limit_ms.  Where groups are distinguished
 * it reads @conf, a bal.conf.  Its output goes to bal_say().  It is searched in
 * BAL_LIBEXECDIR (if that is set, and we have no more privilege than our caller),
 * beside our own program, and where it is installed.  -1 with
 * @err when it cannot be started.
 */
int bal_flush_start(struct bal_runner *runner, const bal_release_list *releases,
		    uint32_t mask, const char *conf, uint32_t limit_ms,
		    struct bal_err *err);

/* What precedes an event in the output of bal-flush. */
#define BAL_FLUSH_EVENT "event: "

/*
 * Run as bal-flush, with the arguments that bal_flush_start() gives it, without
 * its name: all are parsed before anything is done.  Events are printed behind
 * BAL_FLUSH_EVENT.  -1: BAL_EUSAGE, or a failure.
 */
int bal_flush_run(int argc, char *const argv[], struct bal_err *err);

#endif
