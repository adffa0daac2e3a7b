// SPDX-License-Identifier: GPL-2.0-or-later
/* health_now - the present health of an uplink, from its record. */
#include <string.h>

#include "health/internal.h"

#define SAMPLES 8     /* answers until a round-trip is believed */
#define FLAPS_WEIGH 3 /* so many flaps make it harder to recover */

static const char *const names[] = {
	[BAL_HEALTH_UNKNOWN] = "unknown",
	[BAL_HEALTH_ALIVE] = "alive",
	[BAL_HEALTH_DEAD] = "dead",
	[BAL_HEALTH_DEGRADED] = "degraded",
};

#define N_NAMES (sizeof(names) / sizeof(names[0]))

const char *
bal_health_name(enum bal_health health)
{
	return (size_t)health < N_NAMES ? names[health] : "?";
}

bool
bal_health_parse(const char *text, enum bal_health *out)
{
	for (size_t i = 0; i < N_NAMES; i++) {
		if (strcmp(text, names[i]) != 0)
			continue;
		*out = (enum bal_health)i;
		return true;
	}
	return false;
}

/* A damaged state file may hold any number. */
enum bal_health
bal_health_now(const struct bal_health_record *j)
{
	return (size_t)j->health < N_NAMES ? j->health : BAL_HEALTH_UNKNOWN;
}

bool
bal_health_lives(const struct bal_health_record *j)
{
	return bal_health_now(j) == BAL_HEALTH_ALIVE ||
	       bal_health_now(j) == BAL_HEALTH_DEGRADED;
}

bool
bal_health_never_answered(const struct bal_health_record *j)
{
	return j->srtt_us == 0;
}

bool
bal_health_recovers(const struct bal_health_record *j)
{
	return bal_health_now(j) == BAL_HEALTH_DEAD && j->good_since_ms;
}

static bool
slower_than(const struct bal_health_record *j, uint32_t ms)
{
	return ms && j->srtt_us > ms * UINT64_C(1000);
}

bool
bal_health_too_slow(const struct bal_health_record *j, const struct bal_health_rule *rule)
{
	return slower_than(j, rule->degraded_rtt_ms) &&
	       bal_health_recent_rounds(j) - bal_health_recent_lost(j) >= SAMPLES;
}

bool
bal_health_too_lossy(const struct bal_health_record *j,
		    const struct bal_health_rule *rule)
{
	return rule->degraded_loss && j->worse >= BAL_HEALTH_ALARM;
}

bool
bal_health_doubts_loss(const struct bal_health_record *j,
		      const struct bal_health_rule *rule)
{
	return rule->degraded_loss && j->worse && !bal_health_too_lossy(j, rule);
}

uint32_t
bal_health_enough(const struct bal_health_record *j)
{
	return BAL_HEALTH_ALARM * bal_health_clamp(j->flaps, 1, FLAPS_WEIGH);
}

bool
bal_health_still_lossy(const struct bal_health_record *j,
		      const struct bal_health_rule *rule)
{
	return rule->degraded_loss && j->better < bal_health_enough(j);
}

bool
bal_health_still_slow(const struct bal_health_record *j,
		     const struct bal_health_rule *rule)
{
	const uint32_t much = rule->degraded_rtt_ms;
	const uint32_t less = rule->recovered_rtt_ms;

	return slower_than(j, less && less < much ? less : much);
}

bool
bal_health_in_doubt(const struct bal_health_record *j, const struct bal_health_rule *rule)
{
	switch (bal_health_now(j)) {
	case BAL_HEALTH_ALIVE:
		return j->bad || bal_health_doubts_loss(j, rule);
	case BAL_HEALTH_DEGRADED:
		return j->bad > 0;
	case BAL_HEALTH_DEAD:
		return bal_health_recovers(j) &&
		       (j->good < rule->up || bal_health_doubts_loss(j, rule));
	default:
		return j->bad && !bal_health_never_answered(j);
	}
}

#define UNEASY_ROUNDS UINT64_C(0xff) /* the last eight */
#define UNEASY_LOST 2

bool
bal_health_is_suspect(const struct bal_health_record *j)
{
	return bal_health_now(j) == BAL_HEALTH_ALIVE &&
	       __builtin_popcountll(j->recent & UNEASY_ROUNDS) >= UNEASY_LOST;
}

bool
bal_health_is_lossy(const struct bal_health_record *j)
{
	return bal_health_now(j) == BAL_HEALTH_DEGRADED &&
	       j->better < bal_health_enough(j);
}
