// SPDX-License-Identifier: GPL-2.0-or-later
/* journal_print - the history as lines for people and as JSON. */
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "actions/journal_internal.h"
#include "base/show.h"

#define MS_PER_S 1000
#define DETAILS_STRLEN 160
#define WHOLE 100000 /* 100 %, in thousandths of a per cent */

/* An outage may be shorter than a second. */
static const char *
span(uint64_t ms, char *buf)
{
	if (ms >= MS_PER_S)
		return bal_span_str(ms, buf, BAL_SPAN_STRLEN);
	snprintf(buf, BAL_SPAN_STRLEN, "%" PRIu64 "ms", ms);
	return buf;
}

static const char *
local_time(uint64_t at, char *buf)
{
	time_t t = (time_t)at;
	struct tm tm;

	if (!localtime_r(&t, &tm) ||
	    !strftime(buf, BAL_TIME_STRLEN, "%Y-%m-%d %H:%M:%S", &tm))
		*buf = '\0';
	return buf;
}

/* Rounded down: 100 % means never dead. */
static unsigned
available(const struct bal_availability *a)
{
	double part = (double)a->alive_ms / (double)a->known_ms * WHOLE;

	if (a->alive_ms == a->known_ms)
		return WHOLE;
	return part < WHOLE - 1 ? (unsigned)part : WHOLE - 1;
}

static const char *
available_str(const struct bal_availability *a, char *buf)
{
	if (a->known_ms)
		snprintf(buf, BAL_SPAN_STRLEN, "%u.%03u%%", available(a) / 1000,
			 available(a) % 1000);
	else
		memcpy(buf, "-", sizeof("-"));
	return buf;
}

/* At least as wide as @title. */
static int
uplink_width(const struct bal_history *h, const char *title)
{
	size_t width = strlen(title), len;

	for (size_t i = 0; i < h->n_uplinks; i++) {
		len = strlen(h->uplinks[i].uplink);
		if (len > width)
			width = len;
	}
	return (int)width;
}

static const char *
details(const struct bal_event *e, char *buf, size_t size)
{
	char lasted[BAL_SPAN_STRLEN], for_span[BAL_SPAN_STRLEN + 8] = "";
	bool mode = e->kind == BAL_EVENT_MODE && e->mode[0];

	if (e->before[0] && e->lasted_ms)
		snprintf(for_span, sizeof(for_span), " for %s",
			 span(e->lasted_ms, lasted));
	snprintf(buf, size, "%s%s%s%s%s%s%s", mode ? e->mode : "",
		 mode && e->before[0] ? ", " : "", e->before[0] ? "was " : "",
		 e->before, for_span,
		 (mode || e->before[0]) && e->reason[0] ? ", " : "", e->reason);
	return buf;
}

static void
print_event(const struct bal_event *e, int width, FILE *out)
{
	char at[BAL_TIME_STRLEN], more[DETAILS_STRLEN];

	details(e, more, sizeof(more));
	fprintf(out, "%s  %-*s  ", local_time(e->at, at), width,
		e->uplink[0] ? e->uplink : "-");
	if (more[0])
		fprintf(out, "%-8s  %s\n", bal_event_name(e->kind), more);
	else
		fprintf(out, "%s\n", bal_event_name(e->kind));
}

static void
print_sum(const struct bal_availability *a, int width, FILE *out)
{
	char per_cent[BAL_SPAN_STRLEN], known[BAL_SPAN_STRLEN],
		longest[BAL_SPAN_STRLEN] = "-";

	if (a->outages)
		span(a->longest_ms, longest);
	fprintf(out, "%-*s  %9s  %7s  %7u  %7s\n", width, a->uplink,
		available_str(a, per_cent), span(a->known_ms, known),
		a->outages, longest);
}

void
bal_journal_print_text(const struct bal_history *h, FILE *out)
{
	int width;

	if (!h->n) {
		fputs("no transition is on record\n", out);
		return;
	}
	width = uplink_width(h, "-");
	for (size_t i = 0; i < h->n; i++)
		print_event(&h->events[i], width, out);
	if (!h->n_uplinks)
		return;
	width = uplink_width(h, "UPLINK");
	fprintf(out, "\n%-*s  AVAILABLE  OF TIME  OUTAGES  LONGEST\n", width,
		"UPLINK");
	for (size_t i = 0; i < h->n_uplinks; i++)
		print_sum(&h->uplinks[i], width, out);
}

static void
json_seconds(FILE *out, const char *key, uint64_t ms)
{
	fprintf(out, "\"%s\":%" PRIu64 ".%03u", key, ms / MS_PER_S,
		(unsigned)(ms % MS_PER_S));
}

static void
json_event(const struct bal_event *e, FILE *out)
{
	char at[BAL_TIME_STRLEN];

	fputc('{', out);
	bal_json_string(out, "time", bal_journal_time_str(e->at, at));
	fputc(',', out);
	bal_json_string(out, "uplink", e->uplink);
	fputc(',', out);
	bal_json_string(out, "event", bal_event_name(e->kind));
	fputc(',', out);
	bal_json_string(out, "previous", e->before);
	fputc(',', out);
	json_seconds(out, "previous_s", e->lasted_ms);
	fputc(',', out);
	bal_json_string(out, "mode", e->mode);
	fputc(',', out);
	bal_json_string(out, "reason", e->reason);
	fputc('}', out);
}

static void
json_sum(const struct bal_availability *a, FILE *out)
{
	fputc('{', out);
	bal_json_string(out, "name", a->uplink);
	if (a->known_ms)
		fprintf(out, ",\"available_percent\":%u.%03u,",
			available(a) / 1000, available(a) % 1000);
	else
		fputs(",\"available_percent\":null,", out);
	json_seconds(out, "known_s", a->known_ms);
	fputc(',', out);
	json_seconds(out, "alive_s", a->alive_ms);
	fprintf(out, ",\"outages\":%u,", a->outages);
	json_seconds(out, "longest_s", a->longest_ms);
	fputc('}', out);
}

void
bal_journal_print_json(const struct bal_history *h, FILE *out)
{
	bal_json_begin(out);
	fputs("\"transitions\":[", out);
	for (size_t i = 0; i < h->n; i++) {
		if (i)
			fputc(',', out);
		json_event(&h->events[i], out);
	}
	fputs("],\"uplinks\":[", out);
	for (size_t i = 0; i < h->n_uplinks; i++) {
		if (i)
			fputc(',', out);
		json_sum(&h->uplinks[i], out);
	}
	fputs("]}\n", out);
}
