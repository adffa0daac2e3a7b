/* prober - probes all uplinks at once, at the pace that their health needs. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_PROBER_H
#define BAL_PROBER_H

#include "base/loop.h"
#include "netlink/nl.h"
#include "probe/probe.h"

/*
 * One code for a single pass and for --watch: a session for each uplink, which
 * sends rounds of questions.  At rest a round goes to the first `need` targets
 * each interval; once an answer is late, rounds go to all targets as a burst
 * until the health is not in doubt any more.  One that is unknown and silent is
 * asked each pace_ms, whatever its budget, until it is known.  The counters of
 * the device save rounds of an uplink that receives, and start a burst for one
 * that sends and receives no more, or less than it did.
 */
struct bal_prober;

/* @loop and @nl (to read counters) are the caller's and outlive it. */
struct bal_prober *bal_prober_open(struct bal_loop *loop, struct bal_nl *nl,
				   struct bal_err *err);
/* End all sessions and their questions, and free the prober. */
void bal_prober_close(struct bal_prober *prober);

/*
 * Probe these @n uplinks (copied) from now on.  A session whose device,
 * address, targets and mark are the same keeps its state; others begin with the
 * record in @probes.  One without targets is not probed.  -1: some cannot be
 * probed, for want of a privilege or of memory; the others are planned all the
 * same.
 *
 * Too few descriptors are no failure: the sessions take turns at them, and one
 * that gets none for long is unknown, with a bal_warn() and in its reason.  A
 * device is gone only when the kernel confirms it.
 */
int bal_prober_plan(struct bal_prober *prober, const struct bal_probe *probes,
		    size_t n, struct bal_err *err);

/*
 * Do what is due at @now_ns (bal_clock_ns()).  The time of the next call, at
 * the latest or after bal_loop_wait() found answers, goes to @next_ns.
 */
void bal_prober_step(struct bal_prober *prober, uint64_t now_ns,
		     uint64_t *next_ns);

/* The number of sessions. */
size_t bal_prober_count(const struct bal_prober *prober);

/* Has any health changed since the last bal_prober_taken()? */
bool bal_prober_changed(const struct bal_prober *prober);

/*
 * When the results should be taken again though no health changed: when a dead
 * uplink begins to answer, or stops to, twice a second at most; when it has
 * been in doubt for a second, and every ten seconds from then on; and when it
 * has not been for one.  BAL_NEVER at rest.
 */
uint64_t bal_prober_news_ns(const struct bal_prober *prober);

/*
 * The results of all sessions since the last bal_prober_taken(): copies into
 * @out with room for bal_prober_count().  Returns their number.
 */
size_t bal_prober_results(const struct bal_prober *prober,
			  struct bal_probe *out);

/*
 * The last results of bal_prober_results() are recorded: the counts restart,
 * and nothing has changed.
 */
void bal_prober_taken(struct bal_prober *prober);

/* Would more rounds of a single pass change no health? */
bool bal_prober_settled(const struct bal_prober *prober);

/*
 * Has each session begun @n rounds at rest and judged @n, and is none in doubt?
 * One round may always be on its way: an answer can take longer than the interval.
 */
bool bal_prober_rounds_done(const struct bal_prober *prober, uint32_t n);

#endif
