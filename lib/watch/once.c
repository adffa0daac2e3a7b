// SPDX-License-Identifier: GPL-2.0-or-later
/* once - one pass over all uplinks, or some rounds, until all have a result. */
#include "watch/once.h"

#include "base/lock.h"
#include "watch/internal.h"

/* A single pass does not let a dead uplink wait longer for the others. */
#define ACT_NS (UINT64_C(500) * BAL_NS_PER_MS)

/* Between two tries to write. */
#define RETRY_NS (UINT64_C(1000) * BAL_NS_PER_MS)

/* For a lock that was not free when the run began. */
#define LOCKED_WAIT_MS 1000

struct once {
	struct bal_watch_core core;
	uint32_t rounds;   /* 0: until all uplinks have a result */
	uint64_t end_ns;   /* of a single pass, at the latest */
	uint64_t act_ns;   /* a single pass acts on a change then */
	uint64_t retry_ns; /* not before: the last try was not written */
};

static uint64_t
earliest(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/*
 * A single pass ends after twice of what it takes: bursts over a slow uplink
 * may need more, and an uplink that pauses for an hour, having spent its
 * budget, waits for the next pass.
 */
static int
plan(struct once *o, struct bal_err *err)
{
	if (bal_watch_core_plan(&o->core, err) < 0)
		return -1;
	if (!o->end_ns)
		o->end_ns = bal_clock_ns() +
			    2 * o->core.longest_ms * BAL_NS_PER_MS;
	return 0;
}

static bool
is_done(const struct once *o)
{
	if (o->rounds)
		return bal_prober_rounds_done(o->core.prober, o->rounds);
	return bal_prober_settled(o->core.prober) ||
	       bal_clock_ns() >= o->end_ns;
}

/*
 * Is a result to be carried out now?  With rounds at once; a single pass waits
 * for the results of other uplinks, but not for a slow one.
 */
static bool
is_to_act(struct once *o, uint64_t now)
{
	if (!bal_prober_changed(o->core.prober)) {
		o->act_ns = BAL_NEVER;
		return false;
	}
	if (now < o->retry_ns)
		return false;
	if (o->rounds)
		return true;
	if (o->act_ns == BAL_NEVER && !o->core.pass->session.dry_run)
		o->act_ns = now + ACT_NS;
	return now >= o->act_ns;
}

static int
act(struct once *o, uint64_t now, struct bal_err *err)
{
	int rc = bal_watch_core_pass(&o->core, err);

	if (bal_watch_core_failed(&o->core, rc))
		return -1;
	if (rc < 0)
		o->retry_ns = now + RETRY_NS;
	return plan(o, err);
}

/* Probe until that is done, and carry out the results. */
static int
probe(struct once *o, struct bal_err *err)
{
	uint64_t now, next;

	for (;;) {
		now = bal_clock_ns();
		bal_prober_step(o->core.prober, now, &next);
		if (is_to_act(o, now) && act(o, now, err) < 0)
			return -1;
		if (is_done(o))
			return 0;
		if (!o->rounds)
			next = earliest(next, earliest(o->end_ns, o->act_ns));
		if (bal_loop_wait(o->core.loop, next, err) < 0)
			return -1;
	}
}

static int
run(struct once *o, struct bal_err *err)
{
	struct bal_pass *pass = o->core.pass;
	struct bal_intent repair = { .kind = BAL_INTENT_CHECK };
	int rc;

	pass->session.go_unlocked = true;
	rc = pass->session.dry_run ? bal_pass_look(pass, err) :
			     bal_pass_run(pass, &repair, err);
	/* If it still cannot be written at the end, that is reported then. */
	if (bal_watch_core_failed(&o->core, rc))
		return -1;
	/* Waited in vain: no other result is to wait as long. */
	if (pass->locked_out)
		pass->session.lock_wait_ms = LOCKED_WAIT_MS;
	rc = bal_watch_core_open(&o->core, err);
	if (rc == 0)
		rc = plan(o, err);
	if (rc == 0)
		rc = probe(o, err);
	/* A user who may not probe may still ask what would be changed. */
	if (rc < 0 && pass->session.dry_run && err->kind == BAL_EPERM) {
		bal_warn("%s; without probes", err->msg);
		return bal_pass_run(pass, &repair, err);
	}
	return rc < 0 ? -1 : bal_watch_core_pass(&o->core, err);
}

int
bal_watch_pass(struct bal_pass *pass, struct bal_err *err)
{
	struct once o = { .core.pass = pass, .act_ns = BAL_NEVER };
	int rc = run(&o, err);

	bal_watch_core_close(&o.core);
	return rc;
}

int
bal_watch_rounds(struct bal_pass *pass, uint32_t rounds, uint32_t interval_ms,
		 struct bal_err *err)
{
	struct once o = { .core = { .pass = pass, .interval_ms = interval_ms },
			  .rounds = rounds };
	int rc = run(&o, err);

	bal_watch_core_close(&o.core);
	return rc;
}

int
bal_watch_lock(struct bal_pass *pass, bool for_good, struct bal_err *err)
{
	struct bal_stopped stopped;

	pass->session.run_lock = bal_lock_run(&pass->session.paths, err);
	if (pass->session.run_lock >= 0)
		return 0;
	if (err->kind != BAL_EBUSY || for_good ||
	    !bal_lock_stopped(&pass->session.paths, &stopped))
		return -1;
	bal_warn("%s", err->msg);
	return 0;
}
