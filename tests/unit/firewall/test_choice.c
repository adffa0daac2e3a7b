// SPDX-License-Identifier: GPL-2.0-or-later
/* test_choice - which firewall is used, and that a look leaves no trace. */
#include "../nfttable.h"
#include "firewall/nft.h"
#include "firewall/legacy.h"

#include <linux/filter.h>
#include <linux/netlink.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#define NFT (&bal_firewall_nft)
#define LEGACY (&bal_firewall_legacy)

static struct bal_fw_seen seen;
static bool had_nft, needs_nft;

static const struct bal_firewall *
chosen(enum bal_firewall_key key, bool gently)
{
	const struct bal_fw_choice choice = bal_fw_choose(key, had_nft, needs_nft);
	const struct bal_fw_scope scope = { .masquerade = true,
					    .gently = gently };

	if (bal_fw_look(&choice, &scope, &arena, &seen, &err) < 0)
		fail_msg("%s", err.msg);
	return seen.use;
}

static void
no_legacy_table(void)
{
	must_print("cat /proc/net/ip_tables_names", "");
}

/* A box that has no legacy tables has none after a look. */
static void
fresh(void **state)
{
	(void)state;
	NEED_NAMESPACE();
	assert_ptr_equal(chosen(BAL_FIREWALL_AUTO, true), NFT);
	assert_ptr_equal(chosen(BAL_FIREWALL_AUTO, false), NFT);
	assert_true(bal_fw_holds_marks(&seen));
	assert_ptr_equal(chosen(BAL_FIREWALL_NFT, false), NFT);
	assert_ptr_equal(chosen(BAL_FIREWALL_LEGACY, true), LEGACY);
	assert_false(bal_fw_holds_marks(&seen));
	no_legacy_table();
	must_print("nft list ruleset", "");
	assert_ptr_equal(chosen(BAL_FIREWALL_LEGACY, false), LEGACY);
	assert_true(bal_fw_holds_marks(&seen));
	assert_string_equal(warning, "");
}

/* An administrator's legacy table, be it an empty one. */
static void
legacy_is_used(void **state)
{
	(void)state;
	NEED_NAMESPACE();
	must("iptables-legacy -t nat -S");
	assert_ptr_equal(chosen(BAL_FIREWALL_NFT, false), NFT);
	must_print("cat /proc/net/ip_tables_names", "nat\n");
	assert_ptr_equal(chosen(BAL_FIREWALL_AUTO, true), LEGACY);
	must_print("cat /proc/net/ip_tables_names", "nat\n");
	assert_ptr_equal(chosen(BAL_FIREWALL_AUTO, false), LEGACY);
	assert_true(bal_fw_holds_marks(&seen));
}

/* Rules that only nftables can carry out take the marks with them. */
static void
nft_is_needed(void **state)
{
	(void)state;
	NEED_NAMESPACE();
	must("iptables-legacy -t nat -S");
	assert_ptr_equal(chosen(BAL_FIREWALL_AUTO, false), LEGACY);
	needs_nft = true;
	assert_ptr_equal(chosen(BAL_FIREWALL_AUTO, true), NFT);
	assert_ptr_equal(chosen(BAL_FIREWALL_AUTO, false), NFT);
	assert_true(bal_fw_has_nft(&seen));
	assert_ptr_equal(chosen(BAL_FIREWALL_LEGACY, false), LEGACY);
	assert_false(bal_fw_has_nft(&seen));
	needs_nft = false;
}

/* The filter table is none that we would be in. */
static void
filter_is_used(void **state)
{
	(void)state;
	NEED_NAMESPACE();
	must("iptables-legacy -t filter -S");
	assert_ptr_equal(chosen(BAL_FIREWALL_AUTO, false), NFT);
	must_print("cat /proc/net/ip_tables_names", "filter\n");
}

