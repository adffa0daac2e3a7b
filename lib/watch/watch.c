// SPDX-License-Identifier: GPL-2.0-or-later
/* watch - the loop around prober and pass, for good. */
#include "watch/watch.h"

#include <string.h>

#include "watch/memory.h"
#include "netlink/monitor.h"
#include "actions/notify.h"
#include "reconcile/advice.h"
#include "reconcile/requests.h"
#include "actions/runner.h"
#include "try/try.h"
#include "watch/internal.h"

/*
 * What nobody told of (a rule deleted by hand under a kernel that says
 * nothing) is put right after so long; bal-status reads figures as old.
 */
#define REFRESH_NS (UINT64_C(60000) * BAL_NS_PER_MS)

/* After a failure: soon, for a death may follow; then twice as long each time. */
#define FIRST_RETRY_NS (UINT64_C(50) * BAL_NS_PER_MS)
#define RETRY_NS (UINT64_C(1000) * BAL_NS_PER_MS)

/* Between passes when changes come without end. */
#define PASSES_AT_ONCE 10
#define BREATH_NS (UINT64_C(100) * BAL_NS_PER_MS)

/*
 * Locks are tried, never waited for.  Other commands hold ours for some
 * milliseconds; after UNLOCKED_NS a verdict is carried out without it.
 */
#define LOCK_RETRY_NS (UINT64_C(20) * BAL_NS_PER_MS)
#define UNLOCKED_NS (UINT64_C(300) * BAL_NS_PER_MS)
#define LAST_LOCK_WAIT_MS 1000

/* The same trouble is reported once in so long. */
#define REPEAT_NS (UINT64_C(60000) * BAL_NS_PER_MS)

/* One may take turns with so many others. */
#define TROUBLES 4

/* A wait that fails is replaced by a pause of so many ms. */
#define PAUSE_MIN_MS 10
#define PAUSE_MAX_MS 1000

/* At the end: so long for bal-flush; a service manager waits for longer. */
#define FINISH_NS (UINT64_C(3000) * BAL_NS_PER_MS)

struct trouble {
	char msg[sizeof(((struct bal_err *)0)->msg)];
	uint64_t ns;
};

struct watch {
	struct bal_watch_core core;
	struct bal_monitor *monitor;
	struct bal_watch_files *files;
	struct bal_watch_signals *signals;
	bool begun;	      /* a pass was tried */
	bool due;	      /* a pass is wanted */
	uint64_t pass_ns;     /* not before */
	uint64_t retry_ns;    /* the last pause after a failure; 0: none failed */
	uint64_t refresh_ns;  /* at the latest */
	uint64_t next_ns;     /* time alone makes one due; BAL_NEVER */
	uint64_t breath_ns;   /* passes are counted since */
	unsigned passes;
	uint64_t locked_ns;   /* a lock is another's since; 0: it is not */
	uint64_t explain_ns;  /* who has it is reported then */
	uint64_t unlocked_ns; /* the next verdict without it, not before */
	struct trouble troubles[TROUBLES]; /* reported last */
	size_t next_trouble;
	struct bal_requests_due requests;
	uint64_t watchdog_ns, watchdog_every_ns;
	bool waited;	      /* the last wait for events worked */
};

