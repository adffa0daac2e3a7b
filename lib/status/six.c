// SPDX-License-Identifier: GPL-2.0-or-later
/* six - what the status says of IPv6, where it is balanced. */
#include "base/show.h"
#include "status/internal.h"

static const char *
state6(const struct bal_status_row *row)
{
	const char *lack = bal_uplink_lacks6(row->up);

	if (lack)
		return lack;
	return row->up->underlay_down ? "underlay down" :
					bal_health_name(row->up->v6.health);
}

const char *
bal_status_six_state(const struct bal_status_row *row)
{
	return row->up && row->up->six ? state6(row) : NULL;
}

bool
bal_status_six_dead(const struct bal_status_row *row)
{
	const struct bal_uplink *up = row->up;

	return up && up->six && row->alive && up->v6.usable &&
	       up->v6.health == BAL_HEALTH_DEAD;
}

const char *
bal_status_six_reason(const struct bal_status_row *row)
{
	return row->remembered && row->up &&
			       row->up->v6.health != BAL_HEALTH_ALIVE ?
		       row->remembered->reason6 :
		       "";
}

void
bal_status_six_text(const struct bal_status_row *row, FILE *out)
{
	char addr[BAL_ADDR_STRLEN], gateway[BAL_ADDR_STRLEN];
	char prefix[BAL_ADDR_STRLEN];
	const struct bal_leg *leg = row->up ? &row->up->v6 : NULL;
	const char *why = bal_status_six_reason(row);

	if (!leg || !row->up->six)
		return;
	fprintf(out, "%s: IPv6 %s", row->name, state6(row));
	if (leg->usable)
		fprintf(out, ", %s by %s",
			bal_addr_host_str(&leg->addrs[0]->addr, addr),
			bal_addr_host_str(&leg->gateway, gateway));
	if (!bal_addr_none(&row->up->prefix6))
		fprintf(out, ", of the LAN %s",
			bal_addr_str(&row->up->prefix6, prefix));
	fprintf(out, "%s%s\n", *why ? ": " : "", why);
}

void
bal_status_six_json(const struct bal_status_row *row, FILE *out)
{
	char addr[BAL_ADDR_STRLEN] = "", gateway[BAL_ADDR_STRLEN] = "";
	char prefix[BAL_ADDR_STRLEN] = "";
	const struct bal_leg *leg = &row->up->v6;

	if (leg->n_addrs)
		bal_addr_host_str(&leg->addrs[0]->addr, addr);
	if (!bal_addr_none(&leg->gateway))
		bal_addr_host_str(&leg->gateway, gateway);
	if (!bal_addr_none(&row->up->prefix6))
		bal_addr_str(&row->up->prefix6, prefix);
	fputs(",{\"family\":\"ipv6\",", out);
	bal_json_string(out, "state", state6(row));
	fputc(',', out);
	bal_json_bool(out, "alive", row->up->alive6);
	fputc(',', out);
	bal_json_string(out, "reason", bal_status_six_reason(row));
	fputc(',', out);
	bal_json_string(out, "address", addr);
	fputc(',', out);
	bal_json_string(out, "gateway", gateway);
	fputc(',', out);
	bal_json_string(out, "prefix", prefix);
	fputc('}', out);
}
