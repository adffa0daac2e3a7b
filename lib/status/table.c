// SPDX-License-Identifier: GPL-2.0-or-later
/* table - the columns of the status for people. */
#include "status/table.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "base/show.h"
#include "status/color.h"

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
	char amount[BAL_AMOUNT_STRLEN];

	set(cell, "%s", bal_amount_str(n, amount));
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

/* Where the text of the column STATE begins in a line, behind UPLINK. */
static size_t
state_at(const size_t *width)
{
	return width[COL_UPLINK] + 2;
}

/* A column of no width is left out.  The state has @color. */
static void
print_line(const struct bal_status_print *p, cells c, enum bal_color color)
{
	const size_t *width = p->width;
	const size_t begin = state_at(width), len = strlen(c[COL_STATE]);
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
	fprintf(p->out, "%.*s", (int)begin, line);
	bal_status_color(p, color, c[COL_STATE]);
	fprintf(p->out, "%s\n", line + begin + len);
}

static enum bal_color
color_of(const struct bal_status_row *row)
{
	/* All look dead, and are used all the same. */
	if (strcmp(row->state, bal_health_name(BAL_HEALTH_DEAD)) == 0)
		return BAL_COLOR_RED;
	if (row->alive)
		return row->up->degraded ? BAL_COLOR_YELLOW : BAL_COLOR_GREEN;
	return row->missing || row->expected || (row->up && row->up->admin_up) ?
		       BAL_COLOR_RED :
		       BAL_COLOR_PLAIN;
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

/* The widths of all lines are known before the first one. */
void
bal_status_table_begin(struct bal_status_print *p)
{
	cells head, c;

	for (int i = 0; i < COL_MAX; i++)
		set(head[i], "%s", titles[i]);
	measure(head, p->width);
	for (size_t i = 0; i < p->status->rows.n; i++) {
		fill(c, &p->status->rows.v[i]);
		measure(c, p->width);
	}
	fit(p->width, p->status->mode, p->look.columns);
	print_line(p, head, BAL_COLOR_PLAIN);
}

void
bal_status_table_row(struct bal_status_print *p,
		     const struct bal_status_row *row)
{
	cells c;

	fill(c, row);
	print_line(p, c, color_of(row));
}

