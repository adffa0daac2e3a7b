// SPDX-License-Identifier: GPL-2.0-or-later
/* smooth - what the status shows of tunnels whose datagrams are copied. */
#include "status/smooth.h"

#include <inttypes.h>
#include <string.h>

#include "base/show.h"
#include "config/settings_word.h"
#include "plan/smooth.h"

static void
take(struct bal_status_row *row, const bal_smooth_counts *counts)
{
	uint64_t fresh_ms = 0;

	for (size_t i = 0; i < counts->n; i++) {
		const struct bal_smooth_count *c = &counts->v[i];

		if (strcmp(c->tun, row->name) != 0)
			continue;
		row->smooth.known = true;
		if (!c->dev[0]) {
			row->smooth.copies = c->packets;
			row->smooth.bytes = c->bytes;
		} else if (c->fresh_ms > fresh_ms) {
			fresh_ms = c->fresh_ms;
			memcpy(row->smooth.replies, c->dev,
			       sizeof(row->smooth.replies));
		}
	}
}

void
bal_status_smooth(const struct bal_pass *pass, struct bal_status *status,
		  struct bal_arena *arena)
{
	bal_smooth_counts counts = { 0 };
	struct bal_err ignored;
	bool any = false;

	for (size_t i = 0; i < status->rows.n; i++)
		any |= status->rows.v[i].up &&
		       bal_smooth_is_on(status->rows.v[i].up);
	if (!any || pass->session.no_chains ||
	    bal_smooth_count(arena, &counts, &ignored) < 0)
		return;
	for (size_t i = 0; i < status->rows.n; i++)
		take(&status->rows.v[i], &counts);
}

void
bal_status_smooth_text(const struct bal_status_row *row, FILE *out)
{
	const struct bal_smoothing *s = row->up ? &row->up->smoothing : NULL;
	char bytes[BAL_AMOUNT_STRLEN];

	if (!s || s->lack == BAL_SMOOTH_UNWANTED)
		return;
	if (s->lack != BAL_SMOOTH_LACKS_NOTHING) {
		fprintf(out, "%s: not smoothed: %s\n", row->name,
			bal_smooth_reason(row->up));
		return;
	}
	fprintf(out, "%s: copied to %s", row->name, s->copy);
	if (s->silence_ms)
		fprintf(out, " while %s is silent for %" PRIu32 "ms",
			row->set.over, s->silence_ms);
	if (row->smooth.known)
		fprintf(out, ", %" PRIu64 " copies of %s in all",
			row->smooth.copies,
			bal_amount_str(row->smooth.bytes, bytes));
	if (row->smooth.replies[0])
		fprintf(out, ", replies come by %s", row->smooth.replies);
	fputc('\n', out);
}

void
bal_status_smooth_json(const struct bal_status_row *row, FILE *out)
{
	const struct bal_uplink *up = row->up;
	const bool on = up && bal_smooth_is_on(up);

	fputc(',', out);
	bal_json_string(out, "smooth", bal_smooth_name(row->set.smooth));
	fputc(',', out);
	bal_json_string(out, "smooth_over", on ? up->smoothing.copy : "");
	fputc(',', out);
	bal_json_string(out, "smooth_reason", up ? bal_smooth_reason(up) : "");
	fprintf(out, ",\"smooth_copies\":%" PRIu64 ",\"smooth_bytes\":%" PRIu64
		     ",", row->smooth.copies, row->smooth.bytes);
	bal_json_string(out, "smooth_replies", row->smooth.replies);
}
