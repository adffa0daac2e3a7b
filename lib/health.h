/* health - probe rounds in, a verdict out; pure, no clock and no socket. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_HEALTH_H
#define BAL_HEALTH_H

#include <stdbool.h>
#include <stdint.h>

enum bal_health {
	BAL_HEALTH_UNKNOWN, /* never judged: used */
	BAL_HEALTH_ALIVE,
	BAL_HEALTH_DEAD,
};

const char *bal_health_name(enum bal_health health);
/* "unknown", "alive" or "dead"; false for anything else. */
bool bal_health_parse(const char *text, enum bal_health *out);

/* Rounds until a verdict changes. */
struct bal_health_rule {
	uint32_t down, up;
	/*
	 * The target is a guess of ours: as long as it never answered, its
	 * silence proves nothing and the uplink stays unknown.
	 */
	bool guessed;
};

/* What is remembered between rounds.  Zero state: never judged. */
struct bal_health_state {
	enum bal_health health;
	uint32_t good, bad; /* rounds in a row */
};

/*
 * One round's result into @s.  An unknown uplink is alive after one good
 * round and dead after @rule->down bad ones; an alive one dies after
 * @rule->down bad rounds in a row; a dead one lives after @rule->up good
 * ones.  Returns whether @s->health changed.
 */
bool bal_health_round(struct bal_health_state *s,
		      const struct bal_health_rule *rule, bool good);

/*
 * Would another round in this pass still matter?  No after a good round of
 * an uplink that lives, nor once a dead one has failed this pass's rounds:
 * @done_rounds of at most @rule->down.
 */
bool bal_health_settled(const struct bal_health_state *s,
			const struct bal_health_rule *rule,
			uint32_t done_rounds);

#endif
