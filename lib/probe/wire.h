/* wire - sees what leaves by any device, and lets devices receive. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_WIRE_H
#define BAL_WIRE_H

#include "probe/frame.h"

/* { BAL_WIRE_NONE } : not open. */
#define BAL_WIRE_NONE .fd = -1, .injector = -1
struct bal_wire {
	int fd;	      /* to poll: readable when something was seen */
	int injector; /* of bal_inject_open() */
	uint32_t run; /* the mark that its frames have in common */
};

/* Something that left the box. */
struct bal_sight {
	int ifindex;
	size_t len; /* in bytes, without the link header */
	/*
	 * ARP instead: for a request frame.src asks for frame.dst; for a reply,
	 * frame.number is what bal_wire_inject_arp() was given.
	 */
	bool arp, reply;
	struct bal_frame frame;
};

/* Open it for the mark @run.  -1 with @err; bal_wire_close() in any case. */
int bal_wire_open(struct bal_wire *w, uint32_t run, struct bal_err *err);
void bal_wire_close(struct bal_wire *w);

/* The next sight, without waiting: 1; 0: none; -1: lost, with errno. */
int bal_wire_next(const struct bal_wire *w, struct bal_sight *out);

/*
 * Let @dev, number @ifindex, receive @f, with the fwmark @mark; or the question
 * who has @target.  -1 with errno.
 */
int bal_wire_inject(const struct bal_wire *w, const char *dev, int ifindex,
		    const struct bal_frame *f, uint32_t mark);
/* By a host that has no address yet, so that it is remembered nowhere. */
int bal_wire_inject_arp(const struct bal_wire *w, const char *dev, int ifindex,
			const struct bal_addr *target, uint32_t number);

#endif
