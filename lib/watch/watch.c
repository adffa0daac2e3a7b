// SPDX-License-Identifier: GPL-2.0-or-later
/* watch - the loop of prober and pass, for good. */
#include "watch/watch.h"

#include "actions/notify.h"
#include "actions/runner.h"
#include "firewall/nft_monitor.h"
#include "reconcile/advice.h"
#include "watch/memory.h"
#include "watch/pass.h"

/* After a failed wait it pauses so many ms. */
#define PAUSE_MIN_MS 10
#define PAUSE_MAX_MS 1000

/* At the end: wait so long for the lock, ms. */
#define LAST_LOCK_WAIT_MS 1000

/* At the end: wait so long for bal-flush; a service manager waits longer. */
#define FINISH_NS (UINT64_C(3000) * BAL_NS_PER_MS)

static void
on_news(void *arg, unsigned news)
{
	(void)news;
	((struct bal_watch *)arg)->due = true;
}

/* The first pass: -1 where it cannot begin. */
static int
begin(struct bal_watch *w, struct bal_err *err)
{
	const struct bal_conf_trouble *trouble = &w->core.pass->in.trouble;
	int rc = bal_watch_run_pass(w, bal_clock_ns(), err);

	if (rc > 0)
		bal_watch_try_later(w, bal_clock_ns(), err);
	if (trouble->faults)
		bal_warn("%s; %s", trouble->why.msg,
			 bal_conf_instead_text(trouble->instead));
	if (rc == 0)
		bal_advise_conf(w->core.pass);
	return rc < 0 ? -1 : 0;
}

/* --- the loop ------------------------------------------------------------- */

/* When time alone makes a pass due. */
static uint64_t
refresh_at(const struct bal_watch *w)
{
	return bal_watch_earliest(bal_watch_earliest(w->refresh_ns, w->next_ns),
			bal_prober_news_ns(w->core.prober));
}

/* A process that cannot wait for events must not report itself alive. */
static void
feed_watchdog(struct bal_watch *w, uint64_t now)
{
	if (!w->watchdog_every_ns || now < w->watchdog_ns || !w->waited)
		return;
	bal_notify("WATCHDOG=1");
	w->watchdog_ns = now + w->watchdog_every_ns;
}

enum step { STEP_AGAIN, STEP_STOP, STEP_ANOTHER };

/*
 * With the run directory the lock of the prober is gone, and a second prober
 * may start.  -1: it has.
 */
static int
keep_run_lock(struct bal_watch *w, struct bal_err *err)
{
	struct bal_err why;
	struct bal_pass_session *session = &w->core.pass->session;
	int rc = bal_lock_run_keep(&session->paths, &session->run_lock, &why);

	if (rc == 0)
		return 0;
	if (rc < 0 && why.kind == BAL_EBUSY)
		return bal_err(err, BAL_EBUSY,
			       "%s/check.pid was removed, and "
			       "%.160s",
			       w->core.pass->session.paths.rundir, why.msg);
	if (rc < 0)
		bal_warn("%s", why.msg);
	else
		bal_warn("%s/check.pid was removed, and is there again",
			 w->core.pass->session.paths.rundir);
	bal_watch_files_look(w->files);
	return 0;
}

/* Do everything that is due; @next is when the next is. */
static enum step
step(struct bal_watch *w, uint64_t *next, struct bal_err *err)
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
		bal_watch_read_conf(w->core.pass);
		w->due = true;
		break;
	default:
		break;
	}
	if (bal_watch_files_conf_changed(w->files)) {
		bal_watch_read_conf(w->core.pass);
		w->due = true;
	}
	w->due |= bal_watch_files_state_changed(w->files);
	w->requests.waiting |= bal_watch_files_requested(w->files);
	bal_prober_step(w->core.prober, now, next);
	if (now >= w->refresh_ns)
		bal_watch_files_look(w->files);
	if (bal_prober_changed(w->core.prober) || now >= refresh_at(w))
		w->due = true;
	if (w->due && now >= w->pass_ns) {
		bal_watch_do_pass(w, now);
		*next = now;
	}
	/* After the pass; the next one probes the uplinks that requests add. */
	if (!w->due) {
		w->due = bal_requests_step(&w->requests, w->core.pass);
		if (w->requests.waiting)
			*next = bal_watch_earliest(*next, w->requests.next_ns);
	}
	if (w->due)
		*next = bal_watch_earliest(*next, w->pass_ns);
	feed_watchdog(w, now);
	*next = bal_watch_earliest(*next, bal_runner_step(w->core.pass->session.runner));
	/* Where a pass has to wait, so does what made it due. */
	if (!w->due)
		*next = bal_watch_earliest(*next, refresh_at(w));
	if (w->watchdog_every_ns && w->waited)
		*next = bal_watch_earliest(*next, w->watchdog_ns);
	return STEP_AGAIN;
}