/* What holds the marks keeps them. */
static void
ours_stays(void **state)
{
	const struct bal_fw_model want = full(2), nothing = { 0 };

	(void)state;
	NEED_NAMESPACE();
	commit(NFT, &want);
	must("iptables-legacy -t mangle -S");
	assert_ptr_equal(chosen(BAL_FIREWALL_AUTO, false), NFT);
	commit(NFT, &nothing);
	assert_ptr_equal(chosen(BAL_FIREWALL_AUTO, false), LEGACY);
	commit(LEGACY, &want);
	assert_ptr_equal(chosen(BAL_FIREWALL_AUTO, false), LEGACY);
	assert_int_equal(bal_fw_mark_of(&seen, "eth2"), 0x02000000);
	/* Both: nft stays. */
	commit(NFT, &want);
	assert_ptr_equal(chosen(BAL_FIREWALL_AUTO, false), NFT);
	assert_int_equal(seen.n, 2);
	assert_true(seen.v[0].have->ours);
	assert_true(seen.v[1].have->ours);
	assert_ptr_equal(chosen(BAL_FIREWALL_LEGACY, false), LEGACY);
}

/* Flushed, nftables is not left for a legacy table that is there as well. */
static void
last_stays(void **state)
{
	(void)state;
	NEED_NAMESPACE();
	must("iptables-legacy -t mangle -S");
	had_nft = true;
	assert_ptr_equal(chosen(BAL_FIREWALL_AUTO, true), NFT);
	assert_ptr_equal(chosen(BAL_FIREWALL_AUTO, false), NFT);
	assert_true(bal_fw_has_nft(&seen));
	assert_ptr_equal(chosen(BAL_FIREWALL_LEGACY, false), LEGACY);
	assert_false(bal_fw_has_nft(&seen));
	/* Its place is taken: said. */
	must("nft add table inet bal");
	assert_ptr_equal(chosen(BAL_FIREWALL_AUTO, false), LEGACY);
	assert_string_equal(warning, "there is an nftables table inet bal that "
				     "is not bal's own");
	had_nft = false;
}

/* What is left of a chain that a foreign rule jumps to holds nothing. */
static void
empty_chain(void **state)
{
	(void)state;
	NEED_NAMESPACE();
	must("iptables-legacy -t filter -N BAL_X; "
	     "iptables-legacy -t mangle -N BAL_X");
	assert_ptr_equal(chosen(BAL_FIREWALL_NFT, false), NFT);
	for (size_t i = 0; i < seen.n; i++)
		assert_false(seen.v[i].have->ours);
}

/* Its place is taken: said, and the other one is used. */
static void
foreign_table(void **state)
{
	(void)state;
	NEED_NAMESPACE();
	must("nft add table inet bal");
	assert_ptr_equal(chosen(BAL_FIREWALL_AUTO, false), LEGACY);
	assert_true(bal_fw_holds_marks(&seen));
	assert_string_equal(warning, "there is an nftables table inet bal that "
				     "is not bal's own");
	assert_ptr_equal(chosen(BAL_FIREWALL_NFT, false), NFT);
	assert_false(bal_fw_holds_marks(&seen));
	assert_non_null(strstr(warning, "going on without"));
}

static bool
not_in_use(void)
{
	return false;
}

static int
is_there(struct bal_err *e)
{
	(void)e;
	return 0;
}

static int
read_marks_only(const struct bal_fw_scope *scope, struct bal_arena *a,
		struct bal_fw_have **out, struct bal_err *e)
{
	(void)e;
	*out = bal_arena_alloc(a, sizeof(**out));
	(*out)->known[0] = true;
	(*out)->no_nat = scope->masquerade;
	return 0;
}

static int
read_all(const struct bal_fw_scope *scope, struct bal_arena *a,
	 struct bal_fw_have **out, struct bal_err *e)
{
	if (read_marks_only(scope, a, out, e) < 0)
		return -1;
	(*out)->no_nat = false;
	return 0;
}

/* Where the first one cannot masquerade, the one that can is used. */
static void
without_nat(void **state)
{
	static const struct bal_firewall partly = {
		.name = "partly", .n_parts = 1, .in_use = not_in_use,
		.probe = is_there, .read = read_marks_only,
	}, whole = {
		.name = "whole", .n_parts = 1, .in_use = not_in_use,
		.probe = is_there, .read = read_all,
	};
	const struct bal_fw_choice both = { .of = { &partly, &whole } },
				   one = { .of = { &partly } };
	struct bal_fw_scope scope = { .masquerade = true };

	(void)state;
	assert_int_equal(bal_fw_look(&both, &scope, &arena, &seen, &err), 0);
	assert_ptr_equal(seen.use, &whole);
	assert_string_equal(warning, "");
	assert_int_equal(bal_fw_look(&one, &scope, &arena, &seen, &err), 0);
	assert_ptr_equal(seen.use, &partly);
	assert_non_null(strstr(warning, "nothing is masqueraded"));
	scope.masquerade = false;
	assert_int_equal(bal_fw_look(&both, &scope, &arena, &seen, &err), 0);
	assert_ptr_equal(seen.use, &partly);
}

