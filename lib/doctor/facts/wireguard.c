// SPDX-License-Identifier: GPL-2.0-or-later
/* wireguard - endpoints of WireGuard's tunnels, and the route to them. */
#include <stdlib.h>
#include <string.h>

#include "doctor/facts/internal.h"

/*
 * By wg(8), which knows tunnels of the kernel and of other programs; not by its
 * dump, which has the private key, nor for all at once, where lines cannot be
 * assigned to devices.
 */
static char *
ask_wg(struct bal_facts *f, const char *dev, const char *what)
{
	char wg[] = "wg", show[] = "show", name[BAL_IFNAMSIZ], wanted[16];

	if (bal_copy(name, sizeof(name), dev) < 0 ||
	    bal_copy(wanted, sizeof(wanted), what) < 0)
		return NULL;
	return bal_facts_run(f, (char *[]){ wg, show, name,
					    *wanted ? wanted : NULL, NULL });
}

/* "PEER<tab>ADDRESS:PORT"; no endpoint, or an IPv6 one, is no address. */
static void
read_endpoint(struct bal_facts *f, const char *dev, uint32_t mark, char *line)
{
	const char *peer = strsep(&line, "\t"), *host = strsep(&line, ":");
	struct bal_endpoint *e;
	struct bal_addr addr;
	struct bal_err ignored;

	if (!peer || !host || bal_host_parse(host, &addr, &ignored) < 0)
		return;
	e = BAL_PUSH(&f->arena, &f->endpoints);
	if (!e)
		return;
	(void)bal_copy(e->dev, sizeof(e->dev), dev);
	e->addr = addr;
	e->mark = mark;
}

static void
read_device(struct bal_facts *f, const char *dev)
{
	const char *mark = ask_wg(f, dev, "fwmark"); /* "0xca6c" or "off" */
	char *line, *text = ask_wg(f, dev, "endpoints");

	while ((line = bal_facts_line(&text)))
		read_endpoint(f, dev,
			      mark ? (uint32_t)strtoul(mark, NULL, 16) : 0,
			      line);
}

/* Tables by which several uplinks are used. */
static bool
is_shared(const struct bal_facts *f, uint32_t table)
{
	return table && (table == f->state->balancing_table ||
			 table == BAL_TABLE_DEFAULT);
}

static void
find_way(struct bal_facts *f, struct bal_nl *nl, struct bal_endpoint *e)
{
	struct bal_way way = { .dst = e->addr, .mark = e->mark };

	if (bal_facts_way(f, nl, &way, e->leaves))
		e->shared = is_shared(f, way.table);
}

void
bal_facts_wireguard(struct bal_facts *f, struct bal_nl *nl)
{
	const char *names = f->privileged ? ask_wg(f, "interfaces", "") : NULL;
	const struct bal_uplink *up;
	char name[BAL_IFNAMSIZ];

	while (names && *names) {
		const size_t len = strcspn(names, " \n");

		snprintf(name, sizeof(name), "%.*s", (int)len, names);
		up = bal_facts_uplink(f, name);
		if (up && up->admin_up)
			read_device(f, up->name);
		names += len + (names[len] != '\0');
	}
	for (size_t i = 0; i < f->endpoints.n; i++)
		find_way(f, nl, &f->endpoints.v[i]);
}
