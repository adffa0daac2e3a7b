// SPDX-License-Identifier: GPL-2.0-or-later
/* metrics - the status in the text format of Prometheus. */
#include "config.h"

#include "status/metrics.h"

#include <inttypes.h>
#include <string.h>

#include "base/show.h"
#include "status/internal.h"

static void
put_label(FILE *out, const char *before, const char *name, const char *text)
{
	fprintf(out, "%s%s=", before, name);
	bal_metric_label(out, text);
}

static void
info(const struct bal_status *status, FILE *out)
{
	const struct bal_metric about = { "info", "gauge",
					  "Always 1; the labels say it." };

	bal_metric_head(out, &about);
	put_label(out, "bal_info{", "version", PACKAGE_VERSION);
	put_label(out, ",", "mode", bal_mode_name(status->mode));
	put_label(out, ",", "balance", bal_balance_name(status->balance));
	fputs("} 1\n", out);
}

static void
of_all(const struct bal_status *status, FILE *out)
{
	const struct bal_metric_of_all *m = bal_metrics_of_all;
	char value[BAL_METRIC_STRLEN];

	for (; m->about.name; m++) {
		if (!m->get(status, value))
			continue;
		bal_metric_head(out, &m->about);
		fprintf(out, "bal_%s %s\n", m->about.name, value);
	}
}

static void
last_resort(const struct bal_status *status, FILE *out)
{
	const struct bal_metric about = {
		"last_resort", "gauge",
		"Whether new connections leave by that device, no uplink that "
		"has a share being alive."
	};

	if (!status->last_resort.dev[0])
		return;
	bal_metric_head(out, &about);
	put_label(out, "bal_last_resort{", "device", status->last_resort.dev);
	fputs("} 1\n", out);
}

/* --- groups --------------------------------------------------------------- */

static void
group_sizes(const struct bal_status *status, FILE *out)
{
	const struct bal_metric all = { "group_uplinks", "gauge",
					"Uplinks of the group." };
	const struct bal_metric used = {
		"group_uplinks_in_use", "gauge",
		"Uplinks of the group that get its new connections; 0: its "
		"fallback is in force."
	};

	for (int k = 0; k < 2; k++) {
		bal_metric_head(out, k ? &used : &all);
		for (size_t i = 0; i < status->groups.n; i++) {
			const struct bal_status_group *g = &status->groups.v[i];

			fprintf(out, "bal_%s", k ? used.name : all.name);
			put_label(out, "{", "group", g->name);
			fprintf(out, "} %zu\n", k ? g->in_use.n : g->uplinks.n);
		}
	}
}

static bool
has_name(const bal_name_list *names, const char *name)
{
	for (size_t i = 0; i < names->n; i++)
		if (strcmp(names->v[i], name) == 0)
			return true;
	return false;
}

static void
group_members(const struct bal_status *status, FILE *out)
{
	const struct bal_metric about = {
		"group_in_use", "gauge",
		"Whether the uplink gets new connections of the group."
	};

	bal_metric_head(out, &about);
	for (size_t i = 0; i < status->groups.n; i++) {
		const struct bal_status_group *g = &status->groups.v[i];

		for (size_t k = 0; k < g->uplinks.n; k++) {
			put_label(out, "bal_group_in_use{", "group", g->name);
			put_label(out, ",", "uplink", g->uplinks.v[k]);
			fprintf(out, "} %d\n",
				has_name(&g->in_use, g->uplinks.v[k]));
		}
	}
}

/* --- uplinks -------------------------------------------------------------- */

static void
uplink_info(const struct bal_status *status, FILE *out)
{
	const struct bal_metric about = {
		"uplink_info", "gauge",
		"Always 1; the labels say it, the state as in bal-status."
	};

	bal_metric_head(out, &about);
	for (size_t i = 0; i < status->rows.n; i++) {
		const struct bal_status_row *row = &status->rows.v[i];
		const struct bal_ifaddr *a =
			row->up ? bal_uplink_addr(row->up) : NULL;
		char addr[BAL_ADDR_STRLEN] = "";

		if (a)
			bal_addr_host_str(&a->addr, addr);
		put_label(out, "bal_uplink_info{", "uplink", row->name);
		put_label(out, ",", "state", row->state);
		put_label(out, ",", "address", addr);
		put_label(out, ",", "over", row->set.over);
		fputs("} 1\n", out);
	}
}

static void
of_uplink(const struct bal_metric_of_uplink *m, const struct bal_status *status,
	  FILE *out)
{
	char value[BAL_METRIC_STRLEN];
	bool any = false;

	for (size_t i = 0; i < status->rows.n; i++) {
		if (!m->get(&status->rows.v[i], value))
			continue;
		if (!any)
			bal_metric_head(out, &m->about);
		any = true;
		fprintf(out, "bal_%s", m->about.name);
		put_label(out, "{", "uplink", status->rows.v[i].name);
		fprintf(out, "} %s\n", value);
	}
}

/* The samples of a family stand together: all is printed at the begin. */
static void
begin(struct bal_status_print *p)
{
	const struct bal_status *status = p->status;
	const struct bal_metric_of_uplink *m = bal_metrics_of_uplink;

	info(status, p->out);
	of_all(status, p->out);
	last_resort(status, p->out);
	if (status->groups.n) {
		group_sizes(status, p->out);
		group_members(status, p->out);
	}
	if (!status->rows.n)
		return;
	uplink_info(status, p->out);
	for (; m->about.name; m++)
		of_uplink(m, status, p->out);
	bal_metrics_rtts(status, p->out);
}

static void
uplink(struct bal_status_print *p, const struct bal_status_row *row)
{
	(void)p;
	(void)row;
}

static void
end(struct bal_status_print *p)
{
	(void)p;
}

const struct bal_status_printer bal_status_metrics = { begin, uplink, end };
