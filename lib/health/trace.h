/* trace - round trip and traffic of the last hour, a sample a minute; pure. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_TRACE_H
#define BAL_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BAL_TRACE_MAX 60
#define BAL_TRACE_SPAN_MS 55000 /* the shortest time between two samples */

/*
 * The oldest sample first, each of them a letter for a value and less
 * than half of it more, or BAL_TRACE_NONE.  Zero state: no sample.
 */
#define BAL_TRACE_NONE '-'
struct bal_trace {
	uint64_t at_ms;	 /* CLOCK_BOOTTIME of the last one; 0: not begun */
	uint64_t octets; /* the counter then, received and sent */
	char rtt[BAL_TRACE_MAX + 1];	 /* us */
	char traffic[BAL_TRACE_MAX + 1]; /* bytes a second */
};

/*
 * A look at @now_ms, the device's counter being @octets, and the round trip
 * @rtt_us, 0: none answers.  Nothing where the last sample is too young.
 */
void bal_trace_add(struct bal_trace *t, uint64_t now_ms, uint64_t octets,
		   uint32_t rtt_us);

/* Another device has the name: its counter begins anew. */
void bal_trace_restart(struct bal_trace *t);

/* The letter of @value; and back: 0 for BAL_TRACE_NONE and no letter at all. */
char bal_trace_letter(uint64_t value);
uint64_t bal_trace_value(char letter);

/* Is @text, of BAL_TRACE_MAX at most, of such letters alone? */
bool bal_trace_is_valid(const char *text);

/* The largest value of @text, 0 where there is none. */
uint64_t bal_trace_max(const char *text);

#endif
