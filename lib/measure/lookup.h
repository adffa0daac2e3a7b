/* lookup - the address of a name, asked of a name server through one uplink. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_MEASURE_LOOKUP_H
#define BAL_MEASURE_LOOKUP_H

#include "probe/ask.h"

/*
 * Ask @server through @way, three times within three seconds.  -1 with @err:
 * BAL_EUNAVAIL where it does not answer, or has no address of @name.
 */
int bal_lookup(const struct bal_ask_way *way, const struct bal_addr *server,
	       const char *name, struct bal_addr *out, struct bal_err *err);

#endif
