// SPDX-License-Identifier: GPL-2.0-or-later
/* health_flap - how often an uplink ceased to live, and the hold for that. */
#include "health/internal.h"

#define FORGET_MS (10 * 60 * UINT64_C(1000)) /* of life, for one flap */

static uint64_t
elapsed(uint64_t since_ms, uint64_t now_ms)
{
	return now_ms > since_ms ? now_ms - since_ms : 0;
}

/* Flaps that are not forgotten at @now_ms. */
uint32_t
bal_health_flaps(const struct bal_health_record *j, uint64_t now_ms)
{
	uint64_t forgotten = 0;

	if (bal_health_lives(j) || bal_health_recovers(j))
		forgotten = elapsed(j->flap_ms, now_ms) / FORGET_MS;
	return forgotten < j->flaps ? j->flaps - (uint32_t)forgotten : 0;
}

static uint64_t
most_hold(const struct bal_health_rule *rule)
{
	return bal_health_max(rule->stable_ms, rule->stable_max_ms);
}

static uint32_t
hold_after(uint32_t flaps, const struct bal_health_rule *rule)
{
	const uint64_t hold = (uint64_t)rule->stable_ms
			      << bal_health_clamp(flaps, 0, 31);

	return bal_health_clamp(hold, 0, most_hold(rule));
}

uint32_t
bal_health_hold_ms(const struct bal_health_record *j, const struct bal_health_rule *rule,
		  uint64_t now_ms)
{
	uint32_t before = bal_health_flaps(j, now_ms);

	/* The outage that lasts now is the last of them. */
	if (bal_health_now(j) != BAL_HEALTH_ALIVE && before)
		before--;
	return hold_after(before, rule);
}

uint32_t
bal_health_hold_left_ms(const struct bal_health_record *j,
		       const struct bal_health_rule *rule, uint64_t now_ms)
{
	const uint64_t hold = bal_health_hold_ms(j, rule, now_ms);
	const uint64_t done = elapsed(j->good_since_ms, now_ms);

	switch (bal_health_now(j)) {
	case BAL_HEALTH_DEAD:
	case BAL_HEALTH_DEGRADED:
		if (!j->good_since_ms)
			return (uint32_t)hold;
		return done < hold ? (uint32_t)(hold - done) : 0;
	default:
		return 0;
	}
}

void
bal_health_forget_flaps(struct bal_health_record *j, uint64_t now_ms)
{
	const uint32_t left = bal_health_flaps(j, now_ms);

	j->flap_ms += (j->flaps - left) * FORGET_MS;
	if (!left || j->flap_ms > now_ms)
		j->flap_ms = now_ms;
	j->flaps = left;
}

/*
 * A flap is a change from alive to something worse, and nothing else.  The
 * count is limited: flaps that cannot make the hold longer would only take
 * longer to forget.
 */
void
bal_health_count_flap(struct bal_health_record *j, const struct bal_health_rule *rule,
		     uint64_t now_ms)
{
	if (bal_health_now(j) != BAL_HEALTH_ALIVE)
		return;
	bal_health_forget_flaps(j, now_ms);
	if (j->flaps == 0 || hold_after(j->flaps - 1, rule) < most_hold(rule))
		j->flaps = bal_health_add(j->flaps, 1);
	j->flap_ms = now_ms;
}
