// SPDX-License-Identifier: GPL-2.0-or-later
/* health_sim - days of good and bad lines, and what judge says of them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "health_line.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))
#define FRAME 58	       /* Ethernet, IP, ICMP, 16 bytes of payload */
#define WARM_UP (300 * SECOND) /* until a line is known */
#define TRIALS_MAX 100000

#define RTT1 .rtt = 1 * MS
#define RTT20 .rtt = 20 * MS
#define RTT80 .rtt = 80 * MS, .jitter = 40 * MS

static const struct line lines[] = {
	{ "no loss", "alive", RTT1 },
	{ "0.1 % loss each way", "alive", RTT1, .loss = 0.001 },
	{ "1 %", "alive", RTT1, .loss = 0.01 },
	{ "5 %", "alive", RTT1, .loss = 0.05 },
	{ "10 %", "alive", RTT1, .loss = 0.10 },
	{ "15 % (28 % of the pings)", "either", RTT1, .loss = 0.15 },
	{ "20 % (36 % of the pings)", "either", RTT1, .loss = 0.20 },
	{ "30 % (51 % of the pings)", "degraded", RTT1, .loss = 0.30 },
	{ "80 +- 40 ms", "alive", RTT80 },
	{ "80 +- 40 ms, 1 %", "alive", RTT80, .loss = 0.01 },
	{ "80 +- 40 ms, 10 %", "alive", RTT80, .loss = 0.10 },
	{ "80 +- 40 ms, 30 %", "degraded", RTT80, .loss = 0.30 },
	{ "20 ms, 1 of 100 up to 1 s late", "alive", RTT20, .straggler = 0.01 },
	{ "20 ms, 1 of 10 up to 1 s late", "alive", RTT20, .straggler = 0.1 },
	{ "queue of 200 ms each 5 min", "alive", RTT20, .queue = 200 * MS,
	  .queue_each = 300 * SECOND },
	{ "queue of 1 s each 5 min", "alive", RTT20, .queue = SECOND,
	  .queue_each = 300 * SECOND },
	{ "queue of 1 s each 30 s", "alive", RTT20, .queue = SECOND,
	  .queue_each = 30 * SECOND },
	{ "the same, filled by bytes to us", "alive", RTT20, .queue = SECOND,
	  .queue_each = 30 * SECOND, .busy = true },
	{ "fades of 30 ms each 10 s", "alive", RTT20, .fade = 30 * MS,
	  .fade_each = 10 * SECOND },
	{ "fades of 100 ms each 1 min", "either", RTT20, .fade = 100 * MS,
	  .fade_each = 60 * SECOND },
	{ "fades of 1 s each 5 min", "dead at times", RTT20, .fade = SECOND,
	  .fade_each = 300 * SECOND },
	{ "Gilbert: 0.5 % begin, 50 % end", "alive", RTT20, .begin = 0.005,
	  .end = 0.5 },
	{ "Gilbert: 1 % begin, 30 % end", "alive", RTT20, .begin = 0.01,
	  .end = 0.3 },
	{ "flaps: 20 s up, 5 s down", "dead at times", RTT1, .up = 20 * SECOND,
	  .down = 5 * SECOND },
	{ "flaps: 5 min up, 10 s down", "dead at times", RTT1,
	  .up = 300 * SECOND, .down = 10 * SECOND },
};

#define N_STEADY 11 /* of them: the first */

static const uint32_t intervals[] = { 1000, 50, 20, 10 };

static unsigned long n_days = 30, n_trials = 2000;

static struct bal_health_rule
rule_of(uint32_t interval_ms)
{
	return (struct bal_health_rule){
		.down = 3,
		.up = 2,
		.interval_ms = interval_ms,
		.timeout_ms = 2000,
		.timeout_min_ms = 20,
		.degraded_loss = 45,
		.recovered_loss = 20,
		.stable_ms = 1000,
		.stable_max_ms = 60000,
	};
}

/* --- figures ------------------------------------------------------------ */

struct figures {
	double value[TRIALS_MAX];
	size_t n;
};

static void
add(struct figures *f, double value)
{
	f->value[f->n++] = value;
}

