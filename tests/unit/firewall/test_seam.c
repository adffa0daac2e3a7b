// SPDX-License-Identifier: GPL-2.0-or-later
/* test_seam - a second firewall, whose kernel is a text, by the one path. */
#include "../events.h"
#include "kernel/apply.h"

#define TEXT 4096

/* What such a kernel holds.  The second part is written on another sheet. */
static char sheets[BAL_FW_PARTS_MAX][TEXT];
static int busy; /* commits to refuse */
static struct bal_fw_choice choice;

struct text_have {
	struct bal_fw_have base;
	char sheets[BAL_FW_PARTS_MAX][TEXT];
};

static const char *
text_of(const struct bal_fw_model *model, unsigned part, char *buf)
{
	FILE *out = fmemopen(buf, TEXT, "w");

	assert_non_null(out);
	for (size_t i = 0; i < model->uplinks.n; i++) {
		const struct bal_fw_uplink *up = &model->uplinks.v[i];

		if (part == 0)
			fprintf(out, "%s marks %#x with %#x, inbound %#x\n",
				up->dev, model->mask, up->mark, up->inbound);
		else if (model->masquerade)
			fprintf(out, "%s masquerades\n", up->dev);
	}
	fputc('\0', out);
	assert_int_equal(fclose(out), 0);
	return buf;
}

static bool
text_in_use(void)
{
	return false;
}

static int
text_probe(struct bal_err *err)
{
	(void)err;
	return 0;
}

static int
text_read(const struct bal_fw_scope *scope, struct bal_arena *arena,
	  struct bal_fw_have **out, struct bal_err *err)
{
	struct text_have *have = bal_arena_alloc(arena, sizeof(*have));

	if (!have)
		return bal_err_nomem(err);
	memcpy(have->sheets, sheets, sizeof(sheets));
	have->base.known[0] = true;
	have->base.known[1] = scope->masquerade;
	*out = &have->base;
	return 0;
}

static bool
text_same(const struct bal_fw_model *want, const struct bal_fw_have *have,
	  unsigned part)
{
	char buf[TEXT];

	return strcmp(text_of(want, part, buf),
		      ((const struct text_have *)have)->sheets[part]) == 0;
}

static int
text_commit(const struct bal_fw_model *want, const struct bal_fw_have *have,
	    unsigned part, unsigned wait_ms, struct bal_err *err)
{
	(void)have;
	if (busy && !wait_ms) {
		busy--;
		return bal_err(err, BAL_EBUSY, "the sheet is taken");
	}
	text_of(want, part, sheets[part]);
	return 0;
}

static void
text_print(FILE *out, const struct bal_fw_model *want,
	   const struct bal_fw_have *have, unsigned part)
{
	char buf[TEXT];

	(void)have;
	fprintf(out, "cat > sheet%u <<'EOF'\n%sEOF\n", part,
		text_of(want, part, buf));
}

static const char *
text_describe(unsigned part)
{
	return part ? "the other sheet" : "the sheet";
}

static char *const *
text_show(unsigned part)
{
	static char cat[] = "cat", names[BAL_FW_PARTS_MAX][8] = { "sheet0",
								  "sheet1" };
	static char *const argv[][3] = { { cat, names[0], NULL },
					 { cat, names[1], NULL } };

	return argv[part];
}

static uint32_t
text_mark_of(const struct bal_fw_have *have, const char *dev)
{
	const char *at = strstr(((const struct text_have *)have)->sheets[0],
				dev);

	at = at ? strstr(at, "with ") : NULL;
	return at ? (uint32_t)strtoul(at + 5, NULL, 16) : 0;
}

static const struct bal_firewall text = {
	.name = "text",
	.n_parts = 2,
	.in_use = text_in_use,
	.probe = text_probe,
	.read = text_read,
	.same = text_same,
	.commit = text_commit,
	.print = text_print,
	.describe = text_describe,
	.show = text_show,
	.mark_of = text_mark_of,
};

static int
begin(void **state)
{
	memset(sheets, 0, sizeof(sheets));
	busy = 0;
	choice = (struct bal_fw_choice){ .of = { &text }, .only = &text };
	return setup(state);
}

static void
look(void)
{
	const struct bal_fw_scope scope = {
		.masquerade = w.conf.globals.masquerade
	};

	if (bal_fw_look(&choice, &scope, &w.arena, &w.snap.firewalls,
			&w.err) < 0)
		fail_msg("%s", w.err.msg);
}

/* The changes of the firewall alone: what else there is stays undone. */
static bal_op_list
due(void)
{
	bal_op_list all, ops = { 0 };

	look();
	all = make_ops();
	for (size_t i = 0; i < all.n; i++)
		if (all.v[i].kind == &bal_kind_firewall)
			*BAL_PUSH(&w.arena, &ops) = all.v[i];
	return ops;
}

