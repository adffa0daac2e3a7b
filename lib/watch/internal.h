/* internal - shared by the files of watch. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_WATCH_INTERNAL_H
#define BAL_WATCH_INTERNAL_H

#include "base/loop.h"
#include "netlink/monitor.h"
#include "reconcile/pass.h"
#include "probe/prober.h"

/*
 * What a pass opens at the same time, including bal-flush and an event program
 * that it starts.
 */
#define BAL_WATCH_SPARES 12

/*
 * A prober, and the pass that carries out its results.  Zero state but for
 * @pass: nothing open.
 */
struct bal_watch_core {
	struct bal_pass *pass;
	struct bal_loop *loop;
	struct bal_prober *prober;
	uint32_t interval_ms; /* of --rounds; 0: as configured */
	uint64_t longest_ms;  /* longest pass of an uplink, as planned */
	/*
	 * Descriptors for a pass, held back from the prober: where they are
	 * scarce, a result must not lack those that carry it out.
	 */
	bool keeps_spares;
	int spare[BAL_WATCH_SPARES];
	size_t n_spare;
};

/* Open loop and prober for core->pass.  -1 with @err. */
int bal_watch_core_open(struct bal_watch_core *core, struct bal_err *err);
/* Close what was opened, and release the spare descriptors. */
void bal_watch_core_close(struct bal_watch_core *core);
/* Release them for work before a pass; the pass holds them again. */
void bal_watch_core_free_spares(struct bal_watch_core *core);
/* Probe what the last pass planned, from now on.  -1 with @err. */
int bal_watch_core_plan(struct bal_watch_core *core, struct bal_err *err);
/*
 * bal_pass_run() with the probe results until now.  Their counters are reset
 * only when the state has them.
 */
int bal_watch_core_pass(struct bal_watch_core *core, struct bal_err *err);
/* Did that fail, and not only because the state could not be written? */
bool bal_watch_core_failed(const struct bal_watch_core *core, int rc);

enum bal_watch_signal {
	BAL_WATCH_NOTHING,
	BAL_WATCH_STOP,	  /* SIGTERM, SIGINT */
	BAL_WATCH_RELOAD, /* SIGHUP */
};

struct bal_watch_signals;

/* Receive these signals by the loop from now on.  NULL with @err. */
struct bal_watch_signals *bal_watch_signals_open(struct bal_loop *loop,
						 struct bal_err *err);
/* Restore the signal mask, and free @signals; NULL is allowed. */
void bal_watch_signals_close(struct bal_watch_signals *signals);
/* The signal since the last call; stopping wins. */
enum bal_watch_signal bal_watch_signals_take(struct bal_watch_signals *signals);
/* Wait for one without the loop, after the loop failed; @ms at most. */
void bal_watch_signals_wait(struct bal_watch_signals *signals, unsigned ms);

struct bal_watch_files;

/*
 * Detect changes of bal.conf and the state file by others (inotify on their
 * directories, as both are replaced by rename).  Without inotify, only by
 * bal_watch_files_look().  NULL with @err.
 */
struct bal_watch_files *bal_watch_files_open(struct bal_loop *loop,
					     const struct bal_paths *paths,
					     struct bal_err *err);
/* Stop watching, and free @files; NULL is allowed. */
void bal_watch_files_close(struct bal_watch_files *files);
/*
 * Check the files themselves, now: their directories may have been replaced, or
 * made since, and inotify does not report on a symbolic link's target.
 */
void bal_watch_files_look(struct bal_watch_files *files);
/* The state file as it is now is known: written or read by us. */
void bal_watch_files_seen(struct bal_watch_files *files);
/*
 * Did anything happen in their directories?  To be called before the other two,
 * the second of which resets it.
 */
bool bal_watch_files_touched(const struct bal_watch_files *files);
/* Was bal.conf changed since the last call? */
bool bal_watch_files_conf_changed(struct bal_watch_files *files);
/* Was the state file changed by others since the last call? */
bool bal_watch_files_state_changed(struct bal_watch_files *files);
/* Was a request left, or a look due, since the last call? */
bool bal_watch_files_requested(struct bal_watch_files *files);

/*
 * Have @monitor report on the uplinks in the state of @pass, on their tables, and
 * on the devices of main's default routes as it has read them.  1: they are
 * others than before, and their changes until now were not reported; 0: the same
 * ones; -1 with @err.
 */
int bal_watch_care(struct bal_monitor *monitor, const struct bal_pass *pass,
		   struct bal_err *err);

/*
 * Read bal.conf of @pass again.  With a mistake in it, or where it contradicts
 * the options that uplinks have, the old one stays, and the reason is reported.
 */
void bal_watch_read_conf(struct bal_pass *pass);

/*
 * Read it again where it could not be read, or contradicted the options that
 * uplinks have, which others may have changed since: with two configurations
 * each would undo what the other does.
 */
void bal_watch_retry_conf(struct bal_pass *pass);

#endif
