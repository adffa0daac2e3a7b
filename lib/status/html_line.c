// SPDX-License-Identifier: GPL-2.0-or-later
/* html_line - lines of values and of time, as SVG. */
#include <inttypes.h>
#include <string.h>

#include "status/html.h"

#define SPARK_HEIGHT 30
#define S_PER_HOUR 3600
#define UNITS 10000 /* the width of a line of time */

void
bal_html_spark(const char *trace, const char *label, FILE *out)
{
	const uint64_t max = bal_trace_max(trace);
	bool drawn = false;

	fprintf(out, "<p class=\"soft\">%s</p>\n<svg class=\"spark\" "
		     "viewBox=\"0 0 %d %d\" preserveAspectRatio=\"none\" "
		     "role=\"img\" aria-label=\"%s\"><path d=\"",
		label, BAL_TRACE_MAX - 1, SPARK_HEIGHT + 2, label);
	for (size_t i = 0; trace[i]; i++) {
		if (trace[i] == BAL_TRACE_NONE) {
			drawn = false;
			continue;
		}
		/* A single one is a dot. */
		fprintf(out, "%s%zu %" PRIu64, drawn ? "L" : "M", i,
			max ? SPARK_HEIGHT + 1 -
				      bal_trace_value(trace[i]) * SPARK_HEIGHT /
					      max :
			      (uint64_t)SPARK_HEIGHT + 1);
		if (!drawn)
			fputs("h.3", out);
		drawn = true;
	}
	fputs("\"/></svg>\n", out);
}

/* --- time ----------------------------------------------------------------- */

struct times {
	const struct bal_history *history;
	uint64_t from, until; /* seconds since 1970 */
	FILE *out;
};

static unsigned
place_of(const struct times *t, uint64_t at)
{
	if (at <= t->from)
		return 0;
	if (at >= t->until)
		return UNITS;
	return (unsigned)((at - t->from) * UNITS / (t->until - t->from));
}

/* A short outage is to be seen, too: a two hundredth at least. */
static void
put_span(const struct times *t, const char *state, uint64_t begin, uint64_t end)
{
	const unsigned least = UNITS / 200;
	unsigned x = place_of(t, begin), width = place_of(t, end) - x;
	const bool bad = strcmp(state, "dead") == 0 ||
			 strcmp(state, "degraded") == 0;

	if (end < begin || end <= t->from)
		return;
	if (!bad && strcmp(state, "alive") != 0)
		return;
	if (bad && width < least)
		width = least;
	if (x + width > UNITS)
		x = UNITS - width;
	if (width)
		fprintf(t->out,
			"<rect class=\"%s\" x=\"%u\" width=\"%u\" "
			"height=\"10\"/>",
			state, x, width);
}

/* Living spans first: a short outage is drawn over them. */
static void
put_spans(const struct times *t, const struct bal_status_row *row, bool bad)
{
	const char *state = NULL;
	uint64_t since = t->from;

	for (size_t i = 0; i < t->history->n; i++) {
		const struct bal_event *e = &t->history->events[i];

		if (strcmp(e->uplink, row->name) != 0 ||
		    bal_event_keeps_health(e->kind) ||
		    bal_event_is_of_all(e->kind))
			continue;
		if (!state && e->before[0]) {
			state = e->before;
			since = e->lasted_ms / 1000 < e->at ?
					e->at - e->lasted_ms / 1000 :
					0;
		}
		if (state && (strcmp(state, "alive") != 0) == bad)
			put_span(t, state, since, e->at);
		/* As with bal-up: not known until it is looked at. */
		state = bal_event_name(e->kind);
		since = e->at;
	}
	if (state && (strcmp(state, "alive") != 0) == bad)
		put_span(t, state, since, t->until);
}

static const struct bal_availability *
sum_of(const struct bal_history *h, const char *name)
{
	for (size_t i = 0; i < h->n_uplinks; i++)
		if (strcmp(h->uplinks[i].uplink, name) == 0)
			return &h->uplinks[i];
	return NULL;
}

static void
put_row(const struct times *t, const struct bal_status_row *row)
{
	const struct bal_availability *a = sum_of(t->history, row->name);

	fputs("<div class=\"time\"><span>", t->out);
	bal_html_text(t->out, row->name);
	fprintf(t->out,
		"</span><svg viewBox=\"0 0 %d 10\" preserveAspectRatio=\"none\" "
		"role=\"img\" aria-label=\"",
		UNITS);
	bal_html_text(t->out, row->name);
	fprintf(t->out, ": %u outages on record\">", a ? a->outages : 0);
	put_spans(t, row, false);
	put_spans(t, row, true);
	fputs("</svg></div>\n", t->out);
}

void
bal_html_times(const struct bal_status *status, unsigned hours, FILE *out)
{
	const uint64_t span = (uint64_t)hours * S_PER_HOUR;
	const struct times t = {
		.history = &status->history,
		/* The clock may be in 1970. */
		.from = status->now.at > span ? status->now.at - span : 0,
		.until = status->now.at,
		.out = out,
	};

	for (size_t i = 0; i < status->rows.n; i++)
		put_row(&t, &status->rows.v[i]);
	fprintf(out,
		"<div class=\"time\"><span></span><span class=\"scale\">"
		"<span>%u %s ago</span><span>now</span></span></div>\n",
		hours > 24 ? hours / 24 : hours, hours > 24 ? "days" : "hours");
}
