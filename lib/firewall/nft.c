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
#include "firewall/nft_build.h"
#include "firewall/nft_keep.h"
#include "firewall/nft_print.h"
#include "firewall/nft_proof.h"
#include "firewall/nft_try.h"
#include "firewall/nft_wire.h"
#include "netlink/transact.h"

/* Others commit within a millisecond; so many of them lie between two looks. */
#define COMMIT_TRIES 16

struct nft_have {
	struct bal_fw_have base;
	uint32_t generation;
	uint64_t place; /* 0: not known */
	struct bal_nft_listing *listing;
	struct bal_fw_proof trusted; /* zero state: it was read */
};

/* The last commit: by which port, and what it left; 0: it failed. */
static uint32_t committed_by, committed_generation;
static uint64_t committed_place;

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

/* What is proven, or all of the table. */
static int
learn(struct bal_nl *nl, struct nft_have *have,
      const struct bal_fw_proof *proof, struct bal_nft_reading *r,
      struct bal_err *err)
{
	if (bal_nft_is_proven(proof, have->generation, nl)) {
		have->trusted = *proof;
		have->place = proof->place;
		r->out->there = r->out->ours = true;
		r->out->translates = proof->translates;
		r->out->refuses = proof->refuses;
		r->out->draws = proof->draws;
		return 0;
	}
	if (bal_nft_list_table(nl, r, err) < 0)
		return -1;
	if (r->out->ours)
		have->place = bal_nft_place(nl);
	return 0;
}

/* Every way of not being there is one and the same to a plan. */
static int
read_listing(struct nft_have *have, const struct bal_fw_scope *scope,
	     struct bal_nft_reading *r, struct bal_err *err)
{
	struct bal_nl *nl = bal_nft_open(&have->generation, err);
	int rc = nl ? learn(nl, have, scope->proof, r, err) : -1;

	/* What masquerades already is there. */
	if (rc == 0 && scope->masquerade &&
	    !(have->trusted.generation && r->out->translates))
		have->base.no_nat = bal_nft_lacks_nat(nl);
	if (rc == 0 && scope->refuses)
		have->base.no_refusal = bal_nft_lacks_refusal(nl, r->out);
	if (rc == 0 && scope->draws && !r->out->draws)
		have->base.no_draws = bal_nft_lacks_draws(nl);
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
	struct bal_nft_reading r = { .arena = arena,
				     .out = bal_arena_alloc(arena,
						sizeof(*r.out)) };
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
	return 0;
}

/* As much of @want as the kernel can do. */
static struct bal_fw_model
feasible(const struct bal_fw_model *want, const struct bal_fw_have *have)
{
	struct bal_fw_model model = *want;

	model.masquerade &= !have->no_nat;
	model.masquerade6 &= !have->no_nat;
	model.no_refusal = have->no_refusal;
	model.no_draws = have->no_draws;
	return model;
}

static bool
translated(const struct bal_fw_have *have)
{
	return nft(have)->listing->translates;
}

/* Can @have stay for what its sets hold?  They are marked then. */
static bool
keeps(const struct bal_nft_table *table, const struct bal_fw_have *have)
{
	struct bal_nft_listing wanted = { 0 };
	struct bal_nft_batch batch = { 0 };
	struct bal_arena arena = { 0 };
	bool rc = false;

	if (table->kept.n && have->ours) {
		bal_nft_batch_replace(&batch, table);
		bal_nft_list_batch(&batch, &arena, &wanted);
		rc = !batch.oom && !arena.oom &&
		     bal_nft_keep(nft(have)->listing, &wanted, table);
	}
	bal_nft_batch_fini(&batch);
	bal_arena_fini(&arena);
	return rc;
}

/* The transaction that leads from @have to @want; @anew: from nothing. */
static int
make_batch(const struct bal_fw_model *want, const struct bal_fw_have *have,
	   bool anew, struct bal_nft_batch *out, struct bal_err *err)
{
	const struct bal_fw_model model = feasible(want, have);
	struct bal_arena arena = { 0 };
	struct bal_nft_table table;
	int rc = 0;

	bal_nft_batch_begin(out, nft(have)->generation);
	if (!model.uplinks.n)
		bal_nft_batch_delete(out);
	else if (bal_nft_make(&model, translated(have), &arena, &table, err) <
		 0)
		rc = -1;
	else if (!anew && keeps(&table, have))
		bal_nft_batch_renew(out, &table, nft(have)->listing);
	else
		bal_nft_batch_replace(out, &table);
	bal_nft_batch_end(out);
	bal_arena_fini(&arena);
	return rc < 0 || !out->oom ? rc : bal_err_nomem(err);
}

