// SPDX-License-Identifier: GPL-2.0-or-later
/* nft - the firewall interface over one table of nftables. */
#include "firewall/nft.h"

#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "firewall/nft_ask.h"
#include "firewall/nft_print.h"
#include "firewall/nft_wire.h"
#include "netlink/transact.h"

/* Others commit within a millisecond; so many of them lie between two looks. */
#define COMMIT_TRIES 16

#define NAME "nftables table inet bal"

struct nft_have {
	struct bal_fw_have base;
	uint32_t generation;
	bool no_nat; /* masquerading was looked for, and cannot be had */
	struct bal_nft_listing *listing;
};

static uint32_t committed_by; /* the port of the last commit */

uint32_t
bal_nft_port(void)
{
	return committed_by;
}

static const struct nft_have *
nft(const struct bal_fw_have *have)
{
	return (const struct nft_have *)have;
}

/* --- trying --------------------------------------------------------------- */

/* What such a table would be: refused, or taken and not kept? */
static int
try_table(struct bal_nl *nl, bool masquerade, struct bal_transacted *out,
	  struct bal_err *err)
{
	struct bal_fw_uplink lo = { .dev = "lo", .mark = 1, .inbound = 2 };
	const struct bal_fw_model model = { .mask = 3,
					    .uplinks = { &lo, 1, 1 },
					    .masquerade = masquerade };
	struct bal_arena arena = { 0 };
	struct bal_nft_batch batch = { 0 };
	struct bal_nft_table table;
	int rc = bal_nft_make(&model, &arena, &table, err);

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

static int
fail_lacks(struct bal_err *err, const struct bal_transacted *what)
{
	bal_err(err, BAL_EUNAVAIL,
		"cannot write nftables table inet bal: the kernel lacks something that it "
		"needs (nft_ct, nft_masq, nft_rt): %s%s%s",
		strerror(what->eno), what->why[0] ? ": " : "", what->why);
	err->sys = what->eno;
	return -1;
}

static int
probe(struct bal_err *err)
{
	struct bal_transacted what;
	uint32_t generation;
	struct bal_nl *nl = bal_nft_open(&generation, err);
	int rc = nl ? try_table(nl, false, &what, err) : -1;

	if (rc == 0 && what.eno)
		rc = fail_lacks(err, &what);
	bal_nl_close(nl);
	return rc;
}

/* Asked once: a module that comes later is seen by the next command. */
static bool
lacks_nat(struct bal_nl *nl)
{
	static int known = -1;
	struct bal_transacted with, without;
	struct bal_err ignored = { 0 };

	if (known < 0 && try_table(nl, true, &with, &ignored) == 0 &&
	    try_table(nl, false, &without, &ignored) == 0)
		known = with.eno && !without.eno;
	return known > 0;
}

/* --- the interface -------------------------------------------------------- */

/* Every way of not being there is one and the same to a plan. */
static int
read_listing(struct nft_have *have, const struct bal_fw_scope *scope,
	     struct bal_nft_reading *r, struct bal_err *err)
{
	struct bal_nl *nl = bal_nft_open(&have->generation, err);
	int rc = nl ? bal_nft_list_table(nl, r, err) : -1;

	if (rc == 0 && scope->masquerade)
		have->no_nat = lacks_nat(nl);
	bal_nl_close(nl);
	if (rc == 0 && r->out->there && !r->out->ours)
		return bal_err(err, BAL_EUNAVAIL,
			       "there is an nftables table inet bal that is "
			       "not bal's own");
	return rc;
}

static int
read_ours(const struct bal_fw_scope *scope, struct bal_arena *arena,
	  struct bal_fw_have **out, struct bal_err *err)
{
	struct nft_have *have = bal_arena_alloc(arena, sizeof(*have));
	struct bal_nft_reading r = { arena, bal_arena_alloc(arena, sizeof(*r.out)) };
	int rc;

	if (!have || !r.out)
		return bal_err_nomem(err);
	have->listing = r.out;
	rc = read_listing(have, scope, &r, err);
	if (rc < 0 && err->kind != BAL_EUNAVAIL)
		return -1;
	*out = &have->base;
	have->base.foreign = r.out->there && !r.out->ours;
	if (rc < 0)
		return bal_fw_lacks(&have->base, 0, arena, err);
	have->base.known[0] = true;
	have->base.ours = r.out->ours;
	if (have->no_nat)
		bal_fw_warn_once("the kernel has no NAT in nftables tables of "
				 "family inet: nothing is masqueraded");
	return 0;
}

/* As much of @want as the kernel can do. */
static struct bal_fw_model
feasible(const struct bal_fw_model *want, const struct bal_fw_have *have)
{
	struct bal_fw_model model = *want;

	model.masquerade &= !nft(have)->no_nat;
	return model;
}

/* The transaction that leads from @have to @want. */
static int
make_batch(const struct bal_fw_model *want, const struct bal_fw_have *have,
	   struct bal_nft_batch *out, struct bal_err *err)
{
	const struct bal_fw_model model = feasible(want, have);
	struct bal_arena arena = { 0 };
	struct bal_nft_table table;
	int rc = 0;

