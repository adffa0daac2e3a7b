/* internal - what the files of watch share. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_WATCH_INTERNAL_H
#define BAL_WATCH_INTERNAL_H

#include "base/loop.h"
#include "netlink/monitor.h"
#include "reconcile/pass.h"
#include "probe/prober.h"

/*
 * What a pass opens at the same time, bal-flush and an event program that it
 * starts among it.
 */
#define BAL_WATCH_SPARES 12

/*
 * A prober beside a pass that carries out what it finds.  Zero state but for
 * @pass: nothing open.
 */
struct bal_watch_core {
	struct bal_pass *pass;
	struct bal_loop *loop;
	struct bal_prober *prober;
	uint32_t interval_ms; /* of --rounds; 0: as configured */
	uint64_t longest_ms;  /* of one pass over any uplink, as planned last */
	/*
	 * Descriptors for a pass, held back from the prober: where there are
	 * few, a verdict must not lack those that carry it out.
	 */
	bool keeps_spares;
	int spare[BAL_WATCH_SPARES];
	size_t n_spare;
};

int bal_watch_core_open(struct bal_watch_core *core, struct bal_err *err);
void bal_watch_core_close(struct bal_watch_core *core);
/* What comes before a pass needs its descriptors; the pass holds them again. */
void bal_watch_core_free_spares(struct bal_watch_core *core);
/* Probe what the last pass found, from now on. */
int bal_watch_core_plan(struct bal_watch_core *core, struct bal_err *err);
/*
 * Reconcile with what the probes have shown until now: as bal_pass_run().  What
 * they counted is taken only when the state has it.
 */
int bal_watch_core_pass(struct bal_watch_core *core, struct bal_err *err);
/* Did that fail, and not only because nothing could be written? */
bool bal_watch_core_failed(const struct bal_watch_core *core, int rc);

enum bal_watch_signal {
	BAL_WATCH_NOTHING,
	BAL_WATCH_STOP,	  /* SIGTERM, SIGINT */
	BAL_WATCH_RELOAD, /* SIGHUP */
};

struct bal_watch_signals;

/* These signals come by the loop from now on. */
struct bal_watch_signals *bal_watch_signals_open(struct bal_loop *loop,
						 struct bal_err *err);
void bal_watch_signals_close(struct bal_watch_signals *signals);
/* What came since the last call; stopping wins. */
enum bal_watch_signal bal_watch_signals_take(struct bal_watch_signals *signals);
/* Wait for one without the loop, which cannot wait; @ms at most. */
void bal_watch_signals_wait(struct bal_watch_signals *signals, unsigned ms);

struct bal_watch_files;

/*
 * Changes of bal.conf and the state file by others (inotify on their directories,
 * as both are replaced by rename).  As long as inotify cannot be had, only when
 * asked to look.
 */
struct bal_watch_files *bal_watch_files_open(struct bal_loop *loop,
					     const struct bal_paths *paths,
					     struct bal_err *err);
void bal_watch_files_close(struct bal_watch_files *files);
/*
 * Look at the files themselves, now: their directories may be others than they
 * were, or there at last, and a symbolic link's aim tells nobody.
 */
void bal_watch_files_look(struct bal_watch_files *files);
/* The state as it is now is known: ours, or read by us. */
void bal_watch_files_seen(struct bal_watch_files *files);
/*
 * Something happened in their directories: to be asked before the other two, the
 * second of which forgets it.
 */
bool bal_watch_files_touched(const struct bal_watch_files *files);
/* Since the last call? */
bool bal_watch_files_conf_changed(struct bal_watch_files *files);
bool bal_watch_files_state_changed(struct bal_watch_files *files);
/* Since the last call, was a request left, or were we told to look? */
bool bal_watch_files_requested(struct bal_watch_files *files);

/*
 * Have @monitor tell of the uplinks in state and configuration of @pass, and of
 * their tables.  1: others than before, and what happened to them until now was
 * nobody's news; 0: as before; -1.
 */
int bal_watch_care(struct bal_monitor *monitor,
	       const struct bal_pass_inputs *in,
		   struct bal_err *err);

/*
 * Read bal.conf of @pass again.  With a mistake in it, or where it contradicts
 * what the uplinks were told, what was read before stays, and why is told.
 */
void bal_watch_read_conf(struct bal_pass *pass);

/*
 * Again, where it could not be read, or contradicted what the uplinks were
 * told, which others may have changed since: with two configurations each would
 * undo what the other does.
 */
void bal_watch_retry_conf(struct bal_pass *pass);

#endif
