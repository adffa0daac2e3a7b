// SPDX-License-Identifier: GPL-2.0-or-later
/* prober_targets - the targets of a round. */
#include "probe/prober_internal.h"

#define FAILS_OUT 2    /* of one target in a row, while another answers */
#define RETRY_ROUNDS 8 /* then it is asked again */

/* It fails and another one does not: the uplink is not the cause. */
static bool
is_out_of_favour(const struct line *l, size_t target)
{
	if (l->target_records[target].fails < FAILS_OUT)
		return false;
	for (size_t i = 0; i < l->p.n_targets; i++)
		if (i != target && l->target_records[i].good_ns && !l->target_records[i].fails)
			return true;
	return false;
}

/* As many targets of @from as still must answer, the first at @turn. */
static uint8_t
take(const struct line *l, uint8_t from, uint32_t turn, uint32_t *left)
{
	const size_t n = l->p.n_targets;
	uint8_t taken = 0;

	for (size_t k = 0; k < n && *left; k++) {
		size_t i = (turn + k) % n;

		if (from & bit(i)) {
			taken |= bit(i);
			(*left)--;
		}
	}
	return taken;
}

uint8_t
bal_round_targets(const struct line *l, bool rest, uint32_t number)
{
	uint8_t good = 0, poor = 0, suspect = 0, asked;
	uint32_t left = bal_line_need(l);
	/* The first are preferred, as long as they answer. */
	uint32_t turn = rest && l->p.record.bad == 0 ? 0 : number;

	for (size_t i = 0; i < l->p.n_targets; i++) {
		if (l->target_records[i].suspect)
			suspect |= bit(i);
		else if (is_out_of_favour(l, i))
			poor |= bit(i);
		else
			good |= bit(i);
	}
	asked = take(l, good, turn, &left);
	asked |= take(l, poor, turn, &left);
	if (rest && l->rounds_rested % RETRY_ROUNDS == 0)
		asked |= poor;
	return rest ? asked | suspect : asked;
}
