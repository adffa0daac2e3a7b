// SPDX-License-Identifier: GPL-2.0-or-later
/* mode - whether all uplinks carry traffic or one does, and what is spread. */
#include "config/mode.h"

#include <string.h>

const char *
bal_mode_name(enum bal_mode mode)
{
	return mode == BAL_MODE_SOLO ? "solo" : "multi";
}

int
bal_mode_parse(const char *text, enum bal_mode *out, struct bal_err *err)
{
	if (strcmp(text, "multi") == 0)
		*out = BAL_MODE_MULTI;
	else if (strcmp(text, "solo") == 0)
		*out = BAL_MODE_SOLO;
	else
		return bal_err(err, BAL_ECONF,
			       "\"%.80s\" is neither multi nor solo", text);
	return 0;
}

static const char *const balances[] = {
	[BAL_BALANCE_CONNECTION] = "connection",
	[BAL_BALANCE_SESSION] = "session",
	[BAL_BALANCE_HASH] = "hash",
	[BAL_BALANCE_PACKET] = "packet",
};

const char *
bal_balance_name(enum bal_balance kind)
{
	return balances[kind];
}

int
bal_balance_parse(const char *text, enum bal_balance *out, struct bal_err *err)
{
	for (size_t i = 0; i < sizeof(balances) / sizeof(balances[0]); i++)
		if (!strcmp(text, balances[i])) {
			*out = (enum bal_balance)i;
			return 0;
		}
	return bal_err(err, BAL_ECONF,
		       "\"%.80s\" is neither connection, session, hash nor "
		       "packet",
		       text);
}
