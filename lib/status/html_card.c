// SPDX-License-Identifier: GPL-2.0-or-later
/* html_card - one uplink on the page. */
#include <inttypes.h>
#include <string.h>

#include "base/show.h"
#include "state/usage.h"
#include "status/html.h"
#include "status/internal.h"

#define VALUE 48

static void
put(FILE *out, const char *key, const char *value)
{
	fprintf(out, "<dt>%s</dt><dd>", key);
	bal_html_text(out, value);
	fputs("</dd>\n", out);
}

static void
put_share(const struct bal_status_row *row, int seen, FILE *out)
{
	char value[VALUE];
	int n = 0;

	if (row->shares)
		n = snprintf(value, sizeof(value), "%u%%", row->share);
	else
		n = snprintf(value, sizeof(value), "none");
	if (seen >= 0)
		snprintf(value + n, sizeof(value) - (size_t)n, ", %d%% seen",
			 seen);
	put(out, "Share", value);
}

static void
put_rates(const struct bal_uplink_state *us, FILE *out)
{
	char value[VALUE], rx[BAL_AMOUNT_STRLEN], tx[BAL_AMOUNT_STRLEN];

	if (us->rtt_us) {
		snprintf(value, sizeof(value), "%.1f ms", us->rtt_us / 1000.0);
		put(out, "Round trip", value);
	}
	if (!us->counted_ms)
		return;
	snprintf(value, sizeof(value), "%s/s, %s/s",
		 bal_amount_str(us->rx_rate, rx),
		 bal_amount_str(us->tx_rate, tx));
	put(out, "Received, sent", value);
}

static void
put_cap(const struct bal_status_row *row, FILE *out)
{
	const struct bal_usage *u = &row->remembered->usage;
	const unsigned percent = bal_usage_percent(u, row->set.cap);
	char used[BAL_AMOUNT_STRLEN], cap[BAL_AMOUNT_STRLEN], value[VALUE];

	if (!row->set.cap || !u->known)
		return;
	snprintf(value, sizeof(value), "%s of %s, %u%%",
		 bal_amount_str(u->bytes, used),
		 bal_amount_str(row->set.cap, cap), percent);
	put(out, "Cap", value);
	fprintf(out,
		"<dt>Used</dt><dd><meter min=\"0\" max=\"100\" high=\"95\" "
		"value=\"%u\" aria-label=\"Used of the cap\">%u%%</meter>"
		"</dd>\n",
		percent < 100 ? percent : 100, percent);
}

static void
put_known(const struct bal_status_row *row, FILE *out)
{
	char value[VALUE];

	put_rates(row->remembered, out);
	if (row->probes.recent_rounds) {
		snprintf(value, sizeof(value), "%" PRIu32 "%%",
			 bal_status_loss(&row->probes));
		put(out, "Loss", value);
	}
	if (row->for_ms)
		put(out, "For", bal_span_str(row->for_ms, value, VALUE));
	put_cap(row, out);
}

static void
put_facts(const struct bal_status_row *row, int seen, FILE *out)
{
	const struct bal_ifaddr *a = row->up ? bal_uplink_addr(row->up) : NULL;
	char addr[BAL_ADDR_STRLEN];

	fputs("<dl>\n", out);
	put_share(row, seen, out);
	if (row->remembered)
		put_known(row, out);
	if (a)
		put(out, "Address", bal_addr_host_str(&a->addr, addr));
	if (bal_status_six_state(row))
		put(out, "IPv6", bal_status_six_state(row));
	if (row->set.over[0])
		put(out, "Over", row->set.over);
	fputs("</dl>\n", out);
}

static void
put_sparks(const struct bal_trace *t, FILE *out)
{
	char label[2 * VALUE], most[BAL_AMOUNT_STRLEN];

	if (strlen(t->rtt) < 2)
		return;
	snprintf(label, sizeof(label), "Round trip, up to %.1f ms",
		 (double)bal_trace_max(t->rtt) / 1000);
	bal_html_spark(t->rtt, label, out);
	snprintf(label, sizeof(label), "Traffic, up to %s/s",
		 bal_amount_str(bal_trace_max(t->traffic), most));
	bal_html_spark(t->traffic, label, out);
}

static void
put_remarks(const struct bal_status_row *row, FILE *out)
{
	const struct bal_status_probes *p = &row->probes;
	const char *const words[] = { bal_status_reason(row), p->reason,
				      p->suspicion, p->grown };

	if (row->missing)
		fputs("<p>It is required, and not up.</p>\n", out);
	if (bal_status_capped(row))
		fputs("<p>The cap is used up.</p>\n", out);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (!words[i][0])
			continue;
		fputs("<p>", out);
		bal_html_text(out, words[i]);
		fputs("</p>\n", out);
	}
}

void
bal_html_card(const struct bal_status_row *row, int seen, FILE *out)
{
	fprintf(out, "<article class=\"card %s\">\n<header><h3>",
		bal_html_class(row));
	bal_html_text(out, row->name);
	fputs("</h3><span class=\"state\">", out);
	bal_html_text(out, row->state);
	fputs("</span></header>\n", out);
	put_facts(row, seen, out);
	put_remarks(row, out);
	if (row->remembered)
		put_sparks(&row->remembered->trace, out);
	fputs("</article>\n", out);
}
