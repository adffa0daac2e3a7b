/* health_line - a line that loses, delays and dies, and who asks over it. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BENCH_JUDGE_LINE_H
#define BENCH_JUDGE_LINE_H

#include "health/health.h"

#define NEVER UINT64_MAX
#define MS UINT64_C(1000)
#define SECOND (1000 * MS)
#define HOUR (3600 * SECOND)
#define DAY (24 * HOUR)

/* From 0 to 1; the same numbers in each run. */
double chance(void);

/* Times in us; 0: it does not do that. */
struct line {
	const char *what;
	const char *want; /* what should be said of it */
	double loss;	  /* of each packet, in each direction */
	uint64_t rtt, jitter;
	double straggler; /* of the answers: take up to a second more */
	/* a queue that fills up in a second, stands for two, and empties */
	uint64_t queue_each, queue;
	bool busy; /* what fills it comes in: bytes that prove life */
	/* nothing passes for a while; lengths are exponential */
	uint64_t fade_each, fade;
	/* losses in a row, however far apart the packets are (Gilbert) */
	double begin, end;
	/* comes and goes like clockwork */
	uint64_t up, down;
};

/* A question that is not answered yet. */
struct asked {
	uint64_t number, at, answer;
	bool given_up;
};

#define ASKED_MAX 1024
#define N_HEALTH (BAL_HEALTH_DEGRADED + 1)

/*
 * Asks over a line as a daemon does: rounds at rest, at once when an answer is
 * late, bursts; time-outs of single rounds; late answers count, and what is
 * answered before an older one tells that this was lost.
 */
struct driver {
	const struct line *line;
	const struct bal_health_rule *rule;
	struct bal_health_record record;
	uint64_t t, last;	       /* now, and when it asked last */
	uint64_t dead_from;	       /* what is asked from then on is lost */
	struct asked asked[ASKED_MAX]; /* oldest first */
	size_t n_asked;
	uint64_t answered; /* the youngest that was answered was asked then */
	uint64_t lost;	   /* number of the last lost one... */
	uint32_t in_row;   /* ...and how many were lost just before */
	/* what the line is about */
	uint64_t queue_at, fade_at, fade_end;
	bool losing;
	/* what came of it */
	uint64_t rounds, answers;
	uint64_t changes[N_HEALTH], spent[N_HEALTH];
	uint64_t changed;
};

void driver_init(struct driver *d, const struct line *line,
		 const struct bal_health_rule *rule);

/* Until @t. */
void driver_run(struct driver *d, uint64_t t);

/* Until it is no longer @health, or @t. */
void driver_run_while(struct driver *d, enum bal_health health, uint64_t t);

#endif
