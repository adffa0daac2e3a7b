// SPDX-License-Identifier: GPL-2.0-or-later
/* nagios - the status as a plugin of Nagios, Icinga and the like reports it. */
#include "status/nagios.h"

#include <inttypes.h>
#include <string.h>

#include "base/show.h"
#include "status/internal.h"

/*
 * Nagios reads 8 KiB of output, performance data included: with more uplinks
 * than this only those in trouble are named, and the totals are the data.
 */
#define NAMED_MAX 10
#define DATA_MAX 32

static bool
is_whole(const struct bal_status *status)
{
	return status->rows.n >= status->n_all;
}

static enum bal_nagios
state_of_row(const struct bal_status_row *row)
{
	if (!row->alive && (row->expected || row->set.required))
		return BAL_NAGIOS_CRITICAL;
	if (row->up && row->up->admin_up &&
	    (!row->alive || row->up->degraded || bal_status_capped(row) ||
	     bal_status_six_dead(row)))
		return BAL_NAGIOS_WARNING;
	return BAL_NAGIOS_OK;
}

/* Why the box as a whole is critical; NULL: it is not. */
static const char *
whole_trouble(const struct bal_status *status)
{
	if (!is_whole(status))
		return NULL;
	if (status->last_resort.kind == BAL_RESORT_NOTHING)
		return "nothing leaves";
	if (status->last_resort.kind != BAL_RESORT_NONE)
		return "last resort";
	if (status->kept)
		return "all uplinks are dead";
	if (status->n_all && !status->n_up)
		return "no uplink is up";
	return status->n_all && !status->n_alive ? "no uplink is alive" : NULL;
}

static bool
is_stale(const struct bal_status *status)
{
	return status->pass_ms && status->pass_age_ms > BAL_STATUS_STALE_MS;
}

enum bal_nagios
bal_status_nagios_state(const struct bal_status *status)
{
	enum bal_nagios worst = BAL_NAGIOS_OK;

	if (!status->rows.n)
		return BAL_NAGIOS_UNKNOWN;
	if (whole_trouble(status))
		return BAL_NAGIOS_CRITICAL;
	if (status->trouble || is_stale(status))
		worst = BAL_NAGIOS_WARNING;
	for (size_t i = 0; i < status->rows.n; i++)
		if (state_of_row(&status->rows.v[i]) > worst)
			worst = state_of_row(&status->rows.v[i]);
	return worst;
}

/* --- output --------------------------------------------------------------- */

/* A bar ends the text, and a newline the line. */
static void
put_text(FILE *out, const char *text)
{
	char clean[256];

	snprintf(clean, sizeof(clean), "%s", text);
	bal_clean(clean);
	for (char *c = clean; *c; c++)
		if (*c == '|')
			*c = '?';
	fputs(clean, out);
}

/* 'DEV_WHAT'=: without what ends a label. */
static void
put_label(FILE *out, const char *dev, const char *what)
{
	fputs(" '", out);
	for (; *dev; dev++)
		fputc(strchr("='|;", *dev) || *dev < ' ' || *dev > '~' ? '_' :
									 *dev,
		      out);
	fprintf(out, "_%s'=", what);
}

/* What is the matter with it, and in @why the reason. */
static const char *
word_of(const struct bal_status_row *row, const char **why)
{
	*why = bal_status_reason(row);
	if (!row->up || !row->alive || row->up->degraded)
		return row->state;
	if (bal_status_capped(row))
		return "cap used up";
	if (!bal_status_six_dead(row))
		return row->state;
	*why = bal_status_six_reason(row);
	return "IPv6 dead";
}

static void
put_row(const struct bal_status_row *row, const char *before, FILE *out)
{
	const char *why;
	const char *word = word_of(row, &why);

	fputs(before, out);
	put_text(out, row->name);
	fprintf(out, " %s", word);
	if (!*why)
		return;
	fputs(" (", out);
	put_text(out, why);
	fputc(')', out);
}

static void
put_rows(const struct bal_status *status, FILE *out)
{
	size_t n = 0;

	for (size_t i = 0; i < status->rows.n; i++) {
		const struct bal_status_row *row = &status->rows.v[i];

		if (state_of_row(row) != BAL_NAGIOS_OK && n++ < NAMED_MAX)
			put_row(row, ", ", out);
	}
	if (n > NAMED_MAX)
		fprintf(out, ", and %zu more", n - NAMED_MAX);
}

static void
put_age(const struct bal_status *status, FILE *out)
{
	char age[BAL_SPAN_STRLEN];

	if (is_stale(status))
		fprintf(out, ", the last check was %s ago",
			bal_span_str(status->pass_age_ms, age, sizeof(age)));
}

static void
row_data(const struct bal_status_row *row, FILE *out)
{
	const struct bal_status_probes *p = &row->probes;
	const struct bal_link *link = row->up ? row->up->link : NULL;

	if (row->remembered && row->remembered->rtt_us) {
		put_label(out, row->name, "rtt");
		fprintf(out, "%.6fs;;;0", row->remembered->rtt_us / 1e6);
	}
	if (p->recent_rounds) {
		put_label(out, row->name, "loss");
		fprintf(out, "%" PRIu32 "%%;;;0;100", bal_status_loss(p));
	}
	if (!link)
		return;
	put_label(out, row->name, "rx");
	fprintf(out, "%" PRIu64 "c", link->rx_bytes);
	put_label(out, row->name, "tx");
	fprintf(out, "%" PRIu64 "c", link->tx_bytes);
}

static void
begin(struct bal_status_print *p)
{
	static const char *const words[] = {
		[BAL_NAGIOS_OK] = "OK",
		[BAL_NAGIOS_WARNING] = "WARNING",
		[BAL_NAGIOS_CRITICAL] = "CRITICAL",
		[BAL_NAGIOS_UNKNOWN] = "UNKNOWN",
	};
	const struct bal_status *s = p->status;
	const char *trouble = whole_trouble(s);

	fprintf(p->out, "BAL %s: ", words[bal_status_nagios_state(s)]);
	if (trouble)
		fprintf(p->out, "%s, ", trouble);
	fprintf(p->out, "%zu of %zu uplinks alive", s->n_alive, s->n_all);
	put_rows(s, p->out);
	if (s->trouble)
		fputs(", bal.conf has errors", p->out);
	put_age(s, p->out);
	fprintf(p->out, " | alive=%zu;;;0;%zu", s->n_alive, s->n_all);
}

static void
uplink(struct bal_status_print *p, const struct bal_status_row *row)
{
	if (p->status->rows.n <= DATA_MAX)
		row_data(row, p->out);
}

static void
end(struct bal_status_print *p)
{
	fputc('\n', p->out);
}

void
bal_status_nagios_unknown(const char *why, FILE *out)
{
	fputs("BAL UNKNOWN: ", out);
	put_text(out, why);
	fputc('\n', out);
}

const struct bal_status_printer bal_status_nagios = { begin, uplink, end };
