// SPDX-License-Identifier: GPL-2.0-or-later
/* test_mangle - what commits leave in the kernel, read back and by iptables. */

#include "../chains.h"
#include "plan/uplink.h"

#define SAVE "iptables-legacy-save -c -t mangle | grep -v '^#'"

/* --- what is written ---------------------------------------------------- */

static void
every_form_is_what_iptables_prints(void **state)
{
	struct bal_chain c[] = {
		prerouting(2),
		chain(BAL_XTABLE_MANGLE, "BAL_OUTPUT", "OUTPUT"),
		postrouting(1),
	};

	(void)state;
	NEED_NAMESPACE();
	*add(&c[1]) = (struct bal_xrule){ .connmark = unmarked,
					  .target = BAL_XT_RETURN };
	*add(&c[1]) = (struct bal_xrule){ .connmark = marked,
					  .target = BAL_XT_JUMP,
					  .chain = "BAL_POSTROUTING" };
	commit(c, 3);
	must_print("iptables-legacy -t mangle -S",
		   "-P PREROUTING ACCEPT\n-P INPUT ACCEPT\n-P FORWARD ACCEPT\n"
		   "-P OUTPUT ACCEPT\n-P POSTROUTING ACCEPT\n"
		   "-N BAL_OUTPUT\n-N BAL_POSTROUTING\n-N BAL_PREROUTING\n"
		   "-A PREROUTING -j BAL_PREROUTING\n"
		   "-A OUTPUT -j BAL_OUTPUT\n"
		   "-A POSTROUTING -j BAL_POSTROUTING\n"
		   "-A BAL_OUTPUT -m connmark --mark 0x0/0xff000000 -j RETURN\n"
		   "-A BAL_OUTPUT -m connmark ! --mark 0x0/0xff000000 "
		   "-j BAL_POSTROUTING\n"
		   "-A BAL_POSTROUTING -m connmark ! --mark 0x0/0xff000000 "
		   "-j RETURN\n"
		   "-A BAL_POSTROUTING -o eth1 "
		   "-j CONNMARK --set-xmark 0x1000000/0xff000000\n"
		   "-A BAL_PREROUTING -i eth1 -m conntrack --ctstate NEW "
		   "-m connmark --mark 0x0/0xff000000 "
		   "-j CONNMARK --set-xmark 0x1000000/0xff000000\n"
		   "-A BAL_PREROUTING -i eth1 -j RETURN\n"
		   "-A BAL_PREROUTING -i eth2 -m conntrack --ctstate NEW "
		   "-m connmark --mark 0x0/0xff000000 "
		   "-j CONNMARK --set-xmark 0x2000000/0xff000000\n"
		   "-A BAL_PREROUTING -i eth2 -j RETURN\n"
		   "-A BAL_PREROUTING -m mark --mark 0x0/0xff000000 "
		   "-m connmark ! --mark 0x0/0xff000000 "
		   "-j CONNMARK --restore-mark --nfmask 0xff000000 "
		   "--ctmask 0xff000000\n");
	for (size_t i = 0; i < 3; i++)
		assert_there(&c[i]);
}

static void
masquerade_stands_in_nat(void **state)
{
	struct bal_chain c[] = {
		chain(BAL_XTABLE_NAT, "BAL_MASQUERADE", "POSTROUTING"),
		prerouting(1), /* another table's: not looked at */
	};
	struct bal_xrule *rule = add(&c[0]);

	(void)state;
	NEED_NAMESPACE();
	snprintf(rule->out, sizeof(rule->out), "fifteen-letters");
	rule->target = BAL_XT_MASQUERADE;
	if (bal_mangle_commit(BAL_XTABLE_NAT, c, 2, 5000, &err) < 0)
		fail_msg("%s", err.msg);
	must_print("iptables-legacy -t nat -S | grep BAL_",
		   "-N BAL_MASQUERADE\n"
		   "-A POSTROUTING -j BAL_MASQUERADE\n"
		   "-A BAL_MASQUERADE -o fifteen-letters -j MASQUERADE\n");
	assert_there(&c[0]);
	assert_int_equal(run("iptables-legacy -t mangle -S | grep BAL_"), 1);
}

