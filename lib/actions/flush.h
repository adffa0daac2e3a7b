/* flush - a program of its own flushes entries and closes sockets. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_FLUSH_H
#define BAL_FLUSH_H

#include "actions/outcome.h"
#include "actions/runner.h"

/*
 * bal-flush does what bal_flush_uplink() does, for who cannot wait: a look through
 * 60,000 conntrack entries takes long, in which --watch would see no answer
 * and others would wait for the lock.  A program and no thread or turns in the
 * loop, because a dump that goes on while its entries vanish is one piece of
 * work, which the kernel hands out in its own time; and no forked copy of us,
 * because that would hold every descriptor of ours.  It belongs to the runner
 * that started it: it ends with it, or at a time limit.
 */

/*
 * Start it for @releases, of uplinks with marks under @mask, beside what
 * @runner does; killed after @limit_ms.  What it says goes to bal_say().  It is
 * looked for in BAL_LIBEXECDIR (if that is set, and we have no more privilege
 * than our caller), beside our own program, and where it is installed.
 */
int bal_flush_start(struct bal_runner *runner, const bal_release_list *releases,
		    uint32_t mask, uint32_t limit_ms, struct bal_err *err);

/*
 * What the program does, with the arguments that bal_flush_start() gives it,
 * without its name: all of them are read before anything is done.  -1:
 * BAL_EUSAGE.  Of what it says, events are printed behind BAL_FLUSH_EVENT.
 */
#define BAL_FLUSH_EVENT "event: "
int bal_flush_run(int argc, char *const argv[], struct bal_err *err);

#endif
