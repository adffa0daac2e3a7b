// SPDX-License-Identifier: GPL-2.0-or-later
/* spark - values in a row as a line of characters. */
#include "status/spark.h"

#include <string.h>

#include "base/show.h"

#define LEVELS 8

static const char *const blocks[LEVELS] = { "▁", "▂", "▃", "▄",
					    "▅", "▆", "▇", "█" };
static const char *const ascii[LEVELS] = { "_", ".", "-", "~",
					   "=", "+", "*", "#" };

/* A blank where there is no value: none answered, or another device. */
static void
put_line(const struct bal_status_print *p, const char *trace)
{
	const uint64_t max = bal_trace_max(trace);

	for (; *trace; trace++) {
		size_t level = max ? bal_trace_value(*trace) * (LEVELS - 1) /
					     max :
				     0;

		if (*trace == BAL_TRACE_NONE)
			fputc(' ', p->out);
		else
			fputs((p->look.blocks ? blocks : ascii)[level], p->out);
	}
}

void
bal_status_spark(const struct bal_status_print *p,
		 const struct bal_status_row *row)
{
	const struct bal_trace *t =
		row->remembered ? &row->remembered->trace : NULL;
	char amount[BAL_AMOUNT_STRLEN];

	if (!t || strlen(t->rtt) < 2)
		return;
	fprintf(p->out, "%s: round trip ", row->name);
	put_line(p, t->rtt);
	fprintf(p->out, " up to %.1f ms, traffic ",
		(double)bal_trace_max(t->rtt) / 1000);
	put_line(p, t->traffic);
	fprintf(p->out, " up to %s/s, %zu min\n",
		bal_amount_str(bal_trace_max(t->traffic), amount),
		strlen(t->rtt));
}
