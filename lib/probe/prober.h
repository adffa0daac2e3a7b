/* prober - asks through all uplinks at once, at the pace that judge sets. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_PROBER_H
#define BAL_PROBER_H

#include "base/loop.h"
#include "netlink/nl.h"
#include "probe/probe.h"

/*
 * One code for a single pass and for --watch: lines, one for each uplink, that
 * send rounds of questions.  At rest a round goes to the first `need` targets
 * each interval; as soon as an answer is late, rounds go to all targets as a
 * burst until judge has no more doubts.  What the counters of the device show
 * saves rounds of a line that receives, and wakes those of one that sends and
 * receives no more, or less than it did.
 */
struct bal_prober;

/* @loop and @nl (to read counters) are the caller's and outlive it. */
struct bal_prober *bal_prober_open(struct bal_loop *loop, struct bal_nl *nl,
				   struct bal_err *err);
void bal_prober_close(struct bal_prober *prober);

/*
 * From now on these @n uplinks (copied).  A line whose device, address,
 * targets and mark are the same goes on with what it knows; others begin with
 * the judge in @probes.  One without targets is asked nothing.  -1: of some,
 * for want of a privilege or of memory, nothing can be asked; the others are
 * planned all the same.
 *
 * Too few descriptors are no failure: the sessions take turns at them, and one
 * that gets none for long is unknown, which is said (bal_warn()) and in its
 * reason.  A device is gone only when the kernel says so, which is asked again.
 */
int bal_prober_plan(struct bal_prober *prober, const struct bal_probe *probes,
		    size_t n, struct bal_err *err);

/*
 * Do what is due at @now_ns (bal_clock_ns()).  When it is to be called again
 * at the latest, or after bal_loop_wait() found answers, goes to @next_ns.
 */
void bal_prober_step(struct bal_prober *prober, uint64_t now_ns,
		     uint64_t *next_ns);

/* How many lines there are. */
size_t bal_prober_count(const struct bal_prober *prober);

/* Has a verdict changed since bal_prober_taken() was called last? */
bool bal_prober_changed(const struct bal_prober *prober);

/*
 * When what was taken last should be taken anew though no
 * verdict changed: when a dead one begins to answer, or stops to, twice a
 * second at most; when a doubt has lasted for a second, and each ten of
 * them from then on; and when it has been gone for one.  BAL_NEVER at rest.
 */
uint64_t bal_prober_news_ns(const struct bal_prober *prober);

/*
 * What came of all lines since bal_prober_taken() was called last: copies into
 * @out with room for bal_prober_count().  Returns their number.
 */
size_t bal_prober_results(const struct bal_prober *prober,
			  struct bal_probe *out);

/*
 * What bal_prober_results() gave last is remembered elsewhere now: the counts
 * begin anew, and nothing has changed.
 */
void bal_prober_taken(struct bal_prober *prober);

/* Would more rounds of a single pass change any verdict? */
bool bal_prober_settled(const struct bal_prober *prober);

/* Has each line begun @n rounds at rest, and no doubts left? */
bool bal_prober_rounds_done(const struct bal_prober *prober, uint32_t n);

#endif
