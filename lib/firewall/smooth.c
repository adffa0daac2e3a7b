// SPDX-License-Identifier: GPL-2.0-or-later
/* smooth - the table that copies: read, compared and written. */
#include "firewall/smooth.h"

#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <string.h>
#include <sys/socket.h>

#include "firewall/nft_ask.h"
#include "firewall/nft_proof.h"
#include "firewall/smooth_internal.h"
#include "netlink/transact.h"

#define COMMIT_TRIES 16

struct bal_smooth_have {
	uint32_t generation;
	uint64_t place; /* 0: not known */
	struct bal_nft_listing listing;
	struct bal_fw_proof trusted; /* zero state: it was read */
	bool lacking;
};

/* What the last commit left; 0: it failed. */
static uint32_t committed_generation;
static uint64_t committed_place;

static int
list(struct bal_nl *nl, struct bal_arena *arena, struct bal_nft_listing *out,
     struct bal_err *err)
{
	struct bal_nft_reading r = { .arena = arena,
				     .out = out,
				     .family = NFPROTO_IPV4 };

	out->of = BAL_SMOOTH_TABLE;
	return bal_nft_list_table(nl, &r, err);
}

static int
learn(struct bal_nl *nl, const struct bal_fw_proof *proof,
      struct bal_arena *arena, struct bal_smooth_have *have,
      struct bal_err *err)
{
	have->place = bal_nft_place(nl);
	if (bal_nft_is_proven(proof, have->generation, nl)) {
		have->trusted = *proof;
		have->listing.there = have->listing.ours = true;
		return 0;
	}
	return list(nl, arena, &have->listing, err);
}

/* The transaction that makes @want, whatever there is. */
static void
make_batch(const bal_smooth_model *want, uint32_t generation,
	   const struct bal_smooth_kept *kept, struct bal_nft_batch *out)
{
	out->family = NFPROTO_IPV4;
	bal_nft_batch_begin(out, generation);
	if (want->n)
		bal_smooth_batch(out, want, kept);
	else
		bal_smooth_batch_delete(out);
}

/*
 * Is such a table refused?  Without an end it is not kept.  Asked once: a module
 * that comes later is seen by the next command.
 */
static bool
is_refused(struct bal_nl *nl)
{
	const struct bal_addr host = { .family = AF_INET,
				       .len = 32,
				       .bytes = { 127, 0, 0, 1 } };
	struct bal_smooth_flow f = { .tun = "lo",	  .line = "lo",
				     .copy = "lo",	  .copy_ifindex = 1,
				     .source = host,	  .server = host,
				     .copy_source = host, .next_hop = host,
				     .port = 1,		  .copy_port = 2,
				     .silence_ms = 1,	  .mark = 1,
				     .mask = 1,		  .own_port = 1 };
	const bal_smooth_model model = { &f, 1, 1 };
	const struct bal_smooth_kept nothing = { 0 };
	struct bal_nft_batch batch = { 0 };
	struct bal_transacted what = { 0 };
	struct bal_err ignored;
	static int known = -1;

	if (known < 0) {
		make_batch(&model, 0, &nothing, &batch);
		if (!batch.oom &&
		    bal_nl_transact(nl, batch.bytes, batch.len, &what,
				    &ignored) == 0)
			known = what.eno != 0 && what.eno != EPERM;
		bal_nft_batch_fini(&batch);
	}
	return known > 0;
}

bool
bal_smooth_is_lacking(const struct bal_smooth_have *have)
{
	return have->lacking;
}

int
bal_smooth_read(const struct bal_fw_proof *proof, bool gently,
		struct bal_arena *arena, struct bal_smooth_have **out,
		struct bal_err *err)
{
	struct bal_smooth_have *have = bal_arena_alloc(arena, sizeof(*have));
	struct bal_nl *nl;
	int rc;

	if (!have)
		return bal_err_nomem(err);
	*out = have;
	nl = bal_nft_open(&have->generation, err);
	have->lacking = !nl;
	if (!nl)
		return err->kind == BAL_EUNAVAIL ? 0 : -1;
	rc = learn(nl, proof, arena, have, err);
	if (rc == 0 && !have->listing.ours)
		have->lacking = have->listing.there ||
				(!gently && is_refused(nl));
	bal_nl_close(nl);
	return rc;
}

bool
bal_smooth_is_there(const struct bal_smooth_have *have)
{
	return have->listing.ours;
}

