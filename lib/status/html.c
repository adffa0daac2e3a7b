// SPDX-License-Identifier: GPL-2.0-or-later
/* html - the status as one page for a browser. */
#include "status/html.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/show.h"
#include "status/internal.h"

#define EVENTS_SHOWN 30
#define HOURS_OF_DAY 24
#define HOURS_OF_WEEK 168

static void
put_time(FILE *out, uint64_t at)
{
	const time_t t = (time_t)at;
	char text[40] = "";
	struct tm tm;

	if (localtime_r(&t, &tm))
		(void)strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &tm);
	fputs(text, out);
}

/* --- head ----------------------------------------------------------------- */

static const char *
class_of_all(const struct bal_status *s)
{
	if (s->last_resort.kind != BAL_RESORT_NONE || s->kept ||
	    (s->n_all && !s->n_alive))
		return "dead";
	return s->n_alive < s->n_all || s->trouble ? "degraded" : "alive";
}

static void
put_lead(const struct bal_status *s, FILE *out)
{
	char words[BAL_RESORT_STRLEN];

	fprintf(out, "<p class=\"lead %s\">%zu of %zu uplinks alive",
		class_of_all(s), s->n_alive, s->n_all);
	if (s->last_resort.kind != BAL_RESORT_NONE) {
		fputs(": last resort, ", out);
		bal_html_text(out, bal_resort_str(&s->last_resort, words,
						  sizeof(words)));
	} else if (s->kept) {
		fputs(": all look dead, and are used all the same", out);
	}
	fprintf(out, "</p>\n<p class=\"soft\">Mode %s, as of ",
		bal_mode_name(s->mode));
	put_time(out, s->now.at);
	if (s->pass_ms) {
		fputs(", checked ", out);
		bal_span_str(s->pass_age_ms, words, sizeof(words));
		fprintf(out, "%s before", words);
	}
	fputs(".</p>\n", out);
	if (s->trouble) {
		fputs("<p class=\"lead degraded\">bal.conf has errors: ", out);
		bal_html_text(out, s->trouble->first);
		fputs("</p>\n", out);
	}
}

static void
put_head(const struct bal_status *s, FILE *out)
{
	char host[65] = "";

	(void)gethostname(host, sizeof(host) - 1);
	fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
	      "<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
	      "content=\"width=device-width, initial-scale=1\">\n<title>",
	      out);
	bal_html_text(out, host);
	fprintf(out, ": %zu of %zu uplinks alive</title>\n<style>\n%s</style>\n"
		     "</head>\n<body>\n<header>\n<h1>Uplinks of ",
		s->n_alive, s->n_all, bal_html_style);
	bal_html_text(out, host);
	fputs("</h1>\n", out);
	put_lead(s, out);
	fputs("</header>\n<main>\n", out);
}

/* --- behind the cards ----------------------------------------------------- */

static void
put_groups(const struct bal_status *s, FILE *out)
{
	fputs("<h2>Groups</h2>\n", out);
	for (size_t i = 0; i < s->groups.n; i++) {
		const struct bal_status_group *g = &s->groups.v[i];

		fputs("<p>", out);
		bal_html_text(out, g->name);
		fprintf(out, ", %s: ", g->mode);
		if (!g->in_use.n) {
			fputs("no uplink of it is alive, fallback is ", out);
			bal_html_text(out, g->fallback);
		}
		for (size_t k = 0; k < g->in_use.n; k++) {
			fputs(k ? ", " : "by ", out);
			bal_html_text(out, g->in_use.v[k]);
		}
		fputs("</p>\n", out);
	}
}

static void
put_event(const struct bal_event *e, FILE *out)
{
	char line[200];

	fputs("<tr><td>", out);
	put_time(out, e->at);
	fputs("</td><td>", out);
	bal_html_text(out, bal_event_str(e, line, sizeof(line)));
	fputs("</td></tr>\n", out);
}

static void
put_events(const struct bal_status *s, FILE *out)
{
	const struct bal_history *h = &s->history;
	const size_t n = h->n < EVENTS_SHOWN ? h->n : EVENTS_SHOWN;

	fputs("<h2>Last events</h2>\n", out);
	if (s->history_lack[0]) {
		fputs("<p class=\"lead degraded\">The journal is not known: ",
		      out);
		bal_html_text(out, s->history_lack);
		fputs("</p>\n", out);
		return;
	}
	if (!n) {
		fputs("<p>None since the boot.</p>\n", out);
		return;
	}
	fputs("<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
	      "aria-label=\"Last events\"><table>\n<thead><tr><th>Time</th>"
	      "<th>Event</th></tr></thead>\n<tbody>\n",
	      out);
	for (size_t i = 0; i < n; i++)
		put_event(&h->events[h->n - 1 - i], out);
	fputs("</tbody></table></div>\n", out);
}

/* --- the page ------------------------------------------------------------- */

static void
begin(struct bal_status_print *p)
{
	put_head(p->status, p->out);
	fputs("<h2>Now</h2>\n<div class=\"cards\">\n", p->out);
}

static uint64_t
routed_by_all(const struct bal_status *s)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < s->rows.n; i++)
		sum += s->rows.v[i].routed;
	return sum;
}

static void
uplink(struct bal_status_print *p, const struct bal_status_row *row)
{
	const uint64_t sum = row->has_routed ? routed_by_all(p->status) : 0;

	bal_html_card(row, sum ? (int)(row->routed * 100 / sum) : -1, p->out);
}

static void
end(struct bal_status_print *p)
{
	const struct bal_status *s = p->status;

	fputs("</div>\n", p->out);
	if (!s->rows.n)
		fputs("<p>There is no uplink.</p>\n", p->out);
	if (s->groups.n)
		put_groups(s, p->out);
	if (s->rows.n && !s->history_lack[0]) {
		fputs("<h2>Last day</h2>\n", p->out);
		bal_html_times(s, HOURS_OF_DAY, p->out);
		fputs("<h2>Last week</h2>\n", p->out);
		bal_html_times(s, HOURS_OF_WEEK, p->out);
	}
	put_events(s, p->out);
	fputs("</main>\n</body>\n</html>\n", p->out);
}

const struct bal_status_printer bal_status_html = { begin, uplink, end };
