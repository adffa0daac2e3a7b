// SPDX-License-Identifier: GPL-2.0-or-later
/* test_nft_proof - what tells that the table of nftables is as it was. */
#include "../nfttable.h"

#include "firewall/nft.h"
#include "firewall/nft_proof.h"

#define NFT (&bal_firewall_nft)

/* What is read where @proof was kept. */
static void
look_with(const struct bal_fw_proof *proof)
{
	const struct bal_fw_scope scope = { .masquerade = true,
					    .proof = proof };

	if (NFT->read(&scope, &arena, &have, &err) < 0)
		fail_msg("%s", err.msg);
}

/* Was it believed?  Without reading there are no marks to be found. */
static bool
is_believed(const struct bal_fw_proof *proof)
{
	look_with(proof);
	return have->known[0] && !NFT->mark_of(have, "eth1");
}

static bool
can_prove(const struct bal_fw_proof *proof)
{
	if (proof->generation)
		return true;
	print_message("# skipped: namespaces cannot be told apart\n");
	return false;
}

static void
sums(void **state)
{
	const struct bal_fw_model one = full(2);
	struct bal_fw_model m[9];

	(void)state;
	for (size_t i = 0; i < 9; i++)
		m[i] = full(2);
	assert_int_equal(bal_nft_model_sum(&one), bal_nft_model_sum(&m[0]));
	m[0].mask >>= 1;
	m[1].masquerade = false;
	m[2].mss_clamp = false;
	m[3].uplinks.v[1].mark++;
	m[4].uplinks.v[0].inbound++;
	m[5].uplinks.v[1].dev[3] = '9';
	m[6].uplinks.n--;
	m[7].masquerade6 = true;
	with_prefix(&m[8], "2001:db8:1:10::/60", NULL);
	for (size_t i = 0; i < 9; i++)
		assert_true(bal_nft_model_sum(&m[i]) != bal_nft_model_sum(&one));
	/* What is behind a name is not a part of it. */
	m[5] = full(2);
	m[5].uplinks.v[1].dev[8] = 'x';
	assert_int_equal(bal_nft_model_sum(&one), bal_nft_model_sum(&m[5]));
}

static void
generations(void **state)
{
	(void)state;
	assert_int_equal(bal_nft_next(1), 2);
	assert_int_equal(bal_nft_next(UINT32_MAX - 1), UINT32_MAX);
	assert_int_equal(bal_nft_next(UINT32_MAX), 1);
}

/* The same place until the namespace is another one. */
static void
places(void **state)
{
	struct bal_nl *nl, *other;

	(void)state;
	NEED_NAMESPACE();
	nl = bal_nl_open(&err);
	assert_non_null(nl);
	assert_int_equal(bal_nft_place(nl), bal_nft_place(nl));
	assert_int_equal(unshare(CLONE_NEWNET), 0);
	other = bal_nl_open(&err);
	assert_non_null(other);
	if (bal_nl_namespace(nl))
		assert_true(bal_nft_place(nl) != bal_nft_place(other));
	bal_nl_close(other);
	bal_nl_close(nl);
}

/* What a commit left, and what was read of it, prove one and the same. */
static void
proven(void **state)
{
	const struct bal_fw_model two = full(2), three = full(3);
	struct bal_fw_proof made, seen;

	(void)state;
	NEED_NAMESPACE();
	assert_int_equal(try_commit(NFT, &two), 0);
	made = NFT->prove(&two, have, true);
	if (!can_prove(&made))
		return;
	assert_false(is_believed(NULL));
	seen = NFT->prove(&two, have, false);
	assert_int_equal(made.place, seen.place);
	assert_int_equal(made.model, seen.model);
	assert_int_equal(made.generation, seen.generation);
	assert_true(made.translates && seen.translates);

	assert_true(is_believed(&made));
	assert_true(have->ours);
	assert_true(NFT->same(&two, have, 0));
	assert_false(NFT->same(&three, have, 0));
	/* A commit needs no more, and what it makes is what it says. */
	assert_int_equal(NFT->commit(&three, have, 0, 0, &err), 0);
	seen = NFT->prove(&three, have, true);
	assert_false(is_believed(&made));
	assert_true(is_believed(&seen));
	assert_true(holds(NFT, &three));
}

/* Each member of a proof that is not as it was; and a change by others. */
static void
disproven(void **state)
{
	const struct bal_fw_model two = full(2);
	struct bal_fw_proof proof, other;

	(void)state;
	NEED_NAMESPACE();
	assert_int_equal(try_commit(NFT, &two), 0);
	proof = NFT->prove(&two, have, true);
	if (!can_prove(&proof))
		return;
	other = proof;
	other.place++;
	assert_false(is_believed(&other));
	other = proof;
	other.generation--;
	assert_false(is_believed(&other));
	assert_false(is_believed(&(struct bal_fw_proof){ 0 }));
	assert_true(is_believed(&proof));
	must("nft add table inet other");
	assert_false(is_believed(&proof));
}

/* The last commit failed, or there is nothing: nothing is proven. */
static void
unproven(void **state)
{
	const struct bal_fw_model two = full(2), nothing = { 0 };
	struct bal_fw_proof proof;

	(void)state;
	NEED_NAMESPACE();
	assert_int_equal(try_commit(NFT, &two), 0);
	proof = NFT->prove(&nothing, have, true);
	assert_int_equal(proof.generation, 0);
	/* Somebody else's table stands there now. */
	must("nft 'delete table inet bal; add table inet bal'");
	assert_int_equal(NFT->commit(&two, have, 0, 0, &err), -1);
	proof = NFT->prove(&two, have, true);
	assert_int_equal(proof.generation, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(sums),   TEST(generations), TEST(places),
		TEST(proven), TEST(disproven),   TEST(unproven),
	};

	bal_say_sink(keep_warning, NULL);
	make_namespace("nft list ruleset", "no nft, or no nftables");
	return cmocka_run_group_tests_name("nft_proof", tests, NULL, NULL);
}
