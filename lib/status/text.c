// SPDX-License-Identifier: GPL-2.0-or-later
/* text - the status as a table for people, and remarks below it. */
#include <inttypes.h>
#include <string.h>

#include "actions/cap_event.h"
#include "base/show.h"
#include "state/usage.h"
#include "status/color.h"
#include "status/internal.h"
#include "status/smooth.h"
#include "status/spark.h"
#include "status/table.h"

/* What was spent, of how much, and the pace that follows from it. */
static void
print_budget(const struct bal_status_row *row, FILE *out)
{
	const struct bal_status_probes *p = &row->probes;
	char spent[BAL_AMOUNT_STRLEN], budget[BAL_AMOUNT_STRLEN];

	bal_amount_str(p->spent, spent);
	bal_amount_str(row->set.budget, budget);
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

static void
print_capped(const struct bal_status_row *row, FILE *out)
{
	static const char *const words[] = {
		[BAL_CAPPED_LAST] = "new connections only while no other "
				    "uplink is alive",
		[BAL_CAPPED_OFF] = "off while another uplink is alive",
		[BAL_CAPPED_HARD] = "no new connections",
	};
	const bool own = row->set.cap &&
			 row->remembered->usage.bytes >= row->set.cap;

	if (row->up && row->up->capped != BAL_CAPPED_NONE)
		fprintf(out, "%s: the cap%s%s is used up: %s\n", row->name,
			own ? "" : " of ", own ? "" : row->set.over,
			words[row->up->capped]);
}

/* How much of its data cap is used, and what follows. */
static void
print_cap(const struct bal_status_row *row, FILE *out)
{
	const struct bal_usage *u = &row->remembered->usage;
	char words[BAL_CAP_STRLEN];

	if (row->set.cap && u->known)
		fprintf(out, "%s: %s of its cap are used (%u %%)\n", row->name,
			bal_cap_str(u, &row->set, words),
			bal_usage_percent(u, row->set.cap));
	print_capped(row, out);
}

/* What is tried with an uplink that stays dead. */
static void
print_revive(const struct bal_status_row *row, FILE *out)
{
	const struct bal_revive_next *next = &row->revive;
	char left[BAL_SPAN_STRLEN];

	if (!next->step)
		return;
	fprintf(out, "%s: %s in %s if it stays dead", row->name,
		bal_revive_name(next->step),
		bal_span_str(row->revive_left_ms, left, sizeof(left)));
	if (next->rounds)
		fprintf(out, ", after %" PRIu32 " round%s of revive in vain",
			next->rounds, next->rounds > 1 ? "s" : "");
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
	if (row->remembered)
		print_cap(row, out);
	bal_status_smooth_text(row, out);
	print_revive(row, out);
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
		bal_status_six_text(row, out);
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
	if (status->no_marks)
		fputs("no firewall keeps marks: replies and forwarded connections "
		      "may change their uplink\n", out);
}

static void
print_resort(const struct bal_status_print *p)
{
	const struct bal_resort *resort = &p->status->last_resort;
	char words[BAL_RESORT_STRLEN];
	FILE *out = p->out;

	bal_status_color(p, BAL_COLOR_LOUD,
			 resort->kind == BAL_RESORT_NOTHING ? "NOTHING LEAVES" :
							      "LAST RESORT");
	if (resort->kind == BAL_RESORT_NOTHING)
		fprintf(out, ": %s\n",
			resort->main_ends ?
				"table main ends the search (see bal-doctor)" :
				"no uplink that has a share is alive");
	else
		fprintf(out, ": %s%s\n",
			bal_resort_str(resort, words, sizeof(words)),
			resort->kind == BAL_RESORT_LINE ?
				", which has no share" :
				"");
}

static void
headline(const struct bal_status_print *p)
{
	const struct bal_status *status = p->status;
	FILE *out = p->out;

	fprintf(out, "mode %s, ", bal_mode_name(status->mode));
	if (status->mode == BAL_MODE_MULTI &&
	    status->balance != BAL_BALANCE_CONNECTION)
		fprintf(out, "by %s, ", bal_balance_name(status->balance));
	if (status->last_resort.kind != BAL_RESORT_NONE) {
		print_resort(p);
		return;
	}
	if (status->kept) {
		bal_status_color(p, BAL_COLOR_LOUD, "ALL DEAD");
		fputs(": used all the same (when_all_dead = keep)\n", out);
		return;
	}
	if (status->n_all && !status->n_up) {
		bal_status_color(p, BAL_COLOR_LOUD, "NO UPLINK IS UP");
		fputs(": main has its way, as without bal\n", out);
		return;
	}
	fprintf(out, "%zu of %zu uplinks in use", status->n_in_use,
		status->n_all);
	if (status->n_ready)
		fprintf(out, ", %zu ready", status->n_ready);
	fputc('\n', out);
}

static void
begin(struct bal_status_print *p)
{
	const struct bal_status *status = p->status;
	FILE *out = p->out;

	headline(p);
	if (status->overrules)
		fprintf(out, "(set by %s; the configuration says otherwise)\n",
			status->overrules);
	if (status->overrules_balance)
		fprintf(out, "(balance is %s, set by %s; the configuration says "
			"otherwise)\n",
			bal_balance_name(status->balance),
			status->overrules_balance);
	if (status->trouble)
		fprintf(out, "(errors in bal.conf: %s; commands by hand "
			"stop at them)\n",
			bal_conf_instead_text(status->trouble->instead));
	if (!status->rows.n) {
		fputs("(no uplink: bal-doctor says what makes one)\n", out);
		return;
	}
	fputc('\n', out);
	bal_status_table_begin(p);
}

static void
uplink(struct bal_status_print *p, const struct bal_status_row *row)
{
	bal_status_table_row(p, row);
}

static void
end(struct bal_status_print *p)
{
	for (size_t i = 0; p->look.sparks && i < p->status->rows.n; i++)
		bal_status_spark(p, &p->status->rows.v[i]);
	/* Of one uplink alone is said what is its own. */
	if (p->status->rows.n >= p->status->n_all)
		bal_status_groups_text(&p->status->groups, p->out);
	if (p->status->rows.n)
		print_remarks(p->status, p->out);
}

const struct bal_status_printer bal_status_text = { begin, uplink, end };
