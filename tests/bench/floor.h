/* floor - what the kernel has to be told, as bare calls; see floor.c. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FLOOR_H
#define FLOOR_H

#include <linux/fib_rules.h>
#include <linux/nexthop.h>
#include <linux/rtnetlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The scene of cost.sh: device uK has index 1000+K, table and mark K. */
#define INDEX 1000
#define BALANCING 21400
#define TABLE(k) (BALANCING + (uint32_t)(k))
#define LAST 253
#define MASK 0xffc00000u /* room for 250 uplinks */
#define TOP2 0xc0000000u
#define MARK(k) ((uint32_t)(k) << 22)
#define INBOUND(k) MARK(256 + (k))
#define GROUP 21399 /* nexthop ids: the group, then one for each uplink */

extern int uplinks;	 /* N */
extern bool same_subnet; /* 192.168.1.0/24 for all, or one for each */
extern int failures;

/* One netlink socket; whatever goes wrong ends the program with 71. */
void nl_open(void);
void nl_close(void);
/* Read all answers and drop them; @attr 0: no attribute. */
void nl_dump(int type, const void *header, size_t len, int attr,
	     uint32_t value);
/* Send what is collected, 64 messages at a time, and wait for the answer. */
void nl_flush(void);
/* From now on what is not there need not go. */
void nl_lenient(void);

/* Messages, collected. */
uint32_t gateway(int k);
void sysctls(int k, bool ours);
void nexthop(int type, int k);	    /* K 0: the group, only to delete it */
void group(int flags, int without); /* all uplinks but one */
/* To 0/0, or with @via 0 to the subnet of K itself. */
void route(int type, uint32_t table, uint32_t metric, int k, uint32_t via,
	   bool src);
void weighted_route(int type, uint32_t nhid);
void multipath_route(void); /* the same without nexthop objects */

/* Rules in the places that plan.h draws. */
void uplink_rules(int type, int k);
void simple_rules(int type, int k); /* by mark, by device, by address */
void balancing_rule(int type);
void shared_rules(int type); /* of the subnet that all share */
void frame_rules(int type);

/* The marks: one commit each. */
struct marks {
	void (*read)(void);
	void (*setup)(void);
	void (*change)(int k, bool up);
	void (*clear)(void);
};
extern const struct marks marks_legacy; /* iptables' mangle table */
extern const struct marks marks_nft;

#endif
