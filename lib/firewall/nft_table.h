/* nft_table - our nftables table, as data: what it holds for a model; pure. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_NFT_TABLE_H
#define BAL_NFT_TABLE_H

#include "firewall/firewall.h"

/*
 * table inet bal: its cost does not depend on the number of uplinks.
 *
 *   prerouting   iifname -> arrive:   new, unmarked connection: inbound mark
 *                ct mark -> restore:  packet gets it
 *   output       no mark, ct mark -> restore
 *   forward      TCP SYN, by an uplink: segments fit the smallest MTU
 *   postrouting  no ct mark, oifname -> leave: connection gets the mark
 *   translate    oifname in uplinks: masquerade
 *
 * A map leads to one chain for each mark: nft cannot put two marks together,
 * one of them read from a map.  Priorities are our own: of two chains with one
 * priority the one made last runs first, so that each commit would overtake
 * those of others.
 */
#define BAL_NFT_TABLE "bal"
#define BAL_NFT_LAYOUT 1
#define BAL_NFT_COMMENT "bal layout " /* the layout's number behind it */
#define BAL_NFT_BEFORE_MANGLE (-151)
#define BAL_NFT_BEHIND_SRCNAT 101

#define BAL_NFT_NAMELEN 16

enum bal_nft_hook {
	BAL_NFT_NO_HOOK, /* maps lead to it */
	BAL_NFT_PREROUTING,
	BAL_NFT_OUTPUT,
	BAL_NFT_FORWARD,
	BAL_NFT_POSTROUTING,
	BAL_NFT_TRANSLATE, /* postrouting, of type nat */
};

struct bal_nft_chain {
	char name[BAL_NFT_NAMELEN];
	enum bal_nft_hook hook;
};

enum bal_nft_set {
	BAL_NFT_ARRIVE,	 /* device -> chain */
	BAL_NFT_LEAVE,	 /* device -> chain */
	BAL_NFT_RESTORE, /* mark -> chain */
	BAL_NFT_UPLINKS, /* devices */
	BAL_NFT_SET_MAX,
};

struct bal_nft_elem {
	enum bal_nft_set set;
	char dev[BAL_IFNAMSIZ]; /* its key, but in BAL_NFT_RESTORE */
	uint32_t mark;		/* its key there */
	char chain[BAL_NFT_NAMELEN]; /* goto; not in BAL_NFT_UPLINKS */
};

/* The forms of rules that there are. */
enum bal_nft_form {
	BAL_NFT_MARK_NEW,     /* connection, if it is new and unmarked */
	BAL_NFT_MARK_CT,      /* connection */
	BAL_NFT_MARK_PACKET,
	BAL_NFT_BY_IIF,       /* iifname -> arrive */
	BAL_NFT_BY_CT,        /* ct mark -> restore */
	BAL_NFT_BY_CT_IF_NO_MARK,
	BAL_NFT_BY_OIF,       /* no ct mark: oifname -> leave */
	BAL_NFT_CLAMP_OUT, /* of a SYN that leaves by an uplink */
	BAL_NFT_CLAMP_IN,  /* of one that came in by it: the answer */
	BAL_NFT_MASQUERADE,
};

struct bal_nft_rule {
	char chain[BAL_NFT_NAMELEN];
	enum bal_nft_form form;
	uint32_t mark; /* of the first three */
};

/* All of it, in the order in which it is made. */
struct bal_nft_table {
	uint32_t mask;
	bool sets[BAL_NFT_SET_MAX]; /* which there are */
	BAL_LIST(struct bal_nft_chain) chains;
	BAL_LIST(struct bal_nft_elem) elems; /* those of a set stand together */
	BAL_LIST(struct bal_nft_rule) rules;
};

/* "arrive", "leave", "restore", "uplinks". */
const char *bal_nft_set_name(enum bal_nft_set set);

/* The table of @model, which has uplinks.  -1 only when memory ran out. */
int bal_nft_make(const struct bal_fw_model *model, struct bal_arena *arena,
		 struct bal_nft_table *out, struct bal_err *err);

#endif
