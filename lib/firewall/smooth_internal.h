/* smooth_internal - what the files of smooth share. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_SMOOTH_INTERNAL_H
#define BAL_SMOOTH_INTERNAL_H

#include "firewall/nft_batch.h"
#include "firewall/nft_table.h"
#include "firewall/smooth.h"

#define BAL_SMOOTH_OWN_PRIORITY (BAL_NFT_BEFORE_MANGLE - 1)
#define BAL_SMOOTH_SETTLE_PRIORITY 99 /* before srcnat */
#define BAL_SMOOTH_OUT_PRIORITY 10
#define BAL_SMOOTH_POST_PRIORITY 350 /* behind all NAT */
#define BAL_SMOOTH_PRE_PRIORITY (-310) /* before conntrack, behind defrag */
#define BAL_SMOOTH_SOURCE_PRIORITY BAL_SMOOTH_PRE_PRIORITY
#define BAL_SMOOTH_PORT_MS 180000 /* how long a port is remembered */
#define BAL_SMOOTH_REPLY_MS 60000 /* and a line by which replies came */

/* Room for the names of sets, and for the comment of the table. */
#define BAL_SMOOTH_NAMELEN 32
#define BAL_SMOOTH_COMMENT_LEN 64

/* Hard resets of OpenVPN: the first datagram of a session. */
#define BAL_SMOOTH_RESETS 3
extern const uint8_t bal_smooth_resets[BAL_SMOOTH_RESETS];

/* The forms of rules that there are, in the order of the table. */
enum bal_smooth_form {
	BAL_SMOOTH_SOURCE, /* of WireGuard */
	BAL_SMOOTH_OWN,
	BAL_SMOOTH_SETTLE_LINE, /* leaves by its own line */
	BAL_SMOOTH_SETTLE_COPY, /* leaves by the other one, its own is gone */
	BAL_SMOOTH_LEARN,
	BAL_SMOOTH_COPY,
	BAL_SMOOTH_LEAVE,
	BAL_SMOOTH_HEAR,
	BAL_SMOOTH_REPLY, /* by its own line: counted */
	BAL_SMOOTH_RETURN,
	BAL_SMOOTH_FORMS,
};

/* The chain of a rule of @form. */
const char *bal_smooth_chain(enum bal_smooth_form form);

/* Is flow @i of @model to have a rule of @form? */
bool bal_smooth_has(const bal_smooth_model *model, size_t i,
		    enum bal_smooth_form form);

/* "port_3", "reply_3". */
void bal_smooth_set_name(char buf[BAL_SMOOTH_NAMELEN], const char *what,
			 const struct bal_smooth_flow *flow);

/* The comment of the table, with the sum of the model in it. */
void bal_smooth_comment(char buf[BAL_SMOOTH_COMMENT_LEN],
			const bal_smooth_model *model);

/* The comment of the rule of @form: the tunnel, and of replies their device. */
void bal_smooth_remark(char buf[BAL_SMOOTH_NAMELEN],
		       const struct bal_smooth_flow *flow,
		       enum bal_smooth_form form);

/* A port that was learned, and in which set. */
struct bal_smooth_port {
	char set[BAL_SMOOTH_NAMELEN];
	uint16_t port;
};

/* What outlives a change of the table.  Zero state: nothing. */
struct bal_smooth_kept {
	bal_smooth_counts counts;
	BAL_LIST(struct bal_smooth_port) ports;
};

/*
 * Table, sets, chains and rules of @model, in place of what is there: @there
 * says that something is, or may be.
 */
void bal_smooth_batch(struct bal_nft_batch *b, const bal_smooth_model *model,
		      const struct bal_smooth_kept *kept);

/* The message of one rule. */
void bal_smooth_put_rule(struct bal_nft_batch *b,
			 const struct bal_smooth_flow *flow,
			 enum bal_smooth_form form,
			 const struct bal_smooth_count *count);

/* The table goes; refused (ENOENT) where there is none. */
void bal_smooth_batch_delete(struct bal_nft_batch *b);

/* What is to outlive a change, by @nl.  0 or -1. */
int bal_smooth_keep(struct bal_nl *nl, struct bal_arena *arena,
		    struct bal_smooth_kept *out, struct bal_err *err);

/* Of @counts that of @tun, of replies by @dev or "" of copies; NULL: none. */
const struct bal_smooth_count *
bal_smooth_find(const bal_smooth_counts *counts, const char *tun,
		const char *dev);

#endif