static int
by_size(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Median, 95th per cent, greatest; and empty again. */
static void
print_figures(struct figures *f, const char *format)
{
	static const double parts[] = { 0.5, 0.95, 1 };

	qsort(f->value, f->n, sizeof(*f->value), by_size);
	for (size_t i = 0; i < N(parts) && f->n; i++)
		printf(format,
		       f->value[(size_t)(parts[i] * (double)(f->n - 1) + 0.5)]);
	f->n = 0;
}

/* --- tables ------------------------------------------------------------- */

/* On its line for a while, with nothing counted yet. */
static void
warm(struct driver *d, const struct line *line,
     const struct bal_health_rule *rule)
{
	driver_init(d, line, rule);
	driver_run(d, d->t + WARM_UP);
	d->rounds = d->answers = 0;
	memset(d->changes, 0, sizeof(d->changes));
	memset(d->spent, 0, sizeof(d->spent));
	d->changed = d->t;
}

static void
print_day(const struct line *line, const struct bal_health_rule *rule,
	  unsigned long days)
{
	static struct driver d;
	double hours = 24 * (double)days, part = 100 / (double)(days * DAY);

	warm(&d, line, rule);
	driver_run(&d, d.t + days * DAY);
	d.spent[d.record.health] += d.t - d.changed;
	printf("| %-31s | %-13s | %8.2f | %8.2f | %6.2f | %6.2f | %7.0f "
	       "| %7.0f |\n",
	       line->what, line->want,
	       (double)d.changes[BAL_HEALTH_DEAD] / (double)days,
	       (double)d.changes[BAL_HEALTH_DEGRADED] / (double)days,
	       (double)d.spent[BAL_HEALTH_DEAD] * part,
	       (double)d.spent[BAL_HEALTH_DEGRADED] * part,
	       (double)d.rounds / hours,
	       (double)(d.rounds + d.answers) * FRAME / 1000 / hours);
}

static void
print_days(uint32_t interval_ms)
{
	const struct bal_health_rule rule = rule_of(interval_ms);
	/* So that each line of the table costs about as many rounds. */
	const unsigned long days = 1 + n_days * interval_ms / 1000;

	printf("\nVerdicts in %lu days, a probe each %u ms:\n\n", days,
	       (unsigned)interval_ms);
	printf("| line                            | should be     | dead/d   "
	       "| degr/d   | dead %% | degr.%% | rounds/h |  KB/h  |\n"
	       "|---|---|---|---|---|---|---|---|\n");
	for (size_t i = 0; i < N(lines); i++)
		print_day(&lines[i], &rule, days);
}

/* A line that is alive, and then answers nothing any more. */
static void
print_death(const struct line *line, const struct bal_health_rule *rule)
{
	static struct figures took, over;
	static struct driver known, d;
	uint64_t died, timeout;

	for (unsigned long i = 0; i < n_trials; i++) {
		if (i % 50 == 0)
			warm(&known, line, rule);
		d = known;
		driver_run(&d, d.t + (uint64_t)((1 + 9 * chance()) * SECOND));
		died = d.dead_from = d.t;
		if (d.record.health == BAL_HEALTH_DEAD)
			continue;
		while (d.record.health != BAL_HEALTH_DEAD)
			driver_run_while(&d, d.record.health, NEVER);
		timeout = bal_health_timeout_us(&d.record, rule);
		add(&took, (double)(d.t - died) / MS);
		add(&over, ((double)(d.t - died) - (double)timeout) / MS);
	}
	printf("| %-31s | %4u |", line->what, (unsigned)rule->interval_ms);
	print_figures(&took, " %4.0f |");
	print_figures(&over, " %4.0f |");
	printf("\n");
}

static void
print_deaths(void)
{
	printf("\nSilent deaths of idle lines: ms from death to verdict, and "
	       "the "
	       "same without the\nmeasured time-out; median, p95, max of "
	       "%lu:\n\n"
	       "| line | interval | ms | p95 | max | less | p95 | max |\n"
	       "|---|---|---|---|---|---|---|---|\n",
	       n_trials);
	for (size_t k = 0; k < N(intervals); k++) {
		const struct bal_health_rule rule = rule_of(intervals[k]);

		for (size_t i = 0; i < N_STEADY; i++)
			print_death(&lines[i], &rule);
	}
}

/* From one kind of line to another: what is said of it, and when. */
struct change {
	const char *what;
	struct line before, after;
};

static const struct change changes[] = {
	{ "1 ms: 0 to 20 % each way", { RTT1 }, { RTT1, .loss = 0.20 } },
	{ "1 ms: 0 to 25 %", { RTT1 }, { RTT1, .loss = 0.25 } },
	{ "1 ms: 0 to 30 %", { RTT1 }, { RTT1, .loss = 0.30 } },
	{ "1 ms: 0 to 40 %", { RTT1 }, { RTT1, .loss = 0.40 } },
	{ "80 +- 40 ms: 0 to 30 %", { RTT80 }, { RTT80, .loss = 0.30 } },
	{ "1 ms: 30 % to 0", { RTT1, .loss = 0.30 }, { RTT1 } },
	{ "1 ms: 30 % to 1 %", { RTT1, .loss = 0.30 }, { RTT1, .loss = 0.01 } },
	{ "1 ms: 30 % to 10 %",
	  { RTT1, .loss = 0.30 },
	  { RTT1, .loss = 0.10 } },
	{ "80 +- 40 ms: 30 % to 0", { RTT80, .loss = 0.30 }, { RTT80 } },
};

static void
print_change(const struct change *c, const struct bal_health_rule *rule)
{
	const bool worse = c->after.loss > c->before.loss;
	static struct figures took;
	static struct driver known, d;
	unsigned dead = 0;
	uint64_t begin;

	for (unsigned long i = 0; i < n_trials; i++) {
		if (i % 50 == 0)
			warm(&known, &c->before, rule);
		d = known;
		driver_run(&d, d.t + (uint64_t)(9 * chance() * SECOND));
		begin = d.t;
		d.line = &c->after;
		if (worse)
			driver_run_while(&d, BAL_HEALTH_ALIVE, begin + HOUR);
		while (!worse && d.record.health != BAL_HEALTH_ALIVE)
			driver_run_while(&d, d.record.health, NEVER);
		dead += d.record.health == BAL_HEALTH_DEAD;
		add(&took, (double)(d.t - begin) / SECOND);
	}
	printf("| %-24s | %4u |", c->what, (unsigned)rule->interval_ms);
	print_figures(&took, " %6.2f |");
	printf(" %3.0f |\n", 100.0 * dead / (double)n_trials);
}

static void
print_changes(void)
{
	printf("\nA line becomes lossy, and good again: s until it is not "
	       "alive, "
	       "or alive again;\nmedian, p95, max of %lu; and for how many per "
	       "cent the verdict was \"dead\":\n\n"
	       "| loss | interval | s | p95 | max | dead %% |\n"
	       "|---|---|---|---|---|---|\n",
	       n_trials);
	for (size_t k = 0; k < N(intervals); k++) {
		const struct bal_health_rule rule = rule_of(intervals[k]);

		for (size_t i = 0; i < N(changes); i++)
			print_change(&changes[i], &rule);
	}
}

/* Away for 10 s and back for 20, some times; until it is alive again. */
static void
print_return(const struct line *line, uint32_t interval_ms, bool pulled)
{
	const struct bal_health_rule rule = rule_of(interval_ms);
	static struct driver d;
	uint64_t back;

	warm(&d, line, &rule);
	printf("| %-12s | %-10s | %4u |", line->what,
	       pulled ? "pulled out" : "silent", (unsigned)interval_ms);
	for (unsigned i = 0; i < 5; i++) {
		driver_run(&d, d.t + 20 * SECOND);
		back = d.t + 10 * SECOND;
		d.dead_from = d.t;
		if (pulled) {
			bal_health_gone(&d.record, &rule, d.t / MS);
			d.t = back;
		}
		driver_run(&d, back);
		d.dead_from = NEVER;
		driver_run_while(&d, BAL_HEALTH_DEAD, NEVER);
		printf(" %6.2f |", (double)(d.t - back) / SECOND);
	}
	printf("\n");
}

static void
print_returns(void)
{
	printf("\nFive outages of 10 s in a row: s until it is alive again:\n\n"
	       "| line | outage | interval | 1st | 2nd | 3rd | 4th | 5th |\n"
	       "|---|---|---|---|---|---|---|---|\n");
	for (size_t i = 0; i < N_STEADY; i += 8) {
		print_return(&lines[i], 1000, false);
		print_return(&lines[i], 1000, true);
		print_return(&lines[i], 20, false);
		print_return(&lines[i], 20, true);
	}
}

int
main(int argc, char **argv)
{
	if (argc > 1)
		n_days = strtoul(argv[1], NULL, 10);
	if (argc > 2)
		n_trials = strtoul(argv[2], NULL, 10);
	if (n_days < 1 || n_trials < 1 || n_trials > TRIALS_MAX) {
		fprintf(stderr, "usage: judge_sim [DAYS [TRIALS]]\n");
		return 64;
	}
	print_days(1000);
	print_days(20);
	print_deaths();
	print_changes();
	print_returns();
	return 0;
}
