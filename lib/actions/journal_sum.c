// SPDX-License-Identifier: GPL-2.0-or-later
/* journal_sum - the availability of each uplink, by the journal; pure. */
#include <stdlib.h>
#include <string.h>

#include "actions/journal_internal.h"

#define MS_PER_S 1000
#define CLOCK_WAS_WRONG_S 60 /* less is a clock that is being slewed */

/* A tunnel whose client starts anew is down so long, in the midst of an outage. */
#define RESTART_MS 60000

enum condition { NOT_KNOWN, ALIVE, DEAD };

/* One uplink, while its events are summed up. */
struct track {
	struct bal_availability sum;
	enum condition now;
	bool seen; /* it has an event of this boot, at a known time */
	bool off;  /* administratively down: no health counts */
	uint64_t boot_ms;
	bool in_outage;
	uint64_t outage_ms;
};

struct tracks {
	struct track *v; /* malloced */
	size_t n, room;
};

static struct track *
find(struct tracks *all, const char *uplink)
{
	struct track *more;

	for (size_t i = 0; i < all->n; i++)
		if (strcmp(all->v[i].sum.uplink, uplink) == 0)
			return &all->v[i];
	if (all->n == all->room) {
		all->room = all->room ? all->room * 2 : 16;
		more = realloc(all->v, all->room * sizeof(*more));
		if (!more)
			return NULL;
		all->v = more;
	}
	more = &all->v[all->n++];
	*more = (struct track){ 0 };
	snprintf(more->sum.uplink, sizeof(more->sum.uplink), "%s", uplink);
	return more;
}

static enum condition
condition_of(const char *word)
{
	if (strcmp(word, "alive") == 0 || strcmp(word, "degraded") == 0)
		return ALIVE;
	return strcmp(word, "dead") == 0 ? DEAD : NOT_KNOWN;
}

/*
 * Time since the last event of @t, by CLOCK_BOOTTIME: the wall clock may have
 * jumped by 56 years.  False where it is unknown.
 */
static bool
elapsed(const struct track *t, uint64_t boot_ms, uint64_t *ms)
{
	if (!t->seen || !t->boot_ms || boot_ms < t->boot_ms)
		return false;
	*ms = boot_ms - t->boot_ms;
	return true;
}

static void
count(struct track *t, enum condition was, uint64_t ms)
{
	if (was != NOT_KNOWN)
		t->sum.known_ms += ms;
	if (was == ALIVE)
		t->sum.alive_ms += ms;
	if (was != DEAD) {
		t->in_outage &= was != ALIVE && t->off && ms <= RESTART_MS;
		return;
	}
	if (!t->in_outage) {
		t->in_outage = true;
		t->outage_ms = 0;
		t->sum.outages++;
	}
	t->outage_ms += ms;
	if (t->outage_ms > t->sum.longest_ms)
		t->sum.longest_ms = t->outage_ms;
}

/*
 * The event that ends a state has its duration, by CLOCK_BOOTTIME.  Time before
 * the last event was counted with that one.
 */
static void
pass_by(struct track *t, const struct bal_event *e)
{
	uint64_t ms = e->lasted_ms, since = 0;
	enum condition was = t->now;

	if (e->before[0] && !t->off)
		was = condition_of(e->before);
	if (elapsed(t, e->boot_ms, &since) && (!ms || since < ms))
		ms = since;
	count(t, was, ms);
	if (e->kind != BAL_EVENT_UP)
		t->now = condition_of(bal_event_name(e->kind));
	else
		t->now = t->off ? NOT_KNOWN : was;
	t->off = e->kind == BAL_EVENT_DOWN;
	t->seen = true;
	t->boot_ms = e->boot_ms;
}

/* It is unknown how long the previous state went on. */
static void
pass_reboot(struct tracks *all)
{
	for (size_t i = 0; i < all->n; i++) {
		struct track *t = &all->v[i];

		count(t, t->now, 0);
		t->now = NOT_KNOWN;
		t->seen = t->off = t->in_outage = false;
	}
}

