// SPDX-License-Identifier: GPL-2.0-or-later
/* json - the status as one JSON object, for programs. */
#include <inttypes.h>

#include "base/show.h"
#include "state/usage.h"
#include "status/internal.h"
#include "status/smooth.h"

/* All of them; with @own those that are not asked. */
static void
put_targets(FILE *out, const struct bal_status_row *row, bool own)
{
	const struct bal_settings *set = &row->set;
	char text[BAL_TARGET_STRLEN];
	const char *comma = "";

	fputs(own ? ",\"own_targets\":[" : "\"targets\":[", out);
	for (size_t i = 0; i < set->n_targets; i++) {
		if (own && !bal_uplink_owns(row->up, &set->targets[i]))
			continue;
		fputs(comma, out);
		comma = ",";
		bal_json_text(out, bal_target_str(&set->targets[i], text));
	}
	fputc(']', out);
}

static void
put_probes(FILE *out, const struct bal_status_row *row)
{
	const struct bal_status_probes *p = &row->probes;

	if (p->recent_rounds)
		fprintf(out, ",\"loss_percent\":%" PRIu32, bal_status_loss(p));
	else
		fputs(",\"loss_percent\":null", out);
	fprintf(out,
		",\"recent_rounds\":%" PRIu32 ",\"recent_lost\":%" PRIu32
		",\"interval_s\":%.3f,\"flaps\":%" PRIu32 ",\"hold_s\":%.3f"
		",\"hold_left_s\":%.3f,\"bad_rounds\":%" PRIu32
		",\"dead_after\":%" PRIu32 ",\"budget\":%" PRIu64
		",\"spent\":%" PRIu64 ",",
		p->recent_rounds, p->recent_lost, p->interval_ms / 1000.0,
		p->flaps, p->hold_ms / 1000.0, p->hold_left_ms / 1000.0,
		p->bad, p->misses, row->set.budget, p->spent);
	bal_json_bool(out, "in_doubt", p->suspected);
	fputc(',', out);
	bal_json_string(out, "doubt", p->suspicion);
	fputc(',', out);
	bal_json_string(out, "hold_reason", p->reason);
	put_targets(out, row, true);
}

static void
put_cap(FILE *out, const struct bal_status_row *row)
{
	const struct bal_usage *u = &row->remembered->usage;

	fprintf(out,
		",\"capacity_bytes_per_s\":%" PRIu64 ",\"cap\":%" PRIu64 ",\"cap_used\":%" PRIu64
		",\"cap_percent\":%u,",
		row->remembered->capacity.weight ?
			row->remembered->capacity.rate :
			0,
		row->set.cap, row->set.cap ? u->bytes : 0,
		bal_usage_percent(u, row->set.cap));
	bal_json_string(out, "cap_state", bal_status_capped(row));
}

static void
put_revive(FILE *out, const struct bal_status_row *row)
{
	const struct bal_revive_next *next = &row->revive;

	fputc(',', out);
	bal_json_string(out, "revive_next",
			next->step ? bal_revive_name(next->step) : NULL);
	fprintf(out, ",\"revive_next_s\":%.3f,\"revive_rounds\":%" PRIu32,
		(double)row->revive_left_ms / 1000.0, next->rounds);
}

static void
put_remembered(FILE *out, const struct bal_status_row *row)
{
	const struct bal_uplink_state *us = row->remembered;

	fprintf(out,
		",\"table\":%" PRIu32 ",\"slot\":%" PRIu32
		",\"ifindex\":%d,\"mptcp_id\":%" PRIu32 ",\"rtt_ms\":%.3f,\"total_sent\":%" PRIu64
		",\"total_answered\":%" PRIu64 ",\"rx_bytes_per_s\":%" PRIu64
		",\"tx_bytes_per_s\":%" PRIu64 ",\"for_s\":%.3f,",
		us->table, us->slot, row->up ? row->up->ifindex : 0,
		us->mptcp_id, us->rtt_us / 1000.0, us->sent, us->answered, us->rx_rate,
		us->tx_rate, (double)row->for_ms / 1000.0);
	bal_json_string(out, "reason", bal_status_reason(row));
	put_cap(out, row);
	bal_status_smooth_json(row, out);
	put_probes(out, row);
}

/*
 * A list, for an uplink can be alive by one address family and dead by another.
 * The last key: its braces end the row's flat part.
 */
