/* nfttable - models, and what a firewall makes of them, for the tests of both. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TEST_NFTTABLE_H
#define TEST_NFTTABLE_H

#include "netns.h"

#include "firewall/firewall.h"

#define MASK 0xff000000U

static struct bal_arena arena;
static char warning[320]; /* the last one */
static struct bal_fw_have *have; /* of the last look_at() */

static inline void
keep_warning(void *arg, enum bal_say what, const char *msg)
{
	(void)arg;
	(void)what;
	snprintf(warning, sizeof(warning), "%s", msg);
}

static inline void
must_print(const char *command, const char *text)
{
	must("%s", command);
	assert_string_equal(output, text);
}

/* Each test has tables that nobody has touched. */
static inline int
setup(void **state)
{
	(void)state;
	warning[0] = '\0';
	if (refused)
		return 0;
	return unshare(CLONE_NEWNET);
}

static inline int
teardown(void **state)
{
	(void)state;
	bal_arena_fini(&arena);
	return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

/* eth1 to ethN, slots 1 to N, of a mask whose inbound values begin at @q. */
static inline struct bal_fw_model
model_of(unsigned n, uint32_t mask, uint32_t q)
{
	struct bal_fw_model m = { .mask = mask };
	const int shift = __builtin_ctz(mask);

	for (unsigned i = 1; i <= n; i++) {
		struct bal_fw_uplink *up = BAL_PUSH(&arena, &m.uplinks);

		assert_non_null(up);
		snprintf(up->dev, sizeof(up->dev), "eth%u", i);
		up->mark = i << shift;
		up->inbound = (q + i) << shift;
	}
	return m;
}

static inline struct bal_fw_model
small(unsigned n)
{
	return model_of(n, MASK, 64);
}

static inline struct bal_fw_model
full(unsigned n)
{
	struct bal_fw_model m = small(n);

	m.masquerade = m.mss_clamp = true;
	return m;
}

static inline void
look_at(const struct bal_firewall *by)
{
	const struct bal_fw_scope scope = { .masquerade = true };

	if (by->read(&scope, &arena, &have, &err) < 0)
		fail_msg("%s", err.msg);
}

static inline bool
holds(const struct bal_firewall *by, const struct bal_fw_model *want)
{
	bool same = true;

	look_at(by);
	for (unsigned part = 0; part < by->n_parts; part++)
		same &= have->known[part] && by->same(want, have, part);
	return same;
}

static inline int
try_commit(const struct bal_firewall *by, const struct bal_fw_model *want)
{
	int rc = 0;

	look_at(by);
	for (unsigned part = 0; part < by->n_parts && rc == 0; part++)
		rc = by->commit(want, have, part, 5000, &err);
	return rc;
}

static inline void
commit(const struct bal_firewall *by, const struct bal_fw_model *want)
{
	if (try_commit(by, want) < 0)
		fail_msg("%s", err.msg);
	assert_true(holds(by, want));
}

#endif
