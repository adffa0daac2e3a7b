// SPDX-License-Identifier: GPL-2.0-or-later
/* test_conf_anyway - what is wrong in bal.conf stops no DOWN, and all else. */
#include "../kernelside.h"

#include "base/arena.h"
#include "reconcile/pass.h"

/*
 * v0 and w0 are uplinks with an option that bal.conf contradicts since then:
 * only a pass finds that out, for the file is correct by itself.
 */
static struct bal_pass pass;

static void
write_conf(const char *text)
{
	(void)unlink("/run/bal.conf");
	assert_true(write_text("/run/bal.conf", text));
}

static void
open_pass(void)
{
	pass = (struct bal_pass){ BAL_PASS_NONE };
	if (bal_pass_init(&pass, NULL, &err) < 0)
		fail_msg("%s", err.msg);
	pass.session.no_chains = true;
}

static int
intend(enum bal_intent_kind kind, const char *dev)
{
	struct bal_intent intent = { .kind = kind };

	assert_int_equal(bal_copy(intent.dev, sizeof(intent.dev), dev), 0);
	if (kind == BAL_INTENT_UP)
		assert_int_equal(bal_settings_set(&intent.options, UINT64_MAX,
						  "degraded_loss", "30", &err),
				 0);
	err = (struct bal_err){ 0 };
	return bal_pass_run(&pass, &intent, &err);
}

static void
bring_up(const char *dev)
{
	if (intend(BAL_INTENT_UP, dev) < 0)
		fail_msg("%s: %s", dev, err.msg);
}

static void
begin(void)
{
	must("ip link add w0 type veth peer name w1 && ip link set w0 up &&"
	     " ip link set w1 up && ip address add 192.168.2.101/24 dev w0 &&"
	     " rm -rf /run/bal /run/tables && mkdir -p /run/tables");
	write_conf("[bal]\nfirewall = nft\n");
	open_pass();
	bring_up("v0");
	bring_up("w0");
	bal_pass_fini(&pass);
	write_conf("[check]\nrecovered_loss = 50\n");
	open_pass();
}

static bool
is_up(const char *dev)
{
	const struct bal_uplink_state *us =
		bal_state_find(&pass.in.state, dev);

	return us && us->admin_up;
}

static void
refuses(enum bal_intent_kind kind, const char *dev)
{
	assert_int_equal(intend(kind, dev), -1);
	assert_int_equal(err.kind, BAL_ECONF);
}

static void
what_holds_for_down_ends_with_it(void **state)
{
	(void)state;
	NEED_NAMESPACE();
	begin();
	refuses(BAL_INTENT_CHECK, "");
	assert_int_equal(intend(BAL_INTENT_DOWN, "w0"), 0);
	assert_false(is_up("w0"));
	assert_false(pass.session.conf_anyway);
	/* It is what bal-down reports at its end. */
	assert_int_equal(pass.in.trouble.faults, 1);
	refuses(BAL_INTENT_UP, "w0");
	refuses(BAL_INTENT_CHECK, "");
	/* Behind a DOWN it is read anew, and what was put right holds. */
	assert_int_equal(intend(BAL_INTENT_DOWN, "v0"), 0);
	write_conf("[check]\nrecovered_loss = 10\n");
	bring_up("w0");
	assert_int_equal(pass.in.trouble.faults, 0);
	bal_pass_fini(&pass);
}

static void
a_mistake_is_no_hurdle_for_down_alone(void **state)
{
	(void)state;
	NEED_NAMESPACE();
	begin();
	assert_int_equal(intend(BAL_INTENT_DOWN, "w0"), 0);
	write_conf("nonsense\n");
	refuses(BAL_INTENT_UP, "w0");
	assert_int_equal(intend(BAL_INTENT_DOWN, "v0"), 0);
	assert_false(is_up("v0"));
	bal_pass_fini(&pass);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_holds_for_down_ends_with_it),
		TEST(a_mistake_is_no_hurdle_for_down_alone),
	};

	setenv("BAL_CONF", "/run/bal.conf", 1);
	setenv("BAL_RUNDIR", "/run/bal", 1);
	setenv("BAL_RT_DIR", "/run/tables", 1);
	make_veth_namespace();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
