// SPDX-License-Identifier: GPL-2.0-or-later
/* text - the status as a table for people, and remarks below it. */
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "base/show.h"
#include "status/internal.h"

#define CELL 40

enum column {
	COL_UPLINK,
	COL_STATE,
	COL_SHARE,
	COL_WEIGHT,
	COL_PRIORITY,
	COL_ADDRESS,
	COL_GATEWAY,
	COL_OVER,
	COL_RTT,
	COL_LOSS,
	COL_RX,
	COL_TX,
	COL_FOR,
	COL_MAX,
};
_Static_assert(COL_MAX <= BAL_STATUS_COLUMNS, "widths are kept in the print");

static const char *const titles[COL_MAX] = {
	"UPLINK", "STATE", "SHARE", "WEIGHT", "PRIO", "ADDRESS", "GATEWAY",
	"OVER",	  "RTT",   "LOSS",  "RX/s",   "TX/s", "FOR",
};

static const bool right[COL_MAX] = {
	[COL_SHARE] = true, [COL_WEIGHT] = true, [COL_PRIORITY] = true,
	[COL_RTT] = true,   [COL_LOSS] = true,	 [COL_RX] = true,
	[COL_TX] = true,    [COL_FOR] = true,
};

typedef char cells[COL_MAX][CELL];

static void set(char *cell, const char *fmt, ...) BAL_PRINTF(2, 3);

static void
set(char *cell, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(cell, CELL, fmt, ap);
	va_end(ap);
}

static void
set_bytes(char *cell, uint64_t n)
{
	static const char units[] = "BkMGT";
	double v = (double)n;
	size_t u = 0;

	for (; v >= 999.5 && u < sizeof(units) - 2; u++)
		v /= 1000;
	if (u == 0 || v >= 99.5)
		set(cell, "%.0f%c", v, units[u]);
	else
		set(cell, "%.1f%c", v, units[u]);
}

static void
fill_measured(cells c, const struct bal_status_row *row)
{
	const struct bal_uplink_state *us = row->remembered;

	if (us->rtt_us)
		set(c[COL_RTT], "%.1fms", us->rtt_us / 1000.0);
	if (row->probes.recent_rounds)
		set(c[COL_LOSS], "%" PRIu32 "%%", bal_status_loss(&row->probes));
	if (us->counted_ms) {
		set_bytes(c[COL_RX], us->rx_rate);
		set_bytes(c[COL_TX], us->tx_rate);
	}
	if (row->for_ms)
		bal_span_str(row->for_ms, c[COL_FOR], CELL);
}

static void
fill(cells c, const struct bal_status_row *row)
{
	const struct bal_ifaddr *a = row->up ? bal_uplink_addr(row->up) : NULL;
	char buf[BAL_ADDR_STRLEN];

	for (int i = 0; i < COL_MAX; i++)
		set(c[i], "-");
	set(c[COL_UPLINK], "%s", row->name);
	set(c[COL_STATE], "%s", row->state);
	if (row->shares)
		set(c[COL_SHARE], "%u%%", row->share);
	if (row->share_due)
		set(c[COL_WEIGHT], "%" PRIu32, row->set.weight);
	set(c[COL_PRIORITY], "%" PRIu32, row->set.priority);
	if (a)
		set(c[COL_ADDRESS], "%s/%u", bal_addr_host_str(&a->addr, buf),
		    a->addr.len);
	if (row->up && !bal_addr_none(&row->up->v4.gateway))
		set(c[COL_GATEWAY], "%s",
		    bal_addr_host_str(&row->up->v4.gateway, buf));
	if (row->set.over[0])
		set(c[COL_OVER], "%s", row->set.over);
	if (row->remembered)
		fill_measured(c, row);
}

/* A column of no width is left out. */
static void
print_line(FILE *out, cells c, const size_t *width)
{
	char line[COL_MAX * (CELL + 2) + 1] = "";
	size_t at = 0;

	for (int i = 0; i < COL_MAX; i++)
		if (width[i])
			at += (size_t)snprintf(line + at, sizeof(line) - at,
					       right[i] ? "%s%*s" : "%s%-*s",
					       at ? "  " : "", (int)width[i],
					       c[i]);
	while (at > 0 && line[at - 1] == ' ')
		line[--at] = '\0';
	fprintf(out, "%s\n", line);
}

static void
measure(const cells c, size_t *width)
{
	for (int i = 0; i < COL_MAX; i++)
		if (strlen(c[i]) > width[i])
			width[i] = strlen(c[i]);
}

static size_t
sum_of(const size_t *width)
{
	size_t sum = 0;

	for (int i = 0; i < COL_MAX; i++)
		if (width[i])
			sum += width[i] + (sum ? 2 : 0);
	return sum;
}

/* What is least missed goes first: of the keys, that of the other mode. */
static void
fit(size_t *width, enum bal_mode mode, size_t columns)
{
	const bool solo = mode == BAL_MODE_SOLO;
	const enum column order[] = {
		COL_GATEWAY,
		solo ? COL_WEIGHT : COL_PRIORITY,
		solo ? COL_PRIORITY : COL_WEIGHT,
		COL_TX,
		COL_RX,
		COL_LOSS,
		COL_OVER,
	};

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		if (columns && sum_of(width) > columns)
			width[order[i]] = 0;
}