static void
pass_until(struct tracks *all, const struct bal_instant *now)
{
	for (size_t i = 0; i < all->n; i++) {
		struct track *t = &all->v[i];
		uint64_t ms = 0;

		elapsed(t, now->boot_ms, &ms);
		count(t, t->now, ms);
	}
}

static int
by_uplink(const void *a, const void *b)
{
	return strcmp(((const struct bal_availability *)a)->uplink,
		      ((const struct bal_availability *)b)->uplink);
}

static int
collect(const struct tracks *all, struct bal_availability **out, size_t *n)
{
	struct bal_availability *sums = calloc(all->n + 1, sizeof(*sums));

	if (!sums)
		return -1;
	for (size_t i = 0; i < all->n; i++)
		sums[i] = all->v[i].sum;
	qsort(sums, all->n, sizeof(*sums), by_uplink);
	*out = sums;
	*n = all->n;
	return 0;
}

int
bal_journal_availability(const struct bal_event *events, size_t n,
			 const struct bal_instant *now,
			 struct bal_availability **out, size_t *n_out,
			 struct bal_err *err)
{
	struct tracks all = { 0 };
	uint64_t last_ms = 0;
	struct track *t;
	int rc;

	for (size_t i = 0; i < n; i++) {
		if (events[i].boot_ms && events[i].boot_ms < last_ms)
			pass_reboot(&all);
		if (events[i].boot_ms)
			last_ms = events[i].boot_ms;
		if (!events[i].uplink[0] || bal_event_keeps_health(events[i].kind))
			continue; /* of all, or not of its health */
		t = find(&all, events[i].uplink);
		if (!t) {
			free(all.v);
			return bal_err_nomem(err);
		}
		pass_by(t, &events[i]);
	}
	pass_until(&all, now);
	rc = collect(&all, out, n_out);
	free(all.v);
	return rc < 0 ? bal_err_nomem(err) : 0;
}

static uint64_t
apart_s(uint64_t a, uint64_t b)
{
	return a > b ? a - b : b - a;
}

/* Backwards from now, as far as CLOCK_BOOTTIME reaches. */
static void
set_right(struct bal_event *events, size_t n, const struct bal_instant *now)
{
	uint64_t next_ms = now->boot_ms, right, ago_s;

	for (size_t i = n; i-- > 0;) {
		if (!events[i].boot_ms || events[i].boot_ms > next_ms)
			return;
		next_ms = events[i].boot_ms;
		ago_s = (now->boot_ms - next_ms) / MS_PER_S;
		if (ago_s > now->at)
			return;
		right = now->at - ago_s;
		if (apart_s(right, events[i].at) > CLOCK_WAS_WRONG_S)
			events[i].at = right;
	}
}

static void
keep_only(struct bal_history *h, const char *uplink)
{
	size_t kept = 0;

	for (size_t i = 0; i < h->n; i++)
		if (strcmp(h->events[i].uplink, uplink) == 0)
			h->events[kept++] = h->events[i];
	h->n = kept;
	kept = 0;
	for (size_t i = 0; i < h->n_uplinks; i++)
		if (strcmp(h->uplinks[i].uplink, uplink) == 0)
			h->uplinks[kept++] = h->uplinks[i];
	h->n_uplinks = kept;
}

int
bal_journal_history(const char *path, const char *only,
		    const struct bal_instant *now, struct bal_history *out,
		    struct bal_err *err)
{
	if (bal_journal_read(path, &out->events, &out->n, err) < 0)
		return -1;
	set_right(out->events, out->n, now);
	if (bal_journal_availability(out->events, out->n, now, &out->uplinks,
				     &out->n_uplinks, err) < 0)
		return -1;
	if (only)
		keep_only(out, only);
	return 0;
}

void
bal_journal_forget(struct bal_history *history)
{
	free(history->events);
	free(history->uplinks);
	*history = (struct bal_history){ 0 };
}
