/* steer - the program that draws an uplink for each new connection of this box. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_STEER_H
#define BAL_STEER_H

#include "base/addr.h"
#include "bpf/bpf.h"

/* Of one table: shares are exact to a part of this many. */
#define BAL_STEER_ENTRIES 16384
#define BAL_STEER_LEAVE (-1)
#define BAL_STEER_GROUPS_MAX 512 /* of both families */

/* An uplink that takes new connections: its slot, from 1 to 255. */
struct bal_steer_share {
	uint32_t slot, weight;
};

/* Uplinks that share.  Fewer than two: the kernel needs no help. */
struct bal_steer_group {
	int family; /* whose connections; AF_INET or AF_INET6 */
	bool session; /* by the other host, and the seed; else at random */
	const struct bal_steer_share *shares; /* by slot */
	size_t n_shares;
};

/* Both included. */
struct bal_steer_range {
	uint32_t first, last;
};

/* A connection has to match all that is given. */
struct bal_steer_match {
	int family; /* of it, of @to and of @group */
	const struct bal_addr *to;
	size_t n_to;
	uint8_t proto; /* 0: any or, with ports, TCP and UDP */
	struct bal_steer_range dport[16];
	size_t n_dport;
	bool has_uid;
	struct bal_steer_range uid;
	int group; /* its number; or BAL_STEER_LEAVE */
};

/*
 * What the program does.  The first match decides; without one a connection is
 * left alone, as is one that is bound, or has a mark.
 */
struct bal_steer {
	uint32_t mask; /* the bits of a mark that hold a slot */
	uint32_t seed;
	const struct bal_steer_group *groups;
	size_t n_groups;
	const struct bal_steer_match *matches;
	size_t n_matches;
};

/* The hooks that a new connection can come by. */
enum bal_steer_hook {
	BAL_STEER_CONNECT4,
	BAL_STEER_CONNECT6, /* to ::ffff:A.B.C.D, too, which is IPv4 */
	BAL_STEER_HOOKS,
};

/*
 * Write the program of @hook for sockets of the network namespace @cookie into
 * @code, which is empty.  @map_fd has the tables: group number g has entry
 * 1 + g, BAL_STEER_ENTRIES bytes, each a slot or 0.  Pure.
 */
int bal_steer_code(const struct bal_steer *s, enum bal_steer_hook hook,
		   uint64_t cookie, int map_fd, struct bal_bpf *code,
		   struct bal_err *err);

/* A number that tells two programs apart, whatever their tables say. */
int bal_steer_text(const struct bal_steer *s, uint64_t cookie, uint64_t *out,
		   struct bal_err *err);

/* A number that tells two tables of groups apart; never 0. */
uint64_t bal_steer_recipe(const struct bal_steer *s, size_t group);

/*
 * The table of @group.  At random the number of entries of each slot is exact.
 * By session each entry belongs to the slot that has the best draw there, by
 * weight: without one of the uplinks only its own entries change, and nothing
 * but slots, weights and the seed counts.  Fewer than two uplinks: all are 0.
 */
void bal_steer_fill(const struct bal_steer *s, size_t group,
		    uint8_t out[BAL_STEER_ENTRIES]);

#endif
