// SPDX-License-Identifier: GPL-2.0-or-later
/* clients - OpenVPN's client configurations, and the route of their packets. */
#include <string.h>

#include "doctor/facts/internal.h"
#include "netlink/read.h"
#include "openvpn/files.h"

/* One client's configuration while it is parsed. */
struct reading {
	struct bal_facts *f;
	struct bal_client *client;
};

static void
take_host(struct bal_addr *out, const char *text)
{
	struct bal_err ignored;

	/* Only OpenVPN can resolve a host name. */
	if (bal_host_parse(text, out, &ignored) < 0)
		*out = (struct bal_addr){ 0 };
}

/* The first one is used, as far as this box can tell. */
static void
take_remote(struct bal_facts *f, struct bal_client *c, const char *text)
{
	struct bal_addr addr, *slot;

	take_host(&addr, text);
	if (bal_addr_none(&c->remote))
		c->remote = addr;
	if (bal_addr_none(&addr))
		return;
	slot = BAL_PUSH(&f->arena, &c->remotes);
	if (slot)
		*slot = addr;
}

static void
take_option(void *arg, const struct bal_ovpn_option *o)
{
	struct bal_client *c = ((struct reading *)arg)->client;
	struct bal_facts *f = ((struct reading *)arg)->f;
	const char *key = o->words[0], *value;
	struct bal_err ignored;

	if (strcmp(key, "allow-recursive-routing") == 0)
		c->recursive = true;
	if (o->n < 2)
		return;
	value = o->words[1];
	if (strcmp(key, "dev") == 0)
		(void)bal_copy(c->dev, sizeof(c->dev), value);
	else if (strcmp(key, "bind-dev") == 0)
		(void)bal_copy(c->bind_dev, sizeof(c->bind_dev), value);
	else if (strcmp(key, "user") == 0)
		c->unprivileged = strcmp(value, "root") != 0;
	else if (strcmp(key, "group") == 0)
		(void)bal_copy(c->group, sizeof(c->group), value);
	else if (strcmp(key, "up") == 0)
		c->up = bal_facts_text(f, "%s", value);
	else if (strcmp(key, "route-up") == 0)
		c->makes_uplink |= strstr(value, "bal-up") != NULL;
	else if (strcmp(key, "down") == 0)
		c->down = bal_facts_text(f, "%s", value);
	else if (strcmp(key, "script-security") == 0)
		(void)bal_parse_u32(value, 0, 3, &c->security, &ignored);
	else if (strcmp(key, "remote") == 0)
		take_remote(f, c, value);
	else if (strcmp(key, "local") == 0) {
		c->has_local = true;
		take_host(&c->local, value);
	}
}

static void
note_trouble(void *arg, const char *msg)
{
	struct bal_facts *f = ((struct reading *)arg)->f;

	bal_facts_unseen(f, bal_facts_text(f, "%s", msg));
}

static void
note_scripts(struct bal_client *c)
{
	c->makes_uplink |= c->up && strstr(c->up, "bal-up");
	c->calls_bal = c->makes_uplink ||
		       (c->down && strstr(c->down, "bal-down"));
}

static void
read_client(struct bal_facts *f, const char *path, const char *dir)
{
	struct reading reading = { f, BAL_PUSH(&f->arena, &f->clients) };
	const struct bal_ovpn_taker taker = { take_option, note_trouble,
					      &reading };

	if (!reading.client)
		return;
	reading.client->path = bal_facts_text(f, "%s", path);
	bal_ovpn_read(path, dir, &taker);
	note_scripts(reading.client);
}

static bool
is_here(const struct bal_facts *f, const struct bal_addr *addr)
{
	for (size_t i = 0; i < f->snap->addrs.n; i++)
		if (bal_addr_same_host(&f->snap->addrs.v[i].addr, addr))
			return true;
	return false;
}

/* A reserved address (RFC 5737), routed as all without a route of their own. */
#define ANYWHERE "192.0.2.1"

/* The kernel refuses a route lookup from an address that this box lacks. */
static void
find_way(struct bal_facts *f, struct bal_nl *nl, struct bal_client *c)
{
	struct bal_way way = { .src = c->local, .dst = c->remote };

	if (c->bind_dev[0] ||
	    (c->has_local && (bal_addr_none(&c->remote) ||
			      bal_addr_none(&c->local) || !is_here(f, &c->local))))
		return;
	if (bal_addr_none(&way.dst))
		take_host(&way.dst, ANYWHERE);
	c->looked_up = bal_facts_way(f, nl, &way, c->leaves);
	c->by_main = way.table == BAL_TABLE_MAIN ||
		     (bal_addr_none(&c->remote) && f->main_hosts);
}

static void
read_clients(struct bal_facts *f, const char *dir)
{
	glob_t found = { 0 };

	if (!bal_facts_glob(f, dir, bal_facts_text(f, "%s/*.conf", dir), &found))
		return;
	for (size_t i = 0; i < found.gl_pathc; i++)
		read_client(f, found.gl_pathv[i], dir);
	globfree(&found);
}

void
bal_facts_clients(struct bal_facts *f, struct bal_nl *nl)
{
	read_clients(f, "/etc/openvpn");
	read_clients(f, "/etc/openvpn/client");
	for (size_t i = 0; i < f->clients.n; i++)
		find_way(f, nl, &f->clients.v[i]);
}
