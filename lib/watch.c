// SPDX-License-Identifier: GPL-2.0-or-later
/* watch - the loop around prober and pass. */
#include "watch.h"

#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "monitor.h"
#include "notify.h"
#include "prober.h"
#include "requests.h"
#include "runner.h"
#include "watch_parts.h"

/*
 * What nobody told of (a rule deleted by hand under a kernel that says
 * nothing) is put right after so long; bal-status reads figures as old.
 */
#define REFRESH_NS (UINT64_C(60000) * BAL_NS_PER_MS)

/* After a failure, and between passes when changes come without end. */
#define RETRY_NS (UINT64_C(1000) * BAL_NS_PER_MS)
#define PASSES_AT_ONCE 10
#define BREATH_NS (UINT64_C(100) * BAL_NS_PER_MS)

/* A single pass does not let a dead uplink wait longer for what others say. */
#define ACT_NS (UINT64_C(500) * BAL_NS_PER_MS)

/* Everything of one run; the single pass and rounds use a part of it. */
struct watch {
	struct bal_pass *pass;
	struct bal_loop *loop;
	struct bal_prober *prober;
	struct bal_monitor *monitor;
	struct bal_watch_files *files;
	struct bal_watch_signals *signals;
	uint32_t interval_ms;	/* of --rounds; 0: as configured */
	uint64_t pass_end_ns;	/* of a single pass: not after */
	uint64_t act_ns;	/* of a single pass: what changed waits so long */
	bool due;		/* a pass is wanted */
	uint64_t pass_ns;	/* not before */
	uint64_t refresh_ns;	/* at the latest */
	uint64_t breath_ns;	/* passes are counted since */
	unsigned passes;
	uint64_t watchdog_ns, watchdog_every_ns;
};

