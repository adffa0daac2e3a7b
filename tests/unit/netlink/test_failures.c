// SPDX-License-Identifier: GPL-2.0-or-later
/* test_failures - after whatever fails the socket is as good as new. */
#include "../kernelside.h"

#include <linux/fib_rules.h>

#include "netlink/internal.h"

#define RULES 100 /* a full batch, and another one */

/* Where an answer is waited for that never comes, the test fails by itself. */
static int
setup_with_alarm(void **state)
{
	alarm(30);
	return setup(state);
}

static int
teardown_alarm(void **state)
{
	alarm(0);
	return teardown(state);
}

static struct bal_op
rule_number(size_t i)
{
	struct bal_op op =
		rule_op(BAL_ADD, 1000 + (uint32_t)i, BAL_RULE_LOOKUP);

	memcpy(op.rule.oif, "not-there-yet-x", sizeof("not-there-yet-x"));
	op.rule.has_mark = true;
	op.rule.mark = op.rule.mask = 0xff000000;
	op.rule.table = 4000000000;
	return op;
}

static int
queue_rule(size_t i)
{
	const struct bal_op op = rule_number(i);
	struct bal_nlmsg req;

	op.kind->encode(&op, &req);
	return bal_nl_queue(nl, &req, i, &err);
}

static void
set_buffer(int option, int bytes)
{
	assert_int_equal(
		setsockopt(nl->fd, SOL_SOCKET, option, &bytes, sizeof(bytes)),
		0);
}

/* What is queued now is all that is sent, and each failure has its number. */
static void
assert_good_as_new(size_t rules)
{
	struct bal_op wrong = rule_op(BAL_DEL, 4, BAL_RULE_NOP);

	failures.n = 0;
	assert_int_equal(queue_rule(500), 0);
	queue(&wrong, 4711);
	flush();
	assert_int_equal(failures.n, 1);
	assert_int_equal(failures.v[0].number, 4711);
	assert_int_equal(failures.v[0].eno, ENOENT);
	assert_int_equal(all_rules().n, 3 + rules + 1);
}

/* The kernel takes no request that is longer than the send buffer. */
static void
a_batch_that_cannot_be_sent(void **state)
{
	(void)state;
	NEED_NAMESPACE();
	set_buffer(SO_SNDBUF, 1);
	for (size_t i = 0; i < BAL_NL_BATCH_MAX; i++)
		assert_int_equal(queue_rule(i), 0);
	assert_int_equal(bal_nl_flush(nl, &err), -1);
	assert_int_equal(err.sys, EMSGSIZE);
	assert_good_as_new(0);
	/* In the middle of a list. */
	for (size_t i = 0; i < BAL_NL_BATCH_MAX; i++)
		assert_int_equal(queue_rule(i), 0);
	assert_int_equal(queue_rule(BAL_NL_BATCH_MAX), -1);
	assert_int_equal(err.sys, EMSGSIZE);
	assert_int_equal(bal_nl_flush(nl, &err), 0);
	assert_int_equal(all_rules().n, 3 + 1);
}

/* So many refusals that the receive buffer overflows. */
static void
answers_that_are_lost(void **state)
{
	const struct bal_op wrong = rule_op(BAL_DEL, 4, BAL_RULE_NOP);

	(void)state;
	NEED_NAMESPACE();
	bal_nl_on_failure(nl, NULL, NULL);
	set_buffer(SO_RCVBUF, 1);
	for (size_t i = 0; i < BAL_NL_BATCH_MAX - 1; i++)
		queue(&wrong, i);
	assert_int_equal(queue_rule(0), 0);
	assert_int_equal(bal_nl_flush(nl, &err), -1);
	assert_int_equal(err.sys, ENOBUFS);
	set_buffer(SO_RCVBUF, 1 << 20);
	bal_nl_on_failure(nl, on_failure, &failures);
	assert_good_as_new(1);
}

static void
one_that_is_too_long(void **state)
{
	struct bal_nlmsg req = { .overflow = true };

	(void)state;
	NEED_NAMESPACE();
	assert_int_equal(queue_rule(0), 0);
	assert_int_equal(bal_nl_queue(nl, &req, 1, &err), -1);
	assert_good_as_new(0);
}

/* Numbers are given when a batch is sent: what is asked meanwhile has others. */
static void
questions_while_changes_wait(void **state)
{
	(void)state;
	NEED_NAMESPACE();
	assert_int_equal(queue_rule(0), 0);
	assert_int_equal(all_rules().n, 3);
	assert_int_equal(queue_rule(1), 0);
	assert_int_equal(all_rules().n, 3);
	assert_good_as_new(2);
}

static void
no_answer(const struct nlmsghdr *h, void *arg)
{
	(void)h;
	(void)arg;
	fail_msg("an answer");
}

/* A change that succeeds has no answer unless one asks for it. */
static void
a_question_without_an_answer(void **state)
{
	const struct bal_op op = rule_number(0);
	struct bal_nlmsg req;

	(void)state;
	NEED_NAMESPACE();
	op.kind->encode(&op, &req);
	assert_int_equal(bal_nl_get(nl, &req, no_answer, NULL, &err), -1);
	assert_string_equal(err.msg, "no answer from the kernel");
	assert_good_as_new(1);
}

/* Of a dump that was left in the middle, the kernel gives no second one. */
static void
a_dump_that_was_not_read(void **state)
{
	struct fib_rule_hdr frh = { .family = AF_INET };
	struct bal_nlmsg req;

	(void)state;
	NEED_NAMESPACE();
	for (size_t i = 0; i < 20 * RULES; i++)
		assert_int_equal(queue_rule(1000 + i), 0);
	flush();
	bal_nlmsg_init(&req, RTM_GETRULE, NLM_F_DUMP, &frh, sizeof(frh));
	assert_true(send(nl->fd, &req.h, req.h.nlmsg_len, 0) > 0);
	/* As an exchange that fails leaves it. */
	nl->unread = true;
	assert_good_as_new(20 * RULES);
}

int
main(void)
{
#define FAILING(name) \
	cmocka_unit_test_setup_teardown(name, setup_with_alarm, teardown_alarm)
	const struct CMUnitTest tests[] = {
		FAILING(a_batch_that_cannot_be_sent),
		FAILING(answers_that_are_lost),
		FAILING(one_that_is_too_long),
		FAILING(questions_while_changes_wait),
		FAILING(a_question_without_an_answer),
		FAILING(a_dump_that_was_not_read),
	};

	make_veth_namespace();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
