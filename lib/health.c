// SPDX-License-Identifier: GPL-2.0-or-later
/* health - probe rounds in, a verdict out; pure, no clock and no socket. */
#include "health.h"

#include <stddef.h>
#include <string.h>

static const char *const names[] = {
	[BAL_HEALTH_UNKNOWN] = "unknown",
	[BAL_HEALTH_ALIVE] = "alive",
	[BAL_HEALTH_DEAD] = "dead",
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

/* A run of rounds may outlast its counter: it stays at the top. */
static void
count(uint32_t *run)
{
	if (*run < UINT32_MAX)
		(*run)++;
}

static enum bal_health
judge(const struct bal_health_state *s, const struct bal_health_rule *rule)
{
	switch (s->health) {
	case BAL_HEALTH_UNKNOWN:
		if (s->good)
			return BAL_HEALTH_ALIVE;
		if (!rule->guessed && s->bad >= rule->down)
			return BAL_HEALTH_DEAD;
		break;
	case BAL_HEALTH_ALIVE:
		if (s->bad && s->bad >= rule->down)
			return BAL_HEALTH_DEAD;
		break;
	case BAL_HEALTH_DEAD:
		if (s->good && s->good >= rule->up)
			return BAL_HEALTH_ALIVE;
		break;
	}
	return s->health;
}

bool
bal_health_round(struct bal_health_state *s, const struct bal_health_rule *rule,
		 bool good)
{
	enum bal_health before = s->health;

	count(good ? &s->good : &s->bad);
	if (good)
		s->bad = 0;
	else
		s->good = 0;
	s->health = judge(s, rule);
	return s->health != before;
}

bool
bal_health_settled(const struct bal_health_state *s,
		   const struct bal_health_rule *rule, uint32_t done_rounds)
{
	/* What is in @s then is the last pass's. */
	if (done_rounds == 0)
		return false;
	if (done_rounds >= rule->down)
		return true;
	switch (s->health) {
	case BAL_HEALTH_ALIVE:
		return s->good > 0;
	case BAL_HEALTH_DEAD:
		/*
		 * Exactly that many: it died in this very round, and more of
		 * the same would only delay the news.
		 */
		return s->bad == rule->down;
	default:
		return false;
	}
}