static uint64_t
earliest(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static void
on_news(void *arg, unsigned news)
{
	(void)news;
	((struct watch *)arg)->due = true;
}

static void
report(struct watch *w, uint64_t now, const struct bal_err *why)
{
	struct trouble *t;

	for (size_t i = 0; i < TROUBLES; i++)
		if (strcmp(w->troubles[i].msg, why->msg) == 0 &&
		    now < w->troubles[i].ns + REPEAT_NS)
			return;
	t = &w->troubles[w->next_trouble++ % TROUBLES];
	memcpy(t->msg, why->msg, sizeof(t->msg));
	t->ns = now;
	bal_warn("%s", why->msg);
}

/* --- a pass ---------------------------------------------------------------- */

/*
 * Late answers to what failed must not be taken for those of the next pass, and
 * some failures stay with a socket.
 */
static void
reopen_netlink(struct watch *w)
{
	struct bal_nl *nl = w->core.pass->nl;
	struct bal_err ignored;

	/* Where there is none, the old one serves until the next failure. */
	if (bal_nl_reopen(nl, &ignored) == 0)
		bal_monitor_self(w->monitor, bal_nl_port(nl));
}

/* 1: all is done, but could not be written into the state, which is in @err. */
static int
full_pass(struct watch *w, struct bal_err *err)
{
	struct bal_pass *pass = w->core.pass;
	struct bal_err unwritten = { 0 };
	int rc = bal_watch_core_pass(&w->core, &unwritten), is_new;

	if (bal_watch_core_failed(&w->core, rc)) {
		*err = unwritten;
		return -1;
	}
	w->due |= pass->chains_wait;
	if (bal_watch_core_plan(&w->core, err) < 0)
		return -1;
	is_new = bal_watch_care(w->monitor, pass, err);
	if (is_new < 0)
		return -1;
	/* What happened to a new device before was not reported. */
	w->due |= is_new > 0;
	bal_watch_files_seen(w->files);
	*err = unwritten;
	return rc < 0 ? 1 : 0;
}

/* A pass takes more than the rest of the time: it is given back. */
static void
give_back(struct watch *w, uint64_t now)
{
	const uint64_t ms = bal_pass_next_ms(w->core.pass);

	w->next_ns = BAL_NEVER;
	if (ms)
		w->next_ns = ms * BAL_NS_PER_MS > now + BREATH_NS ?
				     ms * BAL_NS_PER_MS :
				     now + BREATH_NS;
	bal_pass_forget(w->core.pass);
	bal_memory_give_back();
}

/* Another command has the lock: soon again; a long wait is reported. */
static void
wait_for_lock(struct watch *w, uint64_t now)
{
	struct bal_err why;

	w->due = true;
	w->pass_ns = now + LOCK_RETRY_NS;
	if (!w->locked_ns)
		w->locked_ns = w->explain_ns = now;
	if (now < w->locked_ns + RETRY_NS)
		return;
	w->pass_ns = now + BREATH_NS;
	if (now < w->explain_ns)
		return;
	w->explain_ns = now + REPEAT_NS;
	bal_lock_explain(&w->core.pass->paths, (now - w->locked_ns) /
					       BAL_NS_PER_MS, &why);
	report(w, now, &why);
}

static void
try_later(struct watch *w, uint64_t now, const struct bal_err *why)
{
	report(w, now, why);
	w->retry_ns = w->retry_ns ? earliest(2 * w->retry_ns, RETRY_NS) :
				    FIRST_RETRY_NS;
	w->due = true;
	w->pass_ns = now + w->retry_ns;
}

/* As full_pass(); 0 as well where it has to wait for the lock. */
static int
run_pass(struct watch *w, uint64_t now, struct bal_err *why)
{
	struct bal_pass *pass = w->core.pass;
	int rc;

	/* The first one finds out what there is to probe. */
	pass->go_unlocked = !w->begun ||
			    (w->locked_ns &&
			     now >= w->locked_ns + UNLOCKED_NS &&
			     now >= w->unlocked_ns &&
			     bal_prober_changed(w->core.prober));
	w->begun = true;
	rc = full_pass(w, why);
	if (pass->locked_out) {
		wait_for_lock(w, now);
		if (!pass->go_unlocked)
			return 0;
		w->unlocked_ns = now + RETRY_NS;
		rc = 0;
	} else {
		w->locked_ns = 0;
		if (pass->chains_wait)
			w->pass_ns = now + BREATH_NS;
	}
	if (rc < 0)
		reopen_netlink(w);
	give_back(w, now);
	return rc;
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
	bal_watch_core_free_spares(&w->core);
	if (bal_try_expire(&w->core.pass->paths, 0))
		bal_watch_read_conf(w->core.pass);
	bal_watch_retry_conf(w->core.pass);
	if (run_pass(w, now, &why) != 0)
		try_later(w, now, &why);
	else
		w->retry_ns = 0;
}

/* The first: -1 where it cannot begin. */
static int
begin(struct watch *w, struct bal_err *err)
{
	const struct bal_conf_trouble *trouble = &w->core.pass->trouble;
	int rc = run_pass(w, bal_clock_ns(), err);

	if (rc > 0)
		try_later(w, bal_clock_ns(), err);
	if (trouble->faults)
		bal_warn("%s; %s", trouble->why.msg,
			 bal_conf_instead_text(trouble->instead));
	if (rc == 0)
		bal_advise_conf(w->core.pass);
	return rc < 0 ? -1 : 0;
}

/* --- the loop ---------------------------------------------------------------- */

/* When a pass is due though nothing happens until then. */
static uint64_t
refresh_at(const struct watch *w)
{
	return earliest(earliest(w->refresh_ns, w->next_ns),
			bal_prober_news_ns(w->core.prober));
}

/* A process that cannot wait for events is not well, though it goes on. */
static void
feed_watchdog(struct watch *w, uint64_t now)
{
	if (!w->watchdog_every_ns || now < w->watchdog_ns || !w->waited)
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
	int rc = bal_lock_run_keep(&w->core.pass->paths, &w->core.pass->run_lock, &why);

	if (rc == 0)
		return 0;
	if (rc < 0 && why.kind == BAL_EBUSY)
		return bal_err(err, BAL_EBUSY,
			       "%s/check.pid was removed, and "
			       "%.160s",
			       w->core.pass->paths.rundir, why.msg);
	if (rc < 0)
		bal_warn("%s", why.msg);
	else
		bal_warn("%s/check.pid was removed, and is there again",
			 w->core.pass->paths.rundir);
	bal_watch_files_look(w->files);
	return 0;
}

/* Everything that is due; when the next is goes to @next. */
static enum step
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
		do_pass(w, now);
		*next = now;
	}
	/* Behind what is due; the next pass probes what they made. */
	if (!w->due) {
		w->due = bal_requests_step(&w->requests, w->core.pass);
		if (w->requests.waiting)
			*next = earliest(*next, w->requests.next_ns);
	}
	if (w->due)
		*next = earliest(*next, w->pass_ns);
	feed_watchdog(w, now);
	*next = earliest(*next, bal_runner_step(w->core.pass->runner));
	/* Where a pass has to wait, so does what made it due. */
	if (!w->due)
		*next = earliest(*next, refresh_at(w));
	if (w->watchdog_every_ns && w->waited)
		*next = earliest(*next, w->watchdog_ns);
	return STEP_AGAIN;
}

