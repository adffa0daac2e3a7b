// SPDX-License-Identifier: GPL-2.0-or-later
/* line_rtts - the lines of round trips and traffic in the state file. */
#include <inttypes.h>
#include <string.h>

#include "state/field.h"
#include "state/line.h"

/* "1200 0 0 12 3 1 ...": the sum in us, then the buckets. */
int
bal_rtts_set(struct bal_rtts *r, const char *text, struct bal_err *err)
{
	struct bal_rtts new = { 0 };
	char word[24];
	uint64_t n;
	int got;

	if (bal_rtts_count(r))
		return bal_state_twice("rtts", err);
	got = bal_next_word(&text, word, sizeof(word));
	if (got > 0 &&
	    bal_state_u64(word, UINT64_MAX, &new.sum_us, err) < 0)
		return -1;
	for (size_t i = 0; i < BAL_RTT_BUCKETS && got > 0; i++) {
		got = bal_next_word(&text, word, sizeof(word));
		if (got <= 0)
			break;
		if (bal_state_u64(word, UINT32_MAX, &n, err) < 0)
			return -1;
		new.n[i] = (uint32_t)n;
	}
	if (got < 0)
		return bal_err(err, BAL_ECONF,
			       "rtts has a word that is too long");
	*r = new;
	return 0;
}

void
bal_rtts_print(const struct bal_rtts *r, FILE *out)
{
	if (!bal_rtts_count(r))
		return;
	fprintf(out, "%s rtts = %" PRIu64, BAL_STATE_LATE, r->sum_us);
	for (size_t i = 0; i < BAL_RTT_BUCKETS; i++)
		fprintf(out, " %" PRIu32, r->n[i]);
	fputc('\n', out);
}

/* "1000 4711 PPQP ABCC": at_ms, octets, round trips, traffic. */
int
bal_trace_set(struct bal_trace *t, const char *text, struct bal_err *err)
{
	struct bal_trace new = { 0 };
	char at[24], octets[24];

	if (t->at_ms)
		return bal_state_twice("trace", err);
	if (bal_next_word(&text, at, sizeof(at)) <= 0 ||
	    bal_next_word(&text, octets, sizeof(octets)) <= 0 ||
	    bal_state_u64(at, UINT64_MAX, &new.at_ms, err) < 0 ||
	    bal_state_u64(octets, UINT64_MAX, &new.octets, err) < 0 ||
	    bal_next_word(&text, new.rtt, sizeof(new.rtt)) < 0 ||
	    bal_next_word(&text, new.traffic, sizeof(new.traffic)) < 0 ||
	    !bal_trace_is_valid(new.rtt) || !bal_trace_is_valid(new.traffic) ||
	    strlen(new.rtt) != strlen(new.traffic))
		return bal_err(err, BAL_ECONF, "trace is no such line");
	*t = new;
	return 0;
}

void
bal_trace_print(const struct bal_trace *t, FILE *out)
{
	if (t->at_ms)
		fprintf(out, "%s trace = %" PRIu64 " %" PRIu64 " %s %s\n",
			BAL_STATE_LATE, t->at_ms, t->octets, t->rtt,
			t->traffic);
}
