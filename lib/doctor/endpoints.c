// SPDX-License-Identifier: GPL-2.0-or-later
/* endpoints - packets of WireGuard tunnels that may go into themselves. */
#include <string.h>

#include "doctor/internal.h"

/* WireGuard's packets are bound to no address: only a route decides. */
static void
lead_to(struct bal_diagnosis *d, const char *host, const struct bal_uplink *line)
{
	char gateway[BAL_ADDR_STRLEN];

	if (bal_addr_none(&line->v4.gateway))
		bal_doctor_fix(d, "ip route replace %s dev %s", host,
				bal_doctor_word(d, line->name));
	else
		bal_doctor_fix(d, "ip route replace %s via %s dev %s", host,
				bal_addr_host_str(&line->v4.gateway, gateway),
				bal_doctor_word(d, line->name));
}

static void
endpoint(const struct bal_facts *f, struct bal_diagnosis *d,
	 const struct bal_endpoint *e)
{
	const struct bal_uplink *tun = bal_facts_uplink(f, e->dev), *line;
	char host[BAL_ADDR_STRLEN];

	if (!tun || !tun->admin_up || tun->smoothing.own_port)
		return; /* a smoothed one has a rule of its own */
	line = bal_facts_uplink(f, tun->set.over);
	if (!line || !line->up || !line->v4.usable ||
	    (strcmp(e->leaves, line->name) == 0 && !e->shared))
		return;
	bal_addr_host_str(&e->addr, host);
	bal_doctor_find(d, BAL_SEVERITY_RISK, "endpoint", tun->name,
			"WireGuard's own packets go where routes lead. The "
			"tunnel goes by a line that it is not counted for, and "
			"dies with it. The fix is for PreUp in its "
			"configuration, too.");
	bal_doctor_what(d, "over is %s, and packets to its endpoint %s leave %s%s",
			line->name, host,
			e->shared	? "by any uplink" :
			e->leaves[0]	? "by " :
					  "nowhere",
			e->shared ? "" : e->leaves);
	lead_to(d, host, line);
}

static void
endpoints(const struct bal_facts *f, struct bal_diagnosis *d)
{
	for (size_t i = 0; f->looked && i < f->endpoints.n; i++)
		endpoint(f, d, &f->endpoints.v[i]);
}

const struct bal_doctor_rule bal_doctor_rules_endpoints[] = {
	{ endpoints, true },
	{ NULL, false },
};
