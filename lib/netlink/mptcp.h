/* mptcp - endpoints and limits of the kernel's path manager of MPTCP. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_NL_MPTCP_H
#define BAL_NL_MPTCP_H

#include "base/addr.h"
#include "base/arena.h"
#include "base/text.h"

/*
 * Subflows of one connection beside the first: the most that the limit can say.
 * More endpoints than that are of no use to a connection, and some kernels
 * refuse them.
 */
#define BAL_MPTCP_MAX 8
#define BAL_MPTCP_INITIAL 2 /* the kernel's own limit of subflows */
#define BAL_MPTCP_ID_MAX 255

/* An address of this box from which connections get a further subflow. */
struct bal_mptcp_endpoint {
	uint8_t id;
	int ifindex;	      /* 0: of no device */
	struct bal_addr addr; /* a host */
	char dev[BAL_IFNAMSIZ]; /* for messages; "" for one that was read */
};

typedef BAL_LIST(struct bal_mptcp_endpoint) bal_mptcp_list;

/* What the kernel has.  Lives in an arena. */
struct bal_mptcp_seen {
	bool there;	  /* the kernel has MPTCP */
	bool enabled;	  /* and net.mptcp.enabled allows it */
	uint32_t subflows; /* the limit */
	bal_mptcp_list endpoints; /* of others, too */
};

/* What is to be changed, in this order. */
struct bal_mptcp_change {
	bal_mptcp_list gone; /* by their ids */
	int32_t subflows;    /* the limit; -1: it stays */
	bal_mptcp_list added;
};

/*
 * Read endpoints and limit into @out; the list is @arena's.  A kernel without
 * MPTCP, or without generic netlink, is no failure.  0 or -1.
 */
int bal_mptcp_look(struct bal_mptcp_seen *out, struct bal_arena *arena,
		   struct bal_err *err);

/*
 * Carry @change out, all of it, whatever is refused.  -1 where the kernel
 * cannot be talked to, or refused a removal or the limit.  An endpoint that it
 * does not take, whose device may be gone by now, is a bal_warn().
 */
int bal_mptcp_commit(const struct bal_mptcp_change *change,
		     struct bal_err *err);

#endif
