// SPDX-License-Identifier: GPL-2.0-or-later
/* steer_fill - which uplink has which entries of a table. */
#include <string.h>

#include "bpf/steer.h"

static uint32_t
scatter(uint32_t x)
{
	x = (x ^ x >> 16) * 0x85ebca6b;
	x = (x ^ x >> 13) * 0xc2b2ae35;
	return x ^ x >> 16;
}

/*
 * -log2 of (@draw + 0.5) / 2^32, times 2^20.  By whole numbers, so that each
 * machine and libc draws the same; and libm costs every command 10 system calls.
 */
static uint64_t
minus_log2(uint32_t draw)
{
	const uint64_t odd = 2 * (uint64_t)draw + 1;
	const unsigned whole = 63 - (unsigned)__builtin_clzll(odd);
	uint64_t rest = odd << (63 - whole) >> 32; /* 1 to 2, times 2^31 */
	uint64_t log = whole;

	for (int bit = 0; bit < 20; bit++) {
		const uint64_t square = rest * rest >> 31;
		const bool carry = square >> 32;

		log = log << 1 | carry;
		rest = square >> carry;
	}
	return ((uint64_t)33 << 20) - log;
}

/*
 * Rendezvous: for each entry each slot draws a number above 0 and below 1, u.
 * The smallest -log2(u) / weight wins as often as its weight says.
 */
static void
fill_session(const struct bal_steer_group *g, uint32_t seed,
	     uint8_t out[BAL_STEER_ENTRIES])
{
	for (uint32_t at = 0; at < BAL_STEER_ENTRIES; at++) {
		const uint32_t row = scatter(at * 2654435761u ^ seed);
		uint64_t best = 0, weight = 0;

		for (size_t i = 0; i < g->n_shares; i++) {
			const struct bal_steer_share *s = &g->shares[i];
			const uint64_t log = minus_log2(
				scatter(row + s->slot * 0x9e3779b9u));

			if (weight && log * weight >= best * s->weight)
				continue;
			best = log;
			weight = s->weight;
			out[at] = (uint8_t)s->slot;
		}
	}
}

/* One after another: an entry is drawn at random, so their order is no matter. */
static void
fill_random(const struct bal_steer_group *g, uint64_t total,
	    uint8_t out[BAL_STEER_ENTRIES])
{
	uint64_t sum = 0;
	size_t at = 0;

	for (size_t i = 0; i < g->n_shares; i++) {
		size_t end;

		sum += g->shares[i].weight;
		end = (size_t)((sum * BAL_STEER_ENTRIES + total / 2) / total);
		memset(out + at, (int)g->shares[i].slot, end - at);
		at = end;
	}
}

void
bal_steer_fill(const struct bal_steer *s, size_t group,
	       uint8_t out[BAL_STEER_ENTRIES])
{
	const struct bal_steer_group *g = &s->groups[group];
	uint64_t total = 0;

	for (size_t i = 0; i < g->n_shares; i++)
		total += g->shares[i].weight;
	memset(out, 0, BAL_STEER_ENTRIES);
	if (g->n_shares < 2 || !total)
		return;
	if (g->session)
		fill_session(g, s->seed, out);
	else
		fill_random(g, total, out);
}