static struct bal_applied
apply(const bal_op_list *ops, unsigned wait_ms)
{
	const struct bal_changes changes = { .ops = ops,
					     .lock_wait_ms = wait_ms };
	struct bal_nl *nl = bal_nl_open(&w.err);
	struct bal_applied applied;

	assert_non_null(nl);
	assert_int_equal(bal_apply(nl, &changes, &applied, &w.err), 0);
	bal_nl_close(nl);
	return applied;
}

static const char *
printed(const bal_op_list *ops)
{
	FILE *out = fmemopen(w.text, sizeof(w.text), "w");

	assert_non_null(out);
	for (size_t i = 0; i < ops->n; i++)
		bal_op_print(out, &ops->v[i]);
	assert_int_equal(fclose(out), 0);
	return w.text;
}

/* Planned, compared, printed, written, and found again. */
static void
whole_path(void **state)
{
	bal_op_list ops;
	char what[64];

	(void)state;
	modem(1);
	modem(2);
	ops = due();
	assert_int_equal(ops.n, 1);
	assert_string_equal(printed(&ops),
			    "cat > sheet0 <<'EOF'\n"
			    "eth1 marks 0xff000000 with 0x1000000, "
			    "inbound 0x41000000\n"
			    "eth2 marks 0xff000000 with 0x2000000, "
			    "inbound 0x42000000\n"
			    "EOF\n");
	assert_string_equal(bal_op_describe(&ops.v[0], what, sizeof(what)),
			    "write the sheet");
	assert_int_equal(apply(&ops, 0).refused, 0);
	assert_int_equal(due().n, 0);
	assert_int_equal(bal_fw_mark_of(&w.snap.firewalls, "eth2"), 0x2000000);
	assert_int_equal(bal_fw_mark_of(&w.snap.firewalls, "eth9"), 0);
	assert_true(bal_fw_holds_marks(&w.snap.firewalls));
	assert_string_equal(bal_fw_show(&w.snap.firewalls, 0)[1], "sheet0");
	assert_null(bal_fw_show(&w.snap.firewalls, 1));
}

/* What others changed is put right, and each part by itself. */
static void
drift(void **state)
{
	bal_op_list ops;

	(void)state;
	modem(1);
	global("masquerade", "yes");
	ops = due();
	assert_int_equal(ops.n, 2);
	apply(&ops, 0);
	assert_string_equal(sheets[1], "eth1 masquerades\n");
	sheets[1][0] = 'E';
	ops = due();
	assert_int_equal(ops.n, 1);
	assert_int_equal(ops.v[0].firewall->part, 1);
	apply(&ops, 0);
	assert_string_equal(sheets[1], "eth1 masquerades\n");
}

/* The last uplink takes all of it along. */
static void
nothing_left(void **state)
{
	bal_op_list ops;

	(void)state;
	modem(1);
	ops = due();
	apply(&ops, 0);
	known("eth1")->admin_up = false;
	ops = due();
	assert_int_equal(ops.n, 1);
	apply(&ops, 0);
	assert_string_equal(sheets[0], "");
}

/* It is not waited for where that is not wanted, and says so. */
static void
held_by_another(void **state)
{
	bal_op_list ops;

	(void)state;
	modem(1);
	busy = 1;
	ops = due();
	assert_true(apply(&ops, 0).chains_wait);
	assert_string_equal(sheets[0], "");
	busy = 1;
	assert_false(apply(&ops, 1).chains_wait);
	assert_int_equal(due().n, 0);
}

/* Without its state bal finds the slot of a dead uplink in the marks. */
static void
recovered(void **state)
{
	bal_op_list ops;

	(void)state;
	modem(7);
	health("eth7", BAL_HEALTH_DEAD);
	ops = due();
	apply(&ops, 0);
	reconcile();
	look();
	bal_state_fini(&w.state);
	w.state = (struct bal_state){ .balancing_table = BALANCING };
	for (size_t i = w.snap.rules.n; i-- > 0;)
		if (w.snap.rules.v[i].has_mark)
			TAKE_OUT(&w.snap.rules, i);
	assert_int_equal(bal_state_recover(&w.state, &w.conf, &w.snap, &w.err),
			 0);
	assert_int_equal(known("eth7")->slot, 7);
}

/* No firewall at all: nothing is planned for it, and no mark is known. */
static void
none(void **state)
{
	bal_op_list ops;

	(void)state;
	modem(1);
	choice = (struct bal_fw_choice){ 0 };
	look();
	ops = make_ops();
	for (size_t i = 0; i < ops.n; i++)
		assert_ptr_not_equal(ops.v[i].kind, &bal_kind_firewall);
	assert_false(bal_fw_holds_marks(&w.snap.firewalls));
}

#define SEAM(name) cmocka_unit_test_setup_teardown(name, begin, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SEAM(whole_path), SEAM(drift),	   SEAM(nothing_left),
		SEAM(recovered),  SEAM(held_by_another), SEAM(none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
