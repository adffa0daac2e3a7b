// SPDX-License-Identifier: GPL-2.0-or-later
/* servers - a list of name servers, read and printed; pure. */
#include "base/servers.h"

#include <string.h>

#include "base/text.h"

void
bal_servers_add(struct bal_servers *servers, const struct bal_addr *server)
{
	for (uint32_t i = 0; i < servers->n; i++)
		if (bal_addr_same_host(&servers->v[i], server))
			return;
	if (servers->n < BAL_SERVERS_MAX)
		servers->v[servers->n++] = *server;
}

static int
parse_one(const char *word, struct bal_addr *out, struct bal_err *err)
{
	if (!strchr(word, ':'))
		return bal_host_parse(word, out, err);
	if (bal_host6_parse(word, out, err) < 0)
		return -1;
	if (bal_addr_is_link_local(out))
		return bal_err(err, BAL_ECONF,
			       "\"%.80s\" counts on its link alone", word);
	return 0;
}

int
bal_servers_parse(struct bal_servers *servers, const char *list,
		  struct bal_err *err)
{
	char word[BAL_ADDR_STRLEN];
	struct bal_addr server;
	int more, rc = 0;

	while ((more = bal_next_word(&list, word, sizeof(word)))) {
		if (more < 0)
			rc = bal_err(err, BAL_ECONF,
				     "has a word that is too long");
		else if (parse_one(word, &server, err) < 0)
			rc = -1;
		else
			bal_servers_add(servers, &server);
	}
	return rc;
}

const char *
bal_servers_str(const struct bal_servers *servers, int family, char *buf)
{
	char *at = buf;

	*buf = '\0';
	for (uint32_t i = 0; i < servers->n; i++) {
		if (family && servers->v[i].family != family)
			continue;
		if (at != buf)
			*at++ = ' ';
		at += strlen(bal_addr_host_str(&servers->v[i], at));
	}
	return buf;
}
