/* pass - intent, configuration, state and kernel: the one path of a change. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_PASS_H
#define BAL_PASS_H

#include <stdio.h>

#include "reconcile/authorize.h"
#include "reconcile/intent.h"
#include "base/lock.h"
#include "netlink/nl.h"
#include "actions/outcome.h"
#include "plan/plan.h"
#include "plan/resort.h"
#include "base/paths.h"

/* Waiting for the lock: other commands hold it for milliseconds... */
#define BAL_LOCK_WAIT_MS 10000
/* ...and for that of iptables, at most. */
#define BAL_XTABLES_WAIT_MS 5000

/* How often a pass is planned anew when the world moved under it. */
#define BAL_PASS_TRIES 3

/* An uplink that the kernel will not have as it is. */
struct bal_refusal {
	char dev[BAL_IFNAMSIZ];
	struct bal_err why;
};

/* What a process has for all of its passes: how they work, and handles. */
struct bal_pass_session {
	struct bal_paths paths;
	FILE *out;    /* of -n and -v: operations as shell lines; or NULL */
	bool dry_run; /* print to @out, touch nothing */
	bool want_stats; /* read the devices' byte counters */
	bool no_chains;  /* do not read the firewall (no privilege for it) */
	bool gently;     /* nor load one that is not there to look at it */
	/* A mistake in bal.conf is no reason to stop: see in.trouble. */
	bool conf_anyway;
	/* How long to wait for locks; 0: BAL_EBUSY, or chains_wait, at once. */
	unsigned lock_wait_ms;
	/*
	 * CHECK, while another one holds the lock: the kernel is reconciled all
	 * the same, for that one may be stopped while an uplink dies.  Nothing
	 * is written then, as where the lock cannot be had at all, and
	 * pass->unwritten tells why.
	 */
	bool go_unlocked;

	struct bal_nl *nl;
	int lock; /* descriptor, -1: not held */
	int run_lock; /* bal_lock_run()'s, -1: none; bal_pass_fini() closes */
	/* Runs what follows a change; NULL: a process in the background. */
	struct bal_runner *runner;
	/* Without it, of bal-flush alone; NULL: none. */
	struct bal_runner *flush_runner;
	struct bal_loop *flush_loop;
};

/* What is loaded from files, each of them once in a pass. */
struct bal_pass_inputs {
	struct bal_conf conf;
	/* Of bal.conf, with @conf_anyway; @conf is what counts instead. */
	struct bal_conf_trouble trouble;
	/*
	 * bal.conf is right, but not beside what uplinks were told until now;
	 * or it could not be read: to be tried again.
	 */
	bool conf_waits;
	struct bal_state state; /* the saved mode among it */
	bool state_lost;
	struct bal_state was; /* what the file held; zero state: nothing */
	bool has_names;	      /* bal_pass_names() has read @names */
	bal_table_list names;
};

/*
 * Everything that one pass knows.  { BAL_PASS_NONE }: nothing loaded, and no
 * descriptor open, as 0 is one.
 */
#define BAL_PASS_NONE .session.lock = -1, .session.run_lock = -1
struct bal_pass {
	struct bal_pass_session session;
	struct bal_pass_inputs in;

	struct bal_arena arena;
	struct bal_snapshot snap;
	struct bal_uplinks uplinks;
	bal_table_list fresh; /* table names to be registered */
	BAL_LIST(struct bal_refusal) refused;
	struct bal_outcome outcome; /* of the last run */
	enum bal_mode mode_before;
	struct bal_resort last_resort; /* after a run */
	/* Of the last run: a lock was another's, iptables' was. */
	bool locked_out, chains_wait;
	bool state_written; /* the file holds in.state as it is */
	/*
	 * Of CHECK: why the state was not written, though the kernel is as
	 * planned (or was refused); BAL_EOK: it was.
	 */
	struct bal_err unwritten;
	/* bal_outcome_sum() of what a run did that was not written; 0: was. */
	uint64_t done_unwritten;
};

/*
 * Paths, configuration and a netlink socket.  bal_pass_fini() gives all of it
 * back, after failures too.  With session.conf_anyway a configuration that is
 * wrong is no failure: what it said when a pass last went well with it counts,
 * or else its right lines, and in.trouble tells which.
 */
int bal_pass_init(struct bal_pass *pass, const char *conf_option,
		  struct bal_err *err);
void bal_pass_fini(struct bal_pass *pass);

/*
 * Give back the memory of the last look or run, whose uplinks and outcome are
 * gone then; configuration, state and netlink socket stay.
 */
void bal_pass_forget(struct bal_pass *pass);

/*
 * Read state and kernel into @pass and merge them: what bal-status shows.
 * Takes no lock and changes nothing.
 */
int bal_pass_look(struct bal_pass *pass, struct bal_err *err);

/*
 * Carry @intent out: under the lock state and kernel are read, planned,
 * compared and changed; the state is written before (so that a kill leaves
 * the intent to the next command) and after.  BAL_EBUSY when another command
 * holds the lock.  An uplink that the kernel refuses (a gateway that is none)
 * is left out when all else is done: a failure if it is the intent's, else a
 * bal_warn().  What follows (journal, events, connections let go, OpenVPN
 * clients started) is done after the lock is released, by aftermath.
 */
int bal_pass_run(struct bal_pass *pass, const struct bal_intent *intent,
		 struct bal_err *err);

/*
 * When another run would do something though nothing happens until then: a
 * stopgap is drained, an OpenVPN client started, a dead tunnel given up.  From
 * the last look or run; CLOCK_BOOTTIME in ms, 0: never.
 */
uint64_t bal_pass_next_ms(const struct bal_pass *pass);

/*
 * How new connections leave, by what @pass knows: bal_resort_find().  Without a
 * socket nothing is known to be amiss.
 */
int bal_pass_resort(const struct bal_pass *pass, struct bal_resort *out,
		    struct bal_err *err);

#endif
