// SPDX-License-Identifier: GPL-2.0-or-later
/* test_diff_rules - rules too many, the entry that others pass, chains. */
#include "../changes.h"

static void
rules_too_many(void **state)
{
	struct bal_rule twin;

	(void)state;
	modems_in_force(1);
	twin = w.snap.rules.v[2];
	PUT_IN(&w.snap.rules, 2, twin);
	assert_int_equal(count_lines(ops_text(), "ip rule del"), 1);
	assert_int_equal(count_lines(w.text, "\n"), 1);
	w.snap.rules.v[2].protocol = 3;
	assert_string_equal(ops_text(), "");
}

static size_t
rules_at(uint32_t priority)
{
	size_t n = 0;

	for (size_t i = 0; i < w.snap.rules.n; i++)
		n += w.snap.rules.v[i].priority == priority;
	return n;
}

/* To the kernel, deleting a goto of mark 0 is deleting one of any mark. */
static void
gotos_of_marks_stand_alone(void **state)
{
	size_t seen = 0;

	(void)state;
	modems_in_force(20);
	for (size_t i = 0; i < w.snap.rules.n; i++) {
		const struct bal_rule r = w.snap.rules.v[i];

		if (r.action != BAL_RULE_GOTO || !r.has_mark)
			continue;
		seen++;
		assert_int_equal(rules_at(r.priority), 1);
		TAKE_OUT(&w.snap.rules, i);
		assert_int_equal(count_lines(ops_text(), "\n"), 1);
		reconcile();
		assert_string_equal(ops_text(), "");
	}
	assert_int_equal(seen, 3);
}

/* Somebody's rule of the entry's priority, @behind ours or in front. */
static void
foreign_at_the_entry(bool behind)
{
	struct bal_rule r = { .priority = BAL_RULE_ENTRY,
			      .family = AF_INET,
			      .protocol = 3,
			      .action = BAL_RULE_LOOKUP,
			      .table = 77,
			      .suppress_prefixlen = -1 };
	size_t at = 0;

	while (w.snap.rules.v[at].priority < BAL_RULE_ENTRY)
		at++;
	PUT_IN(&w.snap.rules, at + behind, r);
}

/* One foreign rule, and ours behind it. */
static void
assert_entry_is_last(void)
{
	size_t at = 0;

	assert_string_equal(ops_text(), "");
	assert_int_equal(rules_at(BAL_RULE_ENTRY), 2);
	while (w.snap.rules.v[at].priority < BAL_RULE_ENTRY)
		at++;
	assert_int_equal(w.snap.rules.v[at].protocol, 3);
	assert_int_equal(w.snap.rules.v[at + 1].protocol, BAL_PROTO);
}

static void
entry_in_front_of_a_foreign_rule(void **state)
{
	(void)state;
	modems_in_force(1);
	foreign_at_the_entry(true);
	assert_string_equal(
		ops_text(),
		"ip rule add priority 32765 from all goto 32768 protocol 214\n"
		"ip rule del priority 32765 from all goto 32768 protocol "
		"214\n");
	reconcile();
	assert_entry_is_last();
}

static void
entry_behind_a_foreign_rule(void **state)
{
	(void)state;
	modems_in_force(1);
	foreign_at_the_entry(false);
	assert_entry_is_last();
}

/* Somebody's twin of our entry is none, be a third rule between the two. */
static void
twin_of_the_entry(void **state)
{
	size_t at = 0;
	struct bal_rule twin;

	(void)state;
	modems_in_force(1);
	foreign_at_the_entry(false);
	while (w.snap.rules.v[at].priority < BAL_RULE_ENTRY)
		at++;
	twin = w.snap.rules.v[at + 1];
	twin.protocol = 77;
	PUT_IN(&w.snap.rules, at, twin);
	assert_string_equal(ops_text(), "");
}

/* Killed before it had deleted the first, again and again. */
static void
killed_at_the_entry(void **state)
{
	(void)state;
	modems_in_force(1);
	foreign_at_the_entry(true);
	for (int i = 0; i < 3; i++) {
		bal_op_list ops = make_ops();

		assert_ptr_equal(ops.v[0].kind, &bal_kind_rule);
		assert_int_equal(ops.v[0].verb, BAL_ADD);
		do_op(&ops.v[0]);
	}
	assert_int_equal(rules_at(BAL_RULE_ENTRY), 5);
	reconcile();
	assert_entry_is_last();
}

/* The way in follows its block, with others at its priority. */
static void
entry_moves(void **state)
{
	(void)state;
	modems_in_force(2);
	foreign_at_the_entry(true);
	global("rule_priority", "50000");
	reconcile();
	assert_entry_is_last();
	global("rule_priority", "10000");
	reconcile();
	assert_string_equal(ops_text(), "");
	assert_int_equal(rules_at(BAL_RULE_ENTRY), 1);
}