static void
save_and_restore_keep_it(void **state)
{
	struct bal_chain c[] = { prerouting(3), postrouting(3) };
	struct bal_chain nat =
		chain(BAL_XTABLE_NAT, "BAL_MASQUERADE", "POSTROUTING");

	(void)state;
	NEED_NAMESPACE();
	*add(&nat) = (struct bal_xrule){ .out = "eth1",
					 .target = BAL_XT_MASQUERADE };
	commit(c, 2);
	assert_int_equal(bal_mangle_commit(BAL_XTABLE_NAT, &nat, 1, 5000, &err), 0);
	must("iptables-legacy-save >/run/saved && "
	     "iptables-legacy -t mangle -F && iptables-legacy -t nat -F && "
	     "iptables-legacy-restore </run/saved");
	assert_there(&c[0]);
	assert_there(&c[1]);
	assert_there(&nat);
}

static void
foreign_things_stay_as_they_are(void **state)
{
	static const char foreign[] =
		"*mangle\n"
		":PREROUTING ACCEPT [11:1111]\n"
		":INPUT DROP [22:2222]\n"
		":FORWARD DROP [33:3333]\n"
		":OUTPUT ACCEPT [44:4444]\n"
		":POSTROUTING ACCEPT [55:5555]\n"
		":mine - [0:0]\n"
		":zz_last - [0:0]\n"
		"[1:100] -A PREROUTING -i eth9 -j mine\n"
		"[2:200] -A PREROUTING -p tcp -m tcp --dport 80 "
		"-j MARK --set-xmark 0x7/0xff\n"
		"[3:300] -A FORWARD -s 10.0.0.0/8 -m comment --comment \"a b\" "
		"-j ACCEPT\n"
		"[4:400] -A POSTROUTING -o eth9 -j zz_last\n"
		"[5:500] -A mine -m connmark --mark 0x1 -j RETURN\n"
		"[6:600] -A mine -j CONNMARK --save-mark --nfmask 0xff "
		"--ctmask 0xff\n"
		"[7:700] -A zz_last -m statistic --mode random "
		"--probability 0.50000000000 -j TTL --ttl-set 64\n"
		"COMMIT\n";
	struct bal_chain c[] = { prerouting(3), postrouting(3) };

	(void)state;
	NEED_NAMESPACE();
	write_text("/run/foreign", foreign);
	must("iptables-legacy-restore -c </run/foreign");
	commit(c, 2);
	must_print(SAVE " | grep -v BAL_", foreign);
	commit(c + 1, 1);
	must_print(SAVE " | grep -v BAL_", foreign);
	c[1] = postrouting(1);
	commit(c, 2);
	must_print(SAVE " | grep -v BAL_", foreign);
	must_print("iptables-legacy -t mangle -S PREROUTING | sed -n 2p",
		   "-A PREROUTING -j BAL_PREROUTING\n");
	must_print("iptables-legacy -t mangle -S POSTROUTING | sed -n '$p'",
		   "-A POSTROUTING -j BAL_POSTROUTING\n");
	commit(NULL, 0);
	must_print(SAVE, foreign);
}

static void
the_same_again_changes_nothing(void **state)
{
	struct bal_chain c[] = { prerouting(2), postrouting(2) };

	(void)state;
	NEED_NAMESPACE();
	commit(c, 2);
	/* Counters of ours would be lost if it were written anew. */
	must("iptables-legacy-save -c -t mangle | sed 's/^\\[0:0\\]/[7:77]/' "
	     "| iptables-legacy-restore -c");
	commit(c, 2);
	must_print(SAVE " | grep -c '^.7:77. '", "10\n");
	c[1] = postrouting(1);
	commit(c, 2);
	must_print(SAVE " | grep -c '^.7:77. -A BAL_PREROUTING'", "5\n");
	assert_int_equal(run(SAVE " | grep '^.7:77. -A BAL_POSTROUTING'"), 1);
	assert_there(&c[1]);
}

/* --- drift -------------------------------------------------------------- */

