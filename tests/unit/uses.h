/* uses - an uplink that is left and used again, in the world of a test. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TEST_USES_H
#define TEST_USES_H

#include "outcomes.h"

#define BOTH (BAL_ON_DEAD_CONNTRACK | BAL_ON_DEAD_SOCKETS)
#define DRAIN_MS 60000

static enum bal_mode mode;

/* A pass as pass.c makes it: what is down has no record behind it. */
static inline void
pass(uint64_t ms)
{
	w.snap.now_ms += ms;
	bal_snapshot_index(&w.snap, &w.arena);
	bal_state_observe(&w.state, &w.conf, &w.snap, &w.arena);
	conclude(mode, mode);
	for (size_t i = w.state.n_uplinks; i-- > 0;)
		if (!w.state.uplinks[i].admin_up)
			bal_state_remove(&w.state, w.state.uplinks[i].name);
	as_it_is();
}

static inline void
as_up(unsigned i)
{
	char dev[16], priority[16];

	snprintf(dev, sizeof(dev), "eth%u", i);
	snprintf(priority, sizeof(priority), "%u", 10 * i);
	told(dev, "priority", priority);
	told(dev, "failback_drain", "60s");
}

/* eth1 is the best of three that live. */
static inline void
begin(enum bal_mode m)
{
	mode = m;
	for (unsigned i = 1; i <= 3; i++) {
		modem(i);
		as_up(i);
	}
	as_it_is();
	pass(0);
	assert_int_equal(known("eth1")->use, BAL_USE_FULL);
	assert_int_equal(outcome.releases.n, 0);
}

static inline void
expect_release(const char *dev, unsigned duty)
{
	const struct bal_release *r = outcome.releases.v;

	assert_int_equal(outcome.releases.n, duty ? 1 : 0);
	if (!duty)
		return;
	assert_string_equal(r->dev, dev);
	assert_int_equal(r->on_dead, duty);
	assert_int_equal(r->mark >> 24, dev[3] - '0');
	assert_int_equal(r->source.bytes[3], 100 + dev[3] - '0');
	assert_false(r->shared);
}

/* --- what happens to eth1 ----------------------------------------------------- */

static inline void
die(void)
{
	health("eth1", BAL_HEALTH_DEAD);
}

static inline void
live(void)
{
	health("eth1", BAL_HEALTH_ALIVE);
}

static inline void
lose(void)
{
	health("eth1", BAL_HEALTH_DEGRADED);
	known("eth1")->record.better = 0;
}

static inline void
bal_down(void)
{
	known("eth1")->admin_up = false;
}

static inline void
bal_up(void)
{
	uplink("eth1", 1);
	told("eth1", "gateway", "192.168.1.1");
	as_up(1);
}

#endif
