/* metrics - the families of metrics, and how one is printed. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The text format of Prometheus, version 0.0.4.  All samples of a family stand
 * together, behind its HELP and TYPE; what is not known has no sample, and a
 * family without samples is left out.
 */
#ifndef BAL_STATUS_METRICS_H
#define BAL_STATUS_METRICS_H

#include "status/printer.h"

#define BAL_METRIC_STRLEN 48

/* A family: its name behind "bal_", its type, and what it is, in one line. */
struct bal_metric {
	const char *name, *type, *help;
};

/* The same with one sample, or one for each uplink. */
struct bal_metric_of_all {
	struct bal_metric about;
	/* The value into @value of BAL_METRIC_STRLEN; false: not known. */
	bool (*get)(const struct bal_status *status, char *value);
};
struct bal_metric_of_uplink {
	struct bal_metric about;
	bool (*get)(const struct bal_status_row *row, char *value);
};

/* Each ends with an about.name of NULL. */
extern const struct bal_metric_of_all bal_metrics_of_all[];
extern const struct bal_metric_of_uplink bal_metrics_of_uplink[];

/* HELP and TYPE of @about. */
void bal_metric_head(FILE *out, const struct bal_metric *about);

/*
 * @text as the value of a label, in quotes: backslash, quote and newline are
 * escaped.  It is always valid UTF-8 without controls: what is not becomes
 * \xHH or \uHHHH, with the backslash escaped.
 */
void bal_metric_label(FILE *out, const char *text);

/* The histogram of the round trips of all uplinks. */
void bal_metrics_rtts(const struct bal_status *status, FILE *out);

#endif
