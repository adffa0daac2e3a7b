// SPDX-License-Identifier: GPL-2.0-or-later
/* nft_try - what the kernel's nftables can do, found by trying. */
#include "firewall/nft_try.h"

#include <string.h>

#include "firewall/nft_ask.h"
#include "firewall/nft_wire.h"

/* What a table is tried with. */
enum part { NOTHING, NAT, REFUSAL, DRAWS };

/* What such a table would be: refused, or taken and not kept? */
static int
try_table(struct bal_nl *nl, enum part part, struct bal_transacted *out,
	  struct bal_err *err)
{
	struct bal_fw_uplink lo = { .dev = "lo", .mark = 1, .inbound = 2 };
	struct bal_fw_draw draws[] = { { 2, 1 }, { 2, 1 } };
	struct bal_fw_class class = { .mark = 3,
				      .refuses = part == REFUSAL,
				      .draws = { draws, part == DRAWS ? 2 : 0,
						 2 } };
	struct bal_fw_select all = { .src_set = "", .dst_set = "", .class = 1 };
	const struct bal_fw_model model = { .mask = 3,
					    .uplinks = { &lo, 1, 1 },
					    .masquerade = part == NAT,
					    .classes = { &class, part > NAT, 1 },
					    .selects = { &all, part > NAT, 1 } };
	struct bal_arena arena = { 0 };
	struct bal_nft_batch batch = { 0 };
	struct bal_nft_table table;
	int rc = bal_nft_make(&model, false, &arena, &table, err);

	if (rc == 0) {
		bal_nft_batch_begin(&batch, 0);
		bal_nft_batch_replace(&batch, &table);
		rc = batch.oom ? bal_err_nomem(err) :
				 bal_nl_transact(nl, batch.bytes, batch.len,
						 out, err);
	}
	bal_nft_batch_fini(&batch);
	bal_arena_fini(&arena);
	return rc;
}

int
bal_nft_fail(struct bal_err *err, const struct bal_transacted *what)
{
	bal_err(err, BAL_EUNAVAIL,
		"cannot write nftables table inet bal: the kernel lacks something that it "
		"needs (nft_ct, nft_masq, nft_rt): %s%s%s",
		strerror(what->eno), what->why[0] ? ": " : "", what->why);
	err->sys = what->eno;
	return -1;
}

/* Is it @part alone that it lacks?  Asked once. */
static bool
lacks(struct bal_nl *nl, enum part part)
{
	static int known[DRAWS + 1] = { -1, -1, -1, -1 };
	struct bal_transacted with, without;
	struct bal_err ignored = { 0 };

	if (known[part] < 0 && try_table(nl, part, &with, &ignored) == 0 &&
	    try_table(nl, NOTHING, &without, &ignored) == 0)
		known[part] = with.eno && !without.eno;
	return known[part] > 0;
}

bool
bal_nft_lacks_nat(struct bal_nl *nl)
{
	return lacks(nl, NAT);
}

bool
bal_nft_lacks_refusal(struct bal_nl *nl, const struct bal_nft_listing *there)
{
	return !there->refuses && lacks(nl, REFUSAL);
}

bool
bal_nft_lacks_draws(struct bal_nl *nl)
{
	return lacks(nl, DRAWS);
}

int
bal_nft_probe(struct bal_err *err)
{
	struct bal_transacted what;
	uint32_t generation;
	struct bal_nl *nl = bal_nft_open(&generation, err);
	int rc = nl ? try_table(nl, NOTHING, &what, err) : -1;

	if (rc == 0 && what.eno)
		rc = bal_nft_fail(err, &what);
	bal_nl_close(nl);
	return rc;
}
