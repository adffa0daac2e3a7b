/* journal - the transitions of the uplinks, on disk, bounded. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_JOURNAL_H
#define BAL_JOURNAL_H

#include <stdio.h>

#include "actions/event.h"

/* At this size in bytes the older half is dropped: some 1000 transitions. */
#define BAL_JOURNAL_MAX (128 * 1024)

/*
 * Append @events to the file @path, one line each, with one write and under the
 * caller's lock.  A line that a kill left torn is ended by "...", which is then
 * the end of its reason, if it got so far; what a full disk does not take is
 * removed again.  -1 when it cannot be written, the old content being
 * unchanged.
 */
int bal_journal_add(const char *path, const struct bal_event *events,
		    size_t n, struct bal_err *err);

/*
 * Read it back, oldest first, into a malloced list (the caller frees).  Damaged
 * lines are skipped.  Without the file: nothing.  -1 with @err.
 */
int bal_journal_read(const char *path, struct bal_event **events, size_t *n,
		     struct bal_err *err);

/*
 * Now, by the wall clock, which may be set at any time (a box without a
 * hardware clock boots in 1970), and by CLOCK_BOOTTIME, which is never set.
 */
struct bal_instant {
	uint64_t at;	  /* seconds since 1970 */
	uint64_t boot_ms; /* CLOCK_BOOTTIME */
};
/* Read both clocks. */
struct bal_instant bal_journal_now(void);

/*
 * An uplink's availability, by the journal.  Time in which it was
 * administratively down, or not probed, counts as unknown.
 */
struct bal_availability {
	char uplink[BAL_IFNAMSIZ];
	uint64_t known_ms; /* how long it was known to be alive or dead */
	uint64_t alive_ms; /* of these; degraded counts as alive */
	unsigned outages;
	uint64_t longest_ms; /* outage */
};

/*
 * Pure: into a malloced list by name (the caller frees).  Every state lasted as
 * long as the event that ended it says, the last one until @now; @at of events
 * is ignored, as the wall clock may be set between them.
 */
int bal_journal_availability(const struct bal_event *events, size_t n,
			     const struct bal_instant *now,
			     struct bal_availability **out, size_t *n_out,
			     struct bal_err *err);

/* What bal-status --history shows.  Zero state: nothing. */
struct bal_history {
	struct bal_event *events;
	size_t n;
	struct bal_availability *uplinks;
	size_t n_uplinks;
};

/*
 * Read the journal @path for @only, or for all with NULL.  Takes no lock and
 * needs no privilege.  Events from before the clock was set are corrected, as
 * far as that can be derived @now.  bal_journal_forget() in any case.
 */
int bal_journal_history(const char *path, const char *only,
			const struct bal_instant *now,
			struct bal_history *out, struct bal_err *err);
/* Free what @history owns. */
void bal_journal_forget(struct bal_history *history);

/* Print local times, durations and reasons, then availability. */
void bal_journal_print_text(const struct bal_history *history, FILE *out);
/* Print one JSON object, on one line; times are UTC. */
void bal_journal_print_json(const struct bal_history *history, FILE *out);

#endif