static uint64_t
sum_of(const struct bal_fw_model *want, const struct bal_fw_have *have)
{
	const struct bal_fw_model model = feasible(want, have);

	return bal_nft_model_sum(&model);
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
	if (nft(have)->trusted.generation)
		return sum_of(want, have) == nft(have)->trusted.model;
	if (have->ours && make_batch(want, have, true, &batch, &ignored) == 0) {
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
	int rc = nl ? make_batch(want, have, false, &batch, err) : -1;

	committed_generation = 0;
	if (rc == 0) {
		committed_by = bal_nl_port(nl);
		rc = bal_nl_transact(nl, batch.bytes, batch.len, &what, err);
	}
	if (rc == 0 && !what.eno) {
		committed_generation = bal_nft_next(nft(have)->generation);
		committed_place = bal_nft_place(nl);
	}
	bal_nft_batch_fini(&batch);
	bal_nl_close(nl);
	*stale = rc == 0 && what.eno == ERESTART;
	if (rc < 0 || !what.eno || *stale)
		return rc;
	if (what.eno == EPERM || what.eno == ENOMEM || what.eno == ENOBUFS)
		return bal_err_sys(err, what.eno, "cannot write nftables table inet bal");
	return bal_nft_fail(err, &what);
}

static uint64_t
now_ms(void)
{
	struct timespec ts = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

static bool
refuses(const struct bal_fw_model *model)
{
	for (size_t i = 0; i < model->classes.n; i++)
		if (model->classes.v[i].refuses)
			return true;
	return false;
}

/* The same, read again: what another one did may be what is wanted. */
static int
commit_again(const struct bal_fw_model *want, bool *stale, struct bal_err *err)
{
	const struct bal_fw_scope scope = { .masquerade = bal_fw_masquerades(want),
					    .refuses = refuses(want),
					    .draws = bal_nft_draws(want) };
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
	/* What is kept of its sets has to be read. */
	const bool unread = nft(have)->trusted.generation && want->classes.n;
	bool stale;
	int rc = unread ? commit_again(want, &stale, err) :
			  commit_once(want, have, &stale, err);

	(void)part;
	for (int i = 1; rc == 0 && stale; i++) {
		if (i >= COMMIT_TRIES && now_ms() >= until)
			return bal_err(err, BAL_EBUSY,
				       "nftables kept changing");
		rc = commit_again(want, &stale, err);
	}
	return rc;
}

/*
 * The kernel counts one generation for each transaction, and takes ours at the
 * one that was read only: so what follows that one is what we wrote.
 */
static struct bal_fw_proof
prove(const struct bal_fw_model *want, const struct bal_fw_have *have,
      bool committed)
{
	const struct bal_fw_model model = feasible(want, have);
	const struct bal_fw_proof proof = {
		.place = committed ? committed_place : nft(have)->place,
		.generation = committed ? committed_generation :
					  nft(have)->generation,
		.model = sum_of(want, have),
		.translates = translated(have) || bal_fw_masquerades(&model),
		.refuses = !have->no_refusal && refuses(want),
		.draws = !have->no_draws && bal_nft_draws(want),
	};

	return want->uplinks.n && proof.place && proof.generation ?
		       proof :
		       (struct bal_fw_proof){ 0 };
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
	} else if (bal_nft_make(&model, translated(have), &arena, &table,
				&err) == 0) {
		fputs("nft -f - <<'EOF'\n", out);
		if (keeps(&table, have))
			bal_nft_print_emptying(out, nft(have)->listing);
		else
			fputs("add table inet " BAL_NFT_TABLE "\n"
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
	return "nftables table inet " BAL_NFT_TABLE;
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

static uint32_t
mark_of(const struct bal_fw_have *have, const char *dev)
{
	return bal_nft_mark_of(nft(have)->listing, dev);
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
	.probe = bal_nft_probe,
	.read = read_ours,
	.same = same,
	.commit = commit,
	.prove = prove,
	.print = print,
	.describe = describe,
	.show = show,
	.mark_of = mark_of,
};