static void
what_is_not_ours_is_other(void **state)
{
	static const char *const rules[] = {
		"-j ACCEPT",
		"-j DROP",
		"",
		"-p tcp -j RETURN",
		"-s 10.0.0.1 -j RETURN",
		"! -i eth1 -j RETURN",
		"-i eth+ -j RETURN",
		"-f -j RETURN",
		"-g BAL_POSTROUTING",
		"-m comment --comment x -j RETURN",
		"-m conntrack --ctstate NEW,ESTABLISHED -j RETURN",
		"-m conntrack ! --ctstate NEW -j RETURN",
		"-m conntrack --ctstate NEW --ctproto 6 -j RETURN",
		"-m connmark --mark 0/0xff000000 -m mark --mark 0 -j RETURN",
		"-m mark --mark 0x1 -m mark --mark 0x2 -j RETURN",
		"-j CONNMARK --save-mark",
		"-j CONNMARK --restore-mark --nfmask 0xff --ctmask 0xff00",
		"-j MARK --set-mark 1",
	};
	struct bal_chain c[] = { prerouting(1), postrouting(1) };
	const struct bal_chain *have;
	bal_chain_list list;
	char command[256];

	(void)state;
	NEED_NAMESPACE();
	for (size_t i = 0; i < N(rules); i++) {
		commit(c, 2);
		snprintf(command, sizeof(command),
			 "iptables-legacy -t mangle -I BAL_PREROUTING 2 %s",
			 rules[i]);
		must("%s", command);
		list = read_table(BAL_XTABLE_MANGLE);
		have = find(&list, "BAL_PREROUTING");
		assert_non_null(have);
		assert_int_equal(have->rules.n, c[0].rules.n + 1);
		if (have->rules.v[1].target != BAL_XT_OTHER)
			fail_msg("%s: taken for ours", rules[i]);
		assert_int_equal(have->rules.v[0].target, BAL_XT_SET_CONNMARK);
		assert_int_equal(have->rules.v[2].target, BAL_XT_RETURN);
		commit(c, 2);
		assert_there(&c[0]);
	}
}

static void
rules_of_ours_by_hand_are_ours(void **state)
{
	struct bal_chain c = prerouting(1);

	(void)state;
	NEED_NAMESPACE();
	must("iptables-legacy-restore <<-'end'\n"
	     "*mangle\n:BAL_PREROUTING -\n-A PREROUTING -j BAL_PREROUTING\n"
	     "-A BAL_PREROUTING -i eth1 -m conntrack --ctstate NEW "
	     "-m connmark --mark 0/0xff000000 "
	     "-j CONNMARK --set-xmark 0x1000000/0xff000000\n"
	     "-A BAL_PREROUTING -i eth1 -j RETURN\n"
	     "-A BAL_PREROUTING -m mark --mark 0/0xff000000 "
	     "-m connmark ! --mark 0/0xff000000 -j CONNMARK --restore-mark "
	     "--nfmask 0xff000000 --ctmask 0xff000000\n"
	     "COMMIT\nend\n");
	assert_there(&c);
}

static void
each_chain_has_one_jump(void **state)
{
	struct bal_chain c[] = { prerouting(1), postrouting(1) };
	bal_chain_list list;

	(void)state;
	NEED_NAMESPACE();
	commit(c, 2);
	must("iptables-legacy -t mangle -A PREROUTING -p udp -j ACCEPT; "
	     "iptables-legacy -t mangle -A PREROUTING -j BAL_PREROUTING; "
	     "iptables-legacy -t mangle -A INPUT -j BAL_PREROUTING; "
	     "iptables-legacy -t mangle -A FORWARD -p tcp -j BAL_PREROUTING; "
	     "iptables-legacy -t mangle -A FORWARD "
	     "-m connmark --mark 0/0xff000000 -j BAL_PREROUTING; "
	     "iptables-legacy -t mangle -D POSTROUTING -j BAL_POSTROUTING; "
	     "iptables-legacy -t mangle -A POSTROUTING -p udp -j ACCEPT");
	list = read_table(BAL_XTABLE_MANGLE);
	assert_int_equal(find(&list, "BAL_PREROUTING")->n_jumps, 3);
	assert_int_equal(find(&list, "BAL_POSTROUTING")->n_jumps, 0);
	commit(c, 2);
	must_print("iptables-legacy -t mangle -S | "
		   "grep -E '^-A [A-Z]+ .*-j (BAL_|ACCEPT)'",
		   "-A PREROUTING -j BAL_PREROUTING\n"
		   "-A PREROUTING -p udp -j ACCEPT\n"
		   "-A FORWARD -p tcp -j BAL_PREROUTING\n"
		   "-A FORWARD -m connmark --mark 0x0/0xff000000 "
		   "-j BAL_PREROUTING\n"
		   "-A POSTROUTING -p udp -j ACCEPT\n"
		   "-A POSTROUTING -j BAL_POSTROUTING\n");
	assert_there(&c[0]);
	assert_there(&c[1]);
	/* A single one stays where the administrator wants it. */
	must("iptables-legacy -t mangle -I PREROUTING -p icmp -j ACCEPT");
	commit(c, 2);
	must_print("iptables-legacy -t mangle -S PREROUTING | sed -n 3p",
		   "-A PREROUTING -j BAL_PREROUTING\n");
}

