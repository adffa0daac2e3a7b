// SPDX-License-Identifier: GPL-2.0-or-later
/* pass - the passes of --watch: run, delayed, tried again. */
#include "watch/pass.h"

#include <string.h>

#include "firewall/nft.h"
#include "try/try.h"
#include "watch/memory.h"

/* After a failure: soon, as an uplink may die next; then doubled each time. */
#define FIRST_RETRY_NS (UINT64_C(50) * BAL_NS_PER_MS)
#define RETRY_NS (UINT64_C(1000) * BAL_NS_PER_MS)

/* So many passes, then a pause, when changes come without end. */
#define PASSES_AT_ONCE 10
#define BREATH_NS (UINT64_C(100) * BAL_NS_PER_MS)

/*
 * Locks are tried, never waited for.  Other commands hold ours for some
 * milliseconds; after UNLOCKED_NS a result is carried out without it.
 */
#define LOCK_RETRY_NS (UINT64_C(20) * BAL_NS_PER_MS)
#define UNLOCKED_NS (UINT64_C(300) * BAL_NS_PER_MS)

/* The same trouble is reported once in this time. */
#define REPEAT_NS (UINT64_C(60000) * BAL_NS_PER_MS)

void
bal_watch_report(struct bal_watch *w, uint64_t now, const struct bal_err *why)
{
	struct bal_watch_trouble *t;

	for (size_t i = 0; i < BAL_WATCH_TROUBLES; i++)
		if (strcmp(w->troubles[i].msg, why->msg) == 0 &&
		    now < w->troubles[i].ns + REPEAT_NS)
			return;
	t = &w->troubles[w->next_trouble++ % BAL_WATCH_TROUBLES];
	memcpy(t->msg, why->msg, sizeof(t->msg));
	t->ns = now;
	bal_warn("%s", why->msg);
}

/*
 * Late answers to a failed request must not be read as those of the next pass,
 * and some failures stay with a socket.
 */
static void
reopen_netlink(struct bal_watch *w)
{
	struct bal_nl *nl = w->core.pass->session.nl;
	struct bal_err ignored;

	/* If that fails, the old one serves until the next failure. */
	if (bal_nl_reopen(nl, &ignored) == 0)
		bal_monitor_self(w->monitor, bal_nl_port(nl));
}

static void
on_tables(void *arg, unsigned news)
{
	(void)news;
	((struct bal_watch *)arg)->due = true;
}

/* What was changed before it was listened to is seen by another pass. */
static void
hear_tables(struct bal_watch *w)
{
	const struct bal_pass *pass = w->core.pass;
	const bool heard = w->tables;
	struct bal_err ignored;

	(void)bal_nft_monitor_keep(&w->tables,
				   pass->snap.firewalls.use == &bal_firewall_nft ||
					   pass->in.state.smoothed,
				   w->core.loop, on_tables, w, &ignored);
	w->due |= !heard && w->tables;
}

/* 1: all is done, but could not be written into the state, which is in @err. */
static int
full_pass(struct bal_watch *w, struct bal_err *err)
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
	hear_tables(w);
	/* What happened to a new device before was not reported. */
	w->due |= is_new > 0;
	bal_watch_files_seen(w->files);
	*err = unwritten;
	return rc < 0 ? 1 : 0;
}

/* A pass takes more memory than all else: it is freed. */
static void
give_back(struct bal_watch *w, uint64_t now)
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

/* Another command has the lock: retry soon; a long wait is reported. */
static void
wait_for_lock(struct bal_watch *w, uint64_t now)
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
	bal_lock_explain(&w->core.pass->session.paths,
			 (now - w->locked_ns) / BAL_NS_PER_MS, &why);
	bal_watch_report(w, now, &why);
}

void
bal_watch_try_later(struct bal_watch *w, uint64_t now,
		    const struct bal_err *why)
{
	bal_watch_report(w, now, why);
	w->retry_ns = w->retry_ns ?
			      bal_watch_earliest(2 * w->retry_ns, RETRY_NS) :
			      FIRST_RETRY_NS;
	w->due = true;
	w->pass_ns = now + w->retry_ns;
}

/* As full_pass(); 0 as well where it has to wait for the lock. */
int
bal_watch_run_pass(struct bal_watch *w, uint64_t now, struct bal_err *why)
{
	struct bal_pass *pass = w->core.pass;
	int rc;

	/* The first pass finds out what there is to probe. */
	pass->session.go_unlocked =
		!w->begun ||
		(w->locked_ns && now >= w->locked_ns + UNLOCKED_NS &&
		 now >= w->unlocked_ns && bal_prober_changed(w->core.prober));
	w->begun = true;
	rc = full_pass(w, why);
	if (pass->locked_out) {
		wait_for_lock(w, now);
		if (!pass->session.go_unlocked)
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

void
bal_watch_do_pass(struct bal_watch *w, uint64_t now)
{
	struct bal_err why = { 0 };

	w->due = false;
	w->refresh_ns = now + BAL_WATCH_REFRESH_NS;
	w->pass_ns = 0;
	if (now > w->breath_ns + RETRY_NS) {
		w->breath_ns = now;
		w->passes = 0;
	}
	if (++w->passes > PASSES_AT_ONCE)
		w->pass_ns = now + BREATH_NS;
	bal_watch_core_free_spares(&w->core);
	if (bal_try_expire(&w->core.pass->session.paths, 0))
		bal_watch_read_conf(w->core.pass);
	bal_watch_retry_conf(w->core.pass);
	if (bal_watch_run_pass(w, now, &why) != 0)
		bal_watch_try_later(w, now, &why);
	else
		w->retry_ns = 0;
}
