// SPDX-License-Identifier: GPL-2.0-or-later
/* test_nft - what commits leave in nftables, read back and by nft. */
#include "../nfttable.h"

#include "firewall/nft.h"
#include "firewall/nft_table.h"

#define LIST "nft list table inet bal"
#define NFT (&bal_firewall_nft)

static char listed[1 << 19]; /* by nft, before */

static void
keep_listing(void)
{
	must(LIST);
	memcpy(listed, output, sizeof(listed));
}

/* Carry out what print() says, as somebody would who pastes it. */
static void
paste(const struct bal_fw_model *want)
{
	char path[] = "/tmp/bal-test-nft-XXXXXX";
	int fd = mkstemp(path);
	FILE *out = fd < 0 ? NULL : fdopen(fd, "w");

	assert_non_null(out);
	look_at(NFT);
	NFT->print(out, want, have, 0);
	assert_int_equal(fclose(out), 0);
	must("sh -e %s && rm %s", path, path);
}

/* As text and as messages it is one and the same table. */
static void
text_and_messages(struct bal_fw_model want)
{
	for (int i = 0; i < 4; i++) {
		want.masquerade = i & 1;
		want.mss_clamp = i & 2;
		must("nft flush ruleset");
		commit(NFT, &want);
		keep_listing();
		must("nft delete table inet bal");
		paste(&want);
		assert_true(holds(NFT, &want));
		must_print(LIST, listed);
	}
}

static void
printed_and_made(void **state)
{
	(void)state;
	NEED_NAMESPACE();
	text_and_messages(small(1));
	text_and_messages(small(3));
	/* No room for inbound marks. */
	text_and_messages(model_of(3, 0xc0, 0));
	text_and_messages(model_of(2, 0x3, 0));
	/* Foreign bits on both sides. */
	text_and_messages(model_of(5, 0x00ff0000, 64));
}

/* Of IPv6: with IPv4, alone; on whole bytes, and on none; exchanged. */
static void
prefixes(void **state)
{
	struct bal_fw_model m = full(2);

	(void)state;
	NEED_NAMESPACE();
	m.masquerade6 = true;
	text_and_messages(m);
	m.masquerade = false;
	text_and_messages(m);
	with_prefix(&m, "2001:db8:1:10::/60", NULL);
	with_prefix(&m, "2001:db8:1::/56", NULL);
	text_and_messages(m);
	with_prefix(&m, "2001:db8:1:10::/60", "2001:db8:2:20::/60");
	with_prefix(&m, "2001:db8:1::/56", "2001:db8:2::/56");
	text_and_messages(m);
	m.masquerade6 = false;
	text_and_messages(m);
}

/* Classes, in each form; and what takes others out of a table that stays. */
static void
classes(void **state)
{
	const struct bal_fw_model want = classed(3), one = classed(1);

	(void)state;
	NEED_NAMESPACE();
	text_and_messages(want);
	text_and_messages(one);
	commit(NFT, &one);
	must(LIST " | grep 'goto k129'");
	must("nft add element inet bal video '{ 203.0.113.77 }'");
	must("nft add element inet bal sticky_voip '{ 10.0.0.1 : 0x01000191 }'");
	assert_true(holds(NFT, &one));
	paste(&want);
	assert_true(holds(NFT, &want));
	must("nft get element inet bal video '{ 203.0.113.77 }'");
	must("nft get element inet bal sticky_voip '{ 10.0.0.1 }'");
}

/* Whatever changes, and whoever changes it: what sets have learned stays. */
static void
sets_stay(void **state)
{
	static const char *const changes[] = {
		"add rule inet bal rules accept",
		"flush chain inet bal k129",
		"add chain inet bal theirs '{ type filter hook input priority "
		"0; }'",
		"'add set inet bal theirs { type mark; }; add rule inet bal rules "
		"meta mark @theirs drop'",
		"add rule inet bal output tcp dport '{ 1, 2 } accept'",
		"'add map inet bal m { type mark : verdict; }; add element inet "
		"bal m { 1 : goto k129 }'",
		"delete element inet bal alive '{ 0x01000191 }'",
		"delete element inet bal remember '{ 0x81000000 }'",
		"chain inet bal classify '{ policy drop; }'",
	};
	struct bal_fw_model want = classed(3), other = classed(2);
	const struct bal_fw_model none = small(3);

	(void)state;
	NEED_NAMESPACE();
	commit(NFT, &want);
	must("nft add element inet bal video '{ 203.0.113.77 }'");
	must("nft add element inet bal sticky_voip '{ 10.0.0.1 : 0x01000191 }'");
	assert_true(holds(NFT, &want));
	keep_listing();
	for (size_t i = 0; i < N(changes); i++) {
		must("nft %s", changes[i]);
		if (holds(NFT, &want))
			fail_msg("not seen: nft %s", changes[i]);
		commit(NFT, &want);
		must("nft get element inet bal sticky_voip '{ 10.0.0.1 }'");
	}
	for (int i = 0; i < 50; i++)
		commit(NFT, i % 2 ? &want : &other);
	must("nft get element inet bal video '{ 203.0.113.77 }'");
	must("nft get element inet bal sticky_voip '{ 10.0.0.1 }'");
	/* Another time is another map; the rest of them stay. */
	want.classes.v[0].sticky_ms = 2000;
	commit(NFT, &want);
	must("! nft get element inet bal sticky_voip '{ 10.0.0.1 }'");
	must("nft get element inet bal video '{ 203.0.113.77 }'");
	commit(NFT, &none);
	must("! " LIST " | grep -e sticky -e video -e classify");
}