	bal_nft_batch_begin(out, nft(have)->generation);
	if (!model.uplinks.n)
		bal_nft_batch_delete(out);
	else if (bal_nft_make(&model, &arena, &table, err) < 0)
		rc = -1;
	else
		bal_nft_batch_replace(out, &table);
	bal_nft_batch_end(out);
	bal_arena_fini(&arena);
	return rc < 0 || !out->oom ? rc : bal_err_nomem(err);
}

static bool
same(const struct bal_fw_model *want, const struct bal_fw_have *have,
     unsigned part)
{
	struct bal_nft_listing wanted = { 0 };
	struct bal_nft_batch batch = { 0 };
	struct bal_arena arena = { 0 };
	struct bal_err ignored;
	bool rc = false;

	(void)part;
	if (!want->uplinks.n)
		return !have->ours;
	if (have->ours && make_batch(want, have, &batch, &ignored) == 0) {
		bal_nft_list_batch(&batch, &arena, &wanted);
		rc = !arena.oom &&
		     bal_nft_listing_same(&wanted, nft(have)->listing);
	}
	bal_nft_batch_fini(&batch);
	bal_arena_fini(&arena);
	return rc;
}

/* 0, or -1; *@stale: somebody else was faster. */
static int
commit_once(const struct bal_fw_model *want, const struct bal_fw_have *have,
	    bool *stale, struct bal_err *err)
{
	struct bal_nft_batch batch = { 0 };
	struct bal_transacted what = { 0 };
	struct bal_nl *nl = bal_nl_open_proto(NETLINK_NETFILTER, err);
	int rc = nl ? make_batch(want, have, &batch, err) : -1;

	if (rc == 0) {
		committed_by = bal_nl_port(nl);
		rc = bal_nl_transact(nl, batch.bytes, batch.len, &what, err);
	}
	bal_nft_batch_fini(&batch);
	bal_nl_close(nl);
	*stale = rc == 0 && what.eno == ERESTART;
	if (rc < 0 || !what.eno || *stale)
		return rc;
	if (what.eno == EPERM || what.eno == ENOMEM || what.eno == ENOBUFS)
		return bal_err_sys(err, what.eno, "cannot write nftables table inet bal");
	return fail_lacks(err, &what);
}

static uint64_t
now_ms(void)
{
	struct timespec ts = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

/* The same, read again: what another one did may be what is wanted. */
static int
commit_again(const struct bal_fw_model *want, bool *stale, struct bal_err *err)
{
	const struct bal_fw_scope scope = { .masquerade = want->masquerade };
	struct bal_arena arena = { 0 };
	struct bal_fw_have *have;
	int rc = read_ours(&scope, &arena, &have, err);

	*stale = false;
	if (rc == 0 && !have->known[0])
		rc = bal_err(err, BAL_EUNAVAIL, "%s", have->why[0]);
	else if (rc == 0 && !same(want, have, 0))
		rc = commit_once(want, have, stale, err);
	bal_arena_fini(&arena);
	return rc;
}

static int
commit(const struct bal_fw_model *want, const struct bal_fw_have *have,
       unsigned part, unsigned wait_ms, struct bal_err *err)
{
	const uint64_t until = now_ms() + wait_ms;
	bool stale;
	int rc = commit_once(want, have, &stale, err);

	(void)part;
	for (int i = 1; rc == 0 && stale; i++) {
		if (i >= COMMIT_TRIES && now_ms() >= until)
			return bal_err(err, BAL_EBUSY,
				       "nftables kept changing");
		rc = commit_again(want, &stale, err);
	}
	return rc;
}

static void
print(FILE *out, const struct bal_fw_model *want,
      const struct bal_fw_have *have, unsigned part)
{
	const struct bal_fw_model model = feasible(want, have);
	struct bal_arena arena = { 0 };
	struct bal_nft_table table;
	struct bal_err err;

	(void)part;
	if (!model.uplinks.n) {
		fputs("nft delete table inet " BAL_NFT_TABLE "\n", out);
	} else if (bal_nft_make(&model, &arena, &table, &err) == 0) {
		fputs("nft -f - <<'EOF'\n"
		      "add table inet " BAL_NFT_TABLE "\n"
		      "delete table inet " BAL_NFT_TABLE "\n", out);
		bal_nft_print(out, &table);
		fputs("EOF\n", out);
	}
	bal_arena_fini(&arena);
}

static const char *
describe(unsigned part)
{
	(void)part;
	return NAME;
}

static char *const *
show(unsigned part)
{
	static char program[] = "nft", list[] = "list", table[] = "table",
		    family[] = "inet", name[] = BAL_NFT_TABLE;
	static char *const argv[] = { program, list, table, family, name,
				      NULL };

	(void)part;
	return argv;
}

/* By the chain that the device leads to, and what that one sets. */
static uint32_t
mark_of(const struct bal_fw_have *have, const char *dev)
{
	const struct bal_nft_listing *l = nft(have)->listing;

	for (size_t i = 0; i < l->leave.n; i++) {
		if (strcmp(l->leave.v[i].dev, dev) != 0)
			continue;
		for (size_t k = 0; k < l->marks.n; k++)
			if (strcmp(l->marks.v[k].chain,
				   l->leave.v[i].chain) == 0)
				return l->marks.v[k].mark;
	}
	return 0;
}

/* Asking for it changes nothing, so there is no need to know. */
static bool
in_use(void)
{
	return false;
}

const struct bal_firewall bal_firewall_nft = {
	.name = "nft",
	.n_parts = 1,
	.in_use = in_use,
	.probe = probe,
	.read = read_ours,
	.same = same,
	.commit = commit,
	.print = print,
	.describe = describe,
	.show = show,
	.mark_of = mark_of,
};