/* From now on a kernel without nftables, or without legacy tables. */
static int
forbid(long call, unsigned arg, unsigned value, int eno)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)call, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, args[0]) + 8 * arg),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)eno),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = { .len = N(code), .filter = code };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -1;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

static int
forbid_nft(void)
{
	return forbid(SYS_socket, 2, NETLINK_NETFILTER, EPROTONOSUPPORT);
}

static int
forbid_legacy(void)
{
	return forbid(SYS_getsockopt, 1, IPPROTO_IP, ENOPROTOOPT);
}

static int
without_nft(void *arg)
{
	(void)arg;
	if (forbid_nft() < 0)
		return 77;
	if (chosen(BAL_FIREWALL_AUTO, false) != LEGACY ||
	    !bal_fw_holds_marks(&seen) || warning[0])
		return 1;
	had_nft = true;
	if (chosen(BAL_FIREWALL_AUTO, false) != LEGACY)
		return 3;
	if (chosen(BAL_FIREWALL_NFT, false) != NFT ||
	    bal_fw_holds_marks(&seen) ||
	    !strstr(warning, "socket") || !strstr(warning, "going on without"))
		return 2;
	return 0;
}

static int
without_legacy(void *arg)
{
	(void)arg;
	if (forbid_legacy() < 0)
		return 77;
	if (chosen(BAL_FIREWALL_AUTO, false) != NFT ||
	    !bal_fw_holds_marks(&seen) || warning[0])
		return 1;
	if (chosen(BAL_FIREWALL_LEGACY, false) != LEGACY ||
	    bal_fw_holds_marks(&seen) || !strstr(warning, "legacy"))
		return 2;
	return 0;
}

static int
without_both(void *arg)
{
	(void)arg;
	if (forbid_nft() < 0 || forbid_legacy() < 0)
		return 77;
	(void)chosen(BAL_FIREWALL_AUTO, false);
	return bal_fw_holds_marks(&seen) ||
	       !strstr(warning, "going on without");
}

static void
kernel_lacks(int (*what)(void *arg))
{
	int status;

	NEED_NAMESPACE();
	status = apart(what, NULL);
	if (status == 77) {
		print_message("# skipped: no seccomp filter\n");
		skip();
	}
	assert_int_equal(status, 0);
}

static void
no_nft(void **state)
{
	(void)state;
	kernel_lacks(without_nft);
}

static void
no_legacy(void **state)
{
	(void)state;
	kernel_lacks(without_legacy);
}

static void
no_firewall(void **state)
{
	(void)state;
	kernel_lacks(without_both);
}

static void
none(void **state)
{
	const struct bal_fw_choice choice = { 0 };
	const struct bal_fw_scope scope = { 0 };

	(void)state;
	NEED_NAMESPACE();
	assert_int_equal(bal_fw_look(&choice, &scope, &arena, &seen, &err), 0);
	assert_null(seen.use);
	assert_int_equal(seen.n, 0);
	no_legacy_table();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(fresh),	   TEST(legacy_is_used), TEST(nft_is_needed), TEST(filter_is_used),
		TEST(ours_stays),  TEST(empty_chain),	 TEST(foreign_table),
		TEST(last_stays),  TEST(none),		 TEST(no_nft),
		TEST(no_legacy),   TEST(no_firewall),	 TEST(without_nat),
	};

	bal_say_sink(keep_warning, NULL);
	make_namespace("nft list ruleset && iptables-legacy -t mangle -S && "
		       "iptables-legacy -t nat -S",
		       "no nft, no iptables-legacy, or no tables of one");
	return cmocka_run_group_tests_name("choice", tests, NULL, NULL);
}
