/* mode - whether all uplinks carry traffic or one does, and what is spread. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_MODE_H
#define BAL_MODE_H

#include "base/error.h"

enum bal_mode { BAL_MODE_MULTI, BAL_MODE_SOLO };

/* What goes by one uplink, where several carry traffic. */
enum bal_balance {
	BAL_BALANCE_CONNECTION, /* each connection by itself */
	BAL_BALANCE_SESSION,	/* all those of two hosts */
	BAL_BALANCE_HASH,	/* all that have the fields of `hash` in common */
	BAL_BALANCE_PACKET, /* each packet of what is forwarded */
};

/* The word of @kind, in a static text; one of these words, or -1. */
const char *bal_balance_name(enum bal_balance kind);
int bal_balance_parse(const char *text, enum bal_balance *out,
		      struct bal_err *err);

/* The word of @mode, in a static text. */
const char *bal_mode_name(enum bal_mode mode);
/* "multi" or "solo"; -1 with the reason. */
int bal_mode_parse(const char *text, enum bal_mode *out, struct bal_err *err);

#endif