bool
bal_smooth_same(const bal_smooth_model *want, struct bal_smooth_have *have)
{
	const struct bal_smooth_kept nothing = { 0 };
	struct bal_nft_listing wanted = { .of = BAL_SMOOTH_TABLE };
	struct bal_nft_batch batch = { 0 };
	struct bal_arena arena = { 0 };
	bool rc;

	if (!want->n)
		return !have->listing.ours;
	if (have->trusted.generation)
		return bal_smooth_sum(want) == have->trusted.model;
	if (!have->listing.ours)
		return false;
	make_batch(want, 0, &nothing, &batch);
	bal_nft_list_batch(&batch, &arena, &wanted);
	rc = !batch.oom && !arena.oom &&
	     bal_nft_listing_same(&wanted, &have->listing);
	bal_nft_batch_fini(&batch);
	bal_arena_fini(&arena);
	return rc;
}

static int
fail(const struct bal_transacted *what, struct bal_err *err)
{
	if (what->eno == EPERM || what->eno == ENOMEM || what->eno == ENOBUFS)
		return bal_err_sys(err, what->eno, "cannot write nftables table ip bal_smooth");
	bal_err(err, BAL_EUNAVAIL,
		"cannot write nftables table ip bal_smooth: the kernel lacks "
		"something that it needs (nft_dup_ipv4, nft_nat): %s%s%s",
		strerror(what->eno), what->why[0] ? ": " : "", what->why);
	err->sys = what->eno;
	return -1;
}

/* 0, or -1; *@stale: another one changed the tables meanwhile. */
static int
send_batch(struct bal_nl *nl, const bal_smooth_model *want, uint32_t generation,
	   const struct bal_smooth_kept *kept, bool *stale, struct bal_err *err)
{
	struct bal_nft_batch batch = { 0 };
	struct bal_transacted what = { 0 };
	int rc;

	make_batch(want, generation, kept, &batch);
	bal_nft_batch_end(&batch);
	rc = batch.oom ? bal_err_nomem(err) :
			 bal_nl_transact(nl, batch.bytes, batch.len, &what,
					 err);
	bal_nft_batch_fini(&batch);
	*stale = rc == 0 && what.eno == ERESTART;
	if (rc < 0 || *stale)
		return rc;
	if (what.eno)
		return fail(&what, err);
	committed_generation = bal_nft_next(generation);
	committed_place = bal_nft_place(nl);
	return 0;
}

static int
commit_by(struct bal_nl *nl, const bal_smooth_model *want, uint32_t generation,
	  struct bal_arena *arena, bool *stale, struct bal_err *err)
{
	struct bal_nft_listing listing = { 0 };
	struct bal_smooth_kept kept = { 0 };

	if (list(nl, arena, &listing, err) < 0)
		return -1;
	if (listing.there && !listing.ours)
		return bal_err(err, BAL_EUNAVAIL,
			       "there is an nftables table ip bal_smooth "
			       "that is not bal's own");
	if (!want->n && !listing.there)
		return 0;
	if (listing.there && bal_smooth_keep(nl, arena, &kept, err) < 0)
		return -1;
	return send_batch(nl, want, generation, &kept, stale, err);
}

int
bal_smooth_commit(const bal_smooth_model *want, struct bal_err *err)
{
	bool stale = true;
	int rc = 0;

	committed_generation = 0;
	for (int i = 0; rc == 0 && stale && i < COMMIT_TRIES; i++) {
		struct bal_arena arena = { 0 };
		uint32_t generation;
		struct bal_nl *nl = bal_nft_open(&generation, err);

		stale = false;
		rc = nl ? commit_by(nl, want, generation, &arena, &stale,
				    err) :
			  -1;
		bal_nl_close(nl);
		bal_arena_fini(&arena);
	}
	return rc == 0 && stale ?
		       bal_err(err, BAL_EBUSY, "nftables kept changing") :
		       rc;
}

struct bal_fw_proof
bal_smooth_prove(const bal_smooth_model *want,
		 const struct bal_smooth_have *have, bool committed)
{
	const struct bal_fw_proof proof = {
		.place = committed ? committed_place : have->place,
		.generation = committed ? committed_generation :
					  have->generation,
		.model = bal_smooth_sum(want),
	};

	return want->n && proof.place && proof.generation ?
		       proof :
		       (struct bal_fw_proof){ 0 };
}
