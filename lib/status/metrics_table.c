// SPDX-License-Identifier: GPL-2.0-or-later
/* metrics_table - each metric's name, type, meaning and value; pure. */
#include <inttypes.h>

#include "state/usage.h"
#include "status/metrics.h"

#define MS_PER_S 1000.0
#define US_PER_S 1e6

static bool
put_count(char *value, uint64_t n)
{
	snprintf(value, BAL_METRIC_STRLEN, "%" PRIu64, n);
	return true;
}

static bool
put_real(char *value, double n)
{
	snprintf(value, BAL_METRIC_STRLEN, "%.6f", n);
	return true;
}

/* --- of all --------------------------------------------------------------- */

#define OF_ALL(name, type, help) \
	{ { #name, type, help }, get_##name }
#define GET(name) \
	static bool get_##name(const struct bal_status *s, char *value)

GET(uplinks) { return put_count(value, s->n_all); }
GET(uplinks_alive) { return put_count(value, s->n_alive); }
GET(uplinks_ready) { return put_count(value, s->n_ready); }
GET(nothing_leaves)
{
	return put_count(value, s->last_resort.kind == BAL_RESORT_NOTHING);
}
GET(all_dead) { return put_count(value, s->kept); }
GET(marks) { return put_count(value, !s->no_marks); }
GET(configuration_ok) { return put_count(value, !s->trouble); }
GET(changes_due) { return !s->trouble && put_count(value, s->due); }

GET(configuration_last_good_timestamp_seconds)
{
	return s->last_good_s && put_count(value, s->last_good_s);
}

GET(pass_age_seconds)
{
	return s->pass_ms && put_real(value, (double)s->pass_age_ms / MS_PER_S);
}

GET(pass_duration_seconds)
{
	return s->pass_us && put_real(value, (double)s->pass_us / US_PER_S);
}

const struct bal_metric_of_all bal_metrics_of_all[] = {
	OF_ALL(uplinks, "gauge", "Uplinks, also those that are down."),
	OF_ALL(uplinks_alive, "gauge", "Uplinks that traffic may go by."),
	OF_ALL(uplinks_ready, "gauge",
	       "Of these, uplinks that get no new connections now."),
	OF_ALL(nothing_leaves, "gauge",
	       "Whether no uplink that has a share is alive, and there is no "
	       "other way."),
	OF_ALL(all_dead, "gauge",
	       "Whether all look dead and are used all the same."),
	OF_ALL(marks, "gauge", "Whether a firewall keeps marks."),
	OF_ALL(configuration_ok, "gauge", "Whether bal.conf is right."),
	OF_ALL(configuration_last_good_timestamp_seconds, "gauge",
	       "When a new bal.conf was taken over last, since 1970."),
	OF_ALL(changes_due, "gauge",
	       "Changes of the kernel that the next bal-check would make."),
	OF_ALL(pass_age_seconds, "gauge",
	       "Time since a command of bal wrote its state last."),
	OF_ALL(pass_duration_seconds, "gauge",
	       "How long that command took to bring the kernel in line."),
	{ { NULL, NULL, NULL }, NULL },
};

/* --- of an uplink --------------------------------------------------------- */

#define OF_UPLINK(name, type, help) \
	{ { "uplink_" #name, type, help }, of_##name }
#define OF(name) \
	static bool of_##name(const struct bal_status_row *r, char *value)
/* What is only known where bal-up was called. */
#define OF_RECORD(name, expr)                                \
	OF(name)                                             \
	{                                                    \
		const struct bal_uplink_state *us = r->remembered; \
		return us && put_count(value, expr);         \
	}

OF(alive) { return put_count(value, r->alive); }
OF(ipv6_alive) { return r->up && r->up->six && put_count(value, r->up->alive6); }
OF(degraded) { return put_count(value, r->up && r->up->degraded); }
OF(required) { return put_count(value, r->set.required); }
OF(in_use) { return put_count(value, r->in_use); }
OF(in_doubt) { return put_count(value, r->probes.suspected); }
OF(weight) { return r->share_due && put_count(value, r->set.weight); }
OF(priority) { return put_count(value, r->set.priority); }
OF(share_ratio) { return put_real(value, r->share / 100.0); }

OF(health_age_seconds)
{
	return r->for_ms && put_real(value, (double)r->for_ms / MS_PER_S);
}

OF(loss_ratio)
{
	const struct bal_status_probes *p = &r->probes;

	return p->recent_rounds &&
	       put_real(value, (double)p->recent_lost / p->recent_rounds);
}

OF(rtt_last_seconds)
{
	return r->remembered && r->remembered->rtt_us &&
	       put_real(value, r->remembered->rtt_us / US_PER_S);
}

OF_RECORD(probes_sent_total, us->sent)
OF_RECORD(probes_answered_total, us->answered)
OF_RECORD(probe_bytes_total, us->spent)
OF_RECORD(deaths_total, us->deaths)

OF(flaps) { return r->remembered && put_count(value, r->probes.flaps); }

OF(probe_budget_bytes)
{
	return r->set.budget && put_count(value, r->set.budget);
}

OF(receive_bytes_total)
{
	return r->up && r->up->link && put_count(value, r->up->link->rx_bytes);
}

OF(transmit_bytes_total)
{
	return r->up && r->up->link && put_count(value, r->up->link->tx_bytes);
}

OF(routed_packets_total)
{
	return r->has_routed && put_count(value, r->routed);
}

OF(cap_bytes) { return r->set.cap && put_count(value, r->set.cap); }

OF(cap_used_bytes)
{
	return r->set.cap && r->remembered &&
	       put_count(value, r->remembered->usage.bytes);
}

OF(capped)
{
	return (r->set.cap || bal_status_capped(r)) &&
	       put_count(value, bal_status_capped(r) != NULL);
}

OF(capacity_bytes_per_second)
{
	return r->remembered && r->remembered->capacity.weight &&
	       put_count(value, r->remembered->capacity.rate);
}

const struct bal_metric_of_uplink bal_metrics_of_uplink[] = {
	OF_UPLINK(alive, "gauge", "Whether traffic may go by it."),
	OF_UPLINK(ipv6_alive, "gauge",
		  "Whether IPv6 may go by it, with ipv6 = balance."),
	OF_UPLINK(degraded, "gauge",
		  "Whether it loses too much or takes too long."),
	OF_UPLINK(required, "gauge", "Whether it is required to be up."),
	OF_UPLINK(in_use, "gauge",
		  "Whether it gets new connections, carries a living tunnel, "
		  "or is in a group."),
	OF_UPLINK(in_doubt, "gauge", "Whether its health is in doubt."),
	OF_UPLINK(health_age_seconds, "gauge",
		  "How long its health has been what it is."),
	OF_UPLINK(weight, "gauge", "Its weight among those with a share."),
	OF_UPLINK(priority, "gauge", "Its priority in the mode solo."),
	OF_UPLINK(share_ratio, "gauge",
		  "The share of new connections that it is to get."),
	OF_UPLINK(routed_packets_total, "counter",
		  "Packets for which the kernel chose it by its share, since "
		  "the shares changed last."),
	OF_UPLINK(receive_bytes_total, "counter", "Bytes received."),
	OF_UPLINK(transmit_bytes_total, "counter", "Bytes sent."),
	OF_UPLINK(rtt_last_seconds, "gauge",
		  "Round trip of the last answer."),
	OF_UPLINK(loss_ratio, "gauge",
		  "How many of the last 64 rounds of probes were lost."),
	OF_UPLINK(probes_sent_total, "counter", "Probes sent."),
	OF_UPLINK(probes_answered_total, "counter",
		  "Probes that were answered."),
	OF_UPLINK(probe_bytes_total, "counter",
		  "Bytes of probes and answers; with a budget, in this month."),
	OF_UPLINK(probe_budget_bytes, "gauge", "What probes may cost a month."),
	OF_UPLINK(deaths_total, "counter", "How often it was found dead."),
	OF_UPLINK(flaps, "gauge",
		  "Flaps that are remembered; one is forgotten for each ten "
		  "minutes of life."),
	OF_UPLINK(cap_bytes, "gauge", "Its data cap."),
	OF_UPLINK(cap_used_bytes, "gauge", "How much of its cap is used."),
	OF_UPLINK(capped, "gauge",
		  "Whether a cap that is used up limits it, its own or that of "
		  "its underlay."),
	OF_UPLINK(capacity_bytes_per_second, "gauge",
		  "What it is known to carry, with weight = auto."),
	{ { NULL, NULL, NULL }, NULL },
};

/* --- the histogram -------------------------------------------------------- */

static void
put_sample(FILE *out, const char *what, const char *uplink)
{
	fprintf(out, "bal_uplink_rtt_seconds_%s{uplink=", what);
	bal_metric_label(out, uplink);
}

static void
put_rtts(FILE *out, const char *uplink, const struct bal_rtts *r)
{
	uint64_t n = 0;

	for (size_t i = 0; i < BAL_RTT_BUCKETS; i++) {
		n += r->n[i];
		put_sample(out, "bucket", uplink);
		if (i < BAL_RTT_BOUNDS)
			fprintf(out, ",le=\"%g\"",
				bal_rtt_bounds_us[i] / US_PER_S);
		else
			fputs(",le=\"+Inf\"", out);
		fprintf(out, "} %" PRIu64 "\n", n);
	}
	put_sample(out, "sum", uplink);
	fprintf(out, "} %.6f\n", (double)r->sum_us / US_PER_S);
	put_sample(out, "count", uplink);
	fprintf(out, "} %" PRIu64 "\n", n);
}

void
bal_metrics_rtts(const struct bal_status *status, FILE *out)
{
	const struct bal_metric about = { "uplink_rtt_seconds", "histogram",
					  "Round trips of its probes." };
	bool any = false;

	for (size_t i = 0; i < status->rows.n; i++) {
		const struct bal_status_row *row = &status->rows.v[i];

		if (!row->remembered || !bal_rtts_count(&row->remembered->rtts))
			continue;
		if (!any)
			bal_metric_head(out, &about);
		any = true;
		put_rtts(out, row->name, &row->remembered->rtts);
	}
}
