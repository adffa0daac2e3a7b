/* ask - one question to one target, through one device: asked, answered. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_ASK_H
#define BAL_ASK_H

#include "base/child.h"
#include "base/loop.h"
#include "config/target.h"
#include "base/text.h"

/* The uplink to ask through. */
struct bal_ask_way {
	char dev[BAL_IFNAMSIZ];
	int ifindex;
	uint32_t mark;		/* fwmark of the socket, 0: none */
	struct bal_addr source; /* address of @dev, for ARP and exec */
	struct bal_addr gateway;
	char http_host[BAL_TARGET_TEXT];   /* Host: header, "": the address */
	char http_expect[BAL_TARGET_TEXT]; /* must be in the body, "": any */
};

enum bal_asked {
	BAL_ASKED_WAIT, /* nothing is known yet */
	BAL_ASKED_GOOD,
	BAL_ASKED_BAD, /* refused, or a wrong answer */
};

/*
 * A question under way: TCP, DNS, HTTP, ARP or exec (ICMP has one socket for
 * all questions of an uplink: icmp.h).  Zero state: none.
 */
struct bal_ask {
	struct bal_source source; /* first member, for the loop */
	struct bal_target target;
	struct bal_ask_way way;
	enum bal_asked asked;
	int error; /* errno of what failed in sending: ENODEV, ENETUNREACH... */
	struct bal_addr found; /* of DNS, BAL_ASKED_GOOD: the address */
	char why[64]; /* BAL_ASKED_BAD: "refused", "HTTP status 302"... */
	void (*done)(struct bal_ask *ask, void *arg); /* @asked is decided */
	void *arg;
	/* private */
	struct bal_loop *loop;
	struct bal_child child;
	uint8_t phase;
	uint32_t n;	   /* bytes of @buf */
	uint32_t seen;	   /* bytes of a page read so far */
	uint8_t token[16]; /* unguessable, against forged answers */
	char buf[1024];
};

/*
 * Begin to ask @target through @way; never blocks.  done() is called from the
 * loop when the answer is known; not from within this function: what fails at
 * once is in @ask->asked.  The socket is bound to the device (and refused with
 * ENODEV where that is no longer number ifindex), has the mark, and takes
 * answers only from the target, with the token that was sent.  -1 when no
 * descriptor or memory is left.
 */
int bal_ask_start(struct bal_ask *ask, struct bal_loop *loop,
		  const struct bal_target *target,
		  const struct bal_ask_way *way, struct bal_err *err);

/* Is @eno a shortage of this box (descriptors, memory), and not an answer? */
bool bal_ask_shortage(int eno);

/*
 * End the question, answered or not: closes the socket, kills the command and
 * its process group.
 */
void bal_ask_stop(struct bal_ask *ask);

#endif