static void
many(void **state)
{
	(void)state;
	NEED_NAMESPACE();
	text_and_messages(small(63));
	text_and_messages(model_of(250, 0xffc00000, 256));
}

/*
 * What was masqueraded goes on: the kernel translates nothing without a chain of
 * type nat.
 */
static void
translation_stays(void **state)
{
	struct bal_fw_model want = small(2);

	(void)state;
	NEED_NAMESPACE();
	commit(NFT, &want);
	must("! " LIST " | grep translate");
	want.masquerade = true;
	commit(NFT, &want);
	must(LIST " | grep 'oifname @uplinks masquerade'");
	want.masquerade = false;
	assert_false(holds(NFT, &want));
	commit(NFT, &want);
	must(LIST " | grep 'type nat hook postrouting'");
	must("! " LIST " | grep masquerade");
	keep_listing();
	paste(&want);
	must_print(LIST, listed);
	want.mss_clamp = true;
	commit(NFT, &want);
	must(LIST " | grep 'type nat hook postrouting'");
}

/* Printed, deleting it is one word. */
static void
taken_out(void **state)
{
	const struct bal_fw_model want = full(3), nothing = { 0 };

	(void)state;
	NEED_NAMESPACE();
	assert_true(holds(NFT, &nothing));
	commit(NFT, &want);
	assert_false(holds(NFT, &nothing));
	paste(&nothing);
	must_print("nft list ruleset", "");
	assert_true(holds(NFT, &nothing));
	commit(NFT, &want);
	commit(NFT, &nothing);
	must_print("nft list ruleset", "");
	/* Gone meanwhile, it is still gone. */
	commit(NFT, &want);
	look_at(NFT);
	must("nft flush ruleset");
	assert_int_equal(NFT->commit(&nothing, have, 0, 5000, &err), 0);
}

/* Whatever others change is seen, and put right by one commit. */
static void
drift(void **state)
{
	static const char *const changes[] = {
		"flush ruleset",
		"delete rule inet bal prerouting handle $(nft -a list chain "
		"inet bal prerouting | sed -n 's/.*vmap.*handle //p' | head -n 1)",
		"add rule inet bal output accept",
		"insert rule inet bal output counter",
		"add rule inet bal a1 counter",
		"flush chain inet bal c2",
		"'flush chain inet bal a1; add rule inet bal a1 ct state "
		"established ct mark & 0xff000000 == 0 ct mark set ct mark & "
		"0x00ffffff | 0x41000000'",
		"'flush chain inet bal output; add rule inet bal output meta "
		"mark 1 ct mark & 0xff000000 vmap @restore'",
		"'flush chain inet bal prerouting; add rule inet bal prerouting "
		"iifname vmap @leave; add rule inet bal prerouting ct mark & "
		"0xff000000 vmap @restore'",
		"flush chain inet bal translate",
		"delete element inet bal arrive '{ \"eth2\" }'",
		"add element inet bal arrive '{ \"eth9\" : goto a1 }'",
		"add element inet bal uplinks '{ \"eth9\" }'",
		"add chain inet bal theirs",
		"add set inet bal theirs '{ type ifname; }'",
		"chain inet bal prerouting '{ policy drop; }'",
		"add chain inet bal theirs '{ type filter hook input priority "
		"0; }'",
		"add table inet bal '{ flags dormant; }'",
	};
	const struct bal_fw_model want = full(3);

	(void)state;
	NEED_NAMESPACE();
	commit(NFT, &want);
	keep_listing();
	for (size_t i = 0; i < N(changes); i++) {
		must("nft %s", changes[i]);
		if (holds(NFT, &want))
			fail_msg("not seen: nft %s", changes[i]);
		commit(NFT, &want);
		must_print(LIST, listed);
	}
}

/* A rule in another's place, an element that leads elsewhere. */
static void
exchanged(void **state)
{
	const struct bal_fw_model want = full(3);

	(void)state;
	NEED_NAMESPACE();
	commit(NFT, &want);
	must("nft 'delete element inet bal leave { \"eth2\" }; "
	     "add element inet bal leave { \"eth2\" : goto c3 }'");
	assert_false(holds(NFT, &want));
	commit(NFT, &want);
	must("nft 'flush chain inet bal c1; add rule inet bal c1 ct mark set "
	     "ct mark & 0x00ffffff | 0x02000000'");
	assert_false(holds(NFT, &want));
	assert_int_equal(NFT->mark_of(have, "eth1"), 0x02000000);
	commit(NFT, &want);
	assert_int_equal(NFT->mark_of(have, "eth1"), 0x01000000);
	assert_int_equal(NFT->mark_of(have, "eth3"), 0x03000000);
	assert_int_equal(NFT->mark_of(have, "eth4"), 0);
	assert_int_equal(NFT->mark_of(have, ""), 0);
}