static void
chains_that_are_not_wanted_go(void **state)
{
	struct bal_chain c = prerouting(1);

	(void)state;
	NEED_NAMESPACE();
	must("for i in A B BALD; do iptables-legacy -t mangle -N BAL_$i; done; "
	     "iptables-legacy -t mangle -N BALANCE; "
	     "iptables-legacy -t mangle -A BALANCE -j RETURN; "
	     "iptables-legacy -t mangle -A BAL_A -j BAL_B; "
	     "iptables-legacy -t mangle -A BAL_A -j BAL_BALD; "
	     "iptables-legacy -t mangle -A INPUT -j BAL_A; "
	     "iptables-legacy -t mangle -A FORWARD -j BAL_A; "
	     "iptables-legacy -t mangle -A FORWARD -j BAL_B");
	commit(&c, 1);
	must_print("iptables-legacy -t mangle -S | grep -E 'BAL_[AB]|^-N'",
		   "-N BALANCE\n-N BAL_PREROUTING\n");
	assert_string_equal(warning, "");
}

static void
a_foreign_jump_keeps_an_empty_chain(void **state)
{
	struct bal_chain c[] = { prerouting(1), postrouting(1) };

	(void)state;
	NEED_NAMESPACE();
	commit(c, 2);
	must("iptables-legacy -t mangle -N theirs; "
	     "iptables-legacy -t mangle -A theirs -j BAL_POSTROUTING; "
	     "iptables-legacy -t mangle -A theirs -j BAL_PREROUTING");
	commit(c, 1);
	must_print("iptables-legacy -t mangle -S | grep -E 'theirs|POST'",
		   "-P POSTROUTING ACCEPT\n-N BAL_POSTROUTING\n-N theirs\n"
		   "-A theirs -j BAL_POSTROUTING\n"
		   "-A theirs -j BAL_PREROUTING\n");
	assert_non_null(strstr(warning, "BAL_POSTROUTING stays"));
	assert_there(&c[0]);
	must("iptables-legacy -t mangle -F theirs");
	commit(c, 1);
	assert_int_equal(run("iptables-legacy -t mangle -S | grep BAL_POST"),
			 1);
}

static void
a_jump_into_nowhere_is_refused(void **state)
{
	struct bal_chain c = prerouting(1);

	(void)state;
	NEED_NAMESPACE();
	*add(&c) = (struct bal_xrule){ .target = BAL_XT_JUMP,
				       .chain = "BAL_NONE" };
	assert_int_equal(bal_mangle_commit(BAL_XTABLE_MANGLE, &c, 1, 5000, &err), -1);
	assert_non_null(strstr(err.msg, "BAL_PREROUTING"));
	assert_int_equal(run("iptables-legacy -t mangle -S | grep BAL_"), 1);
}

static void
marks(void **state)
{
	(void)state;
	assert_int_equal(bal_mark_of(1, 0xff000000), 0x1000000);
	assert_int_equal(bal_mark_of(250, 0xff000000), 0xfa000000);
	assert_int_equal(bal_mark_of(250, 0xff), 250);
	assert_int_equal(bal_mark_of(3, 0xf0), 0x30);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(marks),
		TEST(every_form_is_what_iptables_prints),
		TEST(masquerade_stands_in_nat),
		TEST(save_and_restore_keep_it),
		TEST(foreign_things_stay_as_they_are),
		TEST(the_same_again_changes_nothing),
		TEST(what_is_not_ours_is_other),
		TEST(rules_of_ours_by_hand_are_ours),
		TEST(each_chain_has_one_jump),
		TEST(chains_that_are_not_wanted_go),
		TEST(a_foreign_jump_keeps_an_empty_chain),
		TEST(a_jump_into_nowhere_is_refused),
	};

	make_tables();
	return cmocka_run_group_tests_name("mangle", tests, NULL, NULL);
}
