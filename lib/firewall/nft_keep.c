// SPDX-License-Identifier: GPL-2.0-or-later
/* nft_keep - which sets outlive a change of our nftables table; pure. */
#include "firewall/nft_keep.h"

#include <string.h>

static bool
is_wanted(const struct bal_nft_listing *wanted, const struct bal_nft_name *name)
{
	for (size_t i = 0; i < wanted->names.n; i++)
		if (wanted->names.v[i].line == name->line)
			return true;
	return false;
}

static bool
is_kept(const struct bal_nft_table *t, const char *name)
{
	for (size_t i = 0; i < t->kept.n; i++)
		if (strcmp(t->kept.v[i].name, name) == 0)
			return true;
	return false;
}

bool
bal_nft_keep(struct bal_nft_listing *have, const struct bal_nft_listing *wanted,
	     const struct bal_nft_table *kept)
{
	bool any = false;

	for (size_t i = 0; i < have->names.n; i++) {
		struct bal_nft_name *name = &have->names.v[i];

		name->stays = name->kind != BAL_NFT_NAME_CHAIN &&
			      is_kept(kept, name->name) &&
			      is_wanted(wanted, name);
		any |= name->stays;
	}
	/* One of another layout, or that sleeps, is made anew. */
	return any && have->table == wanted->table;
}

bool
bal_nft_keeps(const struct bal_nft_listing *l, const char *name)
{
	for (size_t i = 0; i < l->names.n; i++)
		if (l->names.v[i].stays && strcmp(l->names.v[i].name, name) == 0)
			return true;
	return false;
}
