/* legacy - the firewall interface over iptables' legacy tables. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_LEGACY_H
#define BAL_LEGACY_H

#include "firewall/chain.h"
#include "firewall/firewall.h"

/* Its parts are the tables: number i is enum bal_xtable i. */
_Static_assert((int)BAL_XTABLE_MAX <= BAL_FW_PARTS_MAX, "a part for each table");

/* What bal_firewall_legacy's read() gives. */
struct bal_legacy_have {
	struct bal_fw_have base;
	bal_chain_list chains; /* ours, of all tables that were read */
};

/* The chains of @model at the end of @out; -1 only when memory ran out. */
int bal_legacy_chains(const struct bal_fw_model *model,
		      struct bal_arena *arena, bal_chain_list *out,
		      struct bal_err *err);

/* Do the chains of @table that are @present hold what @wanted says? */
bool bal_legacy_same(const bal_chain_list *wanted,
		     const bal_chain_list *present, enum bal_xtable table);

/* What turns @present into @wanted: input of iptables-restore, for a shell. */
void bal_legacy_print(FILE *out, enum bal_xtable table,
		      const bal_chain_list *wanted,
		      const bal_chain_list *present);

/* iptables' legacy tables, by libiptc. */
extern const struct bal_firewall bal_firewall_legacy;

#endif