#define RULE6(verb, rest) "ip -6 rule " verb " priority " rest " protocol 214\n"

/* What decides comes first, and the way in last; it goes the other way. */
static void
ipv6_is_blocked(void **state)
{
	(void)state;
	modems_in_force(2);
	global("ipv6", "block");
	assert_string_equal(ops_text(), "");
	w.snap.has_rules6 = true;
	assert_string_equal(
		ops_text(),
		RULE6("add", "32768 from all nop")
		RULE6("add", "32773 from all lookup 254 suppress_prefixlength 7")
		RULE6("add", "42760 from all prohibit")
		RULE6("add", "32765 from all goto 32768"));
	reconcile();
	assert_string_equal(ops_text(), "");
	global("ipv6", "ignore");
	assert_string_equal(
		ops_text(),
		RULE6("del", "32765 from all goto 32768")
		RULE6("del", "42760 from all prohibit")
		RULE6("del", "32773 from all lookup 254 suppress_prefixlength 7")
		RULE6("del", "32768 from all nop"));
	reconcile();
	assert_int_equal(w.snap.rules6.n, 0);
}

/* A block of IPv6 that comes changes nothing in the order of IPv4's rules. */
static void
families_have_their_own_order(void **state)
{
	char before[4096];

	(void)state;
	modems_in_force(1);
	modem(2);
	assert_int_equal(bal_copy(before, sizeof(before), ops_text()), 0);
	w.snap.has_rules6 = true;
	global("ipv6", "block");
	assert_int_equal(count_lines(ops_text(), "ip -6 rule add"), 4);
	for (char *line = w.text, *end; (line = strstr(line, "ip -6 "));) {
		end = strchr(line, '\n') + 1;
		memmove(line, end, strlen(end) + 1);
	}
	assert_string_equal(w.text, before);
}

static void
commits(void **state)
{
	(void)state;
	modem(1);
	assert_int_equal(count_lines(ops_text(), ":BAL_"), 3);
	assert_int_equal(count_lines(w.text, "-I "), 3);
	reconcile();
	assert_string_equal(ops_text(), "");
	w.tables.chains.v[0].n_jumps = 2;
	assert_string_equal(
		ops_text(),
		"iptables-legacy-restore -n -w <<'EOF'\n*mangle\n"
		":BAL_PREROUTING - [0:0]\n"
		"-A BAL_PREROUTING -i eth1"
		" -m conntrack --ctstate NEW -m connmark --mark 0x0/0xff000000"
		" -j CONNMARK --set-xmark 0x41000000/0xff000000\n"
		"-A BAL_PREROUTING -i eth1 -j "
		"RETURN\n"
		"-A BAL_PREROUTING"
		" -m connmark ! --mark 0x0/0xff000000"
		" -j CONNMARK --restore-mark --nfmask 0xff000000"
		" --ctmask 0xff000000\n"
		"-D PREROUTING -j BAL_PREROUTING\nCOMMIT\nEOF\n");
	w.tables.chains.v[0].n_jumps = 0;
	assert_int_equal(count_lines(ops_text(), "-I PREROUTING"), 1);
	w.tables.chains.v[0].n_jumps = 1;
	w.tables.chains.v[2].rules.v[1].set_mark ^= 1;
	assert_int_equal(count_lines(ops_text(), ":BAL_POSTROUTING"), 1);
	has_xtable(BAL_XTABLE_MANGLE, false);
	assert_string_equal(ops_text(), "");
}

/* A chain that nobody wants goes, with its jumps. */
static void
chain_left_over(void **state)
{
	(void)state;
	has_xtable(BAL_XTABLE_NAT, true);
	modem(1);
	global("masquerade", "yes");
	reconcile();
	global("masquerade", "no");
	assert_string_equal(
		ops_text(),
		"iptables-legacy-restore -n -w <<'EOF'\n*nat\n"
		"-D POSTROUTING -j BAL_MASQUERADE\n"
		"-F BAL_MASQUERADE\n"
		"-X BAL_MASQUERADE\nCOMMIT\nEOF\n");
	reconcile();
	assert_string_equal(ops_text(), "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(rules_too_many),
		TEST(gotos_of_marks_stand_alone),
		TEST(entry_in_front_of_a_foreign_rule),
		TEST(entry_behind_a_foreign_rule),
		TEST(twin_of_the_entry),
		TEST(killed_at_the_entry),
		TEST(entry_moves),
		TEST(ipv6_is_blocked),
		TEST(families_have_their_own_order),
		TEST(commits),
		TEST(chain_left_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
