/* pass - the passes of --watch: run, delayed, tried again. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_WATCH_PASS_H
#define BAL_WATCH_PASS_H

#include "firewall/nft_monitor.h"
#include "reconcile/requests.h"
#include "watch/internal.h"

/*
 * Changes that were not reported (a rule deleted by hand under a kernel that
 * sends no notification) are fixed within this time; bal-status reads figures
 * as old.
 */
#define BAL_WATCH_REFRESH_NS (UINT64_C(60000) * BAL_NS_PER_MS)

/* So many may alternate without being reported again. */
#define BAL_WATCH_TROUBLES 4

struct bal_watch_trouble {
	char msg[sizeof(((struct bal_err *)0)->msg)];
	uint64_t ns;
};

struct bal_watch {
	struct bal_watch_core core;
	struct bal_monitor *monitor;
	struct bal_nft_monitor *tables;
	struct bal_watch_files *files;
	struct bal_watch_signals *signals;
	bool begun;	   /* a pass was tried */
	bool due;	   /* a pass is wanted */
	uint64_t pass_ns;  /* not before */
	uint64_t retry_ns; /* the last pause after a failure; 0: none failed */
	uint64_t refresh_ns; /* a pass at the latest */
	uint64_t next_ns;    /* when time alone makes one due; BAL_NEVER */
	uint64_t breath_ns;  /* passes are counted since */
	unsigned passes;
	uint64_t locked_ns;   /* another process has a lock since; 0: none */
	uint64_t explain_ns;  /* its owner is reported then */
	uint64_t unlocked_ns; /* the next unlocked pass, not before */
	struct bal_watch_trouble
		troubles[BAL_WATCH_TROUBLES]; /* reported last */
	size_t next_trouble;
	struct bal_requests_due requests;
	uint64_t watchdog_ns, watchdog_every_ns;
	bool waited; /* the last wait for events worked */
};

static inline uint64_t
bal_watch_earliest(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* Warn of @why, unless that was done less than a minute ago. */
void bal_watch_report(struct bal_watch *w, uint64_t now,
		      const struct bal_err *why);

/* Report @why, and have a pass soon: later each time that it fails again. */
void bal_watch_try_later(struct bal_watch *w, uint64_t now,
			 const struct bal_err *why);

/*
 * Run a pass now.  0, also where it has to wait for the lock; 1: all is done,
 * but the state could not be written, see @why; -1 with @why.
 */
int bal_watch_run_pass(struct bal_watch *w, uint64_t now, struct bal_err *why);

/* Run the pass that is due, and handle its failure. */
void bal_watch_do_pass(struct bal_watch *w, uint64_t now);

#endif
