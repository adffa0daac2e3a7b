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
 *   translate    oifname in uplinks: masquerade, but for prefixes that leave by
 *                their own line, or that are exchanged
 *   prefix_out   of those the source's prefix becomes that of the line
 *   prefix_in    in front of conntrack: the reverse
 *
 * and with classes, behind the chains of others at mangle:
 *
 *   classify     no mark, not from an uplink, new: -> rules
 *   rules        the first selector that fits: to kN of its class, or nowhere
 *   kN           packet gets the mark of class N; sticky: its source is in the map,
 *                to hN before.  What no route takes is reset.
 *   hN           the uplink of the source, if it lives: packet gets its mark
 *   remember     new, by a sticky class: to pN, the source is put into the map
 *
 * With draws `classify` takes established connections without a mark, too, and kN
 * draws the inbound mark of an uplink for each packet, which rules of the kernel
 * look for whatever its source.  By that mark postrouting knows what it must not
 * bind to the uplink that this packet leaves by, nor masquerade.
 *
 * The last chain stays, empty, when masquerading ends: without any chain of type
 * nat the kernel changes no more addresses, of connections neither that have been
 * masqueraded.
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
#define BAL_NFT_BEHIND_TRANSLATE 102
#define BAL_NFT_BEFORE_CONNTRACK (-300)

#define BAL_NFT_BEHIND_MANGLE (-149)

#define BAL_NFT_NAMELEN 24 /* "sticky_" and the name of a rule */
#define BAL_NFT_TRANSLATING "translate" /* the name of that chain */
#define BAL_NFT_PREFIX_IN_CHAIN "prefix_in"
#define BAL_NFT_PREFIX_OUT_CHAIN "prefix_out"

enum bal_nft_hook {
	BAL_NFT_NO_HOOK, /* maps lead to it */
	BAL_NFT_PREROUTING,
	BAL_NFT_OUTPUT,
	BAL_NFT_FORWARD,
	BAL_NFT_POSTROUTING,
	BAL_NFT_TRANSLATE, /* postrouting, of type nat */
	BAL_NFT_CLASSIFY,  /* prerouting, behind mangle */
	BAL_NFT_REMEMBERING, /* postrouting, behind mangle */
	BAL_NFT_EXCHANGE_IN,  /* prerouting, before connections are looked up */
	BAL_NFT_EXCHANGE_OUT, /* postrouting, behind all translation */
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
	BAL_NFT_ALIVE,	 /* mark and tag -> chain, which returns */
	BAL_NFT_REMEMBER, /* mark of a class -> chain */
	BAL_NFT_SET_MAX,
};

struct bal_nft_elem {
	enum bal_nft_set set;
	char dev[BAL_IFNAMSIZ]; /* its key; "": */
	uint32_t mark;		/* that is it */
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
	BAL_NFT_MASQUERADE_IPV4, /* alone */
	BAL_NFT_MASQUERADE_IPV6,
	BAL_NFT_KEEP_PREFIX,
	BAL_NFT_PREFIX_OUT,
	BAL_NFT_PREFIX_IN,
	BAL_NFT_SKIP_MARKED,
	BAL_NFT_SKIP_UPLINKS, /* what came in by them */
	BAL_NFT_RULES_IF_NEW,
	BAL_NFT_RULES_IF_FREE, /* its connection has no mark */
	BAL_NFT_RULES_IF_LEFT, /* its mark leads nowhere, so it was not restored */
	BAL_NFT_SELECT,
	BAL_NFT_STICK_FOUND,   /* ct mark becomes what the map has; jump */
	BAL_NFT_STICK_ALIVE,   /* ct mark -> alive */
	BAL_NFT_STICK_CLEAR,   /* ct mark 0 again */
	BAL_NFT_STICK_KEEP,    /* marked by then: refresh, and that is it */
	BAL_NFT_STICK_FORGET,
	BAL_NFT_STICK_IF_NEW,  /* mark -> remember */
	BAL_NFT_STICK,
	BAL_NFT_REFUSE,
	BAL_NFT_ACCEPT,
	BAL_NFT_DRAW,	    /* @mark of @of packets of IPv4: goto */
	BAL_NFT_SKIP_DRAWN,
};

struct bal_nft_rule {
	char chain[BAL_NFT_NAMELEN];
	enum bal_nft_form form;
	uint32_t mark; /* of the first three; the tag of BAL_NFT_STICK... */
	/* Of those for classes only; borrowed from the model. */
	const struct bal_fw_select *select;
	char map[BAL_NFT_NAMELEN];
	char to[BAL_NFT_NAMELEN]; /* a chain; "": accepted */
	uint32_t of; /* of BAL_NFT_DRAW; as many as its mark: all */
	const struct bal_fw_prefix *prefix; /* likewise of those for prefixes */
};

/* A set whose contents are not ours to make: others fill it, or packets do. */
struct bal_nft_kept {
	char name[BAL_NFT_NAMELEN];
	uint32_t sticky_ms; /* a map of sources; 0: a set of addresses */
};

/* All of it, in the order in which it is made. */
struct bal_nft_table {
	uint32_t mask;
	bool sets[BAL_NFT_SET_MAX]; /* which there are */
	BAL_LIST(struct bal_nft_chain) chains;
	BAL_LIST(struct bal_nft_elem) elems; /* those of a set stand together */
	BAL_LIST(struct bal_nft_rule) rules;
	BAL_LIST(struct bal_nft_kept) kept;
};

/*
 * The table of @model, which has uplinks; @translated: connections may have been
 * masqueraded before.  -1 only when memory ran out.
 */
int bal_nft_make(const struct bal_fw_model *model, bool translated,
		 struct bal_arena *arena, struct bal_nft_table *out,
		 struct bal_err *err);

#endif
