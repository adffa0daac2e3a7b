/* nft_internal - shared by the files that make and list messages of nftables. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_NFT_INTERNAL_H
#define BAL_NFT_INTERNAL_H

#include "firewall/nft_expr.h"
#include "firewall/nft_line.h"
#include "firewall/nft_wire.h"

/* The message that makes @rule. */
void bal_nft_put_rule(struct bal_nft_batch *b, uint32_t mask,
		      const struct bal_nft_rule *rule);

/* A listing while it is made. */
struct bal_nft_lister {
	struct bal_arena *arena;
	struct bal_nft_listing *out;
	bool presence; /* the last expression asked whether there is a route */
};

/* Add @line. */
void bal_nft_say(struct bal_nft_lister *l, const struct bal_nft_line *line);

/* Is that the name of the table that is listed?  NULL: no. */
bool bal_nft_is_listed(const struct bal_nft_lister *l, const char *table);

/* What @h says, a message about a rule. */
void bal_nft_list_rule(struct bal_nft_lister *l, const struct nlmsghdr *h);

#endif