static uint64_t
earliest(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static int
open_prober(struct watch *w, struct bal_err *err)
{
	w->loop = bal_loop_open(err);
	if (!w->loop)
		return -1;
	w->prober = bal_prober_open(w->loop, w->pass->nl, err);
	return w->prober ? 0 : -1;
}

static void
close_all(struct watch *w)
{
	bal_watch_signals_close(w->signals);
	bal_watch_files_close(w->files);
	bal_monitor_close(w->monitor);
	bal_prober_close(w->prober);
	bal_runner_close(w->pass->runner);
	w->pass->runner = NULL;
	bal_loop_close(w->loop);
}

/* --- lines ------------------------------------------------------------------ */

/*
 * Twice of what it takes: bursts over a far line may need more, and who rests
 * for an hour, having spent its budget, waits for the next pass.
 */
static void
limit_pass(struct watch *w, const struct bal_probe *probes, size_t n)
{
	uint64_t ms = 0;

	if (w->pass_end_ns)
		return;
	for (size_t i = 0; i < n; i++)
		if (probes[i].pass_ms > ms)
			ms = probes[i].pass_ms;
	w->pass_end_ns = bal_clock_ns() + 2 * ms * BAL_NS_PER_MS;
}

static int
plan_lines(struct watch *w, struct bal_err *err)
{
	struct bal_probe *probes;
	size_t n;
	int rc;

	if (bal_pass_probes(w->pass, &probes, &n, err) < 0)
		return -1;
	for (size_t i = 0; i < n && w->interval_ms; i++)
		probes[i].rule.interval_ms = w->interval_ms;
	limit_pass(w, probes, n);
	rc = bal_prober_plan(w->prober, probes, n, err);
	free(probes);
	return rc;
}

/* Reconcile, with what the probes have shown until now. */
static int
run_pass(struct watch *w, struct bal_err *err)
{
	struct bal_intent intent = { .kind = BAL_INTENT_CHECK };
	struct bal_probe *results;
	int rc;

	results = calloc(bal_prober_count(w->prober) + 1, sizeof(*results));
	if (!results)
		return bal_err_nomem(err);
	intent.probes = results;
	intent.n_probes = bal_prober_results(w->prober, results);
	rc = bal_pass_run(w->pass, &intent, err);
	free(results);
	return rc;
}

/* @rc of a pass, but 0 where only its state could not be written. */
static int
may_go_on(const struct watch *w, int rc)
{
	return rc < 0 && w->pass->unwritten.kind != BAL_EOK ? 0 : rc;
}

/* --- one pass ---------------------------------------------------------------- */

typedef bool done_fn(const struct watch *w, uint32_t arg);

static bool
is_settled(const struct watch *w, uint32_t arg)
{
	(void)arg;
	return bal_prober_settled(w->prober) ||
	       bal_clock_ns() >= w->pass_end_ns;
}

static bool
rounds_done(const struct watch *w, uint32_t rounds)
{
	return bal_prober_rounds_done(w->prober, rounds);
}

/*
 * Is a verdict to be carried out now?  With @live at once; a single pass waits
 * for the verdicts of others, but not for one that takes its time.
 */
static bool
is_to_act(struct watch *w, bool live)
{
	if (!bal_prober_changed(w->prober)) {
		w->act_ns = BAL_NEVER;
		return false;
	}
	if (live)
		return true;
	if (w->act_ns == BAL_NEVER && !w->pass->dry_run)
		w->act_ns = bal_clock_ns() + ACT_NS;
	return bal_clock_ns() >= w->act_ns;
}

/* Probe until @done, and carry out what is found. */
static int
probe_until(struct watch *w, done_fn *done, uint32_t arg, bool live,
	    struct bal_err *err)
{
	uint64_t next;

	for (;;) {
		if (bal_prober_step(w->prober, bal_clock_ns(), &next, err) < 0)
			return -1;
		if (is_to_act(w, live) &&
		    (may_go_on(w, run_pass(w, err)) < 0 ||
		     plan_lines(w, err) < 0))
			return -1;
		if (done(w, arg))
			return 0;
		if (!live)
			next = earliest(next, earliest(w->pass_end_ns,
						       w->act_ns));
		if (bal_loop_wait(w->loop, next, err) < 0)
			return -1;
	}
}

static int
probe_once(struct watch *w, done_fn *done, uint32_t arg, bool live,
	   struct bal_err *err)
{
	struct bal_intent repair = { .kind = BAL_INTENT_CHECK };
	int rc;

	rc = w->pass->dry_run ? bal_pass_look(w->pass, err) :
				bal_pass_run(w->pass, &repair, err);
	/* If that is still so at the end, it is told then. */
	rc = may_go_on(w, rc);
	if (rc == 0)
		rc = open_prober(w, err);
	if (rc == 0)
		rc = plan_lines(w, err);
	if (rc == 0)
		rc = probe_until(w, done, arg, live, err);
	/* Who may not probe may still ask what would be repaired. */
	if (rc < 0 && w->pass->dry_run && err->kind == BAL_EPERM) {
		bal_warn("%s; without probes", err->msg);
		return bal_pass_run(w->pass, &repair, err);
	}
	return rc < 0 ? -1 : run_pass(w, err);
}

int
bal_watch_pass(struct bal_pass *pass, struct bal_err *err)
{
	struct watch w = { .pass = pass, .act_ns = BAL_NEVER };
	int rc = probe_once(&w, is_settled, 0, false, err);

	close_all(&w);
	return rc;
}

int
bal_watch_rounds(struct bal_pass *pass, uint32_t rounds, uint32_t interval_ms,
		 struct bal_err *err)
{
	struct watch w = { .pass = pass, .interval_ms = interval_ms };
	int rc = probe_once(&w, rounds_done, rounds, true, err);

	close_all(&w);
	return rc;
}

/* --- for good ----------------------------------------------------------------- */

static void
on_news(void *arg, unsigned news)
{
	(void)news;
	((struct watch *)arg)->due = true;
}

/* 1: all is done, but could not be written into the state, which is in @err. */
static int
full_pass(struct watch *w, struct bal_err *err)
{
	struct bal_err unwritten = { 0 };
	bool more = bal_requests_run(w->pass);
	int rc = run_pass(w, &unwritten), is_new;

	if (may_go_on(w, rc) < 0) {
		*err = unwritten;
		return -1;
	}
	if (plan_lines(w, err) < 0)
		return -1;
	is_new = bal_watch_care(w->monitor, w->pass, err);
	if (is_new < 0)
		return -1;
	/* What happened to a new device before was nobody's news. */
	w->due |= is_new > 0 || more;
	bal_watch_files_seen(w->files);
	if (rc < 0)
		*err = unwritten;
	return rc < 0 ? 1 : 0;
}

/* A pass takes more than the rest of the time: it is given back. */
static void
give_back(struct watch *w)
{
	bal_pass_forget(w->pass);
	bal_memory_give_back();
}

static void
try_later(struct watch *w, uint64_t now, const struct bal_err *why)
{
	bal_warn("%s", why->msg);
	w->due = true;
	w->pass_ns = now + RETRY_NS;
}

/* The first: -1 where it cannot begin. */
static int
begin(struct watch *w, struct bal_err *err)
{
	const struct bal_conf_trouble *trouble = &w->pass->trouble;
	int rc = full_pass(w, err);

	if (rc > 0)
		try_later(w, bal_clock_ns(), err);
	if (trouble->faults)
		bal_warn("%s; %s", trouble->why.msg,
			 bal_conf_instead_text(trouble->instead));
	give_back(w);
	return rc < 0 ? -1 : 0;
}

static void
do_pass(struct watch *w, uint64_t now)
{
	struct bal_err why = { 0 };

	w->due = false;
	w->refresh_ns = now + REFRESH_NS;
	w->pass_ns = 0;
	if (now > w->breath_ns + RETRY_NS) {
		w->breath_ns = now;
		w->passes = 0;
	}
	if (++w->passes > PASSES_AT_ONCE)
		w->pass_ns = now + BREATH_NS;
	bal_watch_retry_conf(w->pass);
	if (full_pass(w, &why) != 0)
		try_later(w, now, &why);
	give_back(w);
}

/*
 * When the state has something for later, a stopgap to be drained, or is to be
 * told for bal-status.
 */
static uint64_t
refresh_at(const struct watch *w)
{
	uint64_t ms = bal_outcome_next_ms(&w->pass->state);
	uint64_t at = earliest(w->refresh_ns, bal_prober_news_ns(w->prober));

	return ms ? earliest(at, ms * BAL_NS_PER_MS) : at;
}

static void
feed_watchdog(struct watch *w, uint64_t now)
{
	if (!w->watchdog_every_ns || now < w->watchdog_ns)
		return;
	bal_notify("WATCHDOG=1");
	w->watchdog_ns = now + w->watchdog_every_ns;
}

enum step { STEP_AGAIN, STEP_STOP, STEP_ANOTHER };

/*
 * With the folder the mark of who probes is gone, and a second one may begin.
 * -1: it has.
 */
static int
keep_run_lock(struct watch *w, struct bal_err *err)
{
	struct bal_err why;
	int rc = bal_lock_run_keep(&w->pass->paths, &w->pass->run_lock, &why);

	if (rc == 0)
		return 0;
	if (rc < 0 && why.kind == BAL_EBUSY)
		return bal_err(err, BAL_EBUSY,
			       "%s/check.pid was removed, and "
			       "%.160s",
			       w->pass->paths.rundir, why.msg);
	if (rc < 0)
		bal_warn("%s", why.msg);
	else
		bal_warn("%s/check.pid was removed, and is there again",
			 w->pass->paths.rundir);
	bal_watch_files_look(w->files);
	return 0;
}

/* Everything that is due; when the next is goes to @next.  -1: to be told. */
static int
step(struct watch *w, uint64_t *next, struct bal_err *err)
{
	uint64_t now = bal_clock_ns();

	if (bal_watch_files_touched(w->files) && keep_run_lock(w, err) < 0)
		return STEP_ANOTHER;
	switch (bal_watch_signals_take(w->signals)) {
	case BAL_WATCH_STOP:
		return STEP_STOP;
	case BAL_WATCH_RELOAD:
		bal_watch_files_look(w->files);
		(void)bal_watch_files_conf_changed(w->files);
		bal_watch_read_conf(w->pass);
		w->due = true;
		break;
	default:
		break;
	}
	if (bal_watch_files_conf_changed(w->files)) {
		bal_watch_read_conf(w->pass);
		w->due = true;
	}
	w->due |= bal_watch_files_state_changed(w->files);
	w->due |= bal_watch_files_requested(w->files);
	if (bal_prober_step(w->prober, now, next, err) < 0)
		return -1;
	if (now >= w->refresh_ns)
		bal_watch_files_look(w->files);
	if (bal_prober_changed(w->prober) || now >= refresh_at(w))
		w->due = true;
	if (w->due && now >= w->pass_ns) {
		do_pass(w, now);
		*next = now;
	}
	if (w->due)
		*next = earliest(*next, w->pass_ns);
	feed_watchdog(w, now);
	*next = earliest(*next, bal_runner_step(w->pass->runner));
	*next = earliest(*next, refresh_at(w));
	if (w->watchdog_every_ns)
		*next = earliest(*next, w->watchdog_ns);
	return STEP_AGAIN;
}

static int
open_all(struct watch *w, struct bal_err *err)
{
	if (open_prober(w, err) < 0)
		return -1;
	w->pass->runner = bal_runner_open(w->loop, err);
	if (!w->pass->runner)
		return -1;
	w->signals = bal_watch_signals_open(w->loop, err);
	if (!w->signals)
		return -1;
	w->monitor = bal_monitor_open(w->loop, bal_nl_port(w->pass->nl),
				      on_news, w, err);
	if (!w->monitor)
		return -1;
	w->files = bal_watch_files_open(w->loop, &w->pass->paths, err);
	if (!w->files)
		return -1;
	/* What was of use only until here: the linker, the configuration. */
	bal_memory_give_back();
	return 0;
}

int
bal_watch(struct bal_pass *pass, struct bal_err *err)
{
	struct watch w = { .pass = pass };
	struct bal_err why = { 0 };
	uint64_t next;
	int rc;

	rc = open_all(&w, err);
	if (rc == 0)
		rc = begin(&w, err);
	w.refresh_ns = bal_clock_ns() + REFRESH_NS;
	w.watchdog_every_ns = bal_notify_watchdog_ns();
	if (rc == 0)
		bal_notify("READY=1");
	while (rc == 0) {
		rc = step(&w, &next, &why);
		if (rc == 0)
			rc = bal_loop_wait(w.loop, next, &why);
		if (rc < 0) {
			bal_warn("%s", why.msg);
			w.due = true;
			w.pass_ns = bal_clock_ns() + RETRY_NS;
			rc = 0;
			(void)bal_loop_wait(w.loop, w.pass_ns, &why);
		}
	}
	if (rc == STEP_ANOTHER) {
		bal_notify("STOPPING=1");
		*err = why;
		rc = -1;
	}
	/* What was learned since the last pass is kept for the next start. */
	if (rc == STEP_STOP) {
		bal_notify("STOPPING=1");
		rc = run_pass(&w, err);
	}
	close_all(&w);
	return rc;
}
