// SPDX-License-Identifier: GPL-2.0-or-later
/* test_kind - a kind of object that lives in memory, by the one path. */
#include "../events.h"
#include "kernel/apply.h"
#include "plan/stages.h"

#define MAX 8

/* What such a kernel holds: the name of each uplink that may be used. */
static struct notes {
	char dev[MAX][BAL_IFNAMSIZ];
	size_t n;
} board;
static bool lacks, slow; /* the next commit fails so */

static int
read_board(struct bal_reading *r, struct bal_err *err)
{
	struct notes *seen = bal_arena_alloc(r->arena, sizeof(*seen));

	if (!seen)
		return bal_err_nomem(err);
	*seen = board;
	*r->have = seen;
	return 0;
}

static bool
has(const struct notes *notes, const char *dev)
{
	for (size_t i = 0; i < notes->n; i++)
		if (strcmp(notes->dev[i], dev) == 0)
			return true;
	return false;
}

static bool
is_wanted(const struct bal_uplinks *ups, const char *dev)
{
	for (size_t i = 0; i < ups->n; i++)
		if (strcmp(ups->v[i].name, dev) == 0)
			return ups->v[i].admin_up;
	return false;
}

static const struct bal_kind note;

static void
diff_board(struct bal_diff *d, const void *have)
{
	const struct bal_uplinks *ups = d->world->uplinks;
	const struct notes *seen = have;

	for (size_t i = 0; i < ups->n; i++)
		if (ups->v[i].admin_up && !has(seen, ups->v[i].name))
			bal_diff_add(d, BAL_STAGE_RULE, &note, BAL_ADD)
				->object = ups->v[i].name;
	for (size_t i = 0; i < seen->n; i++)
		if (!is_wanted(ups, seen->dev[i]))
			bal_diff_add(d, BAL_STAGE_UNRULE, &note, BAL_DEL)
				->object = seen->dev[i];
}

static int
write_board(const struct bal_op *op, const struct bal_committing *how,
	    struct bal_err *err)
{
	if (lacks)
		return bal_err(err, BAL_EUNAVAIL, "there is no board");
	if (slow && !how->wait_ms)
		return bal_err(err, BAL_EBUSY, "another one writes");
	if (op->verb == BAL_ADD) {
		assert_true(board.n < MAX);
		return bal_copy(board.dev[board.n++], BAL_IFNAMSIZ, op->object);
	}
	for (size_t i = 0; i < board.n; i++)
		if (strcmp(board.dev[i], op->object) == 0)
			memcpy(board.dev[i], board.dev[--board.n],
			       BAL_IFNAMSIZ);
	return 0;
}

static void
print(FILE *out, const struct bal_op *op)
{
	fprintf(out, "%s %s\n", op->verb == BAL_ADD ? "echo" : "erase",
		(const char *)op->object);
}

static void
describe(const struct bal_op *op, char *buf, size_t size)
{
	snprintf(buf, size, "note %s", (const char *)op->object);
}

/* All that it takes: the functions above, and a row in a table. */
static const struct bal_kind note = {
	.read = read_board,
	.diff = diff_board,
	.commit = write_board,
	.print = print,
	.describe = describe,
};
static const struct bal_kind *const only[] = { &note, NULL };
static const struct bal_kind *with_others[BAL_KINDS_MAX + 1];
static struct bal_nl *nl;

static int
begin(void **state)
{
	size_t n = 0;

	memset(&board, 0, sizeof(board));
	lacks = slow = false;
	for (; bal_kinds[n]; n++)
		with_others[n] = bal_kinds[n];
	with_others[n] = &note;
	(void)setup(state);
	w.snap.kinds = with_others;
	nl = bal_nl_open(&w.err);
	return nl ? 0 : -1;
}

static int
end(void **state)
{
	bal_nl_close(nl);
	return teardown(state);
}