static int
open_all(struct watch *w, struct bal_err *err)
{
	struct bal_pass *pass = w->core.pass;

	if (bal_watch_core_open(&w->core, err) < 0)
		return -1;
	pass->runner = bal_runner_open(w->core.loop, err);
	if (!pass->runner)
		return -1;
	w->signals = bal_watch_signals_open(w->core.loop, err);
	if (!w->signals)
		return -1;
	w->monitor = bal_monitor_open(w->core.loop, bal_nl_port(pass->nl),
				      on_news, w, err);
	if (!w->monitor)
		return -1;
	w->files = bal_watch_files_open(w->core.loop, &pass->paths, err);
	if (!w->files)
		return -1;
	/* What was of use only until here: the linker, the configuration. */
	bal_memory_give_back();
	return 0;
}

static void
close_all(struct watch *w)
{
	bal_watch_signals_close(w->signals);
	bal_watch_files_close(w->files);
	bal_monitor_close(w->monitor);
	/* What the last pass flushes is not left half done. */
	if (w->core.pass->runner)
		bal_runner_finish(w->core.pass->runner,
				  bal_clock_ns() + FINISH_NS);
	bal_runner_close(w->core.pass->runner);
	w->core.pass->runner = NULL;
	bal_watch_core_close(&w->core);
}

/* What fails here may fail again at once: probing goes on in steps. */
static void
pause_for(struct watch *w, uint64_t until_ns)
{
	uint64_t now = bal_clock_ns(), ms = PAUSE_MIN_MS;

	if (until_ns > now)
		ms += (until_ns - now) / BAL_NS_PER_MS;
	bal_watch_signals_wait(w->signals, (unsigned)earliest(ms, PAUSE_MAX_MS));
}

/* Until a signal ends it or another one took over, which is in @err. */
static enum step
loop(struct watch *w, struct bal_err *err)
{
	uint64_t next = 0;

	for (;;) {
		enum step rc = step(w, &next, err);

		if (rc != STEP_AGAIN)
			return rc;
		w->waited = bal_loop_wait(w->core.loop, next, err) == 0;
		if (w->waited)
			continue;
		/* A pass that is due must not wait for one failure after another. */
		if (w->due)
			report(w, bal_clock_ns(), err);
		else
			try_later(w, bal_clock_ns(), err);
		pause_for(w, next);
	}
}

/* What was found since the last pass is kept for the next start. */
static int
end(struct watch *w, struct bal_err *err)
{
	int rc;

	w->core.pass->lock_wait_ms = LAST_LOCK_WAIT_MS;
	rc = bal_watch_core_pass(&w->core, err);
	if (rc == 0 || !w->core.pass->locked_out)
		return rc;
	bal_warn("%s", err->msg);
	return 0;
}

int
bal_watch(struct bal_pass *pass, struct bal_err *err)
{
	struct watch w = { .core = { .pass = pass, .keeps_spares = true },
			   .next_ns = BAL_NEVER,
			   .waited = true };
	enum step last = STEP_AGAIN;
	int rc;

	pass->lock_wait_ms = 0;
	rc = open_all(&w, err);
	if (rc == 0)
		rc = begin(&w, err);
	w.refresh_ns = bal_clock_ns() + REFRESH_NS;
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