/* What was spent, of how much, and the pace that follows from it. */
static void
print_budget(const struct bal_status_row *row, FILE *out)
{
	const struct bal_status_probes *p = &row->probes;
	char spent[CELL], budget[CELL];

	set_bytes(spent, p->spent);
	set_bytes(budget, row->set.budget);
	fprintf(out, "%s: probes have cost %s of %s in this month", row->name,
		spent, budget);
	if (p->spent >= row->set.budget)
		fputs(", nothing is left", out);
	if (p->interval_ms >= 1000)
		fprintf(out, ", one round in %" PRIu32 " s",
			p->interval_ms / 1000);
	else if (p->interval_ms)
		fprintf(out, ", one round in %" PRIu32 " ms", p->interval_ms);
	fputc('\n', out);
}

/* Nothing of it as long as all is as usual. */
static void
print_probes(const struct bal_status_row *row, FILE *out)
{
	const struct bal_status_probes *p = &row->probes;
	const char *const words[] = { p->reason, p->suspicion, p->grown };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (words[i][0])
			fprintf(out, "%s: %s\n", row->name, words[i]);
	if (row->remembered && row->set.budget)
		print_budget(row, out);
}

/* One line for each address, however it would be asked. */
static void
print_own(const struct bal_status_row *row, FILE *out)
{
	const struct bal_settings *set = &row->set;
	char host[BAL_ADDR_STRLEN];

	for (size_t i = 0; i < set->n_targets && row->n_own; i++) {
		const struct bal_addr *a = &set->targets[i].addr;
		bool again = false;

		for (size_t k = 0; k < i; k++)
			again |= bal_addr_same_host(&set->targets[k].addr, a);
		if (!again && bal_uplink_owns(row->up, &set->targets[i]))
			fprintf(out,
				"%s: target %s is its own address and not "
				"asked\n",
				row->name, bal_addr_host_str(a, host));
	}
}

static void
print_remarks(const struct bal_status *status, FILE *out)
{
	for (size_t i = 0; i < status->rows.n; i++) {
		const struct bal_status_row *row = &status->rows.v[i];
		const char *why = bal_status_reason(row);

		if (row->missing)
			fprintf(out, "%s: it is required, and not up\n",
				row->name);
		if (*why)
			fprintf(out, "%s: %s\n", row->name, why);
		print_probes(row, out);
		print_own(row, out);
		if (row->unprobed)
			fprintf(out, "%s: not probed, it has no %stargets\n",
				row->name, row->n_own ? "other " : "");
		if (row->up && row->up->v4.shared_addr)
			fprintf(out, "%s: another uplink has the same address, "
				     "kept apart by marks\n",
				row->name);
	}
	if (status->due)
		fprintf(out, "changes that bal-check would make: %zu\n",
			status->due);
	if (status->kept)
		fputs("all uplinks look dead and are used all the same "
		      "(when_all_dead = keep)\n", out);
	if (status->no_marks)
		fputs("no firewall keeps marks: replies and forwarded connections "
		      "may change their uplink\n", out);
}

static void
print_resort(const struct bal_resort *resort, FILE *out)
{
	char words[BAL_RESORT_STRLEN];

	if (resort->kind == BAL_RESORT_NOTHING)
		fputs("NOTHING LEAVES: no uplink that has a share is alive\n",
		      out);
	else
		fprintf(out, "LAST RESORT: %s%s\n",
			bal_resort_str(resort, words, sizeof(words)),
			resort->kind == BAL_RESORT_LINE ?
				", which has no share" :
				"");
}

static void
headline(const struct bal_status *status, FILE *out)
{
	fprintf(out, "mode %s, ", bal_mode_name(status->mode));
	if (status->last_resort.kind != BAL_RESORT_NONE) {
		print_resort(&status->last_resort, out);
		return;
	}
	fprintf(out, "%zu of %zu uplinks in use",
		status->n_alive - status->n_ready, status->n_all);
	if (status->n_ready)
		fprintf(out, ", %zu ready", status->n_ready);
	fputc('\n', out);
}

/* The widths of all lines are known before the first one. */
static void
begin_table(struct bal_status_print *p)
{
	cells head, c;

	for (int i = 0; i < COL_MAX; i++)
		set(head[i], "%s", titles[i]);
	measure(head, p->width);
	for (size_t i = 0; i < p->status->rows.n; i++) {
		fill(c, &p->status->rows.v[i]);
		measure(c, p->width);
	}
	fit(p->width, p->status->mode, p->columns);
	print_line(p->out, head, p->width);
}

static void
begin(struct bal_status_print *p)
{
	const struct bal_status *status = p->status;
	FILE *out = p->out;

	headline(status, out);
	if (status->overrules)
		fprintf(out, "(set by %s; the configuration says otherwise)\n",
			status->overrules);
	if (status->trouble)
		fprintf(out, "(errors in bal.conf: %s; commands by hand "
			"stop at them)\n",
			bal_conf_instead_text(status->trouble->instead));
	if (!status->rows.n) {
		fputs("(no uplink: bal-doctor says what makes one)\n", out);
		return;
	}
	fputc('\n', out);
	begin_table(p);
}

static void
uplink(struct bal_status_print *p, const struct bal_status_row *row)
{
	cells c;

	fill(c, row);
	print_line(p->out, c, p->width);
}

static void
end(struct bal_status_print *p)
{
	if (p->status->rows.n)
		print_remarks(p->status, p->out);
}

const struct bal_status_printer bal_status_text = { begin, uplink, end };
