// SPDX-License-Identifier: GPL-2.0-or-later
/* health_words - the reasons of a health, as people read them. */
#include <inttypes.h>
#include <stdio.h>

#include "health/internal.h"

#define SPAN_STRLEN 32

/* Whole seconds, rounded up: "back in 0 s" would be wrong. */
static const char *
span(uint32_t ms, bool in_ms, char *buf)
{
	snprintf(buf, SPAN_STRLEN, "%" PRIu32 " %s",
		 in_ms ? ms : ms / 1000 + (ms % 1000 > 0), in_ms ? "ms" : "s");
	return buf;
}

static void
say_hold(const struct bal_health_record *j, const struct bal_health_rule *rule,
	 uint64_t now_ms, char *buf, size_t size)
{
	const uint32_t hold = bal_health_hold_ms(j, rule, now_ms);
	const uint32_t left = bal_health_hold_left_ms(j, rule, now_ms);
	const bool in_ms = hold < 1000;
	const uint32_t good = in_ms ? hold - left : (hold - left) / 1000 * 1000;
	char a[SPAN_STRLEN], b[SPAN_STRLEN], c[SPAN_STRLEN];

	if (left)
		snprintf(buf, size, "good for %s of %s, back in %s",
			 span(good, in_ms, a), span(hold, in_ms, b),
			 span(left, in_ms, c));
	else if (j->good < rule->up)
		snprintf(buf, size, "%" PRIu32 " of %" PRIu32 " answers",
			 j->good, rule->up);
}

const char *
bal_health_reason(const struct bal_health_record *j, const struct bal_health_rule *rule,
		 uint64_t now_ms, char *buf, size_t size)
{
	if (!size)
		return "";
	buf[0] = '\0';
	if (bal_health_recovers(j))
		say_hold(j, rule, now_ms, buf, size);
	if (bal_health_now(j) != BAL_HEALTH_DEGRADED)
		return buf;
	if (bal_health_still_lossy(j, rule))
		snprintf(buf, size, "lost %" PRIu32 " of %" PRIu32,
			 bal_health_recent_lost(j), bal_health_recent_rounds(j));
	else if (bal_health_still_slow(j, rule))
		snprintf(buf, size, "answers after %" PRIu32 " ms",
			 j->srtt_us / 1000);
	else
		say_hold(j, rule, now_ms, buf, size);
	return buf;
}

const char *
bal_health_suspicion(const struct bal_health_record *j,
		    const struct bal_health_rule *rule, char *buf, size_t size)
{
	if (!size)
		return "";
	buf[0] = '\0';
	/* The first answers of a dead one have words of their own. */
	if (!bal_health_in_doubt(j, rule) ||
	    (bal_health_recovers(j) && !bal_health_doubts_loss(j, rule)))
		return buf;
	if (j->bad)
		snprintf(buf, size,
			 "%" PRIu32 " bad round%s in a row, %" PRIu32
			 " mark it down",
			 j->bad, j->bad == 1 ? "" : "s",
			 bal_health_misses(j, rule));
	else
		snprintf(buf, size,
			 "lost %" PRIu32 " of %" PRIu32
			 ", which may be too much",
			 bal_health_recent_lost(j), bal_health_recent_rounds(j));
	return buf;
}

const char *
bal_health_grown(const struct bal_health_record *j, const struct bal_health_rule *rule,
		uint64_t now_ms, char *buf, size_t size)
{
	const uint32_t flaps = bal_health_flaps(j, now_ms);
	const uint32_t hold = bal_health_hold_ms(j, rule, now_ms);
	char text[SPAN_STRLEN];

	if (!size)
		return "";
	buf[0] = '\0';
	/* One outage is none that repeats. */
	if (flaps < 2 || hold <= rule->stable_ms)
		return buf;
	snprintf(buf, size,
		 "flapped %" PRIu32 " times lately, must be good for %s "
		 "before it is back%s",
		 flaps, span(hold, hold < 1000, text),
		 bal_health_now(j) == BAL_HEALTH_ALIVE ? " the next time" :
							   "");
	return buf;
}
