// SPDX-License-Identifier: GPL-2.0-or-later
/* trace - round trip and traffic of the last hour, a sample a minute; pure. */
#include "health/trace.h"

#include <string.h>

/* Of 0, 1, nothing, and then two for each power of two: 2, 3, 4, 6, 8, 12... */
static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			      "abcdefghijklmnopqrstuvwxyz0123456789+_";
#define LAST (sizeof(letters) - 2)

char
bal_trace_letter(uint64_t value)
{
	size_t level = 1;

	if (!value)
		return letters[0];
	for (; value > 3; value /= 2)
		level += 2;
	level += value == 1 ? 0 : value;
	return letters[level < LAST ? level : LAST];
}

uint64_t
bal_trace_value(char letter)
{
	const char *at = letter ? strchr(letters, letter) : NULL;
	size_t level;

	if (!at || at == letters)
		return 0;
	level = (size_t)(at - letters);
	if (level < 3)
		return 1;
	/* 3: 2, 4: 3, 5: 4, 6: 6, ... */
	return (level % 2 ? UINT64_C(2) : UINT64_C(3)) << (level - 3) / 2;
}

bool
bal_trace_is_valid(const char *text)
{
	for (size_t i = 0; text[i]; i++)
		if (i >= BAL_TRACE_MAX || (text[i] != BAL_TRACE_NONE &&
					   !strchr(letters, text[i])))
			return false;
	return true;
}

uint64_t
bal_trace_max(const char *text)
{
	uint64_t max = 0;

	for (; *text; text++)
		if (bal_trace_value(*text) > max)
			max = bal_trace_value(*text);
	return max;
}

static void
append(char *text, char letter)
{
	size_t len = strlen(text);

	if (len == BAL_TRACE_MAX)
		memmove(text, text + 1, len--);
	text[len] = letter;
	text[len + 1] = '\0';
}

void
bal_trace_add(struct bal_trace *t, uint64_t now_ms, uint64_t octets,
	      uint32_t rtt_us)
{
	const uint64_t span = now_ms > t->at_ms ? now_ms - t->at_ms : 0;

	if (t->at_ms && span < BAL_TRACE_SPAN_MS)
		return;
	if (t->at_ms) {
		append(t->rtt, rtt_us ? bal_trace_letter(rtt_us) :
					BAL_TRACE_NONE);
		append(t->traffic,
		       octets < t->octets ?
			       BAL_TRACE_NONE :
			       bal_trace_letter((octets - t->octets) * 1000 /
						span));
	}
	t->at_ms = now_ms;
	t->octets = octets;
}

void
bal_trace_restart(struct bal_trace *t)
{
	t->octets = UINT64_MAX;
}