/* What is to be done for the kinds of @kinds, after they were read again. */
static bal_op_list
due(const struct bal_kind *const *kinds)
{
	const struct bal_snapshot_want want = { .kinds = kinds };
	struct bal_snapshot read;
	bal_op_list ops = { 0 };

	resolve();
	make_groups();
	plan_groups();
	if (bal_snapshot_read(&read, nl, &want, &w.arena, &w.err) < 0)
		fail_msg("%s", w.err.msg);
	w.world.snap = &read;
	if (bal_diff_make(&w.world, &w.plan, &w.arena, &ops, &w.err) < 0)
		fail_msg("%s", w.err.msg);
	return ops;
}

static struct bal_applied
apply(const bal_op_list *ops, unsigned wait_ms)
{
	const struct bal_changes changes = { .ops = ops,
					     .lock_wait_ms = wait_ms };
	struct bal_applied applied;

	if (bal_apply(nl, &changes, &applied, &w.err) < 0)
		fail_msg("%s", w.err.msg);
	return applied;
}

static const char *
printed(const bal_op_list *ops)
{
	FILE *out = fmemopen(w.text, sizeof(w.text), "w");

	assert_non_null(out);
	fputc('\n', out);
	for (size_t i = 0; i < ops->n; i++)
		bal_op_print(out, &ops->v[i]);
	assert_int_equal(fclose(out), 0);
	return w.text + 1;
}

/* Read, compared, printed, carried out, and found again. */
static void
whole_path(void **state)
{
	bal_op_list ops;
	char what[64];

	(void)state;
	modem(1);
	modem(2);
	ops = due(only);
	assert_string_equal(printed(&ops), "echo eth1\necho eth2\n");
	assert_string_equal(bal_op_describe(&ops.v[1], what, sizeof(what)),
			    "note eth2");
	assert_int_equal(apply(&ops, 0).done, 2);
	assert_int_equal(due(only).n, 0);
	memcpy(board.dev[0], "eth9", sizeof("eth9"));
	ops = due(only);
	assert_string_equal(printed(&ops), "echo eth1\nerase eth9\n");
	apply(&ops, 0);
	assert_int_equal(due(only).n, 0);
	known("eth1")->admin_up = known("eth2")->admin_up = false;
	ops = due(only);
	apply(&ops, 0);
	assert_int_equal(board.n, 0);
}

static void
failures(void **state)
{
	bal_op_list ops;

	(void)state;
	modem(1);
	ops = due(only);
	slow = true;
	assert_true(apply(&ops, 0).chains_wait);
	assert_int_equal(board.n, 0);
	assert_false(apply(&ops, 1).chains_wait);
	assert_int_equal(board.n, 1);
	known("eth1")->admin_up = false;
	ops = due(only);
	lacks = true;
	assert_int_equal(apply(&ops, 0).refused, 0); /* a warning */
	assert_int_equal(board.n, 1);
}

static size_t
place(const bal_op_list *ops, const struct bal_kind *kind, enum bal_verb verb)
{
	for (size_t i = 0; i < ops->n; i++)
		if (ops->v[i].kind == kind && ops->v[i].verb == verb)
			return i;
	fail_msg("there is no such operation");
	return 0;
}

/* It takes its turn among all the others: with the rules, before the marks. */
static void
among_the_others(void **state)
{
	static const struct notes none;
	bal_op_list ops;

	(void)state;
	modem(1);
	for (size_t i = 0; with_others[i]; i++)
		if (with_others[i] == &note)
			w.snap.have[i] = &none;
	ops = make_ops();
	assert_true(place(&ops, &bal_kind_sysctl, BAL_SET) <
		    place(&ops, &note, BAL_ADD));
	assert_true(place(&ops, &note, BAL_ADD) <
		    place(&ops, &bal_kind_firewall, BAL_SET));
	for (size_t i = 0; i < ops.n; i++)
		do_op(&ops.v[i]);
	assert_true(has(&board, "eth1"));
}

#define KIND(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		KIND(whole_path),
		KIND(failures),
		KIND(among_the_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
