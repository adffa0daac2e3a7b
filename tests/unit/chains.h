/* chains - chains as bal writes them, for the tests that commit them. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TEST_CHAINS_H
#define TEST_CHAINS_H

#include "untouched.h"

#include "firewall/mangle.h"

static inline void
make_tables(void)
{
	bal_say_sink(keep_warning, NULL);
	make_namespace("iptables-legacy -t mangle -S && "
		       "iptables-legacy -t nat -S",
		       "no iptables-legacy, or no legacy tables");
}

static inline struct bal_xrule *
add(struct bal_chain *c)
{
	struct bal_xrule *rule = BAL_PUSH(&arena, &c->rules);

	assert_non_null(rule);
	return rule;
}

static inline struct bal_chain
chain(enum bal_xtable table, const char *name, const char *parent)
{
	struct bal_chain c = { .table = table, .jump_first = true };

	snprintf(c.name, sizeof(c.name), "%s", name);
	snprintf(c.parent, sizeof(c.parent), "%s", parent);
	return c;
}

static const struct bal_xmark unmarked = { .used = true, .mask = MASK };
static const struct bal_xmark marked = {
	.used = true,
	.invert = true,
	.mask = MASK,
};

static inline struct bal_chain
prerouting(unsigned n_uplinks)
{
	struct bal_chain c =
		chain(BAL_XTABLE_MANGLE, "BAL_PREROUTING", "PREROUTING");

	for (unsigned i = 1; i <= n_uplinks; i++) {
		struct bal_xrule *rule = add(&c);

		snprintf(rule->in, sizeof(rule->in), "eth%u", i);
		rule->state_new = true;
		rule->connmark = unmarked;
		rule->target = BAL_XT_SET_CONNMARK;
		rule->set_mark = i << 24;
		rule->set_mask = MASK;
		rule = add(&c);
		snprintf(rule->in, sizeof(rule->in), "eth%u", i);
		rule->target = BAL_XT_RETURN;
	}
	*add(&c) = (struct bal_xrule){
		.mark = unmarked,
		.connmark = marked,
		.target = BAL_XT_RESTORE_MARK,
		.set_mask = MASK,
	};
	return c;
}

static inline struct bal_chain
postrouting(unsigned n_uplinks)
{
	struct bal_chain c =
		chain(BAL_XTABLE_MANGLE, "BAL_POSTROUTING", "POSTROUTING");

	*add(&c) = (struct bal_xrule){ .connmark = marked,
				       .target = BAL_XT_RETURN };
	for (unsigned i = 1; i <= n_uplinks; i++) {
		struct bal_xrule *rule = add(&c);

		snprintf(rule->out, sizeof(rule->out), "eth%u", i);
		rule->target = BAL_XT_SET_CONNMARK;
		rule->set_mark = i << 24;
		rule->set_mask = MASK;
	}
	c.jump_first = false;
	return c;
}

static inline void
commit(const struct bal_chain *chains, size_t n)
{
	if (bal_mangle_commit(BAL_XTABLE_MANGLE, chains, n, 5000, &err) < 0)
		fail_msg("%s", err.msg);
}

static inline bal_chain_list
read_table(enum bal_xtable table)
{
	bal_chain_list list = { 0 };

	if (bal_mangle_read(table, &arena, &list, &err) < 0)
		fail_msg("%s", err.msg);
	return list;
}

static inline const struct bal_chain *
find(const bal_chain_list *list, const char *name)
{
	for (size_t i = 0; i < list->n; i++)
		if (strcmp(list->v[i].name, name) == 0)
			return &list->v[i];
	return NULL;
}

static inline void
assert_same_mark(const struct bal_xmark *a, const struct bal_xmark *b)
{
	assert_int_equal(a->used, b->used);
	assert_int_equal(a->invert, b->invert);
	assert_int_equal(a->value, b->value);
	assert_int_equal(a->mask, b->mask);
}

/* @want is in the kernel, rule for rule, with one jump. */
static inline void
assert_there(const struct bal_chain *want)
{
	const bal_chain_list list = read_table(want->table);
	const struct bal_chain *have = find(&list, want->name);

	assert_non_null(have);
	assert_int_equal(have->table, want->table);
	assert_string_equal(have->parent, want->parent);
	assert_int_equal(have->n_jumps, 1);
	assert_int_equal(have->rules.n, want->rules.n);
	for (size_t i = 0; i < want->rules.n; i++) {
		const struct bal_xrule *a = &have->rules.v[i];
		const struct bal_xrule *b = &want->rules.v[i];

		assert_string_equal(a->in, b->in);
		assert_string_equal(a->out, b->out);
		assert_int_equal(a->state_new, b->state_new);
		assert_same_mark(&a->mark, &b->mark);
		assert_same_mark(&a->connmark, &b->connmark);
		assert_int_equal(a->target, b->target);
		assert_int_equal(a->set_mark, b->set_mark);
		assert_int_equal(a->set_mask, b->set_mask);
		assert_string_equal(a->chain, b->chain);
	}
}

#endif
