/* smooth - a table of nftables that copies a tunnel's datagrams to a second line. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_SMOOTH_H
#define BAL_SMOOTH_H

#include <stdio.h>

#include "firewall/firewall.h"
#include "netlink/nl.h"

/*
 * table ip bal_smooth, beside whichever firewall: only family ip has `dup to`.
 *
 *   source  output, before conntrack: a datagram of WireGuard, which takes the
 *           other line's address where its own is gone, keeps that of its own
 *   own     output, before all marks: the connection is its own line's, also if
 *           an answer by the other one was the first that was seen of it, whose
 *           mark would take the tunnel there for good
 *   settle  postrouting, nat, before those of others: the source of the
 *           tunnel's own datagrams stays, whatever masquerades
 *   out     output: its port is learned; but for OpenVPN's hard resets (opcodes
 *           1, 7 and 10, which would open a second session) a copy goes to the
 *           other line, always or while nothing is heard by its own
 *   post    postrouting, behind all NAT: a copy gets the address of its line
 *   pre     prerouting, before conntrack: what is heard by a line, from beyond
 *           its modem, is noted; a reply to a copy gets the tunnel's own address
 */
#define BAL_SMOOTH_TABLE "bal_smooth"

/* The datagrams of one tunnel, IPv4 UDP. */
struct bal_smooth_flow {
	char tun[BAL_IFNAMSIZ];
	uint32_t id; /* its slot: in the names of its sets */
	char line[BAL_IFNAMSIZ], copy[BAL_IFNAMSIZ]; /* devices */
	int copy_ifindex;
	struct bal_addr source, server; /* hosts: as the tunnel sends them */
	struct bal_addr copy_source, next_hop; /* hosts: of the copies */
	struct bal_addr near; /* the subnet of the line's modem; none: no such */
	uint16_t port, copy_port; /* of the server; for copies */
	uint16_t own_port; /* of WireGuard; 0: OpenVPN's, which is learned */
	uint32_t silence_ms; /* of the line, after which it copies; 0: always */
	uint32_t mark, mask; /* of the line's connections */
};

typedef BAL_LIST(struct bal_smooth_flow) bal_smooth_model;

/* What one rule has counted. */
struct bal_smooth_count {
	char tun[BAL_IFNAMSIZ];
	char dev[BAL_IFNAMSIZ]; /* that replies came in by; "": copies sent */
	uint64_t packets, bytes;
	uint64_t fresh_ms; /* of replies: more is later; 0: long ago, or never */
	char set[32]; /* where the kernel notes that */
};

typedef BAL_LIST(struct bal_smooth_count) bal_smooth_counts;

/* What the kernel holds, in the arena that it was read with. */
struct bal_smooth_have;

/*
 * Read the table; nothing of it is read where @proof still holds.  0, or -1.  A
 * kernel without nftables has none, which is no failure.  Where there is none,
 * it is tried whether one can be had, which may load modules: not with @gently.
 */
int bal_smooth_read(const struct bal_fw_proof *proof, bool gently,
		    struct bal_arena *arena, struct bal_smooth_have **out,
		    struct bal_err *err);

/*
 * Can such a table not be had, since the kernel lacks something, or there is
 * one that is not ours?
 */
bool bal_smooth_is_lacking(const struct bal_smooth_have *have);

/* Is there such a table of ours? */
bool bal_smooth_is_there(const struct bal_smooth_have *have);

/* Pure: is it what @want says? */
bool bal_smooth_same(const bal_smooth_model *want,
		     struct bal_smooth_have *have);

/*
 * Make it what @want says in one transaction; nothing wanted: no table.  Counts
 * and learned ports are kept.  -1: BAL_EUNAVAIL where the kernel lacks something
 * (nft_dup_ipv4), or the table is not ours.
 */
int bal_smooth_commit(const bal_smooth_model *want, struct bal_err *err);

/*
 * What is to be kept where the table holds @want: as @have says, or with
 * @committed by the last commit of this process.  Zero state: it is to be read.
 */
struct bal_fw_proof bal_smooth_prove(const bal_smooth_model *want,
				     const struct bal_smooth_have *have,
				     bool committed);

/* Lines for a shell that do what bal_smooth_commit() does. */
void bal_smooth_print(FILE *out, const bal_smooth_model *want);

/*
 * What its rules have counted, in @arena; nothing where there is no table.  0 or
 * -1.
 */
int bal_smooth_count(struct bal_arena *arena, bal_smooth_counts *out,
		     struct bal_err *err);

/* The sum of all that is in @model; pure. */
uint64_t bal_smooth_sum(const bal_smooth_model *model);

#endif
