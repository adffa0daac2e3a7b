// SPDX-License-Identifier: GPL-2.0-or-later
/* mode - whether all uplinks carry traffic, or one of them does. */
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