/* A table of that name without our comment is not ours, and stays. */
static void
foreign(void **state)
{
	const struct bal_fw_model want = full(2), nothing = { 0 };

	(void)state;
	NEED_NAMESPACE();
	must("nft 'table inet bal { comment \"my own\"; chain c { "
	     "type filter hook input priority 0; }; }'");
	keep_listing();
	look_at(NFT);
	assert_false(have->known[0]);
	assert_false(have->ours);
	assert_true(have->foreign);
	assert_string_equal(have->why[0], "there is an nftables table inet bal "
					  "that is not bal's own");
	must_print(LIST, listed);
	/* Made between a look and the commit, it stays as well. */
	must("nft delete table inet bal");
	look_at(NFT);
	must("nft add table inet bal");
	assert_int_equal(NFT->commit(&want, have, 0, 5000, &err), -1);
	assert_int_equal(err.kind, BAL_EUNAVAIL);
	must_print(LIST, "table inet bal {\n}\n");
	must("nft delete table inet bal");
	commit(NFT, &want);
	must("nft 'delete table inet bal; add table inet bal'");
	assert_int_equal(NFT->commit(&nothing, have, 0, 5000, &err), -1);
	must_print(LIST, "table inet bal {\n}\n");
}

/* One that another version of bal made is ours: replaced as a whole. */
static void
other_layout(void **state)
{
	const struct bal_fw_model want = full(2);

	(void)state;
	NEED_NAMESPACE();
	commit(NFT, &want);
	keep_listing();
	must("nft 'delete table inet bal; table inet bal { comment "
	     "\"bal layout 99\"; map old { type mark : verdict; }; chain x { "
	     "type filter hook prerouting priority -151; }; }'");
	look_at(NFT);
	assert_true(have->known[0]);
	assert_true(have->ours);
	assert_false(NFT->same(&want, have, 0));
	commit(NFT, &want);
	must_print(LIST, listed);
}

/* Tables of others, in front of ours and behind it, are as they were. */
static void
others_stay(void **state)
{
	const struct bal_fw_model want = full(2), nothing = { 0 };

	(void)state;
	NEED_NAMESPACE();
	must("nft 'table inet mine { chain a { type filter hook prerouting "
	     "priority mangle; counter; }; }; table ip bal { chain b { type "
	     "nat hook postrouting priority srcnat; }; }; table ip6 bal { }'");
	must("nft list ruleset");
	memcpy(listed, output, sizeof(listed));
	for (int i = 0; i < 3; i++)
		commit(NFT, &want);
	commit(NFT, &nothing);
	must_print("nft list ruleset", listed);
}

/* What was read is old: it is read again, and nothing of others is undone. */
static void
overtaken(void **state)
{
	const struct bal_fw_model two = full(2), three = full(3);

	(void)state;
	NEED_NAMESPACE();
	commit(NFT, &two);
	must("nft add table inet other");
	assert_int_equal(NFT->commit(&three, have, 0, 0, &err), 0);
	assert_true(holds(NFT, &three));
	must(LIST);
	assert_non_null(strstr(output, "a3"));
	must("nft list table inet other");
}

/*
 * One that never rests: who waits wins in the end, who does not may be told; and
 * the table is whole.
 */
static void
competitor(void **state)
{
	const struct bal_fw_model two = full(2), three = full(3);
	unsigned done = 0;
	pid_t pid;

	(void)state;
	NEED_NAMESPACE();
	commit(NFT, &two);
	pid = start("while kill -0 $PPID; do nft -f - <<E\nadd table inet other\n"
		    "delete table inet other\nE\ndone", 2);
	for (int i = 0; i < 120; i++) {
		const struct bal_fw_model *want = i % 2 ? &two : &three;

		look_at(NFT);
		if (NFT->commit(want, have, 0, i % 4 ? 5000 : 0, &err) == 0) {
			assert_true(holds(NFT, want));
			done++;
			continue;
		}
		assert_int_equal(i % 4, 0);
		assert_int_equal(err.kind, BAL_EBUSY);
		assert_string_equal(err.msg, "nftables kept changing");
		look_at(NFT);
		assert_true(NFT->same(&two, have, 0) ||
			    NFT->same(&three, have, 0));
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	assert_true(done >= 90);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(printed_and_made), TEST(many),	    TEST(classes),
		TEST(prefixes),
		TEST(sets_stay),	TEST(translation_stays), TEST(taken_out),
		TEST(drift),		TEST(exchanged),    TEST(foreign),
		TEST(other_layout),	TEST(others_stay),  TEST(overtaken),
		TEST(competitor),
	};

	bal_say_sink(keep_warning, NULL);
	make_namespace("nft list ruleset", "no nft, or no nftables");
	return cmocka_run_group_tests_name("nft", tests, NULL, NULL);
}