static void
put_health(FILE *out, const struct bal_status_row *row)
{
	fputs(",\"health\":[{\"family\":\"ipv4\",", out);
	bal_json_string(out, "state", row->state);
	fputc(',', out);
	bal_json_bool(out, "alive", row->alive);
	if (row->remembered) {
		fputc(',', out);
		bal_json_string(out, "reason", bal_status_reason(row));
	}
	fputc('}', out);
	if (row->up && row->up->six)
		bal_status_six_json(row, out);
	fputc(']', out);
}

static void
uplink(struct bal_status_print *p, const struct bal_status_row *row)
{
	FILE *out = p->out;
	const struct bal_ifaddr *a = row->up ? bal_uplink_addr(row->up) : NULL;
	char addr[BAL_ADDR_STRLEN] = "", gateway[BAL_ADDR_STRLEN] = "";

	if (a)
		bal_addr_host_str(&a->addr, addr);
	if (row->up && !bal_addr_none(&row->up->v4.gateway))
		bal_addr_host_str(&row->up->v4.gateway, gateway);
	fputs(p->n ? ",{" : "{", out);
	bal_json_string(out, "name", row->name);
	fputc(',', out);
	bal_json_string(out, "state", row->state);
	fputc(',', out);
	bal_json_bool(out, "alive", row->alive);
	fputc(',', out);
	bal_json_bool(out, "balanced", row->balanced);
	fputc(',', out);
	bal_json_bool(out, "required", row->set.required);
	fprintf(out,
		",\"share_percent\":%u,\"weight\":%" PRIu32
		",\"priority\":%" PRIu32 ",\"mark\":%" PRIu32 ",",
		row->share, row->set.weight, row->set.priority,
		row->up ? bal_mark_of(row->up->slot, p->status->mark_mask) : 0);
	bal_json_string(out, "address", addr);
	fputc(',', out);
	bal_json_string(out, "gateway", gateway);
	fputc(',', out);
	bal_json_string(out, "over", row->set.over);
	fputc(',', out);
	bal_json_string(out, "openvpn", row->set.openvpn);
	fputc(',', out);
	put_targets(out, row, false);
	if (row->remembered)
		put_remembered(out, row);
	put_revive(out, row);
	put_health(out, row);
	fputc('}', out);
}

/* What is due is not known without the configuration. */
static void
put_trouble(FILE *out, const struct bal_status *status)
{
	const struct bal_conf_trouble *trouble = status->trouble;
	static const char *const instead[] = {
		[BAL_INSTEAD_BUILT_IN] = "unused",
		[BAL_INSTEAD_RIGHT_LINES] = "partly",
		[BAL_INSTEAD_LAST_GOOD] = "before",
	};

	bal_json_string(out, "configuration",
			trouble ? instead[trouble->instead] : "ok");
	fputc(',', out);
	bal_json_string(out, "configuration_error",
			trouble ? trouble->first : NULL);
	if (trouble)
		fputs(",\"due\":null,", out);
	else
		fprintf(out, ",\"due\":%zu,", status->due);
}

static void
begin(struct bal_status_print *p)
{
	const struct bal_status *status = p->status;
	FILE *out = p->out;

	bal_json_begin(out);
	bal_json_string(out, "mode", bal_mode_name(status->mode));
	fputc(',', out);
	bal_json_string(out, "balance", bal_balance_name(status->balance));
	fprintf(out, ",\"alive\":%zu,", status->n_alive);
	put_trouble(out, status);
	bal_json_bool(out, "kept", status->kept);
	fputc(',', out);
	bal_json_string(out, "last_resort", status->last_resort.dev);
	fputc(',', out);
	bal_json_bool(out, "nothing_leaves",
		      status->last_resort.kind == BAL_RESORT_NOTHING);
	fputc(',', out);
	bal_json_bool(out, "marks", !status->no_marks);
	fputc(',', out);
	bal_json_bool(out, "nexthop_objects", !status->no_objects);
	fputc(',', out);
	bal_status_groups_json(&status->groups, out);
	fputc(',', out);
	bal_status_rules_json(status->policy, out);
	fputs(",\"uplinks\":[", out);
}

static void
end(struct bal_status_print *p)
{
	fputs("]}\n", p->out);
}

const struct bal_status_printer bal_status_json = { begin, uplink, end };
