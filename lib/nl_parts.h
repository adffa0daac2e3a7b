/* nl_parts - what nl.c shares with nl_ask.c. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_NL_PARTS_H
#define BAL_NL_PARTS_H

#include "nl.h"

/* Short answers that one call receives. */
#define BAL_NL_AT_ONCE 16

struct bal_nl_room {
	int fd;
	uint32_t *seq; /* of the last request */
	char *bytes;   /* BAL_NL_AT_ONCE * BAL_NL_SHORT, aligned for messages */
};

/* The socket of @nl and the room for its answers; all of it stays @nl's. */
struct bal_nl_room bal_nl_room(struct bal_nl *nl);

#endif
