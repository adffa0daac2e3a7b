/* servers - the name servers of one line. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_SERVERS_H
#define BAL_SERVERS_H

#include "base/addr.h"

#define BAL_SERVERS_MAX 4
#define BAL_SERVERS_STRLEN (BAL_SERVERS_MAX * BAL_ADDR_STRLEN)

/* Zero state: none. */
struct bal_servers {
	struct bal_addr v[BAL_SERVERS_MAX];
	uint32_t n;
};

/* Append @server unless it is there, or there is no room. */
void bal_servers_add(struct bal_servers *servers,
		     const struct bal_addr *server);

/*
 * Append the addresses in @list, separated by blanks or commas, as
 * bal_servers_add().  -1: one of them can be no name server by the line, as
 * 127.0.0.1 and fe80::1 cannot; the others are appended all the same.
 */
int bal_servers_parse(struct bal_servers *servers, const char *list,
		      struct bal_err *err);

/*
 * Those of @servers that are of @family (0: all), separated by a blank, into
 * @buf of BAL_SERVERS_STRLEN.  Returns @buf.
 */
const char *bal_servers_str(const struct bal_servers *servers, int family,
			    char *buf);

#endif
