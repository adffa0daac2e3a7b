/* frame - IPv4 datagrams that bear a mark, built and recognised; pure. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_FRAME_H
#define BAL_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"

/* The longest that is built. */
#define BAL_FRAME_MAX 128
/* No number: of TCP that a socket began, which shows by its ports alone. */
#define BAL_FRAME_UNMARKED UINT32_MAX

/* What is in one.  Ports are those of UDP and TCP, in host order. */
struct bal_frame {
	struct bal_addr src, dst;
	uint8_t proto, ttl, tos;
	uint16_t sport, dport;
	/* Of TCP, which is always a SYN: also the answer to that with @answers. */
	bool ack;
	uint32_t answers;
	/*
	 * An ICMP error: that a port is closed, about what went from @dst to
	 * @src with these ports, by @quoted, which is UDP or TCP.
	 */
	bool error;
	uint8_t quoted;
	/* The mark: random, the same for all of a run; and what it is for. */
	uint32_t run, number;
};

/* The payload of UDP and ICMP echo that is the mark. */
#define BAL_FRAME_MARK 8
void bal_frame_mark(uint32_t run, uint32_t number, uint8_t out[BAL_FRAME_MARK]);

/* Write @f to @out of BAL_FRAME_MAX, without a link header.  Returns its length. */
size_t bal_frame_build(const struct bal_frame *f, uint8_t *out);

/*
 * Is it one of @run, or the SYN of another TCP connection?  Errors, whoever sent
 * them, have the number of what they quote; ports are set for UDP and TCP alone.
 */
bool bal_frame_parse(const uint8_t *data, size_t len, uint32_t run,
		     struct bal_frame *out);

#endif
