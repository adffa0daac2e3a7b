// SPDX-License-Identifier: GPL-2.0-or-later
/* resolver - which name server the programs of this box ask. */
#include <string.h>
#include <unistd.h>

#include "doctor/facts/internal.h"

#define RESOLV_CONF "/etc/resolv.conf"

static bool
is_own(const struct bal_facts *f, const char *server)
{
	struct bal_addr addr;
	struct bal_err ignored;

	if (strncmp(server, "127.", 4) == 0 || strcmp(server, "::1") == 0)
		return true;
	if (bal_addr_parse(server, &addr, &ignored) < 0)
		return false;
	for (size_t i = 0; i < f->snap->addrs.n; i++)
		if (bal_addr_same_host(&f->snap->addrs.v[i].addr, &addr))
			return true;
	return false;
}

/* A file without a server means this box, too. */
void
bal_facts_resolver(struct bal_facts *f)
{
	char *text = bal_facts_file(f, RESOLV_CONF), *line, word[64];

	f->dhclient = access(BAL_DHCLIENT_ENTER, F_OK) == 0;
	while ((line = bal_facts_line(&text))) {
		const char *list = line;

		if (bal_next_word(&list, word, sizeof(word)) <= 0 ||
		    strcmp(word, "nameserver") != 0 ||
		    bal_next_word(&list, word, sizeof(word)) <= 0)
			continue;
		if (is_own(f, word)) {
			f->asked = NULL;
			return;
		}
		if (!f->asked)
			f->asked = bal_facts_text(f, "%s", word);
	}
}
