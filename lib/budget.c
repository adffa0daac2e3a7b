// SPDX-License-Identifier: GPL-2.0-or-later
/* budget - bytes of probes in a month: counted, spread, remembered. */
#include "budget.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "paths.h"
#include "uplink.h"

#define SAVES 200 /* of a month's budget: flash wears out */
#define FILE_MAX (256 * 64)

uint32_t
bal_budget_month(time_t now)
{
	struct tm tm;

	if (!localtime_r(&now, &tm))
		return 0;
	return (uint32_t)(tm.tm_year + 1900) * 100 + (uint32_t)tm.tm_mon + 1;
}

void
bal_budget_turn(struct bal_uplink_state *us, uint32_t month)
{
	if (us->spent_month == month)
		return;
	/* Before the first one was known, what was spent was spent in it. */
	if (us->spent_month)
		us->spent = us->spent_saved = 0;
	us->spent_month = month;
}

void
bal_budget_spend(struct bal_uplink_state *us, uint64_t bytes)
{
	us->spent = us->spent > UINT64_MAX - bytes ? UINT64_MAX :
						     us->spent + bytes;
}

static uint64_t
left_of_month_ms(time_t now)
{
	struct tm tm;
	time_t end;

	if (!localtime_r(&now, &tm))
		return 0;
	tm = (struct tm){
		.tm_year = tm.tm_year,
		.tm_mon = tm.tm_mon + 1,
		.tm_mday = 1,
		.tm_isdst = -1,
	};
	end = mktime(&tm);
	return end > now ? (uint64_t)(end - now) * 1000 : 0;
}

uint32_t
bal_budget_interval_ms(uint64_t budget, uint64_t spent, uint32_t round_bytes,
		       time_t now, uint32_t interval_ms)
{
	uint64_t rounds, ms;

	if (!budget || !round_bytes)
		return interval_ms;
	rounds = spent < budget ? (budget - spent) / round_bytes : 0;
	ms = rounds ? left_of_month_ms(now) / rounds : BAL_BUDGET_LAST_MS;
	if (ms > BAL_BUDGET_LAST_MS)
		ms = BAL_BUDGET_LAST_MS;
	return ms > interval_ms ? (uint32_t)ms : interval_ms;
}

static void
load_line(const char *line, struct bal_state *state, uint32_t month)
{
	struct bal_uplink_state *us;
	char name[BAL_IFNAMSIZ];
	uint32_t when;
	uint64_t spent;

	if (sscanf(line, "%15s %" SCNu32 " %" SCNu64, name, &when, &spent) != 3)
		return;
	us = bal_state_find(state, name);
	if (!us || us->spent_month || when != month)
		return;
	us->spent_month = month;
	us->spent_saved = spent;
	bal_budget_spend(us, spent);
}

void
bal_budget_load(const char *path, struct bal_state *state, uint32_t month)
{
	struct bal_err ignored;
	char *text = NULL, *save = NULL;
	bool unknown = false;
	size_t len;

	for (size_t i = 0; i < state->n_uplinks; i++)
		unknown |= state->uplinks[i].spent_month == 0;
	if (!unknown ||
	    bal_read_file(path, FILE_MAX, &text, &len, &ignored) < 0)
		return;
	for (char *line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save))
		load_line(line, state, month);
	free(text);
}

static bool
is_due(const struct bal_uplink_state *us, const struct bal_conf *conf)
{
	uint64_t budget = bal_uplink_settings(conf, us, us->name).budget;

	return budget && us->spent >= us->spent_saved &&
	       us->spent - us->spent_saved >= budget / SAVES;
}

int
bal_budget_save(const char *path, struct bal_state *state,
		const struct bal_conf *conf, struct bal_err *err)
{
	char *text = NULL;
	size_t len = 0;
	bool due = false;
	FILE *out;
	int rc = -1;

	for (size_t i = 0; i < state->n_uplinks; i++)
		due |= is_due(&state->uplinks[i], conf);
	if (!due)
		return 0;
	if (bal_make_dir_of(path, err) < 0)
		return -1;
	out = open_memstream(&text, &len);
	if (!out)
		return bal_err_nomem(err);
	for (size_t i = 0; i < state->n_uplinks; i++) {
		struct bal_uplink_state *us = &state->uplinks[i];

		us->spent_saved = us->spent;
		fprintf(out, "%s %" PRIu32 " %" PRIu64 "\n", us->name,
			us->spent_month, us->spent);
	}
	if (fclose(out) != 0 || !text)
		bal_err_nomem(err);
	else
		rc = bal_write_file(path, text, len, 0644, err);
	free(text);
	return rc;
}
