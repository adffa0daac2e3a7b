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

/* Wait for the lock, which other commands hold for milliseconds... */
#define BAL_LOCK_WAIT_MS 10000
/* ...and for that of iptables, at most. */
#define BAL_XTABLES_WAIT_MS 5000

/* How often a pass is planned anew when the kernel changed meanwhile. */
#define BAL_PASS_TRIES 3

/* An uplink that the kernel refused. */
struct bal_refusal {
	bool six; /* its IPv6 alone */
	char dev[BAL_IFNAMSIZ];
	struct bal_err why;
};

/* What a process has for all of its passes: options and handles. */
struct bal_pass_session {
	struct bal_paths paths;
	FILE *out;    /* of -n and -v: operations as shell lines; or NULL */
	bool dry_run; /* print to @out, touch nothing */
	bool want_whole; /* look at every route there is */
	bool want_stats; /* read the devices' byte counters; caps need them */
	bool ends; /* the last run of this process: records go to disk */
	bool no_chains;  /* do not read the firewall (no privilege for it) */
	bool gently;     /* nor load one that is not there to look at it */
	/* A mistake in bal.conf is no reason to stop: see in.trouble. */
	bool conf_anyway;
	/* In ms; 0: BAL_EBUSY, or chains_wait, at once. */
	unsigned lock_wait_ms;
	/*
	 * CHECK, while another command holds the lock: the kernel is reconciled
	 * all the same, as that command may be stopped while an uplink dies.
	 * The state is not written then, as where the lock cannot be had at
	 * all, and pass->unwritten has the reason.
	 */
	bool go_unlocked;

	uint64_t names_again_ms; /* the resolver failed: not before then */

	struct bal_nl *nl;
	int lock; /* descriptor, -1: not held */
	int run_lock; /* bal_lock_run()'s, -1: none; bal_pass_fini() closes */
	/* Runs the effects of a change; NULL: a process in the background. */
	struct bal_runner *runner;
	uint64_t revived_ms; /* CLOCK_BOOTTIME: bal-revive was started; 0: never */
	/* Without @runner, for bal-flush alone; NULL: none. */
	struct bal_runner *flush_runner;
	struct bal_loop *flush_loop;
};

/* What is loaded from files, each once in a pass. */
struct bal_pass_inputs {
	struct bal_conf conf;
	/* Of bal.conf, with @conf_anyway; @conf is what is used instead. */
	struct bal_conf_trouble trouble;
	/*
	 * bal.conf is correct, but contradicts the options that uplinks have;
	 * or it could not be read: to be tried again.
	 */
	bool conf_waits;
	/* What is wrong with bal.conf since it was read again; "": nothing. */
	char conf_fault[sizeof(((struct bal_event *)0)->reason)];
	struct bal_state state; /* the saved mode is in it */
	bool state_lost;
	struct bal_state was; /* the file's content; zero state: none */
	/*
	 * The state before bal_pass_put_state(), with the mode in force then:
	 * what changed since is reported, and the file removed.  Zero state:
	 * there is none, and @was is what was reported.
	 */
	struct bal_state reported;
	bool has_names;	      /* bal_pass_names() has read @names */
	bal_table_list names;
};

/*
 * All data of one pass.  { BAL_PASS_NONE }: nothing loaded, and no descriptor
 * open, as 0 is one.
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
	bal_mptcp_list mptcp; /* endpoints as planned last */
	struct bal_outcome outcome; /* of the last run */
	enum bal_mode mode_before;
	enum bal_balance balance_before;
	struct bal_resort last_resort; /* after a run */
	/* In the last run another process held the lock, or iptables' lock. */
	bool locked_out, chains_wait;
	uint64_t began_ns;  /* bal_clock_ns() at the begin of the last run */
	bool state_written; /* the file holds in.state as it is */
	/*
	 * Of CHECK: why the state was not written, though the kernel is as
	 * planned (or refused an uplink); BAL_EOK: it was.
	 */
	struct bal_err unwritten;
	/* bal_outcome_sum() of a run whose state was not written; 0: it was. */
	uint64_t done_unwritten;
};

/*
 * Set paths, configuration and a netlink socket.  bal_pass_fini() frees them,
 * after failures too.  With session.conf_anyway a wrong configuration is no
 * failure: the last good one is used, or else its correct lines, and in.trouble
 * has the faults.  -1 with @err.
 */
int bal_pass_init(struct bal_pass *pass, const char *conf_option,
		  struct bal_err *err);
/*
 * bal_aftermath_wait(), then free and close all that @pass owns, its locks
 * included.  { BAL_PASS_NONE } is allowed.
 */
void bal_pass_fini(struct bal_pass *pass);

/*
 * Free the memory of the last look or run, with its uplinks and outcome;
 * configuration, state and netlink socket stay.
 */
void bal_pass_forget(struct bal_pass *pass);

/*
 * Read state and kernel into @pass and merge them: what bal-status shows. Takes
 * no lock and changes nothing.  -1 with @err.
 */
int bal_pass_look(struct bal_pass *pass, struct bal_err *err);

/*
 * Carry @intent out: under the lock state and kernel are read, planned,
 * compared and changed; the state is written before (so that a kill leaves the
 * intent to the next command) and after.  -1: BAL_EBUSY when another command
 * holds the lock.  An uplink that the kernel refuses (an invalid gateway) is
 * left out when all else is done: a failure if it is the intent's, else a
 * bal_warn().  The effects (journal, events, flush, OpenVPN clients) follow
 * after the lock is released, by aftermath.
 */
int bal_pass_run(struct bal_pass *pass, const struct bal_intent *intent,
		 struct bal_err *err);

/*
 * Replace the state file, which holds @was with @mode in force, by @now.  The
 * next pass reports what differs, as events and in the journal.  The caller
 * holds the lock.  -1 with @err, and the file is as it was.
 */
int bal_pass_put_state(const struct bal_paths *paths,
		       const struct bal_state *was, enum bal_mode mode,
		       const struct bal_state *now, struct bal_err *err);

/*
 * When time alone makes another run due: an uplink is drained, an OpenVPN
 * client started, a dead tunnel given up.  From the last look or run;
 * CLOCK_BOOTTIME in ms, 0: never.
 */
uint64_t bal_pass_next_ms(const struct bal_pass *pass);

/*
 * How new connections leave, by @pass: bal_resort_find().  Without a socket no
 * trouble is assumed.  -1 with @err.
 */
int bal_pass_resort(const struct bal_pass *pass, struct bal_resort *out,
		    struct bal_err *err);

#endif
