// SPDX-License-Identifier: GPL-2.0-or-later
/* facts_clients - OpenVPN's client configurations, and their packets' way. */
#include <glob.h>
#include <string.h>

#include "facts_parts.h"
#include "nl_read.h"

#define WORD_MAX 128

/*
 * The next word as OpenVPN's parse_line() takes it: quotes of both kinds, a
 * backslash before any character, a comment from # or ; where a word would
 * begin.  False: there is none, its quote stays open, or it is too long.
 */
static bool
next_word(const char **at, char *word)
{
	const char *p = *at + strspn(*at, " \t\r");
	size_t len = 0;
	char quote = 0;

	if (!*p || *p == '#' || *p == ';')
		return false;
	for (; *p && (quote || !strchr(" \t\r", *p)); p++) {
		if (quote ? *p == quote : *p == '"' || *p == '\'') {
			quote = quote ? 0 : *p;
			continue;
		}
		if (*p == '\\' && quote != '\'' && p[1])
			p++;
		if (len + 1 >= WORD_MAX)
			return false;
		word[len++] = *p;
	}
	word[len] = '\0';
	*at = p;
	return !quote;
}

static void
read_user(struct bal_client *c, const char *value)
{
	c->unprivileged = strcmp(value, "root") != 0;
}

static void
read_hook(struct bal_client *c, const char *value)
{
	c->calls_bal |= strstr(value, "bal-up") || strstr(value, "bal-down");
}

static void
read_client_line(struct bal_client *c, const char *line)
{
	char key[WORD_MAX], value[WORD_MAX];
	struct bal_err ignored;

	if (!next_word(&line, key) || !next_word(&line, value))
		return;
	if (strcmp(key, "dev") == 0)
		(void)bal_copy(c->dev, sizeof(c->dev), value);
	else if (strcmp(key, "user") == 0)
		read_user(c, value);
	else if (strcmp(key, "group") == 0)
		(void)bal_copy(c->group, sizeof(c->group), value);
	else if (strcmp(key, "up") == 0 || strcmp(key, "down") == 0)
		read_hook(c, value);
	else if (strcmp(key, "remote") == 0 && bal_addr_none(&c->remote))
		(void)bal_host_parse(value, &c->remote, &ignored);
	else if (strcmp(key, "local") == 0) {
		c->has_local = true;
		(void)bal_host_parse(value, &c->local, &ignored);
	}
}

static void
read_client(struct bal_facts *f, const char *path)
{
	char *line, *text = bal_facts_file(f, path);
	struct bal_client *c;

	if (!text)
		return;
	c = BAL_PUSH(&f->arena, &f->clients);
	if (!c)
		return;
	c->path = bal_facts_text(f, "%s", path);
	while ((line = bal_facts_line(&text)))
		read_client_line(c, line);
}

static bool
is_here(const struct bal_facts *f, const struct bal_addr *addr)
{
	for (size_t i = 0; i < f->snap->addrs.n; i++)
		if (bal_addr_same_host(&f->snap->addrs.v[i].addr, addr))
			return true;
	return false;
}

/* The kernel refuses to look up the way from an address that is not here. */
static void
find_way(struct bal_facts *f, struct bal_nl *nl, struct bal_client *c)
{
	const struct bal_link *link;
	struct bal_err why = { 0 };
	int ifindex = 0;

	if (bal_addr_none(&c->remote) || bal_addr_none(&c->local) ||
	    !is_here(f, &c->local))
		return;
	if (bal_nl_leaves_by(nl, &c->local, &c->remote, &ifindex, &why) < 0) {
		bal_facts_unseen(f, bal_facts_text(f, "%s", why.msg));
		return;
	}
	c->looked_up = true;
	link = bal_snapshot_ifindex(f->snap, ifindex);
	if (link)
		memcpy(c->leaves, link->name, sizeof(c->leaves));
}

static void
read_clients(struct bal_facts *f, const char *pattern)
{
	glob_t found = { 0 };

	if (glob(pattern, 0, NULL, &found) != 0)
		return;
	for (size_t i = 0; i < found.gl_pathc; i++)
		read_client(f, found.gl_pathv[i]);
	globfree(&found);
}

void
bal_facts_clients(struct bal_facts *f, struct bal_nl *nl)
{
	read_clients(f, "/etc/openvpn/*.conf");
	read_clients(f, "/etc/openvpn/client/*.conf");
	for (size_t i = 0; i < f->clients.n; i++)
		find_way(f, nl, &f->clients.v[i]);
}
