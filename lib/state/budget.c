// SPDX-License-Identifier: GPL-2.0-or-later
/* budget - bytes of probes in a month: counted, spread, remembered. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "state/budget.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/paths.h"
#include "state/line.h"

#ifndef BAL_BUILD_TIME
#define BAL_BUILD_TIME 0
#endif

#define SAVES 200 /* of a month's budget: flash wears out */
#define LINES_MAX 256
#define FILE_MAX (LINES_MAX * 64)
#define MONTH_MIN 197001
#define MONTH_MAX 999912

uint32_t
bal_budget_month(time_t now)
{
	struct tm tm;

	if (now < BAL_BUILD_TIME || !localtime_r(&now, &tm))
		return 0;
	return (uint32_t)(tm.tm_year + 1900) * 100 + (uint32_t)tm.tm_mon + 1;
}

static uint32_t
newest_on_record(const struct bal_state *state)
{
	uint32_t newest = 0;

	for (size_t i = 0; i < state->n_uplinks; i++)
		if (state->uplinks[i].spent_month > newest)
			newest = state->uplinks[i].spent_month;
	return newest;
}

static uint32_t
month_after(uint32_t month)
{
	return month % 100 == 12 ? month + 100 - 11 : month + 1;
}

/*
 * The clock goes on from a month in which it was right: a wrong clock would
 * seldom arrive at this day.
 */
static bool
goes_on(const struct bal_state *state, time_t now)
{
	struct tm tm;

	return state->clock_month && !state->clock_since_ms &&
	       bal_budget_month(now) == month_after(state->clock_month) &&
	       localtime_r(&now, &tm) && tm.tm_mday == 1;
}

uint32_t
bal_budget_believe(struct bal_state *state, time_t now, uint64_t now_ms)
{
	uint32_t month = bal_budget_month(now);
	uint32_t newest = newest_on_record(state);

	if (!month)
		return 0;
	if (month == newest || !newest || goes_on(state, now))
		state->clock_since_ms = 0;
	else if (month != state->clock_month || now_ms < state->clock_since_ms)
		state->clock_since_ms = now_ms;
	else if (now_ms - state->clock_since_ms >= BAL_BUDGET_DOUBT_MS)
		state->clock_since_ms = 0;
	state->clock_month = month;
	return state->clock_since_ms ? 0 : month;
}

void
bal_budget_turn(struct bal_uplink_state *us, uint32_t month)
{
	/* The first known month gets what was spent before it. */
	if (us->spent_month && us->spent_month < month)
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

/* One uplink in the file. */
struct account {
	char name[BAL_IFNAMSIZ];
	uint32_t month;
	uint64_t spent;
};

static bool
parse_line(const char *line, struct account *out)
{
	char month[16], spent[32];
	struct bal_err ignored;

	return bal_next_word(&line, out->name, sizeof(out->name)) > 0 &&
	       bal_next_word(&line, month, sizeof(month)) > 0 &&
	       bal_next_word(&line, spent, sizeof(spent)) > 0 &&
	       bal_check_ifname(out->name, &ignored) == 0 &&
	       bal_parse_u32(month, MONTH_MIN, MONTH_MAX, &out->month,
			     &ignored) == 0 &&
	       bal_state_u64(spent, UINT64_MAX, &out->spent, &ignored) == 0;
}

static void
load_account(const struct account *a, struct bal_state *state)
{
	struct bal_uplink_state *us = bal_state_find(state, a->name);

	if (!us || us->spent_month)
		return;
	us->spent_month = a->month;
	us->spent_saved = a->spent;
	bal_budget_spend(us, a->spent);
}

int
bal_budget_load(const char *path, struct bal_state *state, struct bal_err *err)
{
	char *text = NULL, *save = NULL;
	struct account a;
	bool unknown = false;
	int rc;

	for (size_t i = 0; i < state->n_uplinks; i++)
		unknown |= state->uplinks[i].spent_month == 0;
	if (!unknown)
		return 0;
	rc = bal_read_kept(path, FILE_MAX, &text, err);
	if (rc <= 0)
		return rc;
	for (char *line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save))
		if (parse_line(line, &a))
			load_account(&a, state);
	free(text);
	return 0;
}

bool
bal_budget_due(const struct bal_uplink_state *us, uint64_t budget)
{
	return budget && us->spent >= us->spent_saved &&
	       us->spent - us->spent_saved >= budget / SAVES;
}

static void
print_accounts(const struct bal_state *state, char *old, FILE *out)
{
	uint32_t newest = newest_on_record(state);
	char *save = NULL;
	size_t n = 0;
	struct account a;

	for (size_t i = 0; i < state->n_uplinks; i++) {
		const struct bal_uplink_state *us = &state->uplinks[i];

		if (!us->spent_month)
			continue;
		fprintf(out, "%s %" PRIu32 " %" PRIu64 "\n", us->name,
			us->spent_month, us->spent);
		n++;
	}
	for (char *line = old ? strtok_r(old, "\n", &save) : NULL; line;
	     line = strtok_r(NULL, "\n", &save))
		if (parse_line(line, &a) && a.month >= newest &&
		    !bal_state_find(state, a.name) && n++ < LINES_MAX)
			fprintf(out, "%s %" PRIu32 " %" PRIu64 "\n", a.name,
				a.month, a.spent);
}

/* As text, malloced; NULL: no memory. */
static char *
compose(const struct bal_state *state, char *old, size_t *len)
{
	char *text = NULL;
	FILE *out = open_memstream(&text, len);

	if (!out)
		return NULL;
	print_accounts(state, old, out);
	if (fclose(out) == 0)
		return text;
	free(text);
	return NULL;
}

int
bal_budget_save(const char *path, struct bal_state *state, struct bal_err *err)
{
	char *text, *old = NULL;
	size_t len;
	int rc;

	if (bal_make_dir_of(path, err) < 0 ||
	    bal_read_kept(path, FILE_MAX, &old, err) < 0)
		return -1;
	text = compose(state, old, &len);
	free(old);
	if (!text)
		return bal_err_nomem(err);
	rc = bal_write_file(path, text, len, 0644, err);
	free(text);
	for (size_t i = 0; rc == 0 && i < state->n_uplinks; i++)
		state->uplinks[i].spent_saved = state->uplinks[i].spent;
	return rc;
}