static int
open_all(struct bal_watch *w, struct bal_err *err)
{
	struct bal_pass *pass = w->core.pass;

	if (bal_watch_core_open(&w->core, err) < 0)
		return -1;
	pass->session.runner = bal_runner_open(w->core.loop, err);
	if (!pass->session.runner)
		return -1;
	w->signals = bal_watch_signals_open(w->core.loop, err);
	if (!w->signals)
		return -1;
	w->monitor = bal_monitor_open(w->core.loop, bal_nl_port(pass->session.nl),
				      on_news, w, err);
	if (!w->monitor)
		return -1;
	w->files = bal_watch_files_open(w->core.loop, &pass->session.paths, err);
	if (!w->files)
		return -1;
	/* Memory of the start only: the linker, the configuration. */
	bal_memory_give_back();
	return 0;
}

static void
close_all(struct bal_watch *w)
{
	bal_watch_signals_close(w->signals);
	bal_watch_files_close(w->files);
	bal_monitor_close(w->monitor);
	bal_nft_monitor_close(w->tables);
	/* What the last pass flushes is not left half done. */
	if (w->core.pass->session.runner)
		bal_runner_finish(w->core.pass->session.runner,
				  bal_clock_ns() + FINISH_NS);
	bal_runner_close(w->core.pass->session.runner);
	w->core.pass->session.runner = NULL;
	bal_watch_core_close(&w->core);
}

/* What fails here may fail again at once: continue probing in steps. */
static void
pause_for(struct bal_watch *w, uint64_t until_ns)
{
	uint64_t now = bal_clock_ns(), ms = PAUSE_MIN_MS;

	if (until_ns > now)
		ms += (until_ns - now) / BAL_NS_PER_MS;
	bal_watch_signals_wait(w->signals, (unsigned)bal_watch_earliest(ms, PAUSE_MAX_MS));
}

/* Until a signal ends it or another prober took over, see @err. */
static enum step
loop(struct bal_watch *w, struct bal_err *err)
{
	uint64_t next = 0;

	for (;;) {
		enum step rc = step(w, &next, err);

		if (rc != STEP_AGAIN)
			return rc;
		w->waited = bal_loop_wait(w->core.loop, next, err) == 0;
		if (w->waited)
			continue;
		/*
		 * A pass that is due must not wait for one failure after
		 * another.
		 */
		if (w->due)
			bal_watch_report(w, bal_clock_ns(), err);
		else
			bal_watch_try_later(w, bal_clock_ns(), err);
		pause_for(w, next);
	}
}

/* Keep the results since the last pass for the next start. */
static int
end(struct bal_watch *w, struct bal_err *err)
{
	int rc;

	w->core.pass->session.lock_wait_ms = LAST_LOCK_WAIT_MS;
	w->core.pass->session.ends = true;
	rc = bal_watch_core_pass(&w->core, err);
	if (rc == 0 || !w->core.pass->locked_out)
		return rc;
	bal_warn("%s", err->msg);
	return 0;
}

int
bal_watch(struct bal_pass *pass, struct bal_err *err)
{
	struct bal_watch w = { .core = { .pass = pass, .keeps_spares = true },
			   .next_ns = BAL_NEVER,
			   .waited = true };
	enum step last = STEP_AGAIN;
	int rc;

	pass->session.lock_wait_ms = 0;
	rc = open_all(&w, err);
	if (rc == 0)
		rc = begin(&w, err);
	w.refresh_ns = bal_clock_ns() + BAL_WATCH_REFRESH_NS;
	w.watchdog_every_ns = bal_notify_watchdog_ns();
	if (rc == 0) {
		bal_notify("READY=1");
		last = loop(&w, err);
		bal_notify("STOPPING=1");
	}
	if (last == STEP_STOP)
		rc = end(&w, err);
	else if (last == STEP_ANOTHER)
		rc = -1;
	close_all(&w);
	return rc;
}
