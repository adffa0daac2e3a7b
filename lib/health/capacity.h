/* capacity - what a line carried when it was full, and weights from that. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A line is full when its own queue has grown: its probes take longer than they
 * do at rest.  What it carries then is what it can carry, and costs nothing to
 * know.
 *
 *   queue   ____/~~~~~~~~~\____     of the probes' round trips
 *   bytes   ../|||||||||||\....     of the device's counters
 *              <- windows ->        of two seconds: full ones are samples
 *
 * Pure: no system call, times are the caller's.
 */
#ifndef BAL_CAPACITY_H
#define BAL_CAPACITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The largest weight that is made of a capacity: its rounding is small. */
#define BAL_CAPACITY_WEIGHT 200

/* A window that is open.  Zero state: the first one begins. */
struct bal_fill {
	uint64_t rx, tx, span_ns;
	uint32_t answers, queued; /* of probes in it */
	uint32_t run;		  /* full windows in a row before it */
};

/* What the windows of some time have shown.  Zero state: nothing. */
struct bal_fill_sum {
	uint64_t carried;   /* bytes a second of the busiest, full or not */
	uint64_t full_rate; /* mean of the full ones */
	uint32_t n_full, run; /* how many; how many in a row at the end */
};

/* A probe was answered, @queue_us later than @empty_us, the time at rest. */
void bal_fill_answer(struct bal_fill *f, uint32_t queue_us, uint32_t empty_us);

/*
 * The counters have grown by these in @span_ns.  Where that ends the window, it
 * is added to @sum.
 */
void bal_fill_note(struct bal_fill *f, uint64_t rx, uint64_t tx,
		   uint64_t span_ns, struct bal_fill_sum *sum);

/* What is known of an uplink.  Zero state: nothing. */
struct bal_capacity {
	uint64_t rate;	  /* bytes a second, the busier way; 0: unknown */
	uint32_t boost;	  /* in 1/256: tried, as others are full; 0: 256 */
	uint64_t full_ms; /* CLOCK_BOOTTIME of the last sample; 0: no one yet */
	uint64_t look_ms; /* of the last bal_capacity_explore() */
	uint32_t weight;  /* in force; 0: none yet */
};

/*
 * Learn from @sum.  Carrying more than was known raises the rate at once; full
 * windows move it by a quarter each, by half after an hour without, and wholly after
 * a day.  Less than was known counts when it lasts (three windows in a row):
 * one late answer is no queue.
 */
void bal_capacity_learn(struct bal_capacity *c, const struct bal_fill_sum *sum,
			uint64_t now_ms);

/* It was measured: what was known before does not count. */
void bal_capacity_measured(struct bal_capacity *c, uint64_t rate,
			   uint64_t now_ms);

/*
 * @others are full and this one has not been for five minutes: it may carry
 * more than was ever asked of it.  So it is tried with more, doubled in a minute,
 * up to four times what is known.
 */
void bal_capacity_explore(struct bal_capacity *c, bool others, uint64_t now_ms);

/* Has it been full within the last ten seconds? */
bool bal_capacity_is_full(const struct bal_capacity *c, uint64_t now_ms);

/*
 * Choose the weights of @n uplinks, 1 to BAL_CAPACITY_WEIGHT, in proportion; an
 * unknown one counts as the mean of the known.  They change only where one of
 * them is a tenth off, all at once.  True: they did.
 */
bool bal_capacity_weigh(struct bal_capacity *const *v, size_t n);

#endif
